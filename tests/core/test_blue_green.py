"""Blue/green provisions everything first, shifts at its own pace, and goes back whole."""

import pytest

from rolling import (
    BlueGreenUpdatePolicy,
    Deployment,
    RolledBack,
    RoutingType,
    Stopped,
    StopRequested,
    TrafficRouting,
    advance,
    due,
    instances,
    percent,
    plan_batches,
    serving,
    start,
    wanted,
)
from tests.core.walking import end_of, rows, run_to, split_due, states, trip


def blue_green(routing: TrafficRouting, termination_wait: int = 0) -> Deployment:
    policy = BlueGreenUpdatePolicy(routing, termination_wait)
    return start(serving("config-1", 10), wanted("config-2", 10), policy, ["p99"])


ALL_AT_ONCE = TrafficRouting(wait_interval_seconds=120)
CANARY = TrafficRouting(RoutingType.CANARY, 120, percent(30))
LINEAR = TrafficRouting(RoutingType.LINEAR, 120, instances(4))


def test_all_at_once_shifts_everything_in_one_step() -> None:
    assert rows(blue_green(ALL_AT_ONCE)) == [
        "forward 1.1 provisioning: old 10 new 10, traffic 1 and 0",
        "forward 1.1 shifting: old 10 new 10, traffic 0 and 1",
        "forward 1.1 baking: old 10 new 10, traffic 0 and 1",
        "forward 1.1 cleaning: old 0 new 10, traffic 0 and 1",
        "forward 1.1 succeeded: old 0 new 10, traffic 0 and 1",
    ]


def test_a_canary_bakes_and_then_the_rest_follows() -> None:
    assert rows(blue_green(CANARY)) == [
        "forward 1.1 provisioning: old 10 new 10, traffic 1 and 0",
        "forward 1.1 shifting: old 10 new 10, traffic 7/10 and 3/10",
        "forward 1.1 baking: old 10 new 10, traffic 7/10 and 3/10",
        "forward 2.1 shifting: old 10 new 10, traffic 0 and 1",
        "forward 2.1 baking: old 10 new 10, traffic 0 and 1",
        "forward 2.1 cleaning: old 0 new 10, traffic 0 and 1",
        "forward 2.1 succeeded: old 0 new 10, traffic 0 and 1",
    ]


def test_linear_shifts_step_by_step_and_cleans_up_once() -> None:
    walked = rows(blue_green(LINEAR))
    assert [row for row in walked if "baking" in row or "cleaning" in row] == [
        "forward 1.1 baking: old 10 new 10, traffic 3/5 and 2/5",
        "forward 2.1 baking: old 10 new 10, traffic 1/5 and 4/5",
        "forward 3.1 baking: old 10 new 10, traffic 0 and 1",
        "forward 3.1 cleaning: old 0 new 10, traffic 0 and 1",
    ]


def test_the_default_is_what_an_update_without_a_policy_does() -> None:
    deployment = start(serving("a", 4), wanted("b", 4), BlueGreenUpdatePolicy())
    (batch,) = plan_batches(deployment)
    assert (batch.counts, batch.kept, batch.bake_seconds, batch.peak) == ((4, 4), (4, 0), 0, 8)


def test_a_canary_of_one_instance_is_that_instance() -> None:
    policy = BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, 0, percent(1)))
    deployment = start(serving("a", 1), wanted("b", 1), policy)
    assert len(plan_batches(deployment)) == 1
    assert "traffic 0 and 1" in rows(deployment)[1]


@pytest.mark.parametrize("wait", [1, 900])
@pytest.mark.parametrize("routing", [ALL_AT_ONCE, CANARY, LINEAR])
def test_the_termination_wait_is_one_more_bake_before_the_cleanup(
    routing: TrafficRouting, wait: int
) -> None:
    plain = [state for state in states(blue_green(routing)) if "baking" in str(state.stage)]
    waited = [state for state in states(blue_green(routing, wait)) if "baking" in str(state.stage)]
    assert [due(state).interval_seconds for state in plain] == [120] * len(plain)
    assert [due(state).interval_seconds for state in waited] == [120] * len(plain) + [wait]
    assert split_due(waited[-1]) == split_due(plain[-1])
    assert due(waited[-1]).alarms == ("p99",)
    assert [batch.bake_seconds for batch in plan_batches(blue_green(routing, wait))] == [
        *[120] * len(plain),
        wait,
    ]


def test_the_old_fleet_stays_whole_until_the_termination_wait_is_over() -> None:
    walked = states(blue_green(CANARY, 900))
    assert {state.old[0].asked for state in walked[:-2]} == {10}
    assert [state.old[0].asked for state in walked[-2:]] == [0, 0]


@pytest.mark.parametrize(
    ("routing", "bake"),
    [(ALL_AT_ONCE, 1), (ALL_AT_ONCE, 2), (CANARY, 1), (CANARY, 2), (CANARY, 3), (LINEAR, 2)],
)
def test_a_trip_brings_everything_back_in_one_shift(routing: TrafficRouting, bake: int) -> None:
    turned = trip(run_to(blue_green(routing, 900), f"forward {bake}.1 baking"))
    assert len(plan_batches(turned)) == 1
    assert [row.split(" traffic ")[1] for row in rows(turned)][1:] == ["1 and 0"] * 3
    assert end_of(turned).new.asked == 0


def test_a_stop_in_the_termination_wait_still_turns_back() -> None:
    """All traffic is on the new fleet, but the last bake is not over yet."""
    deployment = run_to(blue_green(ALL_AT_ONCE, 900), "forward 2.1 baking")
    end = end_of(advance(deployment, StopRequested("me")))
    assert end.outcome == RolledBack(Stopped("me"), 0, None)


def test_a_canary_that_turns_back_gives_up_what_the_canary_did_not_carry() -> None:
    deployment = run_to(blue_green(CANARY), "forward 1.1 baking")
    assert deployment.new.asked == 10
    assert trip(deployment).new.asked == 3
