"""Alternatives: forecasts of the same update with one number of its policy changed.

This file changes policies, and searches for the nearest change that is sufficient.
Every suggested change has been tried.
"""

from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.capacity import CapacitySize, SizeType, percent
from rolling.core.policy import (
    BATCH_PERCENT,
    MAXIMUM_EXECUTION_TIMEOUT_SECONDS,
    ROLLBACK_BATCH_PERCENT,
    SHORTEST_EXECUTION_TIMEOUT_SECONDS,
    RollingUpdatePolicy,
    UpdatePolicy,
    legal_counts,
)
from rolling.core.transition import start
from rolling.simulation.forecast import Forecast, Way, forecast_deployment, forecast_way
from rolling.simulation.walk import walk

ROLLING = "DeploymentConfig.RollingUpdatePolicy"
BLUE_GREEN = "DeploymentConfig.BlueGreenUpdatePolicy"
BATCH = f"{ROLLING}.MaximumBatchSize"
ROLLBACK_BATCH = f"{ROLLING}.RollbackMaximumBatchSize"
CAPACITY_LIMIT = "Simulation.CapacityLimit"

_TRIED_EACH = 1_000
"""The number of smaller batches tried one by one; for a fleet below 2,000, all of them."""


@frozen
class Fix:
    """A value to put in a field of the request or the scenario."""

    field: str
    value: object


@frozen
class Circumstances:
    """The conditions of a forecast: the requested policy, and the settings of the world."""

    policy: UpdatePolicy
    settings: SimulationSettings


def deadline_field(policy: UpdatePolicy) -> str:
    """The field of a policy's deadline."""
    at = ROLLING if isinstance(policy, RollingUpdatePolicy) else BLUE_GREEN
    return f"{at}.MaximumExecutionTimeoutInSeconds"


def wait_field(policy: UpdatePolicy) -> str:
    """The field of the length of a policy's bakes."""
    if isinstance(policy, RollingUpdatePolicy):
        return f"{ROLLING}.WaitIntervalInSeconds"
    return f"{BLUE_GREEN}.TrafficRoutingConfiguration.WaitIntervalInSeconds"


def wait_of(policy: UpdatePolicy) -> int:
    """The length of a policy's bakes, in seconds."""
    if isinstance(policy, RollingUpdatePolicy):
        return policy.wait_interval_seconds
    return policy.routing.wait_interval_seconds


def rollback_size(policy: RollingUpdatePolicy) -> CapacitySize:
    """The rollback batch size; by default the whole old fleet."""
    size = policy.rollback_maximum_batch_size
    return percent(100) if size is None else size


def size_document(size: CapacitySize) -> dict[str, object]:
    """A size as SageMaker's JSON."""
    return {"Type": size.type.value, "Value": size.value}


def smallest_deadline(under: Circumstances, least_seconds: int) -> Fix | None:
    """The smallest legal deadline that allows `least_seconds`."""
    needed = max(least_seconds + 1, SHORTEST_EXECUTION_TIMEOUT_SECONDS)
    if needed > MAXIMUM_EXECUTION_TIMEOUT_SECONDS:
        return None
    return Fix(deadline_field(under.policy), needed)


def largest_wait(
    forecast: Forecast, under: Circumstances, works: Callable[[Way], bool]
) -> Fix | None:
    """The longest bake, shorter than the current one, with which the way forward works."""

    def with_wait(seconds: int) -> UpdatePolicy:
        policy = under.policy
        if isinstance(policy, RollingUpdatePolicy):
            return evolve(policy, wait_interval_seconds=seconds)
        return evolve(policy, routing=evolve(policy.routing, wait_interval_seconds=seconds))

    best = _last(
        range(wait_of(under.policy)),
        lambda seconds: works(_way(forecast, with_wait(seconds), under.settings)),
    )
    return None if best is None else Fix(wait_field(under.policy), best)


def larger_batch(
    forecast: Forecast, under: Circumstances, works: Callable[[Way], bool]
) -> Fix | None:
    """The smallest batch, larger than the current one, with which the way forward works."""
    policy = under.policy
    if not isinstance(policy, RollingUpdatePolicy):
        return None
    size = policy.maximum_batch_size
    best = _first(
        [value for value in _batches(forecast, size.type) if value > size.value],
        lambda value: works(_way(forecast, _with_batch(policy, value), under.settings)),
    )
    return None if best is None else Fix(f"{BATCH}.Value", best)


def smaller_batch(
    forecast: Forecast, under: Circumstances, works: Callable[[Way], bool]
) -> Fix | None:
    """The largest batch, smaller than the current one, with which the way forward works.

    For a blue/green policy: the largest batch of a rolling policy in its place.
    """
    policy = under.policy
    if isinstance(policy, RollingUpdatePolicy):
        rolling, most = policy, policy.maximum_batch_size.value - 1
    else:
        rolling, most = RollingUpdatePolicy(percent(50), wait_of(policy)), 50
    size_type = rolling.maximum_batch_size.type
    legal = [value for value in _batches(forecast, size_type) if value <= most]

    def enough(value: int) -> bool:
        return works(_way(forecast, _with_batch(rolling, value), under.settings))

    # Because of the remainder in the last step, the peak is not monotonic in the batch size.
    best = next(filter(enough, legal[: -_TRIED_EACH - 1 : -1]), None)
    if best is None:
        best = _last(legal[:-_TRIED_EACH], enough)
    if best is None:
        return None
    if rolling is policy:
        return Fix(f"{BATCH}.Value", best)
    return Fix(BATCH, size_document(CapacitySize(size_type, best)))


def with_smaller_batch(
    forecast: Forecast, under: Circumstances, works: Callable[[Way], bool]
) -> tuple[Forecast, Circumstances]:
    """Forecast and circumstances of a rolling update with `smaller_batch`, if there is one."""
    policy, change = under.policy, smaller_batch(forecast, under, works)
    if change is None or not isinstance(policy, RollingUpdatePolicy):
        return forecast, under
    assert isinstance(change.value, int)
    changed = _with_batch(policy, change.value)
    return _forecast(forecast, changed, under.settings), evolve(under, policy=changed)


def larger_rollback_batch(
    forecast: Forecast, under: Circumstances, works: Callable[[Forecast], bool]
) -> Fix | None:
    """The smallest rollback batch, larger than the current one, with which every rollback works."""
    if not isinstance(under.policy, RollingUpdatePolicy):
        return None
    return _rollback_batch(forecast, under, under.policy, works, larger=True)


def smaller_rollback_batch(
    forecast: Forecast, under: Circumstances, works: Callable[[Forecast], bool]
) -> Fix | None:
    """The largest rollback batch, smaller than the current one, with which every rollback works."""
    if not isinstance(under.policy, RollingUpdatePolicy):
        return None
    return _rollback_batch(forecast, under, under.policy, works, larger=False)


def _rollback_batch(
    forecast: Forecast,
    under: Circumstances,
    policy: RollingUpdatePolicy,
    works: Callable[[Forecast], bool],
    *,
    larger: bool,
) -> Fix | None:
    size = rollback_size(policy)
    legal = _legal(size.type, forecast.start.spec.old_count, *ROLLBACK_BATCH_PERCENT)

    def enough(value: int) -> bool:
        back = CapacitySize(size.type, value)
        changed = evolve(policy, rollback_maximum_batch_size=back)
        return works(_forecast(forecast, changed, under.settings))

    if larger:
        best = _first([value for value in legal if value > size.value], enough)
    else:
        best = _last([value for value in legal if value < size.value], enough)
    if best is None:
        return None
    if policy.rollback_maximum_batch_size is None:
        return Fix(ROLLBACK_BATCH, size_document(CapacitySize(size.type, best)))
    return Fix(f"{ROLLBACK_BATCH}.Value", best)


def _way(forecast: Forecast, policy: UpdatePolicy, settings: SimulationSettings) -> Way:
    spec = forecast.start.spec
    changed = start(spec.old, spec.new, policy, spec.alarms)
    return forecast_way(walk(changed, settings, forecast.leftovers))


def _forecast(forecast: Forecast, policy: UpdatePolicy, settings: SimulationSettings) -> Forecast:
    spec = forecast.start.spec
    changed = start(spec.old, spec.new, policy, spec.alarms)
    return forecast_deployment(changed, settings, forecast.leftovers)


def _with_batch(policy: RollingUpdatePolicy, value: int) -> RollingUpdatePolicy:
    return evolve(policy, maximum_batch_size=evolve(policy.maximum_batch_size, value=value))


def _batches(forecast: Forecast, size_type: SizeType) -> range:
    return _legal(size_type, forecast.start.spec.new.full, *BATCH_PERCENT)


def _legal(size_type: SizeType, fleet_size: int, low: int, high: int) -> range:
    """Every legal value of a size between `low` and `high` percent of a fleet."""
    if size_type is SizeType.CAPACITY_PERCENT:
        return range(low, high + 1)
    return legal_counts(fleet_size, low, high)


def _first(values: Sequence[int], works: Callable[[int], bool]) -> int | None:
    """The first of `values` that works, by bisection: all values after it must work too."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if works(values[middle]):
            high = middle
        else:
            low = middle + 1
    return values[low] if low < len(values) else None


def _last(values: Sequence[int], works: Callable[[int], bool]) -> int | None:
    """The last of `values` that works, by bisection: all values before it must work too."""
    return _first(values[::-1], works)
