"""Promise: what a deployment leaves is what the next one starts from, without any endpoint."""

import pytest

from rolling import (
    ALL_TRAFFIC,
    FleetSpec,
    Operation,
    OperationFailed,
    Phase,
    RollingUpdatePolicy,
    advance,
    fleets_left,
    instances,
    serving,
    sides_of,
    start,
)
from tests.core.walking import end_of, rolling, run_to, seen, trip


def left_by_a_failed_rollback() -> tuple[FleetSpec, ...]:
    baking = run_to(rolling(10, 10, 2, back=1), "forward 3.1 baking")
    state = run_to(trip(baking), "back 2.1 provisioning")
    some = advance(state, seen(state, (state.new.asked,) * 2, (state.old[0].in_service,) * 2))
    end = advance(some, OperationFailed(some.stage, Operation.PROVISION, 1, "no capacity"))
    assert end.phase is Phase.ROLLBACK_FAILED
    return fleets_left(end)


def test_a_success_leaves_the_new_fleet_alone() -> None:
    assert fleets_left(end_of(rolling(3, 3, 1))) == (
        FleetSpec("config-2", 3, 3, end_of(rolling(3, 3, 1)).new.share),
    )


def test_a_rollback_leaves_the_old_fleet_alone() -> None:
    (left,) = fleets_left(end_of(trip(run_to(rolling(3, 3, 1), "forward 2.1 baking"))))
    assert left == serving("config-1", 3)


@pytest.mark.parametrize("configuration", ["config-1", "config-2", "config-3"])
def test_a_mix_is_repaired_to_any_configuration(configuration: str) -> None:
    left = left_by_a_failed_rollback()
    assert [fleet.configuration for fleet in left] == ["config-2", "config-1"]
    new, old = sides_of(left, configuration, 10)
    assert new.configuration == configuration and new.full == 10
    assert {fleet.configuration for fleet in old} == {"config-1", "config-2"} - {configuration}
    end = end_of(start(old, new, RollingUpdatePolicy(instances(2), 0)))
    assert end.phase is Phase.SUCCEEDED
    assert fleets_left(end) == (FleetSpec(configuration, 10, 10, end.new.share),)
    assert end.new.share.part == end.new.share.whole == ALL_TRAFFIC.whole * 10
