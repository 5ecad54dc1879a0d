"""A mix of configurations is repaired: drained newest first, restored in reverse."""

import pytest

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    BlueGreenUpdatePolicy,
    Deployment,
    FleetSpec,
    Phase,
    RolledBack,
    RollingUpdatePolicy,
    Share,
    StopRequested,
    Succeeded,
    UpdatePolicy,
    advance,
    instances,
    percent,
    plan_batches,
    start,
    wanted,
)
from rolling.core.properties import s2_under_the_ceiling
from tests.core.walking import counts_due, end_of, rows, run_to, seen, split_due, states

HALF_NEWER = FleetSpec("config-2", 4, 2, Share(1, 2))
HALF_OLDER = FleetSpec("config-1", 4, 2, Share(1, 2))
BY_ONE = RollingUpdatePolicy(percent(25), 0, instances(1))


def repaired_to_third(policy: UpdatePolicy = BY_ONE) -> Deployment:
    return start([HALF_NEWER, HALF_OLDER], wanted("config-3", 4), policy)


def test_the_newest_configuration_is_drained_first() -> None:
    """Rows show the old fleets as newest+oldest."""
    walked = rows(repaired_to_third())
    assert [row for row in walked if "shifting" in row or "cleaning" in row] == [
        "forward 1.1 shifting: old 2+2 new 1, traffic 1/4+1/2 and 1/4",
        "forward 1.1 cleaning: old 1+2 new 1, traffic 1/4+1/2 and 1/4",
        "forward 2.1 shifting: old 1+2 new 2, traffic 0+1/2 and 1/2",
        "forward 2.1 cleaning: old 0+2 new 2, traffic 0+1/2 and 1/2",
        "forward 3.1 shifting: old 0+2 new 3, traffic 0+1/4 and 3/4",
        "forward 3.1 cleaning: old 0+1 new 3, traffic 0+1/4 and 3/4",
        "forward 4.1 shifting: old 0+1 new 4, traffic 0+0 and 1",
        "forward 4.1 cleaning: old 0+0 new 4, traffic 0+0 and 1",
    ]


def test_the_oldest_configuration_is_restored_first() -> None:
    turned = advance(run_to(repaired_to_third(), "forward 4.1 baking"), StopRequested("me"))
    assert [row for row in rows(turned) if "shifting" in row or "rolled" in row] == [
        "back 1.1 shifting: old 0+1 new 4, traffic 0+1/4 and 3/4",
        "back 2.1 shifting: old 0+2 new 3, traffic 0+1/2 and 1/2",
        "back 3.1 shifting: old 1+2 new 2, traffic 1/4+1/2 and 1/4",
        "back 4.1 shifting: old 2+2 new 1, traffic 1/2+1/2 and 0",
        "back 4.1 rolled_back: old 2+2 new 0, traffic 1/2+1/2 and 0",
    ]


def test_a_repair_that_turns_back_returns_to_the_mix_it_started_from() -> None:
    for stage in ("forward 1.1 provisioning", "forward 2.1 shifting", "forward 3.1 cleaning"):
        end = end_of(advance(run_to(repaired_to_third(), stage), StopRequested("me")))
        assert isinstance(end.outcome, RolledBack)
        assert counts_due(end) == (0, 2, 2)
        assert list(map(str, split_due(end))) == ["0", "1/2", "1/2"]


@pytest.mark.parametrize("back_to", ["config-1", "config-2"])
def test_a_configuration_of_the_mix_may_be_wanted_and_starts_from_what_it_serves(
    back_to: str,
) -> None:
    other = "config-2" if back_to == "config-1" else "config-1"
    begun = start(
        FleetSpec(other, 4, 2, Share(1, 2)), FleetSpec(back_to, 4, 2, Share(1, 2)), BY_ONE
    )
    assert [row for row in rows(begun) if "provisioning" in row or "succeeded" in row] == [
        "forward 1.1 provisioning: old 2 new 3, traffic 1/2 and 1/2",
        "forward 2.1 provisioning: old 1 new 4, traffic 1/4 and 3/4",
        "forward 2.1 succeeded: old 0 new 4, traffic 0 and 1",
    ]


def test_a_repair_that_turns_back_leaves_the_wanted_side_what_it_had() -> None:
    begun = start(HALF_OLDER, HALF_NEWER, BY_ONE)
    turned = advance(run_to(begun, "forward 2.1 baking"), StopRequested("me"))
    end = end_of(turned)
    assert counts_due(end) == (2, 2)
    assert list(map(str, split_due(end))) == ["1/2", "1/2"]


def test_fewer_may_be_wanted_than_are_there() -> None:
    begun = start(
        FleetSpec("config-1", 4, 2, Share(1, 2)), FleetSpec("config-2", 2, 5, Share(1, 2)), BY_ONE
    )
    assert rows(begun) == [
        "forward 1.1 provisioning: old 2 new 5, traffic 1/2 and 1/2",
        "forward 1.1 shifting: old 2 new 5, traffic 0 and 1",
        "forward 1.1 baking: old 2 new 5, traffic 0 and 1",
        "forward 1.1 cleaning: old 0 new 2, traffic 0 and 1",
        "forward 1.1 succeeded: old 0 new 2, traffic 0 and 1",
    ]


def test_an_old_fleet_with_more_in_service_than_its_full_count_goes_and_comes_back() -> None:
    old = [FleetSpec("x", 3, 5, Share(1, 2)), FleetSpec("y", 4, 2, Share(1, 2))]
    begun = start(old, wanted("b", 4), RollingUpdatePolicy(percent(50), 0, instances(1)))
    assert isinstance(end_of(begun).outcome, Succeeded)
    turned = advance(run_to(begun, "forward 2.1 baking"), StopRequested("me"))
    assert counts_due(end_of(turned)) == (0, 5, 2)


def test_a_fleet_that_carries_nothing_is_restored_without_a_shift() -> None:
    old = [FleetSpec("x", 4, 2, NO_TRAFFIC), FleetSpec("y", 4, 4, ALL_TRAFFIC)]
    begun = start(old, wanted("b", 4), RollingUpdatePolicy(percent(50), 0, instances(1)))
    turned = advance(run_to(begun, "forward 2.1 baking"), StopRequested("me"))
    end = end_of(turned)
    assert counts_due(end) == (0, 2, 4)
    assert list(map(str, split_due(end))) == ["0", "0", "1"]


def test_a_start_with_too_little_is_repaired_too() -> None:
    """Two of ten instances carry half the traffic: the repair makes it whole, or gives it back."""
    begun = start(
        FleetSpec("config-1", 10, 3, Share(1, 2)),
        FleetSpec("config-2", 10, 2, Share(1, 2)),
        RollingUpdatePolicy(percent(50), 0),
    )
    assert isinstance(end_of(begun).outcome, Succeeded)
    assert counts_due(end_of(begun)) == (10, 0)
    turned = advance(run_to(begun, "forward 1.1 baking"), StopRequested("me"))
    end = end_of(turned)
    assert list(map(str, split_due(end))) == ["1/2", "1/2"]
    assert counts_due(end)[1] == 3


def test_no_shift_of_a_repair_takes_traffic_from_what_is_wanted() -> None:
    begun = start(
        FleetSpec("config-1", 10, 3, Share(1, 4)),
        FleetSpec("config-2", 10, 2, Share(3, 4)),
        RollingUpdatePolicy(percent(10), 0),
    )
    amounts = [state.new.share.part / state.new.share.whole for state in states(begun)]
    assert amounts == sorted(amounts) and amounts[0] == 0.75


@pytest.mark.parametrize("policy", [BY_ONE, BlueGreenUpdatePolicy()], ids=["rolling", "blue/green"])
def test_every_kind_of_policy_repairs(policy: UpdatePolicy) -> None:
    end = end_of(repaired_to_third(policy))
    assert end.phase is Phase.SUCCEEDED
    assert counts_due(end) == (4, 0, 0)


def test_a_blue_green_repair_goes_back_whole() -> None:
    begun = repaired_to_third(BlueGreenUpdatePolicy())
    turned = advance(run_to(begun, "forward 1.1 baking"), StopRequested("me"))
    assert [batch.counts for batch in plan_batches(turned)] == [(4, 2, 2)]


def test_with_all_wanted_in_service_a_repair_only_shifts_and_cleans_up() -> None:
    begun = start(
        FleetSpec("config-1", 4, 4, ALL_TRAFFIC), FleetSpec("config-2", 4, 4, NO_TRAFFIC), BY_ONE
    )
    assert rows(begun)[:2] == [
        "forward 1.1 provisioning: old 4 new 4, traffic 1 and 0",
        "forward 1.1 shifting: old 4 new 4, traffic 0 and 1",
    ]


def test_a_fleet_that_had_too_little_is_under_the_ceiling_too() -> None:
    begun = start(
        FleetSpec("config-1", 3, 2, ALL_TRAFFIC),
        wanted("config-2", 2),
        RollingUpdatePolicy(percent(50), 0, instances(1)),
    )
    assert [state for state in states(begun) if not s2_under_the_ceiling(state)] == []


def test_turning_back_leaves_the_wanted_side_what_it_had_beyond_its_traffic() -> None:
    begun = start(
        FleetSpec("config-1", 4, 3, Share(3, 4)), FleetSpec("config-2", 4, 3, Share(1, 4)), BY_ONE
    )
    for stage in ("forward 1.1 provisioning", "forward 1.1 baking"):
        end = end_of(advance(run_to(begun, stage), StopRequested("me")))
        assert counts_due(end) == (3, 3)


def test_a_newer_fleet_waits_until_the_older_one_is_restored() -> None:
    """An instance of the oldest fleet is lost: what the newer one has is not counted first."""
    turned = advance(run_to(repaired_to_third(), "forward 1.1 baking"), StopRequested("me"))
    short = advance(turned, seen(turned, (1, 1), (2, 2), (1, 2)))
    assert short.up == 1
    assert isinstance(end_of(short).outcome, RolledBack)
    assert counts_due(end_of(short)) == (0, 2, 2)


def test_an_update_with_nothing_to_replace_is_an_update_all_the_same() -> None:
    """The configuration that is there is asked for once more, at another size."""
    begun = start([], FleetSpec("config-1", 4, 2, ALL_TRAFFIC), BY_ONE)
    assert end_of(begun).outcome == Succeeded(0, None)
    end = end_of(advance(begun, StopRequested("me")))
    assert isinstance(end.outcome, RolledBack)
    assert split_due(end) == (ALL_TRAFFIC,)
