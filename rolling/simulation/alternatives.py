"""Alternatives: forecasts of the same update with one number of its policy changed.

This file changes policies, and searches for the nearest change that is sufficient.
Every suggested change has been tried.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from typing import assert_never, cast

from attrs import evolve, frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.capacity import CapacitySize, SizeType, instances, percent
from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput
from rolling.core.fleet import is_healthy
from rolling.core.policy import (
    BATCH_PERCENT,
    MAXIMUM_EXECUTION_TIMEOUT_SECONDS,
    ROLLBACK_BATCH_PERCENT,
    SHORTEST_EXECUTION_TIMEOUT_SECONDS,
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    SurgeRollingPolicy,
    UpdatePolicy,
    legal_counts,
)
from rolling.core.transition import start
from rolling.endpoint.deployment_config import size_document
from rolling.endpoint.engine import Engine, within_room
from rolling.simulation.forecast import Forecast, Way, forecast_deployment, forecast_way
from rolling.simulation.walk import walk

ROLLING = "DeploymentConfig.RollingUpdatePolicy"
BLUE_GREEN = "DeploymentConfig.BlueGreenUpdatePolicy"
BATCH = f"{ROLLING}.MaximumBatchSize"
ROLLBACK_BATCH = f"{ROLLING}.RollbackMaximumBatchSize"
ENGINE = "Engine"
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
    """The conditions of a forecast: the policy that is followed, and the settings of the world."""

    policy: UpdatePolicy
    settings: SimulationSettings


def deadline_field(policy: UpdatePolicy) -> str:
    """The field of a policy's deadline."""
    match policy:
        case RollingUpdatePolicy() | SurgeRollingPolicy():
            at = ROLLING
        case BlueGreenUpdatePolicy():
            at = BLUE_GREEN
        case other:
            assert_never(other)
    return f"{at}.MaximumExecutionTimeoutInSeconds"


def wait_field(policy: UpdatePolicy) -> str:
    """The field of the length of a policy's bakes."""
    match policy:
        case RollingUpdatePolicy() | SurgeRollingPolicy():
            return f"{ROLLING}.WaitIntervalInSeconds"
        case BlueGreenUpdatePolicy():
            return f"{BLUE_GREEN}.TrafficRoutingConfiguration.WaitIntervalInSeconds"
        case other:
            assert_never(other)


def wait_of(policy: UpdatePolicy) -> int:
    """The length of a policy's bakes, in seconds."""
    match policy:
        case RollingUpdatePolicy() | SurgeRollingPolicy():
            return policy.wait_interval_seconds
        case BlueGreenUpdatePolicy():
            return policy.routing.wait_interval_seconds
        case other:
            assert_never(other)


def _with_wait(policy: UpdatePolicy, seconds: int) -> UpdatePolicy:
    match policy:
        case RollingUpdatePolicy() | SurgeRollingPolicy():
            return evolve(policy, wait_interval_seconds=seconds)
        case BlueGreenUpdatePolicy():
            return evolve(policy, routing=evolve(policy.routing, wait_interval_seconds=seconds))
        case other:
            assert_never(other)


def rollback_size(policy: RollingUpdatePolicy | SurgeRollingPolicy) -> CapacitySize:
    """The rollback batch size; by default the whole old fleet."""
    size = policy.rollback_maximum_batch_size
    return percent(100) if size is None else size


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

    def changed(seconds: int) -> UpdatePolicy:
        return _with_wait(under.policy, seconds)

    best = _last(range(wait_of(under.policy)), _enough(forecast, under, changed, works))
    return None if best is None else Fix(wait_field(under.policy), best)


def larger_batch(
    forecast: Forecast, under: Circumstances, works: Callable[[Way], bool]
) -> Fix | None:
    """The smallest batch, larger than the current one, with which the way forward works.

    With a surge policy, the surge grows; if it is 0, the number of unavailable instances.
    """
    match under.policy:
        case RollingUpdatePolicy(maximum_batch_size=size) as policy:
            larger = _above(size.value, _batches(forecast, size.type))
            best = _smallest(forecast, under, larger, partial(_with_batch, policy), works)
            return None if best is None else Fix(f"{BATCH}.Value", best)
        case SurgeRollingPolicy(maximum_surge=surge, maximum_unavailable=unavailable) as policy:
            if surge.value:
                name, size, changed = "MaximumSurge", surge, partial(_with_surge, policy)
            else:
                name, size = "MaximumUnavailable", unavailable
                changed = partial(_with_unavailable, policy)
            larger = _above(size.value, _rooms(forecast, size.type, name))
            best = _smallest(forecast, under, larger, changed, works)
            return None if best is None else Fix(f"{ENGINE}.{name}.Value", best)
        case BlueGreenUpdatePolicy():
            return None
        case other:
            assert_never(other)


@frozen
class Mend:
    """A change that needs fewer instances: the fix, and the policy with it.

    `drains_first`: True if only an update that drains first fits.
    """

    fix: Fix
    policy: UpdatePolicy
    drains_first: bool = False


def less_room(
    forecast: Forecast, under: Circumstances, works: Callable[[Way], bool]
) -> Mend | None:
    """The nearest policy that needs fewer instances, with which the way forward works.

    It is the largest smaller batch (for blue/green, of a rolling policy in its place);
    otherwise the largest surge below SageMaker's smallest batch; otherwise, with no surge,
    the smallest number of unavailable instances.
    """
    match under.policy:
        case RollingUpdatePolicy() as policy:
            most = policy.maximum_batch_size.value - 1
            return (
                _smaller_batch(forecast, under, policy, most, works)
                or _small_surge(forecast, under, policy, works)
                or _drain_first(forecast, under, policy, works)
            )
        case SurgeRollingPolicy() as policy:
            return _smaller_surge(forecast, under, policy, works) or _drain_first(
                forecast, under, policy, works
            )
        case BlueGreenUpdatePolicy() as policy:
            rolling = RollingUpdatePolicy(percent(BATCH_PERCENT[1]), wait_of(policy))
            found = _smaller_batch(forecast, under, rolling, BATCH_PERCENT[1], works)
            if found is None:
                return None
            value = size_document(percent(cast(int, found.fix.value)))
            return evolve(found, fix=Fix(BATCH, value))
        case other:
            assert_never(other)


def with_less_room(
    forecast: Forecast, under: Circumstances, works: Callable[[Way], bool]
) -> tuple[Forecast, Circumstances]:
    """Forecast and circumstances of a rolling update with `less_room`, if it finds a change."""
    found = less_room(forecast, under, works)
    if found is None or isinstance(under.policy, BlueGreenUpdatePolicy):
        return forecast, under
    changed = _started(forecast, found.policy)
    assert changed is not None, "less_room has tried it"
    return _forecast(forecast, under, changed), evolve(under, policy=found.policy)


def _smaller_batch(
    forecast: Forecast,
    under: Circumstances,
    policy: RollingUpdatePolicy,
    most: int,
    works: Callable[[Way], bool],
) -> Mend | None:
    """The largest batch up to `most`."""
    legal = _batches(forecast, policy.maximum_batch_size.type)
    changed = partial(_with_batch, policy)
    best = _largest(
        [value for value in legal if value <= most], _enough(forecast, under, changed, works)
    )
    return None if best is None else Mend(Fix(f"{BATCH}.Value", best), changed(best))


def _smaller_surge(
    forecast: Forecast,
    under: Circumstances,
    policy: SurgeRollingPolicy,
    works: Callable[[Way], bool],
) -> Mend | None:
    # A surge of 0 needs at least one unavailable instance.
    least = 0 if policy.unavailable_in(forecast.start.spec.new.full) else 1
    changed = partial(_with_surge, policy)
    best = _largest(
        range(least, policy.maximum_surge.value), _enough(forecast, under, changed, works)
    )
    if best is None:
        return None
    return Mend(Fix(f"{ENGINE}.MaximumSurge.Value", best), changed(best))


def _small_surge(
    forecast: Forecast,
    under: Circumstances,
    policy: RollingUpdatePolicy,
    works: Callable[[Way], bool],
) -> Mend | None:
    """The largest surge below SageMaker's smallest batch; None for a mix."""
    if not is_healthy(forecast.start.spec.fleets):
        return None

    def changed(count: int) -> SurgeRollingPolicy:
        return within_room(policy, instances(count), instances(0))

    smaller = range(1, _batches(forecast, SizeType.INSTANCE_COUNT).start)
    best = _largest(smaller, _enough(forecast, under, changed, works))
    if best is None:
        return None
    fix = Fix(f"{ENGINE}.MaximumSurge", size_document(instances(best)))
    return Mend(fix, changed(best))


def _drain_first(
    forecast: Forecast,
    under: Circumstances,
    policy: RollingUpdatePolicy | SurgeRollingPolicy,
    works: Callable[[Way], bool],
) -> Mend | None:
    """The fewest unavailable instances, with no surge; None for one instance or a mix."""
    if not is_healthy(forecast.start.spec.fleets):
        return None

    def changed(count: int) -> SurgeRollingPolicy:
        return within_room(policy, instances(0), instances(count))

    counts = _rooms(forecast, SizeType.INSTANCE_COUNT, "MaximumUnavailable")
    best = _smallest(forecast, under, counts, changed, works)
    if best is None:
        return None
    if isinstance(policy, RollingUpdatePolicy):
        fix = Fix(f"{ENGINE}.MaximumUnavailable", size_document(instances(best)))
    else:
        fix = Fix(ENGINE, Engine(None, instances(best), forecast.start.spec.gates).as_json())
    return Mend(fix, changed(best), drains_first=True)


def nearest_rollback_batch(
    forecast: Forecast, under: Circumstances, works: Callable[[Forecast], bool], *, larger: bool
) -> Fix | None:
    """The nearest rollback batch with which every rollback works.

    `larger`: the smallest of the larger ones; otherwise the largest of the smaller ones.
    """
    policy = under.policy
    if isinstance(policy, BlueGreenUpdatePolicy):
        return None
    size = rollback_size(policy)
    legal = _legal(size.type, forecast.start.spec.old_count, *ROLLBACK_BATCH_PERCENT)

    def enough(value: int) -> bool:
        back = CapacitySize(size.type, value)
        changed = _started(forecast, evolve(policy, rollback_maximum_batch_size=back))
        return changed is not None and works(_forecast(forecast, under, changed))

    if larger:
        best = _first([value for value in legal if value > size.value], enough)
    else:
        best = _last([value for value in legal if value < size.value], enough)
    if best is None:
        return None
    if policy.rollback_maximum_batch_size is None:
        return Fix(ROLLBACK_BATCH, size_document(CapacitySize(size.type, best)))
    return Fix(f"{ROLLBACK_BATCH}.Value", best)


def _started(forecast: Forecast, policy: UpdatePolicy) -> Deployment | None:
    """The same update with another policy; None if it cannot begin, as its gates are given."""
    spec = forecast.start.spec
    try:
        return start(spec.old, spec.new, policy, spec.alarms, gates=spec.gates)
    except InvalidInput:
        return None


def _forecast(forecast: Forecast, under: Circumstances, changed: Deployment) -> Forecast:
    return forecast_deployment(changed, under.settings, forecast.leftovers)


def _enough(
    forecast: Forecast,
    under: Circumstances,
    changed: Callable[[int], UpdatePolicy],
    works: Callable[[Way], bool],
) -> Callable[[int], bool]:
    """Whether the update can begin with a number, and its way forward then works."""

    def enough(value: int) -> bool:
        update = _started(forecast, changed(value))
        return update is not None and works(
            forecast_way(walk(update, under.settings, forecast.leftovers))
        )

    return enough


def _with_batch(policy: RollingUpdatePolicy, value: int) -> RollingUpdatePolicy:
    return evolve(policy, maximum_batch_size=evolve(policy.maximum_batch_size, value=value))


def _with_surge(policy: SurgeRollingPolicy, value: int) -> SurgeRollingPolicy:
    return evolve(policy, maximum_surge=evolve(policy.maximum_surge, value=value))


def _with_unavailable(policy: SurgeRollingPolicy, value: int) -> SurgeRollingPolicy:
    return evolve(policy, maximum_unavailable=evolve(policy.maximum_unavailable, value=value))


def _rooms(forecast: Forecast, size_type: SizeType, name: str) -> range:
    """All valid values above 0 of a surge or of unavailable instances."""
    most = 100 if size_type is SizeType.CAPACITY_PERCENT else forecast.start.spec.new.full
    return range(1, most + (name == "MaximumSurge"))


def _batches(forecast: Forecast, size_type: SizeType) -> range:
    return _legal(size_type, forecast.start.spec.new.full, *BATCH_PERCENT)


def _legal(size_type: SizeType, fleet_size: int, low: int, high: int) -> range:
    """Every legal value of a size between `low` and `high` percent of a fleet."""
    if size_type is SizeType.CAPACITY_PERCENT:
        return range(low, high + 1)
    return legal_counts(fleet_size, low, high)


def _above(value: int, legal: range) -> range:
    return range(max(value + 1, legal.start), legal.stop)


def _smallest(
    forecast: Forecast,
    under: Circumstances,
    values: range,
    changed: Callable[[int], UpdatePolicy],
    works: Callable[[Way], bool],
) -> int | None:
    """The smallest of these batches with which the way forward works."""
    # A larger batch means fewer batches: from some size on, one with a gate is missing.
    begin = bisect_left(values, True, key=lambda value: _started(forecast, changed(value)) is None)
    return _first(values[:begin], _enough(forecast, under, changed, works))


def _largest(values: Sequence[int], works: Callable[[int], bool]) -> int | None:
    """The largest of `values` that works, even if some smaller ones do not."""
    # Because of the remainder in the last step, the peak is not monotonic in the batch size.
    best = next(filter(works, values[: -_TRIED_EACH - 1 : -1]), None)
    return _last(values[:-_TRIED_EACH], works) if best is None else best


def _first(values: Sequence[int], works: Callable[[int], bool]) -> int | None:
    """The first of `values` that works, by bisection: all values after it must work too."""
    place = bisect_left(values, True, key=works)
    return values[place] if place < len(values) else None


def _last(values: Sequence[int], works: Callable[[int], bool]) -> int | None:
    """The last of `values` that works, by bisection: all values before it must work too."""
    return _first(values[::-1], works)
