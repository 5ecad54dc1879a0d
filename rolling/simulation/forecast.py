"""The forecast: what a deployment will take if nothing goes wrong, before it is begun.

Here belong the numbers of one deployment: its batches, instances, time, and
what a rollback from each bake would need. Nothing is decided here: the machine
is walked through the events of a world in which everything that is asked for
comes true, each operation in its own time. What these numbers mean for a
deadline or a limit is in feasibility.py.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.desired import due
from rolling.core.events import (
    AlarmsRead,
    Event,
    FleetsSeen,
    Reading,
    Sighting,
    SplitSettled,
)
from rolling.core.outcome import Cause, Stopped
from rolling.core.pace import bake_seconds
from rolling.core.plan import Batch, plan_batches
from rolling.core.rollback import roll_back
from rolling.core.stage import Direction, Phase
from rolling.core.transition import advance


@frozen
class Leftover:
    """Instances that an update before this one left alive, and that nobody asks for.

    `fleet`: the place of theirs in the deployment's fleets. `count` of them are
    gone `after_seconds`.
    """

    fleet: int
    count: int
    after_seconds: int


@frozen
class Moment:
    """A state on the walk: when the deployment came into it, and how long it stays there.

    `alive`: all instances that exist then, of all fleets together.
    """

    deployment: Deployment
    at_seconds: int
    lasts_seconds: int

    @property
    def alive(self) -> int:
        """All instances asked for or alive."""
        return sum(fleet.alive for fleet in self.deployment.fleets)


def walk(
    deployment: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover] = ()
) -> Iterator[Moment]:
    """Every state from this one to the end, in a world where everything asked for comes true.

    An operation takes its setting's seconds from the moment it was asked for, what
    `deployment` waits for from the start of the walk; there is no jitter, and no
    limit to the capacity. `leftovers`: what is on its way out already; whatever else
    is alive and not asked for is condemned at the start.
    """
    world = _World(deployment, settings, leftovers)
    while not deployment.ended:
        until = world.next_moment(deployment)
        yield Moment(deployment, world.now, until - world.now)
        deployment = world.pass_to(until, deployment)
    yield Moment(deployment, world.now, 0)


class _World:
    """The world of a walk: the moments at which what is asked for comes true."""

    def __init__(
        self, deployment: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover]
    ) -> None:
        self._settings = settings
        self.now = 0
        self._stage_began_at = 0
        shifting = deployment.phase is Phase.SHIFTING and not deployment.settled
        self._settled_at = settings.shift_seconds if shifting else 0
        missing = any(fleet.asked > fleet.in_service for fleet in deployment.fleets)
        self._ready_at = settings.provisioning_seconds if missing else 0
        # Who is condemned: when how many of which fleet are gone.
        self._going = [(each.after_seconds, each.fleet, each.count) for each in leftovers]
        for place, fleet in enumerate(deployment.fleets):
            self._condemn(place, fleet.alive - fleet.asked - self._condemned(place, 0))

    def next_moment(self, deployment: Deployment) -> int:
        """The next moment at which something comes true: the present one, or a later one."""
        stage, fleets = deployment.stage, deployment.fleets
        alive = [
            fleet.asked + self._condemned(place, self.now) for place, fleet in enumerate(fleets)
        ]
        if alive != [fleet.alive for fleet in fleets]:
            # What is there is seen before anything else comes true.
            return self.now
        moments = [moment for moment, _, _ in self._going if moment > self.now]
        if stage.phase is Phase.SHIFTING:
            moments.append(max(self.now, self._settled_at))
        elif stage.phase is Phase.BAKING:
            moments.append(self._stage_began_at + bake_seconds(deployment))
        elif stage.phase is Phase.PROVISIONING:
            # The first step back takes what is in service, and waits for nothing.
            waits = stage.direction is Direction.FORWARD or stage.step > 1
            missing = any(fleet.in_service < fleet.asked for fleet in fleets)
            moments.append(max(self.now, self._ready_at) if waits and missing else self.now)
        return min(moments, default=self.now)

    def pass_to(self, until: int, before: Deployment) -> Deployment:
        """The deployment after everything that comes true by `until`."""
        self.now, deployment = until, before
        self._going = [each for each in self._going if each[0] > until]
        for event in self._what_came_true(before):
            deployment = advance(deployment, event)
        if deployment.stage != before.stage:
            self._stage_began_at = until
        pairs = list(zip(before.fleets, deployment.fleets, strict=True))
        if any(after.asked > fleet.asked for fleet, after in pairs):
            self._ready_at = until + self._settings.provisioning_seconds
        if any(after.share != fleet.share for fleet, after in pairs):
            self._settled_at = until + self._settings.shift_seconds
        for place, (fleet, after) in enumerate(pairs):
            self._condemn(place, fleet.asked - after.asked)
        return deployment

    def _what_came_true(self, deployment: Deployment) -> Iterator[Event]:
        stage, desired = deployment.stage, due(deployment)
        ready = self._ready_at <= self.now
        seen = [
            Sighting(
                fleet.asked if ready else fleet.in_service,
                fleet.asked + self._condemned(place, self.now),
            )
            for place, fleet in enumerate(deployment.fleets)
        ]
        yield FleetsSeen(stage, tuple(seen))
        if stage.phase is Phase.SHIFTING and self._settled_at <= self.now:
            yield SplitSettled(stage, deployment.split)
        if (
            stage.phase is Phase.BAKING
            and self._stage_began_at + bake_seconds(deployment) <= self.now
        ):
            quiet = tuple((alarm, Reading.OK) for alarm in desired.alarms)
            yield AlarmsRead(stage, quiet, after_interval=True)

    def _condemn(self, place: int, count: int) -> None:
        if count > 0:
            self._going.append((self.now + self._settings.cleanup_seconds, place, count))

    def _condemned(self, place: int, now: int) -> int:
        """How many of a fleet are alive and not asked for."""
        return sum(count for moment, at, count in self._going if at == place and moment > now)


@frozen
class RollbackForecast:
    """What the whole way back needs, if it begins in a certain bake.

    `peak_instances`: the most that exist at one moment of it.
    `provisioned_instances`: how many old instances must be had again.
    `batches`: its steps, the first of which uses what is still in service.
    `least_seconds`: how long it takes at least. `commit_seconds`: when all traffic
    is home at the earliest; past it nothing fails it.
    """

    peak_instances: int
    provisioned_instances: int
    batches: int
    least_seconds: int
    commit_seconds: int


@frozen
class BatchForecast:
    """One batch of the plan, with what a rollback from its bake would need.

    `counts_before`, `split_before`: of each fleet, before the batch; the new one first.
    `starts_at_seconds`: counted from acceptance. `least_seconds`: of the batch alone.
    `peak_instances`: the most that exist at one moment of it.
    """

    batch: Batch
    counts_before: tuple[int, ...]
    split_before: tuple[Share, ...]
    starts_at_seconds: int
    least_seconds: int
    peak_instances: int
    rollback: RollbackForecast


@frozen
class Way:
    """What the way forward takes if nothing goes wrong.

    `batches`: its steps. `peak_instances`: the most that exist at one moment, of
    all fleets together. `extra_instance_seconds`: what exists above the count at
    the start, over the least time. `least_seconds`: how long the whole takes at
    least. `commit_seconds`: when the last bake ends at the earliest; past it
    nothing turns back.
    """

    batches: int
    peak_instances: int
    extra_instance_seconds: int
    least_seconds: int
    commit_seconds: int


@frozen
class Forecast:
    """The forecast of a deployment: its way forward, and of each batch the way back.

    `start`: the deployment as it was accepted. `leftovers`: what the updates
    before it left alive.
    """

    start: Deployment
    forward: Way
    batches: tuple[BatchForecast, ...]
    leftovers: tuple[Leftover, ...] = ()

    @property
    def leftover_instances(self) -> int:
        """How many instances the updates before it left alive."""
        return sum(each.count for each in self.leftovers)

    @property
    def rollback_peak_instances(self) -> int:
        """The most instances that exist at one moment of a rollback from any bake."""
        return max(batch.rollback.peak_instances for batch in self.batches)

    @property
    def rollback_commit_seconds(self) -> int:
        """When the longest rollback from a bake has all traffic home at the earliest."""
        return max(batch.rollback.commit_seconds for batch in self.batches)

    @property
    def rollback_least_seconds(self) -> int:
        """How long the longest rollback from a bake takes at least."""
        return max(batch.rollback.least_seconds for batch in self.batches)


def forecast_deployment(
    start: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover] = ()
) -> Forecast:
    """The forecast of a deployment that was just started, beside these leftovers."""
    leftovers = tuple(leftovers)
    moments = list(walk(start, settings, leftovers))
    batches: list[BatchForecast] = []
    counts = tuple(fleet.count for fleet in start.spec.fleets)
    split = tuple(fleet.share for fleet in start.spec.fleets)
    for batch in plan_batches(start):
        step = [moment for moment in moments if _is_in(batch, moment)]
        baked = next(moment for moment in step if moment.deployment.phase is Phase.BAKING)
        still_there = _leftovers_at(baked.at_seconds, leftovers)
        batches.append(
            BatchForecast(
                batch=batch,
                counts_before=counts,
                split_before=split,
                starts_at_seconds=step[0].at_seconds,
                least_seconds=sum(moment.lasts_seconds for moment in step),
                peak_instances=max(moment.alive for moment in step),
                rollback=forecast_rollback(baked.deployment, Stopped("you"), settings, still_there),
            )
        )
        counts, split = batch.kept, batch.split
    return Forecast(start, forecast_way(moments), tuple(batches), leftovers)


def _leftovers_at(moment: int, leftovers: Iterable[Leftover]) -> list[Leftover]:
    """What of the leftovers is there at a moment, counted from then."""
    return [
        evolve(each, after_seconds=each.after_seconds - moment)
        for each in leftovers
        if each.after_seconds > moment
    ]


def forecast_way(moments: Iterable[Moment]) -> Way:
    """What the walk through `moments`, forward from its start to its end, takes."""
    moments = list(moments)
    at_start = sum(fleet.count for fleet in moments[0].deployment.spec.fleets)
    return Way(
        batches=moments[-1].deployment.stage.step,
        peak_instances=max(moment.alive for moment in moments),
        extra_instance_seconds=sum(
            max(0, moment.alive - at_start) * moment.lasts_seconds for moment in moments
        ),
        least_seconds=moments[-1].at_seconds,
        commit_seconds=_committed_at(moments),
    )


def forecast_rollback(
    deployment: Deployment,
    cause: Cause,
    settings: SimulationSettings,
    leftovers: Iterable[Leftover] = (),
) -> RollbackForecast:
    """What turning `deployment` back now, for `cause`, needs until everything is home.

    `leftovers`: what earlier updates left alive, as of now.
    """
    turned = roll_back(deployment, cause)
    moments = list(walk(turned, settings, leftovers))
    asked = [sum(fleet.asked for fleet in moment.deployment.old) for moment in moments]
    return RollbackForecast(
        peak_instances=max(moment.alive for moment in moments),
        provisioned_instances=asked[-1] - asked[0],
        batches=moments[-1].deployment.stage.step,
        least_seconds=moments[-1].at_seconds,
        commit_seconds=_committed_at(moments),
    )


def _committed_at(moments: Sequence[Moment]) -> int:
    """When the last cleanup begins, the only thing left once all traffic has arrived."""
    end = moments[-1]
    last_stage = moments[-2].deployment.stage
    if last_stage.phase is not Phase.CLEANING:
        return end.at_seconds
    return next(each.at_seconds for each in moments if each.deployment.stage == last_stage)


def _is_in(batch: Batch, moment: Moment) -> bool:
    deployment = moment.deployment
    return deployment.stage.step == batch.step and not deployment.ended
