"""Each property is true of the last state or edge that keeps it, and false of the next.

That it is false of what is plainly wrong is in test_properties_can_fail.
"""

import pytest
from attrs import evolve

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    AlarmsRead,
    BlueGreenUpdatePolicy,
    DeadlineElapsed,
    Deployment,
    Direction,
    FleetSpec,
    Operation,
    OperationFailed,
    Phase,
    Reading,
    RollingUpdatePolicy,
    Share,
    SplitSettled,
    Stopped,
    StopRequested,
    advance,
    instances,
    start,
    wanted,
)
from rolling.core import properties
from rolling.core.properties import ceiling, measure
from tests.core.test_properties_can_fail import with_fleet
from tests.core.walking import end_of, read, rolling, run_to, seen, states, trip

STOP = StopRequested("me")
HALF = Share(1, 2)


def at(stage: str) -> Deployment:
    return run_to(rolling(4, 4, 1, back=2), stage)


def mix(stage: str = "forward 1.1 provisioning") -> Deployment:
    old = [FleetSpec("config-2", 4, 2, HALF), FleetSpec("config-1", 4, 2, HALF)]
    policy = RollingUpdatePolicy(instances(1), 0, instances(1))
    return run_to(start(old, wanted("config-3", 4), policy, ["p99"]), stage)


def weak() -> Deployment:
    """Of an old fleet that had 2 of the 4 instances that carry all the traffic."""
    old = FleetSpec("config-1", 4, 2, ALL_TRAFFIC)
    return start(old, wanted("config-2", 4), RollingUpdatePolicy(instances(1), 0), ["p99"])


# --- S1 ---------------------------------------------------------------------


def test_s1_exempts_the_fleet_that_started_with_too_little_and_no_other() -> None:
    rule = properties.s1_asked_capacity_carries_asked_share
    assert rule(weak())
    assert rule(with_fleet(weak(), 1, asked=1))
    assert not rule(with_fleet(weak(), 0, asked=0, share=Share(1, 4)))
    assert rule(with_fleet(weak(), 0, asked=1, share=Share(1, 4)))


def test_s1_wants_counted_capacity_for_a_raised_share() -> None:
    rule = properties.s1_raised_share_is_covered
    before, after = at("forward 2.1 provisioning"), at("forward 2.1 shifting")
    assert rule(before, STOP, after)
    assert rule(before, STOP, with_fleet(after, 0, in_service=2))
    assert not rule(before, STOP, with_fleet(after, 0, in_service=1))
    assert rule(before, STOP, with_fleet(after, 0, in_service=1, share=before.new.share))


def test_s1_lets_a_fleet_that_started_with_too_little_take_its_traffic_back() -> None:
    back = trip(run_to(weak(), "forward 2.1 baking"))
    home = run_to(back, "back 1.1 cleaning")
    assert str(home.old[0].share) == "1" and home.old[0].in_service == 2
    assert properties.s1_raised_share_is_covered(back, STOP, home)


def test_s1_asks_nothing_of_a_share_that_was_observed_after_a_failed_rollback() -> None:
    before = evolve(failed_rollback(), settled=False)
    there = SplitSettled(before.stage, (Share(3, 4), Share(1, 4)))
    after = advance(before, there)
    assert after.new.share == Share(3, 4) and after.new.in_service < 3
    assert properties.s1_raised_share_is_covered(before, there, after)
    assert properties.s4_nothing_more_for_the_new_fleet(before, there, after)


def test_s1_lets_an_ask_fall_to_what_still_carries_what_was_asked_before() -> None:
    rule = properties.s1_lowered_ask_still_fits
    before = at("forward 2.1 baking")
    assert before.old[0].share == Share(2, 4) and before.old[0].asked == 3
    assert rule(before, STOP, with_fleet(before, 1, asked=2))
    assert not rule(before, STOP, with_fleet(before, 1, asked=1))
    short = with_fleet(before, 1, in_service=1)
    assert rule(short, STOP, with_fleet(short, 1, asked=1))
    assert not rule(short, STOP, with_fleet(short, 1, asked=0))


# --- S2 ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "batch", "back", "most"),
    [
        (10, 10, 3, 2, 10 + 3),  # O+b
        (10, 10, 2, 3, 10 + 3),  # R+r
        (10, 10, 3, 9, 10 + 9),
        (10, 10, 3, 10, 10 + 10),  # O+R
        (10, 4, 2, 1, 10 + 2),  # O+b
        (10, 3, 1, 5, 10 + 2),  # O+⌈R·r/O⌉
        (4, 10, 3, 1, 10 + 2),  # R+⌈O·b/R⌉
        (4, 10, 3, 3, 10 + 3),  # R+r
        (7, 10, 5, 1, 10 + 4),  # R+⌈O·b/R⌉
    ],
)
def test_the_ceiling_is_the_formula_that_is_promised(
    old: int, new: int, batch: int, back: int, most: int
) -> None:
    assert ceiling(rolling(old, new, batch, back).spec) == most


def test_the_ceiling_of_blue_green_is_both_fleets() -> None:
    for old, new in ((4, 4), (3, 7), (7, 3)):
        begun = start(
            FleetSpec("a", old, old, ALL_TRAFFIC), wanted("b", new), BlueGreenUpdatePolicy()
        )
        assert ceiling(begun.spec) == old + new


def test_the_ceiling_of_a_repair_is_all_that_it_starts_with_and_the_new_fleet() -> None:
    assert ceiling(mix().spec) == 2 + 2 + 4
    assert ceiling(weak().spec) == 2 + 4
    new = FleetSpec("b", 4, 2, HALF)
    policy = RollingUpdatePolicy(instances(1), 0, instances(1))
    assert ceiling(start(FleetSpec("a", 4, 4, HALF), new, policy).spec) == 4 + 2 + 4


def test_s2_counts_all_that_is_alive_up_to_the_ceiling() -> None:
    rule = properties.s2_under_the_ceiling
    begun = at("forward 1.1 provisioning")
    assert ceiling(begun.spec) == 6 and begun.new.alive == 1
    assert rule(with_fleet(begun, 1, alive=5))
    assert not rule(with_fleet(begun, 1, alive=6))
    assert not rule(with_fleet(begun, 0, alive=3))


def test_s2_does_not_answer_for_what_an_earlier_update_left_terminating() -> None:
    old = [FleetSpec("left", 4, 0, NO_TRAFFIC), FleetSpec("config-1", 4, 4, ALL_TRAFFIC)]
    begun = start(old, wanted("config-2", 4), RollingUpdatePolicy(instances(1), 0))
    assert properties.s2_under_the_ceiling(with_fleet(begun, 1, alive=100))
    assert not properties.s2_under_the_ceiling(with_fleet(begun, 2, alive=100))


# --- S3 to S6 ---------------------------------------------------------------


def test_s3_lets_a_fleet_asked_for_nothing_have_no_traffic() -> None:
    rule = properties.s3_shares_sum_to_the_whole
    end = end_of(rolling())
    assert (end.old[0].asked, end.old[0].share.part) == (0, 0) and rule(end)
    assert not rule(with_fleet(at("forward 1.1 baking"), 0, asked=0, in_service=0))


def failed_rollback() -> Deployment:
    """The way back failed when one of the two instances that were missing had come."""
    back = run_to(trip(at("forward 3.1 baking")), "back 2.1 provisioning")
    one = advance(back, seen(back, (back.new.asked,) * 2, (back.old[0].asked - 1,) * 2))
    return advance(one, OperationFailed(one.stage, Operation.PROVISION, 1, "no capacity"))


def test_s4_and_s7_let_a_failed_rollback_ask_no_more_for_what_never_came() -> None:
    back = run_to(trip(at("forward 3.1 baking")), "back 2.1 provisioning")
    asked = back.old[0].asked
    for here in (asked - 1, asked - 2):
        before = advance(back, seen(back, (back.new.asked,) * 2, (here, asked)))
        event = OperationFailed(before.stage, Operation.PROVISION, 1, "no capacity")
        after = advance(before, event)
        assert after.phase is Phase.ROLLBACK_FAILED
        assert (before.old[0].asked, after.old[0].asked) == (asked, here)
        assert properties.s4_nothing_more_for_the_new_fleet(before, event, after)
        assert properties.s7_old_is_given_up_only_after_a_good_bake(before, event, after)
        gone = with_fleet(after, 1, asked=here - 1)
        assert not properties.s7_old_is_given_up_only_after_a_good_bake(before, event, gone)


def test_s4_lets_the_new_fleet_keep_what_it_has_and_the_old_one_grow() -> None:
    rule = properties.s4_nothing_more_for_the_new_fleet
    before = run_to(trip(at("forward 3.1 baking")), "back 1.1 cleaning")
    assert rule(before, STOP, before)
    assert rule(before, STOP, with_fleet(before, 1, asked=4))
    assert rule(before, STOP, with_fleet(before, 0, asked=0, share=NO_TRAFFIC))
    assert not rule(before, STOP, with_fleet(before, 1, asked=before.old[0].asked - 1))


def test_s4_is_of_a_reading_of_this_bake_alone() -> None:
    rule = properties.s4_a_trip_turns_back
    baking, cleaning = at("forward 2.1 baking"), at("forward 2.1 cleaning")
    alarm = read(baking, Reading.ALARM)
    stale = evolve(alarm, stage=baking.stage._replace(attempt=2))
    unwatched = AlarmsRead(baking.stage, (("other", Reading.ALARM),), True)
    assert rule(baking, stale, baking)
    assert rule(baking, unwatched, baking)
    assert rule(cleaning, read(cleaning, Reading.ALARM), cleaning)
    assert rule(baking, STOP, baking)
    assert rule(baking, alarm, trip(baking))
    assert not rule(baking, alarm, evolve(trip(baking), cause=Stopped("me")))


def test_s5_lets_a_rollback_leave_the_new_fleet_what_it_had() -> None:
    rule = properties.s5_an_end_tells_the_truth
    for count, share, keeps in ((1, HALF, 2), (3, HALF, 3), (2, NO_TRAFFIC, 2)):
        rest = Share(share.whole - share.part, share.whole)
        new, old = FleetSpec("b", 4, count, share), FleetSpec("a", 4, 4, rest)
        policy = RollingUpdatePolicy(instances(1), 0, instances(4))
        end = end_of(advance(start(old, new, policy), STOP))
        assert end.phase is Phase.ROLLED_BACK
        assert rule(end)
        assert rule(with_fleet(end, 0, asked=keeps, alive=keeps))
        assert not rule(with_fleet(end, 0, asked=keeps + 1, alive=keeps + 1))


def test_s5_of_the_cause_before_the_end() -> None:
    rule = properties.s5_an_end_tells_the_truth
    forward = at("forward 2.1 baking")
    back = trip(forward)
    assert rule(forward) and rule(back)
    assert not rule(evolve(forward, cause=Stopped("me")))
    assert not rule(evolve(back, cause=None))
    assert not rule(evolve(back, cut_short=Stopped("me")))


def test_s5_is_of_the_edge_into_an_end() -> None:
    rule = properties.s5_a_clean_end_leaves_nothing_over
    cleaning, end = run_to(rolling(), "forward 3.1 cleaning"), end_of(rolling())
    over = with_fleet(end, 1, alive=1)
    assert rule(cleaning, STOP, end)
    assert not rule(cleaning, STOP, over)
    assert rule(over, STOP, over)
    assert rule(cleaning, STOP, with_fleet(cleaning, 1, alive=3))
    assert rule(cleaning, STOP, evolve(over, cut_short=Stopped("me")))


def test_s6_lets_a_step_raise_the_ask_by_a_batch_of_its_direction() -> None:
    rule = properties.s6_a_step_is_at_most_a_batch
    walk = run_to(rolling(8, 8, 3, back=2), "forward 2.1 baking")
    assert rule(walk, STOP, with_fleet(walk, 0, asked=9))
    assert not rule(walk, STOP, with_fleet(walk, 0, asked=10))
    back = trip(walk)
    assert rule(back, STOP, with_fleet(back, 1, asked=back.old[0].asked + 2))
    assert not rule(back, STOP, with_fleet(back, 1, asked=back.old[0].asked + 3))


def test_s6_sums_what_is_raised_over_all_fleets_and_takes_off_nothing() -> None:
    rule = properties.s6_a_step_is_at_most_a_batch
    back = advance(mix("forward 4.1 baking"), STOP)
    asked = [fleet.asked for fleet in back.old]
    one = with_fleet(back, 1, asked=asked[0] + 1)
    assert rule(back, STOP, one)
    assert not rule(back, STOP, with_fleet(one, 2, asked=asked[1] + 1))
    fewer = with_fleet(back, 0, asked=0)
    assert not rule(back, STOP, with_fleet(fewer, 1, asked=asked[0] + 2))


# --- S7 to S9 ---------------------------------------------------------------


def test_s7_lets_old_capacity_go_after_a_good_bake_of_a_whole_batch() -> None:
    rule = properties.s7_old_is_given_up_only_after_a_good_bake
    baking = at("forward 2.1 baking")
    for reading in (Reading.OK, Reading.INSUFFICIENT_DATA):
        good = read(baking, reading)
        after = advance(baking, good)
        assert after.old[0].asked < baking.old[0].asked
        assert rule(baking, good, after)
        assert not rule(with_fleet(baking, 0, in_service=1), good, after)
    more = with_fleet(baking, 0, asked=5, in_service=4)
    assert rule(more, read(more, Reading.OK), after)


def test_s8_is_of_events_of_another_stage_or_direction_alone() -> None:
    rule = properties.s8_foreign_events_change_nothing
    before, after = at("forward 1.1 provisioning"), at("forward 1.1 shifting")
    here = seen(before, (1, 1), (4, 4))
    stale = evolve(here, stage=after.stage)
    assert rule(before, here, after) and rule(before, STOP, after)
    assert rule(before, stale, before) and not rule(before, stale, after)
    forward, back = DeadlineElapsed(Direction.FORWARD), DeadlineElapsed(Direction.BACK)
    assert rule(before, forward, after) and rule(before, forward, before)
    assert rule(before, back, before) and not rule(before, back, after)


def test_s8_wants_a_repeated_event_to_give_an_equal_deployment() -> None:
    rule = properties.s8_repeated_events_change_nothing
    before = at("forward 1.1 provisioning")
    event = seen(before, (1, 1), (4, 4))
    assert rule(before, event, advance(before, event))
    assert not rule(before, event, before)


def test_s9_wants_a_deadline_of_this_direction_to_turn_back_or_end() -> None:
    rule = properties.s9_past_the_deadline_a_direction_is_over
    before = at("forward 1.1 cleaning")
    deadline = DeadlineElapsed(Direction.FORWARD)
    assert rule(before, deadline, advance(before, deadline))
    assert rule(before, deadline, end_of(rolling()))
    assert not rule(before, deadline, before)
    assert rule(before, DeadlineElapsed(Direction.BACK), before)
    assert rule(before, STOP, before)


def test_stages_grow_or_stay_and_an_end_only_holds_what_it_saw() -> None:
    rule = properties.stages_only_grow
    early, late = at("forward 1.1 baking"), at("forward 2.1 baking")
    assert rule(early, STOP, late) and rule(early, STOP, early)
    assert rule(early, STOP, evolve(early, settled=False))
    assert not rule(late, STOP, early)
    end = failed_rollback()
    again = evolve(end, stage=end.stage._replace(attempt=end.stage.attempt + 1))
    assert rule(end, STOP, end) and rule(end, STOP, again) and not rule(again, STOP, end)
    other = evolve(end, stage=end.stage._replace(phase=Phase.ROLLED_BACK, attempt=2))
    assert not rule(end, STOP, other)


# --- L2 ---------------------------------------------------------------------


def measures(deployment: Deployment) -> list[tuple[int, ...]]:
    return [measure(state) for state in states(deployment)]


def test_l2_falls_by_direction_then_traffic_then_phase_then_what_it_waits_for() -> None:
    assert measures(rolling(3, 2, 1, back=1)) == [
        (2, 3, 3, 1, 0),
        (2, 3, 2, 0, 1),
        (2, 3, 1, 0, 0),
        (2, 3, 0, 1, 0),
        (2, 0, 3, 1, 0),
        (2, 0, 2, 0, 1),
        (2, 0, 1, 0, 0),
        (2, 0, 0, 2, 0),
        (0, 0, 0, -1, 0),
    ]
    assert measures(trip(run_to(rolling(4, 3, 1, back=1), "forward 2.1 baking"))) == [
        (1, 8, 3, 0, 1),
        (1, 2, 2, 0, 1),
        (1, 2, 0, 1, 0),
        (1, 0, 3, 1, 0),
        (1, 0, 2, 0, 1),
        (1, 0, 0, 1, 0),
        (0, 0, 0, -1, 0),
    ]


def test_l2_falls_when_the_split_is_seen() -> None:
    end = failed_rollback()
    assert measure(end) == (0, 0, 0, -1, 0)
    assert measure(evolve(end, settled=False)) == (0, 0, 0, -1, 1)


def test_l2_counts_the_termination_wait_as_a_step() -> None:
    policy = BlueGreenUpdatePolicy(termination_wait_seconds=60)
    begun = start(FleetSpec("a", 2, 2, ALL_TRAFFIC), wanted("b", 2), policy)
    to_go = [measured[1] for measured in measures(begun)]
    assert to_go == [1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("stage", "operation", "place"),
    [
        ("forward 4.1 cleaning", Operation.PROVISION, 0),
        ("forward 4.1 cleaning", Operation.SHIFT, 0),
        ("back 2.1 provisioning", Operation.PROVISION, 0),
        ("back 2.1 provisioning", Operation.SHIFT, 1),
        ("back 1.1 shifting", Operation.PROVISION, 1),
        ("back 1.1 cleaning", Operation.PROVISION, 1),
    ],
)
def test_s10_lets_be_what_a_stage_can_do_without(
    stage: str, operation: Operation, place: int
) -> None:
    forward = rolling(8, 4, 1, back=1)
    start = forward if stage.startswith("forward") else trip(run_to(forward, "forward 3.1 baking"))
    before = run_to(start, stage)
    event = OperationFailed(before.stage, operation, place, "no")
    assert advance(before, event) == before
    assert properties.s10_a_failure_is_heeded(before, event, before)


def test_s5_takes_each_reason_that_cuts_an_end_short() -> None:
    before = run_to(rolling(4, 4, 1, back=2), "forward 4.1 cleaning")
    for event in (
        OperationFailed(before.stage, Operation.CLEAN_UP, 1, "stuck"),
        DeadlineElapsed(Direction.FORWARD),
        StopRequested("me"),
    ):
        after = advance(before, event)
        assert after.cut_short is not None
        assert properties.s5_a_cause_is_what_came(before, event, after)


def test_a_spec_made_again_is_the_same_spec() -> None:
    before = at("forward 2.1 baking")
    again = evolve(before, spec=evolve(before.spec))
    assert again.spec is not before.spec
    assert properties.a_spec_never_changes(before, STOP, again)


def test_s13_takes_stock_by_what_is_seen_in_the_first_step_back_alone() -> None:
    before = trip(at("forward 2.1 baking"))
    assert str(before.stage) == "back 1.1 provisioning" and before.old[0].in_service > 0
    event = seen(at("forward 2.1 baking"), (2, 2), (3, 3))
    assert advance(before, event) == before
    assert properties.s13_a_step_goes_as_far_as_its_pace(before, event, before)


def test_s5_lets_a_failed_rollback_that_saw_its_split_hold_it_whatever_is_seen_then() -> None:
    unseen = advance(trip(at("forward 2.1 baking")), DeadlineElapsed(Direction.BACK))
    before = advance(unseen, SplitSettled(unseen.stage, unseen.split))
    assert (unseen.settled, before.settled) == (False, True)
    event = SplitSettled(before.stage, (Share(1, 4), Share(3, 4)))
    assert advance(before, event) == before
    assert properties.s5_a_failed_rollback_holds_what_is_there(before, event, before)
