"""Snapshots: the state of a deployment at one moment, for a picture of it.

This file collects what is shown and when it began; picture.py draws it. Everything
comes from the deployment and its observations.
"""

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, frozen

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.events import Reading
from rolling.core.gate import awaits_continuation
from rolling.core.pace import step_count, steps_back
from rolling.core.plan import ideal_event
from rolling.core.properties import ceiling
from rolling.core.stage import ENDS, Direction, Stage
from rolling.core.transition import advance
from rolling.driving.record import Record
from rolling.driving.tick import Tick, TickFailed
from rolling.endpoint.apply_deployment import with_deployment
from rolling.endpoint.endpoint import Endpoint, EndpointStatus
from rolling.view.timeline import Row

KEPT = 60
"""The number of rows and of finished batches kept: more than a screen shows."""


@frozen
class AlarmSeen:
    """The last reading of an alarm.

    `reading`: None before the first. `since`: since when it has had this reading, within
    that bake. `read_at`: when it was last read. `bake`: the bake it was read in.
    """

    name: str
    reading: Reading | None = None
    since: float = 0
    read_at: float = 0
    bake: Stage | None = None


@frozen
class BatchSeen:
    """A batch; `ended_at` is None while it is in progress.

    `share`: the share of the traffic last requested for the new fleet.
    `turned_back`: the batch did not finish, because a rollback began.
    """

    direction: Direction
    step: int
    began_at: float
    share: Share
    ended_at: float | None = None
    turned_back: bool = False


@frozen
class RollbackEstimate:
    """What a rollback takes, from a given state.

    `batches`: its steps, the first of which uses the instances still in service; for a
    rollback in progress, including those done. `provisioned_instances`: the old
    instances that it must launch again. `peak_instances`: the most instances at any
    moment of it. `least_seconds`: its minimum duration. `commit_seconds`: the earliest
    time when all traffic is home; after that it cannot fail.
    `whole`: False if the estimate stopped early: the rollback takes more than this.
    """

    batches: int
    provisioned_instances: int
    peak_instances: int
    least_seconds: int
    commit_seconds: int
    whole: bool = True


EstimateRollback = Callable[[Deployment, float], RollbackEstimate | None]
"""Estimates the rollback from a state at a time on the driver's clock; None if there is none."""


@frozen(eq=False)
class Subject:
    """The fixed facts about an update; see `View` for the members."""

    name: str
    accepted_at: float
    endpoint: Endpoint | None
    place: int
    updates: int
    estimate_rollback: EstimateRollback | None


@frozen
class Snapshot:
    """A deployment as shown to people. All times are on the driver's clock.

    `seen_at`: the last look. `wake_at`: the next look, None after the end.
    `split_seen`: the last split seen, None before the first; `moving`: traffic is
    shifting to another. `alarms`: those that the bakes watch. `batches`: the latest, the
    current one last; `earlier_batches`: how many came before them. `rows`: the latest
    rows of the timeline. `entered`: the deployment when it entered its stage. `notes`:
    the backend's current notes. `error`: the exception of the latest look, if it failed.
    """

    subject: Subject
    record: Record
    seen_at: float
    wake_at: float | None
    split_seen: tuple[Share, ...] | None
    moving: bool
    alarms: tuple[AlarmSeen, ...]
    batches: tuple[BatchSeen, ...]
    earlier_batches: int
    rows: tuple[Row, ...]
    entered: Deployment
    notes: tuple[str, ...] = ()
    error: Exception | None = None

    @property
    def deployment(self) -> Deployment:
        """The deployment as it is now."""
        return self.record.deployment

    @property
    def status(self) -> EndpointStatus | None:
        """The endpoint's status, as DescribeEndpoint shows it; None without an endpoint."""
        endpoint = self.subject.endpoint
        return None if endpoint is None else with_deployment(endpoint, self.deployment).status

    @property
    def ceiling(self) -> int:
        """The most instances that may exist, or the actual number if it is larger."""
        alive = sum(fleet.alive for fleet in self.deployment.fleets)
        return max(ceiling(self.deployment.spec), alive)

    @property
    def held(self) -> bool:
        """True if the bake continues after its baking period: an alarm could not be read,
        or it waits at a gate."""
        interval = self.record.desired.interval_seconds
        return interval is not None and self.seen_at >= self.record.stage_began_at + interval

    def seconds(self, now: float) -> float:
        """The time since acceptance; after the end, the duration of the update."""
        return self.rows[-1].at if self.deployment.ended else now - self.subject.accepted_at

    def phase_seconds(self, now: float) -> float:
        """The time in the current phase."""
        return now - self.record.stage_began_at

    def phase_seconds_left(self, now: float) -> float | None:
        """The time left of the baking period; None outside a bake."""
        if self.held:
            return None
        interval = self.record.desired.interval_seconds
        return _seconds_left(self.record.stage_began_at, interval, now)

    def gate_seconds_left(self, now: float) -> float | None:
        """The time left before the gate of this bake times out, including the baking period.

        None if there is no gate, or after it was continued.
        """
        if not awaits_continuation(self.deployment):
            return None
        limit = self.record.desired.gate_seconds
        return _seconds_left(self.record.stage_began_at, limit, now)

    def seconds_to_wake(self, now: float) -> float | None:
        """The time until the next expected change; None after the end."""
        return None if self.wake_at is None else max(0, self.wake_at - now)

    def deadline_seconds_left(self, now: float) -> float | None:
        """The time left for this direction; None after the end."""
        limit = self.record.desired.deadline_seconds
        return _seconds_left(self.record.direction_began_at, limit, now)

    @property
    def rollback_from(self) -> tuple[Deployment, float]:
        """The state from which to estimate the rollback, and its time.

        Forward it is the current state, because a rollback may begin at any time. In a
        rollback it is the start of the stage, when its operations began.
        """
        if self.deployment.direction is Direction.FORWARD:
            return self.deployment, self.seen_at
        return self.entered, self.record.stage_began_at

    def rollback_estimate(self) -> RollbackEstimate | None:
        """What a rollback from `rollback_from` would take, or the rest of one in progress.

        None if it can no longer roll back, and if the view has no estimator.
        """
        estimate = self.subject.estimate_rollback
        return None if estimate is None else estimate(*self.rollback_from)

    def step_count(self) -> int:
        """The number of batches of this direction.

        Blue/green's termination wait, a last step that moves no traffic, counts as one.
        """
        deployment = self.deployment
        if deployment.direction is Direction.FORWARD:
            return step_count(deployment.spec)
        if not (deployment.ended or deployment.up):
            # Instances that are there but not yet seen at the turn determine the number.
            deployment = advance(deployment, ideal_event(deployment))
        return steps_back(deployment)


def first(subject: Subject, record: Record, row: Row) -> Snapshot:
    """The snapshot before the first tick; `row` is the first row of the timeline."""
    deployment, at = record.deployment, record.stage_began_at
    stage, ended_at = row.stage, at if deployment.ended else None
    batch = BatchSeen(stage.direction, stage.step, at, row.new_share, ended_at)
    return Snapshot(
        subject,
        record,
        at,
        at,
        None,
        False,
        tuple([AlarmSeen(name) for name in deployment.spec.alarms]),
        (batch,),
        0,
        (row,),
        deployment,
    )


def following(before: Snapshot, seen: Tick | TickFailed, rows: Iterable[Row]) -> Snapshot:
    """The snapshot after a tick that added `rows` to the timeline, or after a failed one."""
    if isinstance(seen, TickFailed):
        return evolve(before, seen_at=seen.at, wake_at=seen.retry_at, error=seen.error)
    deployment, batches, observed = seen.record.deployment, before.batches, seen.seen
    rows = tuple(rows)
    for row in rows:
        batches = _with_row(batches, row, before.subject.accepted_at + row.at)
    split = None if observed is None else observed.split
    return Snapshot(
        before.subject,
        seen.record,
        seen.at,
        seen.wake_at,
        before.split_seen if split is None else split,
        before.moving if observed is None else split is None,
        _alarms(before, observed.alarms, seen.at) if observed else before.alarms,
        batches[-KEPT:],
        before.earlier_batches + max(0, len(batches) - KEPT),
        (*before.rows, *rows)[-KEPT:] if rows else before.rows,
        before.entered if deployment.stage == before.deployment.stage else deployment,
        observed.notes if observed else before.notes,
        seen.error,
    )


def _alarms(before: Snapshot, readings: Mapping[str, Reading], at: float) -> tuple[AlarmSeen, ...]:
    if not readings:
        return before.alarms
    # The observation belongs to the stage at the start of the tick.
    bake = before.deployment.stage
    return tuple([_read(known, readings.get(known.name), bake, at) for known in before.alarms])


def _read(known: AlarmSeen, reading: Reading | None, bake: Stage, at: float) -> AlarmSeen:
    if reading is None:
        return known
    if reading is known.reading and bake == known.bake:
        return evolve(known, read_at=at)
    return AlarmSeen(known.name, reading, at, at, bake)


def _seconds_left(began_at: float, seconds: int | None, now: float) -> float | None:
    """The time left on a timer at `now`, at least 0; None if no timer runs."""
    return None if seconds is None else max(0, began_at + seconds - now)


def _with_row(batches: tuple[BatchSeen, ...], row: Row, at: float) -> tuple[BatchSeen, ...]:
    """The batches after a row of the timeline, which may start one and end the previous one."""
    *done, last = batches
    if row.stage.phase in ENDS:
        return (*done, evolve(last, ended_at=at, share=row.new_share))
    if (row.stage.direction, row.stage.step) == (last.direction, last.step):
        return (*done, evolve(last, share=row.new_share))
    turned = row.stage.direction is not last.direction
    ended = evolve(last, ended_at=at, turned_back=turned)
    return (*done, ended, BatchSeen(row.stage.direction, row.stage.step, at, row.new_share))
