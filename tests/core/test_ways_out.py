"""Stop, failure and deadline are legal in every state, and each leads to a truthful end."""

import pytest

from rolling import (
    BlueGreenUpdatePolicy,
    DeadlineElapsed,
    Deployment,
    Direction,
    Event,
    Failed,
    Operation,
    OperationFailed,
    Phase,
    RollbackFailed,
    RolledBack,
    RoutingType,
    Stopped,
    StopRequested,
    Succeeded,
    TimedOut,
    TrafficRouting,
    advance,
    due,
    percent,
    serving,
    start,
    wanted,
)
from tests.core.walking import end_of, rolling, run_to, states, trip


def canary() -> Deployment:
    routing = TrafficRouting(RoutingType.CANARY, 60, percent(50))
    policy = BlueGreenUpdatePolicy(routing, termination_wait_seconds=60)
    return start(serving("config-1", 4), wanted("config-2", 4), policy)


FORWARD = [
    state
    for begun in (rolling(4, 4, 2, back=1), rolling(3, 5, 2), canary())
    for state in states(begun)
    if not state.ended
]
COMMITTED = [
    state for state in FORWARD if state.phase is Phase.CLEANING and state.old[0].asked == 0
]
TURNABLE = [state for state in FORWARD if state not in COMMITTED]


def name(state: Deployment) -> str:
    return str(state.stage)


def failure(state: Deployment) -> OperationFailed:
    return OperationFailed(state.stage, Operation.CLEAN_UP, 1, "out of service")


def reasons(state: Deployment) -> list[tuple[Event, object]]:
    return [
        (StopRequested("me"), Stopped("me")),
        (DeadlineElapsed(Direction.FORWARD), TimedOut(due(state).deadline_seconds or 0)),
        (failure(state), Failed(Operation.CLEAN_UP, "config-1", "out of service")),
    ]


def test_there_are_states_of_both_kinds() -> None:
    assert len(TURNABLE) > 20 and len(COMMITTED) == 3


@pytest.mark.parametrize("state", TURNABLE, ids=name)
def test_before_the_last_bake_is_over_every_reason_turns_back(state: Deployment) -> None:
    """argo-rollouts #4898: abort deadlocks; #4461: abort ignored."""
    for event, cause in reasons(state):
        turned = advance(state, event)
        assert str(turned.stage) == "back 1.1 provisioning"
        assert end_of(turned).outcome == RolledBack(cause, 0, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", COMMITTED, ids=name)
def test_after_the_last_bake_every_reason_ends_in_success(state: Deployment) -> None:
    """argo-rollouts #4461, flagger #1898: an abort during promotion goes to the broken side."""
    for event, cause in reasons(state):
        end = advance(state, event)
        leftover = state.old[0].alive
        assert end.outcome == Succeeded(leftover, cause)  # type: ignore[arg-type]
        assert leftover > 0


@pytest.mark.parametrize("state", COMMITTED, ids=name)
def test_after_the_last_bake_a_failure_other_than_the_cleanup_changes_nothing(
    state: Deployment,
) -> None:
    for operation in (Operation.PROVISION, Operation.SHIFT):
        assert advance(state, OperationFailed(state.stage, operation, 0, "")) is state


@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("fleet", [0, 1])
@pytest.mark.parametrize("state", TURNABLE, ids=name)
def test_any_operation_that_fails_forward_turns_back(
    state: Deployment, fleet: int, operation: Operation
) -> None:
    turned = advance(state, OperationFailed(state.stage, operation, fleet, "no capacity"))
    configuration = ("config-2", "config-1")[fleet]
    assert turned.cause == Failed(operation, configuration, "no capacity")


BACK = [
    state
    for begun in (rolling(4, 4, 1, back=1), rolling(6, 4, 2))
    for turn in ("forward 1.1 baking", "forward 2.1 baking")
    for state in states(trip(run_to(begun, turn)))
    if not state.ended
]
HOME = [
    state
    for state in BACK
    if state.phase is Phase.CLEANING
    and state.old[0].asked == state.spec.old_count
    and state.new.asked == 0
]
ON_THE_WAY = [state for state in BACK if state not in HOME]


@pytest.mark.parametrize("state", BACK, ids=name)
def test_a_stop_changes_nothing_on_the_way_back(state: Deployment) -> None:
    assert advance(state, StopRequested("me")) is state


@pytest.mark.parametrize("state", BACK, ids=name)
def test_the_deadline_of_the_way_forward_changes_nothing_on_the_way_back(
    state: Deployment,
) -> None:
    assert advance(state, DeadlineElapsed(Direction.FORWARD)) is state


@pytest.mark.parametrize("state", ON_THE_WAY, ids=name)
def test_the_rollback_has_a_deadline_of_its_own(state: Deployment) -> None:
    end = advance(state, DeadlineElapsed(Direction.BACK))
    assert isinstance(end.outcome, RollbackFailed)
    assert end.outcome.cause == state.cause
    assert end.outcome.rollback_cause == TimedOut(28_800)


@pytest.mark.parametrize("state", HOME, ids=name)
def test_with_all_traffic_home_a_leftover_is_reported_and_the_rollback_is_done(
    state: Deployment,
) -> None:
    for event, cause in (
        (DeadlineElapsed(Direction.BACK), TimedOut(28_800)),
        (
            OperationFailed(state.stage, Operation.CLEAN_UP, 0, "stuck"),
            Failed(Operation.CLEAN_UP, "config-2", "stuck"),
        ),
    ):
        assert state.cause is not None
        end = advance(state, event)
        assert end.outcome == RolledBack(state.cause, state.new.alive, cause)
        assert state.new.alive > 0


FATAL = {
    Phase.PROVISIONING: {(Operation.PROVISION, 1)},
    Phase.SHIFTING: {(Operation.SHIFT, 0), (Operation.SHIFT, 1)},
    Phase.CLEANING: {(Operation.CLEAN_UP, 0), (Operation.CLEAN_UP, 1)},
}


@pytest.mark.parametrize("state", ON_THE_WAY, ids=name)
def test_a_rollback_fails_only_by_what_it_depends_on(state: Deployment) -> None:
    """A failed operation on the new fleet fails it only when it is the cleanup."""
    for operation in Operation:
        for fleet in (0, 1):
            end = advance(state, OperationFailed(state.stage, operation, fleet, "no"))
            fatal = (operation, fleet) in FATAL[state.phase]
            assert (end.phase is Phase.ROLLBACK_FAILED) == fatal
            if not fatal:
                assert end is state


def test_the_first_step_back_can_fail_too() -> None:
    turned = trip(run_to(rolling(), "forward 2.1 baking"))
    failed = OperationFailed(turned.stage, Operation.PROVISION, 1, "no capacity")
    assert isinstance(advance(turned, failed).outcome, RollbackFailed)


@pytest.mark.parametrize("begun", [rolling(4, 4, 2), canary()], ids=["rolling", "canary"])
def test_ends_have_no_way_out(begun: Deployment) -> None:
    succeeded = end_of(begun)
    home = end_of(trip_or_stop(begun))
    failed = advance(trip_or_stop(begun), DeadlineElapsed(Direction.BACK))
    for end in (succeeded, home, failed):
        assert end.ended
        for event, _ in reasons(end):
            assert advance(end, event) is end
        assert advance(end, DeadlineElapsed(Direction.BACK)) is end


def trip_or_stop(begun: Deployment) -> Deployment:
    return advance(run_to(begun, "forward 1.1 baking"), StopRequested("me"))


def test_a_second_stop_does_not_change_who_asked_first() -> None:
    turned = advance(rolling(), StopRequested("first"))
    assert advance(turned, StopRequested("second")) is turned
    assert turned.cause == Stopped("first")
