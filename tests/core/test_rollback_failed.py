"""A rollback that fails holds the mix that is really there, and says so."""

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    AlarmTripped,
    DeadlineElapsed,
    Deployment,
    Direction,
    Failed,
    ForeignEvent,
    Operation,
    OperationFailed,
    Phase,
    RollbackFailed,
    Share,
    SplitSettled,
    advance,
)
from tests.core.walking import counts_due, rolling, row, run_to, seen, split_due, states, trip


def turned() -> Deployment:
    """Ten instances by two, the alarm in bake 4, back by three."""
    return trip(run_to(rolling(10, 10, 2, back=3), "forward 4.1 baking"))


def test_both_causes_are_named() -> None:
    state = run_to(turned(), "back 2.1 provisioning")
    end = advance(state, OperationFailed(state.stage, Operation.PROVISION, 1, "no capacity"))
    assert end.outcome == RollbackFailed(
        AlarmTripped(("p99",)), Failed(Operation.PROVISION, "config-1", "no capacity")
    )


def test_nothing_that_is_in_service_is_given_up() -> None:
    for state in states(turned()):
        if not state.ended:
            end = advance(state, DeadlineElapsed(Direction.BACK))
            if end.phase is Phase.ROLLBACK_FAILED:
                for was, now in zip(state.fleets, end.fleets, strict=True):
                    assert now.asked >= was.in_service
                    assert now.asked <= was.asked


def test_what_never_came_into_service_is_no_longer_asked_for() -> None:
    state = run_to(turned(), "back 2.1 provisioning")
    assert row(state) == "back 2.1 provisioning: old 7 new 6, traffic 2/5 and 3/5"
    some = advance(state, seen(state, (6, 6), (5, 6)))
    end = advance(some, OperationFailed(some.stage, Operation.PROVISION, 1, "no capacity"))
    assert row(end) == "back 2.1 rollback_failed: old 5 new 6, traffic 2/5 and 3/5"


def test_the_split_that_is_really_there_is_taken_in() -> None:
    """The shift that failed may not have been made: the mix says what was seen."""
    state = run_to(turned(), "back 2.1 shifting")
    assert row(state) == "back 2.1 shifting: old 7 new 6, traffic 7/10 and 3/10"
    end = advance(state, OperationFailed(state.stage, Operation.SHIFT, 1, "denied"))
    assert not end.settled
    real = (Share(3, 5), Share(2, 5))
    held = advance(end, SplitSettled(end.stage, real))
    assert split_due(held) == real
    assert advance(held, SplitSettled(end.stage, real)) is held
    known = advance(held, SplitSettled(held.stage, real))
    assert known.settled and split_due(known) == real


def test_the_split_to_hold_is_seen_again_before_it_is_believed() -> None:
    """The command to make the shift that failed may still have been in flight."""
    state = run_to(turned(), "back 2.1 shifting")
    end = advance(state, OperationFailed(state.stage, Operation.SHIFT, 1, "denied"))
    held = advance(end, SplitSettled(end.stage, (Share(3, 5), Share(2, 5))))
    assert not held.settled and held.stage > end.stage
    assert str(held.stage) == "back 2.2 rollback_failed"
    moved = SplitSettled(held.stage, (Share(3, 10), Share(7, 10)))
    assert advance(held, moved) is held


def test_while_the_split_is_unknown_nothing_that_may_carry_traffic_is_given_up() -> None:
    """A lost instance that is being replaced may be the one that carries everything."""
    shifting = run_to(rolling(2, 2, 1), "forward 1.1 shifting")
    lost = advance(shifting, seen(shifting, (1, 1), (0, 2)))
    back = trip(advance(lost, SplitSettled(lost.stage, lost.split)))
    end = advance(back, DeadlineElapsed(Direction.BACK))
    assert counts_due(end)[1] == 2
    known = advance(end, SplitSettled(end.stage, (Share(0, 1), Share(1, 1))))
    assert counts_due(known)[1] == 2


def test_a_first_step_back_that_fails_holds_both_fleets_as_they_are() -> None:
    state = turned()
    end = advance(state, OperationFailed(state.stage, Operation.PROVISION, 1, "no capacity"))
    assert row(end) == "back 1.1 rollback_failed: old 4 new 8, traffic 1/5 and 4/5"


def test_a_failed_cleanup_fails_a_rollback_that_is_not_home_yet() -> None:
    state = run_to(turned(), "back 1.1 cleaning")
    end = advance(state, OperationFailed(state.stage, Operation.CLEAN_UP, 0, "stuck"))
    assert isinstance(end.outcome, RollbackFailed)
    assert row(end) == "back 1.1 rollback_failed: old 4 new 6, traffic 2/5 and 3/5"


def test_observations_are_still_taken_in_at_the_end() -> None:
    state = run_to(turned(), "back 1.1 cleaning")
    end = advance(state, OperationFailed(state.stage, Operation.CLEAN_UP, 0, "stuck"))
    later = advance(end, seen(end, (6, 6), (3, 4)))
    assert later.stage == end.stage
    assert (later.new.alive, later.old[0].in_service) == (6, 3)


def test_a_split_that_cannot_be_is_never_taken_for_the_mix() -> None:
    state = run_to(turned(), "back 2.1 shifting")
    end = advance(state, OperationFailed(state.stage, Operation.SHIFT, 1, "denied"))
    for impossible in ((ALL_TRAFFIC, ALL_TRAFFIC), (NO_TRAFFIC, NO_TRAFFIC)):
        try:
            after = advance(end, SplitSettled(end.stage, impossible))
        except ForeignEvent:
            continue
        assert after is end


def test_what_the_traffic_needs_is_still_asked_for_though_it_was_lost() -> None:
    state = run_to(turned(), "back 2.1 provisioning")
    short = advance(state, seen(state, (6, 6), (3, 7)))
    end = advance(short, DeadlineElapsed(Direction.BACK))
    assert row(end) == "back 2.1 rollback_failed: old 4 new 6, traffic 2/5 and 3/5"
