"""Snapshots: what is going on in a deployment at one moment, for a picture of it.

Here belongs what is shown and when it began; how it looks is in picture.py. All of
it is read off the deployment and what was seen of the world.
"""

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, frozen

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.events import Reading
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
"""How many rows, and how many finished batches, are kept: more than a screen shows."""


@frozen
class AlarmSeen:
    """An alarm as it was read last.

    `reading`: None until it has been. `since`: when the reading became so, in the
    bake that it was read in. `read_at`: when it was read last. `bake`: that bake.
    """

    name: str
    reading: Reading | None = None
    since: float = 0
    read_at: float = 0
    bake: Stage | None = None


@frozen
class BatchSeen:
    """A batch, from its beginning; `ended_at` is None while it is under way.

    `share`: of the traffic, asked for the new fleet when it was seen last.
    `turned_back`: it was not finished; the way back began instead.
    """

    direction: Direction
    step: int
    began_at: float
    share: Share
    ended_at: float | None = None
    turned_back: bool = False


@frozen
class RollbackEstimate:
    """What a rollback takes, from a certain state on.

    `batches`: its steps, the first of which uses what is still in service; of a
    rollback under way, those behind it too. `provisioned_instances`: how many old
    instances it must provision again. `peak_instances`: the most that exist at one
    moment of it. `least_seconds`: how long it takes at least. `commit_seconds`: when
    all traffic is home at the earliest; after that nothing fails it.
    `whole`: False where the walk was given up: the rollback takes more than these.
    """

    batches: int
    provisioned_instances: int
    peak_instances: int
    least_seconds: int
    commit_seconds: int
    whole: bool = True


EstimateRollback = Callable[[Deployment, float], RollbackEstimate | None]
"""The rollback from a state at a moment on the driver's clock; None where nothing turns back."""


@frozen(eq=False)
class Subject:
    """What a view knows of an update from the beginning on; see `View` for its members."""

    name: str
    accepted_at: float
    endpoint: Endpoint | None
    place: int
    updates: int
    estimate_rollback: EstimateRollback | None


@frozen
class Snapshot:
    """A deployment as a person knows it. All moments are of the driver's clock.

    `seen_at`, `wake_at`: when it was looked at last and when it will be next, None
    after the end. `split_seen`: the split that was seen last, None before any was;
    `moving`: traffic is on its way to another. `alarms`: those that the bakes watch.
    `batches`: the latest, the one under way last; `earlier_batches`: how many more
    there were. `rows`: the latest of the timeline. `entered`: the deployment when
    it came into its stage. `notes`: what the backend says to people now. `error`:
    what was raised by the latest look, where it failed.
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
        """The endpoint's status, as DescribeEndpoint gives it; None where no endpoint is known."""
        endpoint = self.subject.endpoint
        return None if endpoint is None else with_deployment(endpoint, self.deployment).status

    @property
    def ceiling(self) -> int:
        """The most instances that may exist, or more where more do."""
        alive = sum(fleet.alive for fleet in self.deployment.fleets)
        return max(ceiling(self.deployment.spec), alive)

    @property
    def held(self) -> bool:
        """The baking period is over and the bake goes on: an alarm could not be read."""
        interval = self.record.desired.interval_seconds
        return interval is not None and self.seen_at >= self.record.stage_began_at + interval

    def seconds(self, now: float) -> float:
        """How long ago the update was accepted; after its end, how long it took."""
        return self.rows[-1].at if self.deployment.ended else now - self.subject.accepted_at

    def phase_seconds(self, now: float) -> float:
        """How long it has been in its phase."""
        return now - self.record.stage_began_at

    def phase_seconds_left(self, now: float) -> float | None:
        """What is left of the baking period; None where no timer of the phase runs."""
        if self.held:
            return None
        interval = self.record.desired.interval_seconds
        return _seconds_left(self.record.stage_began_at, interval, now)

    def seconds_to_wake(self, now: float) -> float | None:
        """How long until something may have changed by itself; None after the end."""
        return None if self.wake_at is None else max(0, self.wake_at - now)

    def deadline_seconds_left(self, now: float) -> float | None:
        """What is left of the time limit of this direction; None after the end."""
        limit = self.record.desired.deadline_seconds
        return _seconds_left(self.record.direction_began_at, limit, now)

    @property
    def rollback_from(self) -> tuple[Deployment, float]:
        """The state that the rollback is estimated from, and its moment.

        Forward the present one, for a rollback may begin at any time; back the one
        that the stage began with, for what it waits for is under way since then.
        """
        if self.deployment.direction is Direction.FORWARD:
            return self.deployment, self.seen_at
        return self.entered, self.record.stage_began_at

    def rollback_estimate(self) -> RollbackEstimate | None:
        """What a rollback from `rollback_from` would take, or what is left of one.

        None where nothing turns it back any more, and where nobody can say.
        """
        estimate = self.subject.estimate_rollback
        return None if estimate is None else estimate(*self.rollback_from)

    def step_count(self) -> int:
        """How many batches this direction has.

        Blue/green's termination wait, a last step that moves no traffic, counts as one.
        """
        deployment = self.deployment
        if deployment.direction is Direction.FORWARD:
            return step_count(deployment.spec)
        if not (deployment.ended or deployment.up):
            # What is there at the turn, and not yet counted, decides how long the way home is.
            deployment = advance(deployment, ideal_event(deployment))
        return steps_back(deployment)


def first(subject: Subject, record: Record, row: Row) -> Snapshot:
    """What is known before the first tick; `row` is the first of the timeline."""
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
    """What is known after a tick that added `rows` to the timeline, or after one that failed."""
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
    # What was seen was seen in the stage that the tick began in.
    bake = before.deployment.stage
    return tuple([_read(known, readings.get(known.name), bake, at) for known in before.alarms])


def _read(known: AlarmSeen, reading: Reading | None, bake: Stage, at: float) -> AlarmSeen:
    if reading is None:
        return known
    if reading is known.reading and bake == known.bake:
        return evolve(known, read_at=at)
    return AlarmSeen(known.name, reading, at, at, bake)


def _seconds_left(began_at: float, seconds: int | None, now: float) -> float | None:
    """What is left of a timer at the moment `now`: at least 0, and None where none runs."""
    return None if seconds is None else max(0, began_at + seconds - now)


def _with_row(batches: tuple[BatchSeen, ...], row: Row, at: float) -> tuple[BatchSeen, ...]:
    """The batches after a row of the timeline, which may begin one, and end the one before it."""
    *done, last = batches
    if row.stage.phase in ENDS:
        return (*done, evolve(last, ended_at=at, share=row.new_share))
    if (row.stage.direction, row.stage.step) == (last.direction, last.step):
        return (*done, evolve(last, share=row.new_share))
    turned = row.stage.direction is not last.direction
    ended = evolve(last, ended_at=at, turned_back=turned)
    return (*done, ended, BatchSeen(row.stage.direction, row.stage.step, at, row.new_share))
