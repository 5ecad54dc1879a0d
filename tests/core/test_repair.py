"""Promise: what a deployment leaves is what the next one starts from, without any endpoint."""

import pytest

from rolling import (
    ALL_TRAFFIC,
    FleetSpec,
    Operation,
    OperationFailed,
    Phase,
    RollingUpdatePolicy,
    StopRequested,
    advance,
    fleets_left,
    instances,
    serving,
    sides_of,
    start,
    wanted,
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


def test_a_failed_rollback_leaves_what_is_in_service_and_what_it_is_sent() -> None:
    newer, older = left_by_a_failed_rollback()
    assert newer == FleetSpec("config-2", 10, newer.count, newer.share)
    assert older == FleetSpec("config-1", 10, older.count, older.share)
    assert (newer.count, str(newer.share)) == (4, "2/5")
    assert (older.count, str(older.share)) == (6, "3/5")


def failed_with(new: tuple[int, int], old: tuple[int, int]) -> tuple[FleetSpec, ...]:
    """What is left when a way back fails that saw these counts, in service and alive."""
    turned = trip(run_to(rolling(4, 4, 1, back=1), "forward 2.1 baking"))
    end = advance(turned, OperationFailed(turned.stage, Operation.PROVISION, 1, "no capacity"))
    return fleets_left(advance(end, seen(end, new, old)))


def test_a_fleet_that_lost_everything_is_left_with_what_is_still_asked_for() -> None:
    """Its traffic waits for it; a fleet of nothing could not be sent any."""
    newer, older = failed_with(new=(0, 2), old=(3, 3))
    assert (newer.count, str(newer.share)) == (2, "1/2")
    assert (older.count, str(older.share)) == (3, "1/2")


def test_a_fleet_that_lost_some_is_left_with_what_is_in_service() -> None:
    newer, older = failed_with(new=(1, 2), old=(3, 3))
    assert (newer.count, older.count) == (1, 3)


def test_instances_without_traffic_are_left_too() -> None:
    """They are alive, so the next update has to clean them up."""
    begun = rolling(4, 4, 1)
    turned = advance(begun, StopRequested("me"))
    failed = advance(turned, OperationFailed(turned.stage, Operation.PROVISION, 1, "no capacity"))
    end = advance(failed, seen(failed, (0, 1), (4, 4)))
    newer, older = fleets_left(end)
    assert (newer.count, str(newer.share)) == (0, "0")
    assert (older.count, str(older.share)) == (4, "1")


def test_the_configuration_that_is_wanted_may_be_of_another_size_than_it_was() -> None:
    left = left_by_a_failed_rollback()
    new, (old,) = sides_of(left, "config-1", 7)
    assert new == FleetSpec("config-1", 7, left[1].count, left[1].share)
    assert old == left[0]
    assert sides_of(left, "config-3", 7) == (wanted("config-3", 7), left)


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
    assert end.new.share == ALL_TRAFFIC
