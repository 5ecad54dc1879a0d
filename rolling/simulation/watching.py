"""Watching: what somebody who watches a simulation should know, folded from its moments.

Here belongs what is shown and when it began; how it looks is in rolling/cli.
All of it is read off the deployment and what was seen of the world.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.desired import due
from rolling.core.events import Reading
from rolling.core.pace import step_count
from rolling.core.properties import ceiling
from rolling.core.stage import ENDS, Direction, Stage
from rolling.driving.progress import seconds_left
from rolling.driving.record import Record
from rolling.endpoint.endpoint import EndpointStatus
from rolling.endpoint.folding import with_deployment
from rolling.simulation.moments import Accepted, Moment
from rolling.simulation.report import Row
from rolling.simulation.rollback_estimate import RollbackEstimate, rollback_estimate
from rolling.simulation.walk import Leftover

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
class Watch:
    """An update as somebody who watches it knows it. All moments are of the virtual time.

    `seen_at`, `wake_at`: when it was looked at last and when it will be next, None
    after the end. `split_seen`: the split that was seen last, None before any was;
    `moving`: traffic is on its way to another. `alarms`: those that the bakes watch.
    `batches`: the latest, the one under way last; `earlier_batches`: how many more
    there were. `rows`: the latest of the timeline. `entered`: the deployment when
    it came into its stage. `notes`: what the backend says to people now.
    """

    update: Accepted
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

    @property
    def deployment(self) -> Deployment:
        """The deployment as it is now."""
        return self.record.deployment

    @property
    def status(self) -> EndpointStatus:
        """The endpoint's status, as DescribeEndpoint gives it."""
        return with_deployment(self.update.endpoint, self.deployment).status

    @property
    def ceiling(self) -> int:
        """The most instances that may exist, or more where more do."""
        alive = sum(fleet.alive for fleet in self.deployment.fleets)
        return max(ceiling(self.deployment.spec), alive)

    @property
    def held(self) -> bool:
        """The baking period is over and the bake goes on: an alarm could not be read."""
        interval = due(self.deployment).interval_seconds
        return interval is not None and self.seen_at >= self.record.stage_began_at + interval

    def seconds(self, now: float) -> float:
        """How long ago the update was accepted; after its end, how long it took."""
        return self.rows[-1].at if self.deployment.ended else now - self.update.at

    def phase_seconds(self, now: float) -> float:
        """How long it has been in its phase."""
        return now - self.record.stage_began_at

    def phase_seconds_left(self, now: float) -> float | None:
        """What is left of the baking period; None where no timer of the phase runs."""
        if self.held:
            return None
        interval = due(self.deployment).interval_seconds
        return seconds_left(self.record.stage_began_at, interval, now)

    def seconds_to_wake(self, now: float) -> float | None:
        """How long until something may have changed by itself; None after the end."""
        return None if self.wake_at is None else max(0, self.wake_at - now)

    def deadline_seconds_left(self, now: float) -> float | None:
        """What is left of the time limit of this direction; None after the end."""
        limit = due(self.deployment).deadline_seconds
        return seconds_left(self.record.direction_began_at, limit, now)

    @property
    def rollback_from(self) -> tuple[Deployment, float]:
        """The state that a rollback is counted from, and its moment.

        Forward the present one, for a rollback may begin at any time; back the one
        that the stage began with, for what it waits for is under way since then.
        """
        if self.deployment.direction is Direction.FORWARD:
            return self.deployment, self.seen_at
        return self.entered, self.record.stage_began_at

    def rollback_estimate(self) -> RollbackEstimate | None:
        """What a rollback from `rollback_from` would take, or what is left of one.

        It takes up to a tenth of a second to find out: ask once a state.
        """
        deployment, at = self.rollback_from
        passed = at - self.update.at
        left = [
            Leftover(each.fleet, each.count, int(each.after_seconds - passed))
            for each in self.update.leftovers
            if each.after_seconds > passed
        ]
        return rollback_estimate(deployment, self.update.settings, left)

    def step_count(self) -> int | None:
        """How many batches there are forward; None on the way back, where it depends."""
        if self.deployment.direction is Direction.BACK:
            return None
        return step_count(self.deployment.spec)


def watch(before: Watch | None, moment: Moment) -> Watch:
    """What is known after a moment; `before`: what was known until then."""
    deployment = moment.record.deployment
    if before is None or before.update is not moment.update:
        return _folded(_first(moment), moment)
    if deployment.stage != before.deployment.stage:
        before = evolve(before, entered=deployment)
    return _folded(before, moment)


def _first(moment: Moment) -> Watch:
    accepted = moment.update.endpoint.deployment
    assert accepted is not None
    return Watch(
        moment.update,
        moment.record,
        moment.at,
        moment.wake_at,
        None,
        False,
        tuple([AlarmSeen(name) for name in accepted.spec.alarms]),
        (),
        0,
        (),
        moment.record.deployment,
    )


def _folded(before: Watch, moment: Moment) -> Watch:
    seen = moment.seen
    batches = before.batches
    for row in moment.rows:
        batches = _with_row(batches, row, moment.update.at + row.at)
    return evolve(
        before,
        record=moment.record,
        seen_at=moment.at,
        wake_at=moment.wake_at,
        split_seen=before.split_seen if seen.split is None else seen.split,
        moving=seen.split is None,
        alarms=tuple(_alarms(before, moment)),
        batches=batches[-KEPT:],
        earlier_batches=before.earlier_batches + max(0, len(batches) - KEPT),
        rows=(*before.rows, *moment.rows)[-KEPT:],
        notes=seen.notes,
    )


def _alarms(before: Watch, moment: Moment) -> Iterator[AlarmSeen]:
    # What was seen was seen in the stage that the tick began in.
    bake = before.deployment.stage
    for known in before.alarms:
        reading = moment.seen.alarms.get(known.name)
        if reading is None:
            yield known
        elif reading is known.reading and bake == known.bake:
            yield evolve(known, read_at=moment.at)
        else:
            yield AlarmSeen(known.name, reading, moment.at, moment.at, bake)


def _with_row(batches: tuple[BatchSeen, ...], row: Row, at: float) -> tuple[BatchSeen, ...]:
    """The batches after a row of the timeline, which may begin one, and end the one before it."""
    if not batches:
        return (BatchSeen(row.direction, row.batch, at, row.new_share),)
    *done, last = batches
    if row.phase in ENDS:
        return (*done, evolve(last, ended_at=at, share=row.new_share))
    if (row.direction, row.batch) == (last.direction, last.step):
        return (*done, evolve(last, share=row.new_share))
    turned = row.direction is not last.direction
    ended = evolve(last, ended_at=at, turned_back=turned)
    return (*done, ended, BatchSeen(row.direction, row.batch, at, row.new_share))
