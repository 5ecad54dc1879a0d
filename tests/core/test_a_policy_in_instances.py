"""A policy resolved against its fleets: how far each step goes, in instances."""

import pytest

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    BlueGreenUpdatePolicy,
    FleetSpec,
    RollingUpdatePolicy,
    RoutingType,
    TrafficRouting,
    UpdatePolicy,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.core.policy import Pace

CANARY, LINEAR = RoutingType.CANARY, RoutingType.LINEAR


@pytest.mark.parametrize(
    ("policy", "old", "new", "pace"),
    [
        (
            RollingUpdatePolicy(percent(50), 60, percent(20)),
            10,
            6,
            Pace(3, 3, 3, 2, True, 60, 0),
        ),
        (RollingUpdatePolicy(instances(2), 0), 10, 6, Pace(2, 2, 2, 10, True, 0, 0)),
        (RollingUpdatePolicy(percent(5), 0, percent(1)), 1, 1, Pace(1, 1, 1, 1, True, 0, 0)),
        (BlueGreenUpdatePolicy(), 1, 1, Pace(1, 1, 1, 1, False, 0, 0)),
        (
            BlueGreenUpdatePolicy(TrafficRouting(wait_interval_seconds=60), 30),
            10,
            6,
            Pace(6, 6, 6, 10, False, 60, 30),
        ),
        (
            BlueGreenUpdatePolicy(TrafficRouting(CANARY, 60, percent(34)), 1),
            10,
            6,
            Pace(6, 2, 6, 10, False, 60, 1),
        ),
        (
            BlueGreenUpdatePolicy(TrafficRouting(LINEAR, 60, instances(2))),
            10,
            6,
            Pace(6, 2, 2, 10, False, 60, 0),
        ),
    ],
)
def test_a_policy_in_instances_of_its_fleets(
    policy: UpdatePolicy, old: int, new: int, pace: Pace
) -> None:
    assert start(serving("a", old), wanted("b", new), policy).spec.pace == pace


@pytest.mark.parametrize(
    "policy", [RollingUpdatePolicy(percent(50), 0), BlueGreenUpdatePolicy()], ids=["rolling", "b/g"]
)
def test_where_no_old_instance_is_in_service_the_way_back_still_has_a_batch(
    policy: UpdatePolicy,
) -> None:
    old, new = FleetSpec("a", 4, 0, NO_TRAFFIC), FleetSpec("b", 4, 2, ALL_TRAFFIC)
    assert start(old, new, policy).spec.pace.rollback_batch == 1
