"""A tripped alarm brings all traffic back: in batches of a size, or at once."""

from itertools import pairwise

import pytest

from rolling import (
    AlarmTripped,
    Phase,
    RolledBack,
    Share,
    SplitSettled,
    StopRequested,
    advance,
    plan_batches,
)
from rolling.core.pace import most_steps_back, steps_back
from tests.core.walking import end_of, rolling, row, rows, run_to, seen, states, trip


def test_three_instances_by_one_come_back_as_amazon_shows() -> None:
    """Alarm in bake 2: the drained batch is reactivated without provisioning, then batches."""
    deployment = run_to(rolling(3, 3, 1, back=1), "forward 2.1 baking")
    assert rows(trip(deployment)) == [
        "back 1.1 provisioning: old 2 new 2, traffic 1/3 and 2/3",
        "back 1.1 shifting: old 2 new 2, traffic 2/3 and 1/3",
        "back 1.1 cleaning: old 2 new 1, traffic 2/3 and 1/3",
        "back 2.1 provisioning: old 3 new 1, traffic 2/3 and 1/3",
        "back 2.1 shifting: old 3 new 1, traffic 1 and 0",
        "back 2.1 cleaning: old 3 new 0, traffic 1 and 0",
        "back 2.1 rolled_back: old 3 new 0, traffic 1 and 0",
    ]


def test_without_a_size_everything_missing_is_provisioned_at_once() -> None:
    """ "Rolls all traffic back to the old fleet": one provision, one shift, one cleanup."""
    deployment = run_to(rolling(10, 10, 2), "forward 4.1 baking")
    assert rows(trip(deployment)) == [
        "back 1.1 provisioning: old 4 new 8, traffic 1/5 and 4/5",
        "back 1.1 shifting: old 4 new 8, traffic 2/5 and 3/5",
        "back 1.1 cleaning: old 4 new 6, traffic 2/5 and 3/5",
        "back 2.1 provisioning: old 10 new 6, traffic 2/5 and 3/5",
        "back 2.1 shifting: old 10 new 6, traffic 1 and 0",
        "back 2.1 cleaning: old 10 new 0, traffic 1 and 0",
        "back 2.1 rolled_back: old 10 new 0, traffic 1 and 0",
    ]


def test_a_first_batch_goes_back_in_one_step_without_provisioning() -> None:
    deployment = trip(run_to(rolling(3, 3, 1, back=1), "forward 1.1 baking"))
    assert [batch.counts for batch in plan_batches(deployment)] == [(1, 3)]
    assert row(end_of(deployment)) == "back 1.1 rolled_back: old 3 new 0, traffic 1 and 0"


def test_rolling_back_names_the_alarm_and_leaves_nothing_over() -> None:
    end = end_of(trip(run_to(rolling(), "forward 3.1 baking")))
    assert end.outcome == RolledBack(AlarmTripped(("p99",)), leftover=0, cut_short=None)


@pytest.mark.parametrize("back", [1, 3, 4, 10])
def test_each_batch_back_is_at_most_the_size_given(back: int) -> None:
    deployment = trip(run_to(rolling(10, 10, 5, back=back), "forward 2.1 baking"))
    asked = [state.old[0].asked for state in states(deployment)]
    rises = [now - was for was, now in pairwise(asked)]
    assert asked[0] == 5 and asked[-1] == 10
    assert max(rises) == min(back, 5)


@pytest.mark.parametrize(("back", "steps"), [(1, 6), (2, 4), (3, 3), (4, 3), (5, 2), (10, 2)])
def test_how_many_steps_back_there_are_is_known_in_each_of_them(back: int, steps: int) -> None:
    """What is in service comes first, five of ten here; then the rest by so many."""
    deployment = trip(run_to(rolling(10, 10, 5, back=back), "forward 2.1 baking"))
    counted = [state for state in states(deployment) if state.up]
    assert {state.stage.step for state in counted} == set(range(1, steps + 1))
    assert {steps_back(state) for state in counted} == {steps}
    assert {most_steps_back(state) for state in counted} == {steps}


@pytest.mark.parametrize(("back", "most"), [(1, 11), (3, 5), (5, 3), (10, 2)])
def test_before_what_is_there_was_counted_there_may_be_a_step_for_each_batch(
    back: int, most: int
) -> None:
    forward = run_to(rolling(10, 10, 5, back=back), "forward 2.1 baking")
    assert most_steps_back(forward) == most
    assert most_steps_back(trip(forward)) == most


def test_the_new_fleet_is_never_scaled_out_on_the_way_back() -> None:
    deployment = trip(run_to(rolling(10, 10, 2, back=1), "forward 4.1 baking"))
    asked = [state.new.asked for state in states(deployment)]
    assert asked == sorted(asked, reverse=True)


def test_there_is_no_bake_on_the_way_back() -> None:
    deployment = trip(run_to(rolling(10, 10, 2, back=1), "forward 4.1 baking"))
    assert Phase.BAKING not in {state.phase for state in states(deployment)}


def test_the_first_shift_back_waits_for_the_counts_to_be_seen_again() -> None:
    deployment = trip(run_to(rolling(), "forward 2.1 baking"))
    assert advance(deployment, SplitSettled(deployment.stage, deployment.split)).phase is (
        Phase.PROVISIONING
    )
    assert advance(deployment, seen(deployment, (2, 2), (2, 2))).phase is Phase.SHIFTING


def test_the_first_shift_back_is_never_passed_over() -> None:
    """The shift that was under way when it turned may or may not have been made.

    Turned in the first shift, the traffic that is asked for is the one before it:
    nothing seems to be left to shift, and yet it must be seen.
    """
    deployment = advance(run_to(rolling(2, 2, 1), "forward 1.1 shifting"), StopRequested("me"))
    home = advance(deployment, seen(deployment, (1, 1), (2, 2)))
    assert row(home) == "back 1.1 shifting: old 2 new 1, traffic 1 and 0"
    assert advance(home, SplitSettled(home.stage, home.split)).phase is Phase.CLEANING


def test_a_split_that_is_not_the_one_asked_for_keeps_it_waiting() -> None:
    deployment = trip(run_to(rolling(2, 2, 1), "forward 1.1 baking"))
    home = advance(deployment, seen(deployment, (1, 1), (2, 2)))
    assert advance(home, SplitSettled(home.stage, (Share(1, 2), Share(1, 2)))) == home


def test_capacity_that_carries_nothing_is_given_up_at_the_turn() -> None:
    deployment = run_to(rolling(10, 10, 2), "forward 2.1 provisioning")
    assert deployment.new.asked == 4
    assert advance(deployment, StopRequested("me")).new.asked == 2
