"""The forecast: what a deployment will take if nothing goes wrong.

It has the numbers of one deployment: its batches, instances, time, and the needs of a
rollback from each bake. feasibility.py compares them with deadlines and limits.
"""

from collections.abc import Iterable
from itertools import groupby

from attrs import frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.errors import nearest
from rolling.core.gate import is_gate
from rolling.core.plan import Batch, plan_batches
from rolling.core.stage import Phase
from rolling.simulation.rollback_estimate import rollback_estimates
from rolling.simulation.walk import Leftover, TimedState, committed_at, leftovers_at, walk
from rolling.view.snapshots import RollbackEstimate


@frozen
class BatchForecast:
    """One batch of the plan, and a rollback from its bake.

    `counts_before`, `split_before`: of each fleet, before the batch; the new one first.
    `starts_at_seconds`: from acceptance. `least_seconds`: of this batch only.
    `peak_instances`: the most instances that exist at any moment of it. `gate`: True if
    its bake waits until it is continued; the forecast continues it at once.
    """

    batch: Batch
    counts_before: tuple[int, ...]
    split_before: tuple[Share, ...]
    starts_at_seconds: int
    least_seconds: int
    peak_instances: int
    rollback: RollbackEstimate
    gate: bool = False


@frozen
class Way:
    """What the way forward takes if nothing goes wrong.

    `batches`: its steps, without step 0. `peak_instances`: the most instances that all
    fleets have at any moment; `least_in_service`: the fewest in service at any moment.
    `extra_instance_seconds`: the instances above the count at the start, times how long
    they exist, minus those missing from the smaller of that count and the new fleet.
    `least_seconds`: the minimum duration, without waits at gates.
    `commit_seconds`: the earliest end of the last bake; after it nothing rolls back.
    """

    batches: int
    peak_instances: int
    least_in_service: int
    extra_instance_seconds: int
    least_seconds: int
    commit_seconds: int


@frozen
class Forecast:
    """The forecast of a deployment: the way forward, and the rollback from each batch.

    `start`: the deployment when accepted. `leftovers`: instances that earlier updates
    left alive.
    """

    start: Deployment
    forward: Way
    batches: tuple[BatchForecast, ...]
    leftovers: tuple[Leftover, ...] = ()

    @property
    def gate_seconds(self) -> int:
        """The longest possible wait at all gates together."""
        gates = self.start.spec.gates
        return 0 if gates is None else gates.timeout_seconds * sum(b.gate for b in self.batches)

    @property
    def leftover_instances(self) -> int:
        """The number of instances that earlier updates left alive."""
        return sum(each.count for each in self.leftovers)

    @property
    def rollback_peak_instances(self) -> int:
        """The most instances at any moment of a rollback, from any bake."""
        return max(batch.rollback.peak_instances for batch in self.batches)

    @property
    def rollback_commit_seconds(self) -> int:
        """The earliest time at which the longest rollback from a bake has all traffic home."""
        return max(batch.rollback.commit_seconds for batch in self.batches)

    @property
    def rollback_least_seconds(self) -> int:
        """The minimum duration of the longest rollback from a bake."""
        return max(batch.rollback.least_seconds for batch in self.batches)


def forecast_deployment(
    start: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover] = ()
) -> Forecast:
    """The forecast of a new deployment, with these leftovers."""
    leftovers = tuple(leftovers)
    states = list(walk(start, settings, leftovers))
    under_way = [state for state in states if not state.deployment.ended]
    steps = [list(step) for _, step in groupby(under_way, lambda each: each.deployment.stage.step)]
    bakes = [
        next(state for state in step if state.deployment.phase is Phase.BAKING) for step in steps
    ]
    rollbacks = rollback_estimates(
        [(bake.deployment, leftovers_at(leftovers, bake.at_seconds)) for bake in bakes], settings
    )
    batches: list[BatchForecast] = []
    counts = tuple(fleet.count for fleet in start.spec.fleets)
    split = tuple(fleet.share for fleet in start.spec.fleets)
    for batch, step, rollback in zip(plan_batches(start), steps, rollbacks, strict=True):
        batches.append(
            BatchForecast(
                batch=batch,
                counts_before=counts,
                split_before=split,
                starts_at_seconds=step[0].at_seconds,
                least_seconds=sum(state.lasts_seconds for state in step),
                peak_instances=max(state.alive for state in step),
                rollback=rollback,
                gate=is_gate(step[0].deployment),
            )
        )
        counts, split = batch.kept, batch.split
    return Forecast(start, forecast_way(states), tuple(batches), leftovers)


def forecast_way(walked: Iterable[TimedState]) -> Way:
    """The cost of a complete walk forward."""
    states = list(walked)
    spec = states[0].deployment.spec
    at_start = sum(fleet.count for fleet in spec.fleets)
    least = min(at_start, spec.new.full)
    return Way(
        batches=states[-1].deployment.stage.step,
        peak_instances=max(state.alive for state in states),
        least_in_service=min(
            sum(fleet.in_service for fleet in state.deployment.fleets) for state in states
        ),
        extra_instance_seconds=sum(
            (state.alive - nearest(state.alive, least, at_start)) * state.lasts_seconds
            for state in states
        ),
        least_seconds=states[-1].at_seconds,
        commit_seconds=committed_at(states),
    )
