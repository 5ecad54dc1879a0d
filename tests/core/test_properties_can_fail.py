"""Every property says False of a state or an edge that breaks it: none is empty."""

from collections.abc import Callable

import pytest
from attrs import evolve

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    AlarmsRead,
    AlarmTripped,
    DeadlineElapsed,
    Deployment,
    Direction,
    Event,
    Fleet,
    FleetsSeen,
    Operation,
    OperationFailed,
    Phase,
    Reading,
    Share,
    Sighting,
    SplitSettled,
    Stopped,
    StopRequested,
    TimedOut,
    advance,
    roll_back,
)
from rolling.core import properties
from rolling.core.properties import EDGE_PROPERTIES, STATE_PROPERTIES
from tests.core.walking import end_of, read, rolling, run_to, seen, trip

EdgeCase = tuple[Deployment, Event, Deployment]


def with_fleet(
    deployment: Deployment,
    place: int,
    *,
    asked: int | None = None,
    in_service: int | None = None,
    alive: int | None = None,
    share: Share | None = None,
) -> Deployment:
    """The deployment with one fleet changed by hand."""
    fleets = list(deployment.fleets)
    was = fleets[place]
    fleets[place] = Fleet(
        was.asked if asked is None else asked,
        was.in_service if in_service is None else in_service,
        was.alive if alive is None else alive,
        was.share if share is None else share,
    )
    return evolve(deployment, fleets=tuple(fleets))


def at(stage: str) -> Deployment:
    return run_to(rolling(4, 4, 1, back=2), stage)


def home() -> Deployment:
    return end_of(trip(at("forward 2.1 baking")))


def failed() -> Deployment:
    return advance(trip(at("forward 2.1 baking")), DeadlineElapsed(Direction.BACK))


BAD_STATES: dict[str, list[Deployment]] = {
    "s1_asked_capacity_carries_asked_share": [
        with_fleet(at("forward 2.1 baking"), 0, asked=1),
        with_fleet(at("forward 2.1 baking"), 1, asked=1),
    ],
    "s2_under_the_ceiling": [with_fleet(at("forward 1.1 provisioning"), 1, alive=6)],
    "s3_shares_sum_to_the_whole": [
        with_fleet(at("forward 2.1 baking"), 0, share=NO_TRAFFIC),
        with_fleet(at("forward 2.1 baking"), 0, share=ALL_TRAFFIC),
        with_fleet(at("forward 2.1 baking"), 0, asked=0, in_service=0),
    ],
    "s5_an_end_tells_the_truth": [
        evolve(end_of(rolling()), cause=Stopped("me")),
        evolve(end_of(rolling()), settled=False),
        with_fleet(end_of(rolling()), 1, asked=1, alive=1),
        with_fleet(end_of(rolling()), 0, asked=2),
        with_fleet(end_of(rolling()), 0, share=Share(2, 3)),
        evolve(home(), cause=None),
        evolve(home(), settled=False),
        with_fleet(home(), 0, asked=1, alive=1),
        with_fleet(home(), 1, asked=3),
        with_fleet(home(), 1, share=Share(3, 4)),
        evolve(failed(), cause=None),
        evolve(failed(), cut_short=None),
        evolve(at("forward 1.1 shifting"), cut_short=Stopped("me")),
        evolve(at("forward 1.1 shifting"), cause=Stopped("me")),
        evolve(trip(at("forward 2.1 baking")), cause=None),
    ],
}


def raised_without_capacity() -> EdgeCase:
    before = at("forward 2.1 provisioning")
    shifted = run_to(rolling(4, 4, 1), "forward 2.1 shifting")
    return before, StopRequested("me"), with_fleet(shifted, 0, in_service=1)


def lowered_below_the_traffic() -> EdgeCase:
    before = at("forward 2.1 shifting")
    return before, StopRequested("me"), with_fleet(before, 1, asked=1, in_service=1)


def more_for_the_new_fleet() -> list[EdgeCase]:
    before = trip(at("forward 2.1 baking"))
    event = FleetsSeen(before.stage, (Sighting(2, 2), Sighting(3, 3)))
    after = advance(before, event)
    return [
        (before, event, with_fleet(after, 0, share=Share(3, 4))),
        (before, event, with_fleet(after, 0, asked=3, alive=3)),
        (before, event, with_fleet(after, 1, asked=2, in_service=2)),
    ]


def a_trip_ignored() -> list[EdgeCase]:
    before = at("forward 2.1 baking")
    event = read(before, Reading.ALARM)
    for_another_reason = advance(before, StopRequested("me"))
    wrong_name = evolve(advance(before, event), cause=AlarmTripped(("other",)))
    hidden = AlarmsRead(before.stage, (("p99", Reading.ALARM), ("p99", Reading.OK)), True)
    return [
        (before, event, before),
        (before, event, for_another_reason),
        (before, event, wrong_name),
        (before, hidden, before),
    ]


def left_over_at_a_clean_end() -> EdgeCase:
    before = run_to(rolling(), "forward 3.1 cleaning")
    event = FleetsSeen(before.stage, (Sighting(3, 3), Sighting(0, 0)))
    return before, event, with_fleet(advance(before, event), 1, alive=1)


def more_than_a_batch() -> list[EdgeCase]:
    before, back = at("forward 1.1 cleaning"), run_to(home_walk(), "back 1.1 cleaning")
    event = StopRequested("me")
    forward = with_fleet(at("forward 2.1 provisioning"), 0, asked=3, alive=3)
    homeward = with_fleet(back, 1, asked=back.old[0].asked + 3)
    return [(before, event, forward), (back, event, homeward)]


def home_walk() -> Deployment:
    return trip(run_to(rolling(8, 8, 2, back=2), "forward 3.1 baking"))


def given_up_too_early() -> list[EdgeCase]:
    baking = at("forward 2.1 baking")
    good = read(baking, Reading.OK)
    after = advance(baking, good)
    short = with_fleet(baking, 0, in_service=1)
    elsewhere = evolve(good, stage=good.stage._replace(step=1))
    shifting = at("forward 2.1 shifting")
    return [
        (baking, read(baking, Reading.OK, after_interval=False), after),
        (baking, read(baking, Reading.UNREADABLE), after),
        (baking, read(baking, Reading.ALARM), after),
        (baking, read(baking, None), after),
        (baking, StopRequested("me"), after),
        (baking, elsewhere, after),
        (short, good, after),
        (shifting, read(shifting, Reading.OK), after),
    ]


def not_the_same_twice() -> EdgeCase:
    before = at("forward 1.1 provisioning")
    return before, FleetsSeen(before.stage, (Sighting(1, 1), Sighting(4, 4))), before


def moved_by_a_foreign_event() -> list[EdgeCase]:
    before, after = at("forward 1.1 provisioning"), at("forward 1.1 shifting")
    stale = before.stage._replace(attempt=2)
    return [
        (before, FleetsSeen(stale, (Sighting(1, 1), Sighting(4, 4))), after),
        (before, SplitSettled(stale, before.split), after),
        (before, DeadlineElapsed(Direction.BACK), after),
    ]


def on_after_the_deadline() -> list[EdgeCase]:
    before, after = at("forward 1.1 cleaning"), at("forward 2.1 provisioning")
    event = DeadlineElapsed(Direction.FORWARD)
    back = trip(at("forward 2.1 baking"))
    return [
        (before, event, after),
        (before, event, before),
        (back, DeadlineElapsed(Direction.BACK), back),
    ]


def turned_back_for_nothing() -> list[EdgeCase]:
    over = at("forward 2.1 baking")
    back = trip(over)
    end_walk = at("forward 4.1 cleaning")
    last = advance(end_walk, StopRequested("me"))
    return [
        (over, read(over, Reading.INSUFFICIENT_DATA), back),
        (over, read(over, Reading.OK), evolve(back, cause=AlarmTripped(()))),
        (over, StopRequested("me"), evolve(back, cause=None)),
        (over, StopRequested("me"), evolve(back, cause=Stopped("you"))),
        (over, DeadlineElapsed(Direction.BACK), evolve(back, cause=TimedOut(28_800))),
        (end_walk, seen(end_walk, (4, 4), (0, 0)), last),
        (end_walk, StopRequested("you"), last),
    ]


def another_cause_later() -> list[EdgeCase]:
    back = trip(at("forward 2.1 baking"))
    event = DeadlineElapsed(Direction.BACK)
    failed_back = advance(back, event)
    return [
        (back, StopRequested("me"), evolve(back, cause=Stopped("me"))),
        (back, event, evolve(failed_back, cause=failed_back.cut_short)),
        (failed_back, event, evolve(failed_back, cut_short=Stopped("me"))),
        (failed_back, event, evolve(failed_back, cut_short=None)),
    ]


def a_good_bake_held() -> list[EdgeCase]:
    baking = at("forward 2.1 baking")
    return [
        (baking, read(baking, Reading.OK), baking),
        (baking, read(baking, Reading.INSUFFICIENT_DATA), baking),
        (baking, read(baking, Reading.OK), trip(baking)),
    ]


def a_failure_ignored() -> list[EdgeCase]:
    cases: list[EdgeCase] = []
    for stage, operation, place in (
        ("forward 1.1 provisioning", Operation.PROVISION, 0),
        ("forward 2.1 shifting", Operation.SHIFT, 0),
        ("forward 2.1 baking", Operation.CLEAN_UP, 1),
        ("forward 2.1 cleaning", Operation.CLEAN_UP, 1),
        ("forward 2.1 cleaning", Operation.PROVISION, 0),
        ("forward 4.1 cleaning", Operation.CLEAN_UP, 1),
    ):
        before = at(stage)
        cases.append((before, OperationFailed(before.stage, operation, place, "no"), before))
    turned = trip(at("forward 3.1 baking"))
    for stage, operation, place in (
        ("back 2.1 provisioning", Operation.PROVISION, 1),
        ("back 1.1 shifting", Operation.SHIFT, 1),
        ("back 1.1 cleaning", Operation.CLEAN_UP, 0),
    ):
        before = run_to(turned, stage)
        cases.append((before, OperationFailed(before.stage, operation, place, "no"), before))
    return cases


def a_stop_ignored() -> list[EdgeCase]:
    before, stop = at("forward 2.1 baking"), StopRequested("me")
    back = trip(before)
    return [
        (before, stop, before),
        (back, stop, advance(back, DeadlineElapsed(Direction.BACK))),
    ]


def turned_back_once_committed() -> list[EdgeCase]:
    last = at("forward 4.1 cleaning")
    stop = StopRequested("me")
    end = end_of(rolling(4, 4, 1))
    return [
        (last, stop, roll_back(last, Stopped("me"))),
        (end, stop, roll_back(end, Stopped("me"))),
    ]


def another_spec() -> list[EdgeCase]:
    baking = at("forward 2.1 baking")
    event = read(baking, Reading.OK, after_interval=False)
    unwatched, hurried = evolve(baking.spec, alarms=()), evolve(baking.spec, deadline_seconds=600)
    return [
        (baking, event, evolve(baking, spec=unwatched)),
        (baking, event, evolve(baking, spec=hurried)),
    ]


def back_to_an_earlier_stage() -> list[EdgeCase]:
    early, late = at("forward 1.1 baking"), at("forward 2.1 baking")
    event = StopRequested("me")
    end = end_of(rolling(4, 4, 1))
    return [
        (late, event, early),
        (trip(late), event, early),
        (end, event, evolve(end, stage=end.stage._replace(phase=Phase.ROLLBACK_FAILED))),
    ]


BAD_EDGES: dict[str, list[EdgeCase]] = {
    "s1_raised_share_is_covered": [raised_without_capacity()],
    "s1_lowered_ask_still_fits": [lowered_below_the_traffic()],
    "s4_nothing_more_for_the_new_fleet": more_for_the_new_fleet(),
    "s4_a_trip_turns_back": a_trip_ignored(),
    "s5_a_clean_end_leaves_nothing_over": [left_over_at_a_clean_end()],
    "s5_a_cause_is_what_came": turned_back_for_nothing(),
    "s5_a_cause_stays": another_cause_later(),
    "s6_a_step_is_at_most_a_batch": more_than_a_batch(),
    "s7_old_is_given_up_only_after_a_good_bake": given_up_too_early(),
    "s7_a_good_bake_passes": a_good_bake_held(),
    "s8_repeated_events_change_nothing": [not_the_same_twice()],
    "s8_foreign_events_change_nothing": moved_by_a_foreign_event(),
    "s9_past_the_deadline_a_direction_is_over": on_after_the_deadline(),
    "s10_a_failure_is_heeded": a_failure_ignored(),
    "s10_a_stop_is_heeded": a_stop_ignored(),
    "s11_the_last_bake_commits": turned_back_once_committed(),
    "a_spec_never_changes": another_spec(),
    "stages_only_grow": back_to_an_earlier_stage(),
}


def test_there_is_a_bad_example_for_every_property() -> None:
    assert set(BAD_STATES) == {rule.__name__ for rule in STATE_PROPERTIES}
    assert set(BAD_EDGES) == {rule.__name__ for rule in EDGE_PROPERTIES}


@pytest.mark.parametrize(
    ("name", "number"), [(name, n) for name, bad in BAD_STATES.items() for n in range(len(bad))]
)
def test_a_state_property_is_false_of_a_bad_state(name: str, number: int) -> None:
    rule: Callable[[Deployment], bool] = getattr(properties, name)
    assert rule(BAD_STATES[name][number]) is False


@pytest.mark.parametrize(
    ("name", "number"), [(name, n) for name, bad in BAD_EDGES.items() for n in range(len(bad))]
)
def test_an_edge_property_is_false_of_a_bad_edge(name: str, number: int) -> None:
    rule: Callable[[Deployment, Event, Deployment], bool] = getattr(properties, name)
    assert rule(*BAD_EDGES[name][number]) is False


@pytest.mark.parametrize("name", list(BAD_EDGES))
def test_an_edge_property_is_true_of_what_the_machine_does_instead(name: str) -> None:
    rule: Callable[[Deployment, Event, Deployment], bool] = getattr(properties, name)
    for before, event, _ in BAD_EDGES[name]:
        assert rule(before, event, advance(before, event)) is True
