"""The termination wait moves no traffic, and its length does not count against the deadline."""

from rolling import (
    AlarmTripped,
    BlueGreenUpdatePolicy,
    CapacitySize,
    DeadlineElapsed,
    Deployment,
    Direction,
    Phase,
    RolledBack,
    RoutingType,
    SizeType,
    TimedOut,
    TrafficRouting,
    advance,
    due,
    serving,
    start,
    wanted,
)
from tests.core.walking import end_of, states, trip


def aws_canary_example() -> Deployment:
    """The policy on AWS's page about canary traffic shifting."""
    thirty = CapacitySize(SizeType.CAPACITY_PERCENT, 30)
    routing = TrafficRouting(RoutingType.CANARY, wait_interval_seconds=600, size=thirty)
    policy = BlueGreenUpdatePolicy(
        routing, termination_wait_seconds=600, maximum_execution_timeout_seconds=1800
    )
    return start(serving("config-1", 10), wanted("config-2", 10), policy, ["p99"])


def deadlines(deployment: Deployment) -> dict[str, int | None]:
    return {str(state.stage): due(state).deadline_seconds for state in states(deployment)}


def test_its_length_is_added_to_the_limit_in_its_step_alone() -> None:
    waits = deadlines(aws_canary_example())
    assert waits["forward 2.1 baking"] == 1800
    assert waits["forward 3.1 baking"] == 2400
    assert waits["forward 3.1 cleaning"] == 2400
    assert waits["forward 3.1 succeeded"] is None


def test_the_way_back_from_it_has_the_limit_of_the_policy() -> None:
    waiting = next(s for s in states(aws_canary_example()) if str(s.stage) == "forward 3.1 baking")
    assert set(deadlines(trip(waiting)).values()) == {1800, None}


def test_an_alarm_in_it_still_turns_back() -> None:
    waiting = next(s for s in states(aws_canary_example()) if str(s.stage) == "forward 3.1 baking")
    assert end_of(trip(waiting)).outcome == RolledBack(AlarmTripped(("p99",)), 0, None)


def test_past_the_later_limit_it_is_turned_back_with_that_limit_named() -> None:
    """An alarm that stays unreadable must not hold the wait open for ever."""
    waiting = next(s for s in states(aws_canary_example()) if str(s.stage) == "forward 3.1 baking")
    turned = advance(waiting, DeadlineElapsed(Direction.FORWARD))
    assert turned.phase is Phase.PROVISIONING and turned.cause == TimedOut(2400)
