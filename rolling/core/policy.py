"""Policies: how an update is carried out, in SageMaker's own terms, and their limits.

Here belong the policies as a user gives them, every limit on their numbers,
and their resolution to a `Pace`: the same policy in instances of two fleets of
known size. After that nothing speaks of percentages any more.
"""

from enum import StrEnum

from attrs import Factory, frozen

from rolling.core.capacity import (
    MOST_INSTANCES,
    CapacitySize,
    SizeType,
    floor_of,
    most_within_room,
)
from rolling.core.errors import Problem, is_whole_number, nearest, range_problem

SHORTEST_EXECUTION_TIMEOUT_SECONDS = 600
"""The smallest `maximum_execution_timeout_seconds`."""

MAXIMUM_EXECUTION_TIMEOUT_SECONDS = 28_800
"""The limit of a direction when the policy gives none: the largest allowed. Ours."""

LONGEST_WAIT_SECONDS = 3_600
"""The longest baking period, and the longest termination wait."""

BATCH_PERCENT, ROLLBACK_BATCH_PERCENT = (5, 50), (1, 100)
"""The smallest and the largest batch, forward of the new fleet and back of the old one."""

MOST_ALARMS, LONGEST_ALARM_NAME = 10, 255
"""The most alarms that an update watches, and the most characters of the name of one."""


@frozen
class RollingUpdatePolicy:
    """Replace the fleet batch by batch.

    `maximum_batch_size`: 5–50% of the new fleet.
    `wait_interval_seconds`: the baking period of each batch, 0–3600.
    `rollback_maximum_batch_size`: the batches of the way back, 1–100% of the old
    fleet; None is 100%, "rolls all traffic back to the old fleet".
    `maximum_execution_timeout_seconds`: the limit of the way forward, and again
    of the way back, 600–28800.
    """

    maximum_batch_size: CapacitySize
    wait_interval_seconds: int
    rollback_maximum_batch_size: CapacitySize | None = None
    maximum_execution_timeout_seconds: int = MAXIMUM_EXECUTION_TIMEOUT_SECONDS


class RoutingType(StrEnum):
    """SageMaker's `TrafficRoutingConfig.Type`."""

    ALL_AT_ONCE = "ALL_AT_ONCE"
    CANARY = "CANARY"
    LINEAR = "LINEAR"


@frozen
class TrafficRouting:
    """How a blue/green update shifts traffic.

    `size` is the canary (at most 50% of the new fleet) or the linear step
    (10–50%); None when all traffic shifts at once.
    `wait_interval_seconds`: the baking period after each shift, 0–3600.
    """

    type: RoutingType = RoutingType.ALL_AT_ONCE
    wait_interval_seconds: int = 0
    size: CapacitySize | None = None


@frozen
class BlueGreenUpdatePolicy:
    """Provision the whole new fleet, shift traffic to it, then clean up the old one.

    The default is what an update with neither policy does: all at once.
    `termination_wait_seconds`: one more baking period before the cleanup, 0–3600.
    `maximum_execution_timeout_seconds`: as for a rolling update.
    """

    routing: TrafficRouting = Factory(TrafficRouting)
    termination_wait_seconds: int = 0
    maximum_execution_timeout_seconds: int = MAXIMUM_EXECUTION_TIMEOUT_SECONDS


@frozen
class SurgeRollingPolicy:
    """Replace the fleet batch by batch, within room that is given: ours, SageMaker has none.

    `maximum_surge`: the instances that may exist beyond the fleet, 0–100% of the new one.
    `maximum_unavailable`: those that may be missing from it, at least one instance fewer
    than all; of the old fleet the same part. A batch is as large as both together. Where
    any may be missing, the update first drains the old fleet to its floor, which carries
    all the traffic meanwhile. With a surge of 0 it needs no spare instance.
    A percentage rounds down; of a surge above 0% one instance remains.
    `wait_interval_seconds`, `maximum_execution_timeout_seconds`: as for a rolling update.
    `rollback_maximum_batch_size`: the batches of the way back, as for a rolling update,
    but never more than fit into the same room.
    Source: Kubernetes' `maxSurge` and `maxUnavailable`.
    """

    maximum_surge: CapacitySize
    maximum_unavailable: CapacitySize
    wait_interval_seconds: int
    rollback_maximum_batch_size: CapacitySize | None = None
    maximum_execution_timeout_seconds: int = MAXIMUM_EXECUTION_TIMEOUT_SECONDS

    def surge_in(self, new_full: int) -> int:
        """The instances beyond the fleet, in a new fleet of this size."""
        size = self.maximum_surge
        none = size.type is SizeType.CAPACITY_PERCENT and size.value == 0
        return 0 if none else size.count_in(new_full)

    def unavailable_in(self, new_full: int) -> int:
        """The instances that may be missing, in a new fleet of this size."""
        return self.maximum_unavailable.part_of(new_full)


SageMakerPolicy = RollingUpdatePolicy | BlueGreenUpdatePolicy
"""How SageMaker carries out an update."""

UpdatePolicy = SageMakerPolicy | SurgeRollingPolicy
"""How an update is carried out."""


@frozen
class Pace:
    """A policy resolved against two fleets: how far each step goes, in instances.

    Blue/green is the same walk as rolling at another pace: it provisions the
    whole fleet in its first step and cleans up once, in its last.
    """

    provision_batch: int
    first_shift: int
    next_shift: int
    rollback_batch: int
    cleans_each_step: bool
    wait_interval_seconds: int
    termination_wait_seconds: int


def pace_of(policy: UpdatePolicy, old_count: int, new_full: int) -> Pace:
    """Resolve a policy that has no `policy_problems` for fleets of these sizes."""
    match policy:
        case RollingUpdatePolicy():
            return _rolling_pace(policy, old_count, new_full)
        case SurgeRollingPolicy():
            return _surge_pace(policy, old_count, new_full)
        case BlueGreenUpdatePolicy():
            return _blue_green_pace(policy, old_count, new_full)


def _rolling_pace(policy: RollingUpdatePolicy, old_count: int, new_full: int) -> Pace:
    batch = policy.maximum_batch_size.count_in(new_full)
    back = policy.rollback_maximum_batch_size
    return Pace(
        provision_batch=batch,
        first_shift=batch,
        next_shift=batch,
        rollback_batch=max(1, old_count if back is None else back.count_in(old_count)),
        cleans_each_step=True,
        wait_interval_seconds=policy.wait_interval_seconds,
        termination_wait_seconds=0,
    )


def _blue_green_pace(policy: BlueGreenUpdatePolicy, old_count: int, new_full: int) -> Pace:
    routing = policy.routing
    first = new_full if routing.size is None else routing.size.count_in(new_full)
    return Pace(
        provision_batch=new_full,
        first_shift=first,
        next_shift=first if routing.type is RoutingType.LINEAR else new_full,
        rollback_batch=max(1, old_count),
        cleans_each_step=False,
        wait_interval_seconds=routing.wait_interval_seconds,
        termination_wait_seconds=policy.termination_wait_seconds,
    )


def _surge_pace(policy: SurgeRollingPolicy, old_count: int, new_full: int) -> Pace:
    surge, unavailable = policy.surge_in(new_full), policy.unavailable_in(new_full)
    new_floor = floor_of(new_full, new_full, unavailable)
    old_floor = floor_of(old_count, new_full, unavailable)
    most = most_within_room(old_count, new_full, old_floor, new_floor, surge)
    back = policy.rollback_maximum_batch_size
    wanted = old_count if back is None else back.count_in(old_count)
    return Pace(
        provision_batch=surge + unavailable,
        first_shift=surge + unavailable,
        next_shift=surge + unavailable,
        rollback_batch=min(wanted, most - max(old_floor, new_floor)),
        cleans_each_step=True,
        wait_interval_seconds=policy.wait_interval_seconds,
        termination_wait_seconds=0,
    )


def floor_in(policy: UpdatePolicy, full: int, new_full: int) -> int:
    """The floor of a fleet that has `full` instances, under a policy that has no problems."""
    if isinstance(policy, SurgeRollingPolicy):
        return floor_of(full, new_full, policy.unavailable_in(new_full))
    return full


def legal_counts(fleet_size: int, low: int, high: int) -> range:
    """The counts of instances that lie between `low` and `high` percent of a fleet; maybe none.

    A lower limit of 1% is none: any one instance is a batch.
    """
    least = 1 if low == 1 else max(1, -(-fleet_size * low // 100))
    return range(least, fleet_size * high // 100 + 1)


def policy_problems(policy: UpdatePolicy, old_count: int, new_full: int) -> list[Problem]:
    """Everything about a policy that these fleets cannot be updated with.

    Fields are named as in `DeploymentConfig` of the SageMaker API. Fleet sizes
    below 1 are another's problem: they switch the checks against them off.
    """
    match policy:
        case RollingUpdatePolicy():
            return _rolling_problems(policy, old_count, new_full)
        case BlueGreenUpdatePolicy():
            return _blue_green_problems(policy, new_full)
        case SurgeRollingPolicy():
            return _surge_problems(policy, old_count, new_full)
        case _:
            rule = "must be a RollingUpdatePolicy, a SurgeRollingPolicy or a BlueGreenUpdatePolicy"
            return [Problem("DeploymentConfig", policy, rule)]


def _rolling_problems(policy: RollingUpdatePolicy, old_count: int, new_full: int) -> list[Problem]:
    at = "RollingUpdatePolicy"
    batch, back = policy.maximum_batch_size, policy.rollback_maximum_batch_size
    found = [
        *_size_problems(f"{at}.MaximumBatchSize", batch, *BATCH_PERCENT, new_full, "new"),
        _wait_problem(f"{at}.WaitIntervalInSeconds", policy.wait_interval_seconds),
        _timeout_problem(
            f"{at}.MaximumExecutionTimeoutInSeconds", policy.maximum_execution_timeout_seconds
        ),
    ]
    if back is not None:
        found += _size_problems(
            f"{at}.RollbackMaximumBatchSize", back, *ROLLBACK_BATCH_PERCENT, old_count, "old"
        )
    return [problem for problem in found if problem is not None]


def _surge_problems(policy: SurgeRollingPolicy, old_count: int, new_full: int) -> list[Problem]:
    at = "SurgeRollingPolicy"
    surge, unavailable = policy.maximum_surge, policy.maximum_unavailable
    back = policy.rollback_maximum_batch_size
    found = [
        *_room_problems(f"{at}.MaximumSurge", surge, 100, new_full),
        *_room_problems(f"{at}.MaximumUnavailable", unavailable, 99, new_full),
    ]
    if (
        not found
        and new_full > 0
        and policy.surge_in(new_full) + policy.unavailable_in(new_full) < 1
    ):
        if new_full == 1:
            rule = "one instance cannot be missing: MaximumSurge must be 1"
            found.append(Problem(f"{at}.MaximumSurge.Value", surge.value, rule, 1))
        else:
            rule = "lets no instance be missing, and MaximumSurge lets none be added"
            fix = 1 if unavailable.type is SizeType.INSTANCE_COUNT else -(-100 // new_full)
            found.append(Problem(f"{at}.MaximumUnavailable.Value", unavailable.value, rule, fix))
    if back is not None:
        found += _size_problems(
            f"{at}.RollbackMaximumBatchSize", back, *ROLLBACK_BATCH_PERCENT, old_count, "old"
        )
    found += [
        _wait_problem(f"{at}.WaitIntervalInSeconds", policy.wait_interval_seconds),
        _timeout_problem(
            f"{at}.MaximumExecutionTimeoutInSeconds", policy.maximum_execution_timeout_seconds
        ),
    ]
    return [problem for problem in found if problem is not None]


def _room_problems(
    field: str, size: object, most_percent: int, new_full: int
) -> list[Problem | None]:
    """The problems of a size from 0 on, at most this part of the new fleet."""
    if not isinstance(size, CapacitySize) or not _is(SizeType, size.type):
        return [
            Problem(field, size, "must be a CapacitySize with a SizeType, such as instances(1)")
        ]
    if size.type is SizeType.CAPACITY_PERCENT:
        found = range_problem(f"{field}.Value", size.value, 0, most_percent, " percent")
    elif new_full == 1 and most_percent < 100 and size.value != 0:
        rule = "one instance cannot be missing: use 0, and a MaximumSurge of 1"
        found = Problem(f"{field}.Value", size.value, rule, 0)
    else:
        most = MOST_INSTANCES if new_full < 1 else new_full - (most_percent < 100)
        found = range_problem(f"{field}.Value", size.value, 0, most, " instances")
    return [] if found is None else [found]


def _blue_green_problems(policy: BlueGreenUpdatePolicy, new_full: int) -> list[Problem]:
    at = "BlueGreenUpdatePolicy"
    traffic = f"{at}.TrafficRoutingConfiguration"
    routing: object = policy.routing
    if not isinstance(routing, TrafficRouting) or not _is(RoutingType, routing.type):
        rule = "must be a TrafficRouting with a RoutingType, such as TrafficRouting()"
        return [Problem(traffic, routing, rule)]
    found = [
        _wait_problem(f"{traffic}.WaitIntervalInSeconds", routing.wait_interval_seconds),
        _wait_problem(f"{at}.TerminationWaitInSeconds", policy.termination_wait_seconds),
        _timeout_problem(
            f"{at}.MaximumExecutionTimeoutInSeconds", policy.maximum_execution_timeout_seconds
        ),
    ]
    wanted_size = _ROUTING_SIZES.get(routing.type)
    if wanted_size is None:
        if routing.size is not None:
            rule = "ALL_AT_ONCE takes neither CanarySize nor LinearStepSize; leave it out"
            found.append(Problem(traffic, routing.type.value, rule))
    elif routing.size is None:
        name, low, _ = wanted_size
        fix = {"Type": "CAPACITY_PERCENT", "Value": low}
        rule = f"{routing.type.value} needs {name}"
        found.append(Problem(f"{traffic}.{name}", None, rule, fix))
    else:
        name, low, high = wanted_size
        found += _size_problems(f"{traffic}.{name}", routing.size, low, high, new_full, "new")
    return [problem for problem in found if problem is not None]


_ROUTING_SIZES = {
    RoutingType.CANARY: ("CanarySize", 1, 50),
    RoutingType.LINEAR: ("LinearStepSize", 10, 50),
}


def _is(kind: type, value: object) -> bool:
    # A plain string equals a member of a StrEnum, but is not one.
    return isinstance(value, kind)


def _wait_problem(field: str, value: int) -> Problem | None:
    return range_problem(field, value, 0, LONGEST_WAIT_SECONDS, " seconds")


def _timeout_problem(field: str, value: int) -> Problem | None:
    least, most = SHORTEST_EXECUTION_TIMEOUT_SECONDS, MAXIMUM_EXECUTION_TIMEOUT_SECONDS
    return range_problem(field, value, least, most, " seconds")


def _size_problems(
    field: str, size: object, low: int, high: int, fleet_size: int, fleet: str
) -> list[Problem | None]:
    """The problems of a size that must lie between `low` and `high` percent of a fleet."""
    if not isinstance(size, CapacitySize) or not _is(SizeType, size.type):
        rule = f"must be a CapacitySize with a SizeType, such as percent({low})"
        return [Problem(field, size, rule)]
    if size.type is SizeType.CAPACITY_PERCENT:
        return [range_problem(f"{field}.Value", size.value, low, high, " percent")]
    if fleet_size < 1:
        return [range_problem(f"{field}.Value", size.value, 1, MOST_INSTANCES, " instances")]
    counts = legal_counts(fleet_size, low, high)
    least, most = counts.start, counts.stop - 1
    between = f"{low}–{high}% of the {fleet} fleet of {fleet_size}"
    if most < least:
        rule = f"no count of instances is {between}; give a percentage"
        fix = {"Type": "CAPACITY_PERCENT", "Value": high}
        return [Problem(field, {"Type": size.type.value, "Value": size.value}, rule, fix)]
    if is_whole_number(size.value) and least <= size.value <= most:
        return []
    rule = f"must be a whole number from {least} to {most} instances, {between}"
    return [Problem(f"{field}.Value", size.value, rule, nearest(size.value, least, most))]
