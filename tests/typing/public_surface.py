"""What a type checker must say of the public surface; test_typing.py runs it.

`assert_type` holds an inferred type. A line with `type: ignore[code]` must be
an error of that code: an ignore that is not needed is itself an error.
"""

from typing import assert_type

import rolling
from rolling import (
    Batch,
    BlueGreenUpdatePolicy,
    Deployment,
    Desired,
    DesiredFleet,
    Edge,
    Event,
    Failed,
    FleetSpec,
    Phase,
    RollbackFailed,
    RolledBack,
    RollingUpdatePolicy,
    Share,
    Stage,
    StopRequested,
    Succeeded,
    advance,
    due,
    follow,
    instances,
    percent,
    plan_batches,
    serving,
    start,
    wanted,
)

policy = RollingUpdatePolicy(percent(30), wait_interval_seconds=300)
deployment = start(serving("config-1", 10), wanted("config-2", 10), policy, alarms=["p99"])
assert_type(deployment, Deployment)
assert_type(due(deployment), Desired)
assert_type(due(deployment).fleets, tuple[DesiredFleet, ...])
assert_type(plan_batches(deployment), tuple[Batch, ...])
assert_type(deployment.phase, Phase)

event: Event = StopRequested("an operator")
assert_type(advance(deployment, event), Deployment)
assert_type(follow(deployment, event), tuple[Deployment, tuple[Edge, ...]])

# Several old fleets, any iterable of alarms, either policy.
start([serving("b", 1), serving("a", 2)], wanted("c", 3), BlueGreenUpdatePolicy(), {"p99": 1})


def told(deployment: Deployment) -> str:
    """Every end, and no other: mypy demands that the match is whole."""
    match deployment.outcome:
        case None:
            return "under way"
        case Succeeded(leftover=leftover):
            return f"succeeded, {leftover} left over"
        case RolledBack(cause=Failed(reason=reason)):
            return f"rolled back: {reason}"
        case RolledBack():
            return "rolled back"
        case RollbackFailed():
            return "rollback failed"


# What must be refused.
deployment.phase = Phase.BAKING  # type: ignore[misc]
deployment.up = 3  # type: ignore[misc]
advance(deployment, "stop")  # type: ignore[arg-type]
advance(event, deployment)  # type: ignore[arg-type]
start("config-1", wanted("config-2", 10), policy)  # type: ignore[arg-type]
start(serving("config-1", 10), wanted("config-2", 10), {"MaximumBatchSize": 1})  # type: ignore[arg-type]
RollingUpdatePolicy(30, wait_interval_seconds=300)  # type: ignore[arg-type]
RollingUpdatePolicy(instances(3))  # type: ignore[call-arg]
FleetSpec("config-1", "10", 10, Share(1, 1))  # type: ignore[arg-type]
Stage(1, 1, 1, Phase.BAKING)  # type: ignore[arg-type]
print(rolling.no_such_name)  # type: ignore[attr-defined]
print(rolling.public)  # type: ignore[attr-defined]
