"""The forecast: what a deployment will take if nothing goes wrong, before it is begun.

Here belong the numbers of one deployment: its batches, instances, time, and
what a rollback from each bake would need. Nothing is decided here: the machine
is walked through the events of a world in which everything that is asked for
comes true, each operation in its own time. What these numbers mean for a
deadline or a limit is in feasibility.py.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.desired import due
from rolling.core.events import (
    AlarmsRead,
    Event,
    FleetsSeen,
    IntervalElapsed,
    Reading,
    Sighting,
    SplitSettled,
)
from rolling.core.outcome import Cause, Stopped
from rolling.core.pace import bake_seconds
from rolling.core.plan import Batch, plan_batches
from rolling.core.rollback import roll_back
from rolling.core.stage import Phase
from rolling.core.transition import advance

BAKES_ONLY = SimulationSettings(provisioning_seconds=0, shift_seconds=0, cleanup_seconds=0)
"""What is assumed where no durations are known: only the bakes take time."""


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


def walk(deployment: Deployment, settings: SimulationSettings) -> Iterator[Moment]:
    """Every state from this one to the end, in a world where everything asked for comes true.

    An operation takes its setting's seconds from the moment it was asked for; there
    is no jitter, and no limit to the capacity.
    """
    now = ready_at = settled_at = gone_at = 0
    if any(fleet.asked > fleet.in_service for fleet in deployment.fleets):
        ready_at = settings.provisioning_seconds
    if any(fleet.alive > fleet.asked for fleet in deployment.fleets):
        gone_at = settings.cleanup_seconds
    while not deployment.ended:
        until, events = _what_comes_true(deployment, now, ready_at, settled_at, gone_at)
        yield Moment(deployment, now, until - now)
        now, before = until, deployment
        for event in events:
            deployment = advance(deployment, event)
        pairs = list(zip(before.fleets, deployment.fleets, strict=True))
        if any(after.asked > fleet.asked for fleet, after in pairs):
            ready_at = now + settings.provisioning_seconds
        if any(after.asked < fleet.asked for fleet, after in pairs):
            gone_at = now + settings.cleanup_seconds
        if any(after.share != fleet.share for fleet, after in pairs):
            settled_at = now + settings.shift_seconds
    yield Moment(deployment, now, 0)


def _what_comes_true(
    deployment: Deployment, now: int, ready_at: int, settled_at: int, gone_at: int
) -> tuple[int, tuple[Event, ...]]:
    """The events that the present stage waits for, and when they come."""
    stage, desired = deployment.stage, due(deployment)
    if stage.phase is Phase.SHIFTING:
        return max(now, settled_at), (SplitSettled(stage, desired.split),)
    if stage.phase is Phase.BAKING:
        quiet = tuple((alarm, Reading.OK) for alarm in desired.alarms)
        read = AlarmsRead(stage, quiet, after_interval=True)
        return now + bake_seconds(deployment), (IntervalElapsed(stage), read)
    until = now
    if stage.phase is Phase.CLEANING:
        if any(fleet.alive > fleet.asked for fleet in deployment.fleets):
            until = max(now, gone_at)
    elif any(fleet.in_service < fleet.asked for fleet in deployment.fleets):
        until = max(now, ready_at)
    # A condemned instance is alive until its own time has come.
    seen = tuple(
        Sighting(fleet.asked, fleet.asked if gone_at <= until else fleet.alive)
        for fleet in deployment.fleets
    )
    return until, (FleetsSeen(stage, seen),)


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
    """

    batch: Batch
    counts_before: tuple[int, ...]
    split_before: tuple[Share, ...]
    starts_at_seconds: int
    least_seconds: int
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

    `start`: the deployment as it was accepted.
    """

    start: Deployment
    forward: Way
    batches: tuple[BatchForecast, ...]

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


def forecast_deployment(start: Deployment, settings: SimulationSettings) -> Forecast:
    """The forecast of a deployment that was just started."""
    moments = list(walk(start, settings))
    batches: list[BatchForecast] = []
    counts = tuple(fleet.count for fleet in start.spec.fleets)
    split = tuple(fleet.share for fleet in start.spec.fleets)
    for batch in plan_batches(start):
        step = [moment for moment in moments if _is_in(batch, moment)]
        baked = next(m.deployment for m in step if m.deployment.phase is Phase.BAKING)
        batches.append(
            BatchForecast(
                batch=batch,
                counts_before=counts,
                split_before=split,
                starts_at_seconds=step[0].at_seconds,
                least_seconds=sum(moment.lasts_seconds for moment in step),
                rollback=forecast_rollback(baked, Stopped("you"), settings),
            )
        )
        counts, split = batch.kept, batch.split
    return Forecast(start, forecast_way(moments), tuple(batches))


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
    deployment: Deployment, cause: Cause, settings: SimulationSettings
) -> RollbackForecast:
    """What turning `deployment` back now, for `cause`, needs until everything is home."""
    turned = roll_back(deployment, cause)
    moments = list(walk(turned, settings))
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
    before_end, end = moments[-2:]
    cleaned = before_end.deployment.phase is Phase.CLEANING
    return before_end.at_seconds if cleaned else end.at_seconds


def _is_in(batch: Batch, moment: Moment) -> bool:
    deployment = moment.deployment
    return deployment.stage.step == batch.step and not deployment.ended
