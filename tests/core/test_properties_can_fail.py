"""Every property says False of a state or an edge that breaks it: none is empty."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    AlarmsRead,
    AlarmTripped,
    BlueGreenUpdatePolicy,
    Continued,
    DeadlineElapsed,
    Deployment,
    Direction,
    Event,
    Fleet,
    FleetSpec,
    FleetsSeen,
    GateElapsed,
    Gates,
    GateTimeoutAction,
    NotContinued,
    Operation,
    OperationFailed,
    Phase,
    Reading,
    RollbackFailed,
    RolledBack,
    RollingUpdatePolicy,
    RoutingType,
    Share,
    Sighting,
    SplitSettled,
    Stopped,
    StopRequested,
    Succeeded,
    SurgeRollingPolicy,
    TimedOut,
    TrafficRouting,
    advance,
    due,
    instances,
    percent,
    roll_back,
    serving,
    start,
    wanted,
)
from rolling.core import properties
from rolling.core.policy import Pace
from rolling.core.properties import EDGE_PROPERTIES, START_PROPERTIES, STATE_PROPERTIES, Asked
from rolling.core.repair import fleets_left, sides_of
from tests.core.walking import drain_first, end_of, read, rolling, run_to, seen, trip

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


def mixed(stage: str = "forward 1.1 provisioning") -> Deployment:
    """Of a repair: two instances of each of two old fleets carry half of the traffic each."""
    old = (FleetSpec("config-2", 4, 2, HALF), FleetSpec("config-1", 4, 2, HALF))
    policy = RollingUpdatePolicy(instances(1), 0, instances(1))
    return run_to(start(old, wanted("config-3", 4), policy, ["p99"]), stage)


def drained(stage: str) -> Deployment:
    """Of three instances that are replaced without a fourth: two are the floor."""
    return run_to(drain_first(3, 0, 1), stage)


CONTINUE = Gates(600, GateTimeoutAction.CONTINUE, (1, 2))
ROLL_BACK = Gates(600, GateTimeoutAction.ROLL_BACK, (1, 2))


def gate(gates: Gates = CONTINUE, stage: str = "forward 1.1 baking") -> Deployment:
    """Of the same update with two gates; step 0 and the last step have none."""
    return run_to(drain_first(3, 0, 1, gates), stage)


HALF, QUARTER = Share(1, 2), Share(1, 4)

BAD_STATES: dict[str, list[Deployment]] = {
    "s1_asked_capacity_carries_asked_share": [
        with_fleet(at("forward 2.1 baking"), 0, asked=1),
        with_fleet(at("forward 2.1 baking"), 1, asked=1),
        with_fleet(drained("forward 0.1 baking"), 1, asked=1),
    ],
    "s2_under_the_ceiling": [
        with_fleet(at("forward 1.1 provisioning"), 1, alive=6),
        with_fleet(drained("forward 1.1 provisioning"), 1, alive=3),
    ],
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
    "s13_the_new_fleet_has_the_share_of_its_step": [
        with_fleet(at("forward 2.1 baking"), 0, share=QUARTER),
        with_fleet(at("forward 2.1 cleaning"), 0, share=Share(3, 4)),
        evolve(at("forward 2.1 shifting"), up=3),
        with_fleet(drained("forward 1.1 baking"), 0, share=Share(1, 3)),
        with_fleet(drained("forward 2.1 baking"), 0, share=Share(2, 3)),
    ],
    "s13_the_newest_is_drained_first": [
        with_fleet(mixed(), 2, share=QUARTER),
        with_fleet(trip(mixed("forward 3.1 baking")), 1, share=QUARTER),
    ],
    "s17_the_floor_carries_everything": [
        with_fleet(at("forward 2.1 provisioning"), 1, asked=1),
        with_fleet(drained("forward 0.1 baking"), 1, asked=1),
        with_fleet(drained("forward 1.1 baking"), 1, asked=0),
        with_fleet(trip(drained("forward 2.1 baking")), 0, asked=0),
    ],
}

Reads = tuple[Deployment, object, str, object]
"""A deployment, and what is wrongly read off it: of what, under which name, and what instead."""


def always(value: object) -> Callable[..., object]:
    """A function that gives this value whatever it is asked."""
    return lambda *arguments: value


def wrong_outcomes() -> list[Reads]:
    cut = advance(at("forward 4.1 cleaning"), StopRequested("me"))
    why = Stopped("you")
    wrong: list[tuple[Deployment, object]] = [
        (at("forward 2.1 baking"), Succeeded(0, None)),
        (end_of(rolling()), None),
        (cut, Succeeded(0, cut.cut_short)),
        (cut, Succeeded(1, None)),
        (home(), RolledBack(why, 0, None)),
        (home(), Succeeded(0, None)),
        (failed(), RollbackFailed(why, TimedOut(28_800))),
    ]
    return [
        *[(each, Deployment, "outcome", property(always(outcome))) for each, outcome in wrong],
        (cut, Deployment, "leftover", property(always(0))),
        (at("forward 2.1 cleaning"), Deployment, "leftover", property(always(0))),
        (failed(), Deployment, "at_rest", property(always(True))),
        (cut, Deployment, "at_rest", property(always(False))),
        (at("forward 2.1 baking"), Deployment, "at_rest", property(always(True))),
    ]


def wrongly_due(deployment: Deployment, **changes: Any) -> Reads:
    return deployment, properties, "due", always(evolve(due(deployment), **changes))


def other_asks_due() -> list[Reads]:
    before = at("forward 2.1 baking")
    new, old = due(before).fleets
    return [
        wrongly_due(before, generation=2),
        wrongly_due(before, stage=before.stage._replace(attempt=2)),
        wrongly_due(before, fleets=(old, new)),
        wrongly_due(before, fleets=(new,)),
        wrongly_due(before, fleets=(evolve(new, configuration="other"), old)),
        wrongly_due(before, fleets=(evolve(new, count=3), old)),
        wrongly_due(before, fleets=(new, evolve(old, share=ALL_TRAFFIC))),
    ]


def waiting(stage: str) -> Deployment:
    """A blue/green update that bakes for a minute, and waits for two before its cleanup."""
    policy = BlueGreenUpdatePolicy(TrafficRouting(wait_interval_seconds=60), 120, 900)
    return run_to(start(serving("config-1", 2), wanted("config-2", 2), policy, ["p99"]), stage)


def other_timers_due() -> list[Reads]:
    baking, cleaning = at("forward 2.1 baking"), at("forward 2.1 cleaning")
    return [
        wrongly_due(baking, alarms=()),
        wrongly_due(baking, alarms=("p99", "other")),
        wrongly_due(baking, interval_seconds=None),
        wrongly_due(baking, interval_seconds=301),
        wrongly_due(cleaning, alarms=("p99",)),
        wrongly_due(cleaning, interval_seconds=300),
        wrongly_due(waiting("forward 1.1 baking"), interval_seconds=120),
        wrongly_due(waiting("forward 2.1 baking"), interval_seconds=60),
    ]


def other_deadlines_due() -> list[Reads]:
    return [
        wrongly_due(at("forward 2.1 baking"), deadline_seconds=None),
        wrongly_due(at("forward 2.1 baking"), deadline_seconds=600),
        wrongly_due(trip(at("forward 2.1 baking")), deadline_seconds=None),
        wrongly_due(end_of(rolling()), deadline_seconds=28_800),
        wrongly_due(failed(), deadline_seconds=28_800),
        wrongly_due(waiting("forward 1.1 baking"), deadline_seconds=900 + 120),
        wrongly_due(waiting("forward 2.1 baking"), deadline_seconds=900),
        wrongly_due(trip(waiting("forward 2.1 baking")), deadline_seconds=900 + 120),
    ]


def other_fleets_left() -> list[Reads]:
    ended = evolve(failed(), settled=True)
    left = fleets_left(ended)
    new, old = left
    mine, others = sides_of(left, "config-2", 5)
    wrong: list[tuple[FleetSpec, ...]] = [
        (new,),
        (old, new),
        (evolve(new, count=3), old),
        (evolve(new, full=5), old),
        (new, evolve(old, share=NO_TRAFFIC)),
        (),
    ]
    sides = [(mine, left), (evolve(mine, count=0), others), (mine, ()), (wanted("b", 5), others)]
    return [
        *[(ended, properties, "fleets_left", always(fleets)) for fleets in wrong],
        *[(ended, properties, "sides_of", always(pair)) for pair in sides],
    ]


def other_gates_due() -> list[Reads]:
    return [
        wrongly_due(gate(), gate_seconds=None),
        wrongly_due(gate(), gate_seconds=600),
        wrongly_due(gate(), gate_seconds=901),
        wrongly_due(gate(stage="forward 0.1 baking"), gate_seconds=900),
        wrongly_due(gate(stage="forward 3.1 baking"), gate_seconds=900),
        wrongly_due(gate(stage="forward 1.1 cleaning"), gate_seconds=900),
        wrongly_due(trip(gate()), gate_seconds=900),
    ]


BAD_READINGS: dict[str, list[Reads]] = {
    "s5_an_outcome_says_how_it_ended": wrong_outcomes(),
    "s12_what_is_asked_is_due": other_asks_due(),
    "s12_alarms_and_interval_are_due_in_a_bake": other_timers_due(),
    "s12_a_deadline_is_due_until_the_end": other_deadlines_due(),
    "s16_the_next_update_starts_from_what_is_left": other_fleets_left(),
    "s18_a_gate_is_due_in_its_bake": other_gates_due(),
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
        (gate(), read(gate(), Reading.OK), passed_on(gate())),
    ]


def continued(deployment: Deployment) -> Deployment:
    return advance(deployment, Continued(deployment.stage, "ann"))


def passed_on(deployment: Deployment) -> Deployment:
    """This gate, continued and past a quiet bake."""
    return advance(continued(deployment), read(deployment, Reading.OK))


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
        *gates_turned_for_another_reason(),
    ]


def gates_turned_for_another_reason() -> list[EdgeCase]:
    waits, goes_on = gate(ROLL_BACK), gate(CONTINUE)
    late = GateElapsed(waits.stage)
    turned = advance(waits, late)
    return [
        (waits, late, evolve(turned, cause=NotContinued(900))),
        (waits, late, evolve(turned, cause=Stopped("ann"))),
        (goes_on, late, roll_back(goes_on, NotContinued(600))),
        (continued(waits), late, turned),
        (waits, Continued(waits.stage, "ann"), roll_back(waits, Stopped("ann"))),
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


def passed_without_a_good_bake() -> list[EdgeCase]:
    floor, canary = drained("forward 0.1 baking"), waiting("forward 1.1 baking")
    cases: list[EdgeCase] = []
    for baking in (floor, canary):
        early = read(baking, Reading.OK, after_interval=False)
        passed = advance(baking, read(baking, Reading.OK))
        short = with_fleet(baking, 0, in_service=baking.new.asked - 1)
        cases += [
            (baking, early, passed),
            (baking, read(baking, Reading.UNREADABLE), passed),
            (
                baking,
                seen(baking, *[(fleet.asked, fleet.asked) for fleet in baking.fleets]),
                passed,
            ),
            (baking, early, evolve(baking, stage=baking.stage.enter(Phase.CLEANING))),
        ]
        cases += [(short, read(baking, Reading.OK), passed)] if baking.new.asked else []
    return [*cases, (gate(), read(gate(), Reading.OK), passed_on(gate()))]


def a_good_bake_held() -> list[EdgeCase]:
    baking, floor = at("forward 2.1 baking"), gate(stage="forward 0.1 baking")
    return [
        (baking, read(baking, Reading.OK), baking),
        (baking, read(baking, Reading.INSUFFICIENT_DATA), baking),
        (baking, read(baking, Reading.OK), trip(baking)),
        (continued(gate()), read(gate(), Reading.OK), continued(gate())),
        (floor, read(floor, Reading.OK), floor),
    ]


def a_loss_baked() -> list[EdgeCase]:
    baking = at("forward 2.1 baking")
    loss, none_lost = seen(baking, (1, 1), (3, 3)), seen(baking, (2, 2), (3, 4))
    again = advance(baking, loss)
    elsewhere = evolve(loss, stage=again.stage)
    return [
        (baking, loss, with_fleet(baking, 0, in_service=1)),
        (baking, none_lost, again),
        (baking, elsewhere, again),
        (baking, read(baking, Reading.OK, after_interval=False), again),
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


def another_mix_held() -> list[EdgeCase]:
    back = trip(at("forward 3.1 baking"))
    unseen, late = run_to(back, "back 1.1 shifting"), DeadlineElapsed(Direction.BACK)
    short = run_to(back, "back 2.1 provisioning")
    failed_short, failed_unseen = advance(short, late), advance(unseen, late)
    there = SplitSettled(failed_unseen.stage, back.split)
    held = advance(failed_unseen, there)
    assert held.split == there.split != failed_unseen.split
    none_there = evolve(held, settled=True)
    at_floor = run_to(trip(drained("forward 2.1 baking")), "back 3.1 provisioning")
    return [
        (at_floor, late, with_fleet(advance(at_floor, late), 1, asked=3)),
        (short, late, with_fleet(failed_short, 0, asked=0)),
        (short, late, with_fleet(failed_short, 1, asked=short.old[0].asked)),
        (short, late, with_fleet(failed_short, 1, share=ALL_TRAFFIC)),
        (unseen, late, with_fleet(failed_unseen, 1, asked=1)),
        (failed_unseen, there, failed_unseen),
        (failed_unseen, there, with_fleet(held, 0, asked=0)),
        (none_there, SplitSettled(held.stage, failed_unseen.split), failed_unseen),
    ]


def a_failure_elsewhere() -> list[EdgeCase]:
    walk = run_to(rolling(8, 4, 1, back=1), "forward 4.1 cleaning")
    back = run_to(trip(at("forward 3.1 baking")), "back 2.1 provisioning")
    over, late = failed(), advance(back, DeadlineElapsed(Direction.BACK))
    return [
        (before, OperationFailed(before.stage, operation, place, "no"), after)
        for before, operation, place, after in (
            (walk, Operation.PROVISION, 0, advance(walk, StopRequested("me"))),
            (walk, Operation.SHIFT, 0, advance(walk, StopRequested("me"))),
            (back, Operation.PROVISION, 0, late),
            (back, Operation.SHIFT, 1, late),
            (over, Operation.CLEAN_UP, 0, evolve(over, settled=not over.settled)),
        )
    ]


def two_commands() -> list[EdgeCase]:
    before = at("forward 2.1 provisioning")
    event = seen(before, (1, 2), (3, 3))
    after = advance(before, event)
    hurried = evolve(before.spec, deadline_seconds=600)
    return [
        (before, event, with_fleet(after, 0, asked=3)),
        (before, event, with_fleet(after, 1, asked=2)),
        (before, event, with_fleet(after, 0, share=HALF)),
        (before, event, evolve(after, spec=hurried)),
    ]


def counted_otherwise(before: Deployment, event: Event, *stages: str) -> list[EdgeCase]:
    """What an event leads to, but in these stages instead."""
    after = advance(before, event)
    found: list[EdgeCase] = []
    for stage in stages:
        direction, number, phase = stage.split()
        step, attempt = map(int, number.split("."))
        place = (Direction[direction.upper()], step, attempt, Phase[phase.upper()])
        assert type(after.stage)(*place) != after.stage
        found.append((before, event, evolve(after, stage=type(after.stage)(*place))))
    return found


def steps_miscounted() -> list[EdgeCase]:
    baking, cleaning = at("forward 2.1 baking"), at("forward 2.1 cleaning")
    provisioning = at("forward 2.1 provisioning")
    clean = seen(cleaning, (2, 2), (2, 2))
    back = run_to(trip(at("forward 3.1 baking")), "back 1.1 cleaning")
    over = advance(run_to(trip(baking), "back 1.1 shifting"), DeadlineElapsed(Direction.BACK))
    there = SplitSettled(over.stage, (HALF, HALF))
    return [
        *counted_otherwise(
            baking,
            StopRequested("me"),
            "back 2.1 provisioning",
            "back 1.2 provisioning",
            "back 1.1 shifting",
        ),
        *counted_otherwise(baking, seen(baking, (1, 1), (3, 3)), "forward 2.1 provisioning"),
        *counted_otherwise(baking, seen(baking, (1, 1), (3, 3)), "forward 2.3 provisioning"),
        *counted_otherwise(baking, read(baking, Reading.OK), "forward 2.2 cleaning"),
        *counted_otherwise(
            provisioning, seen(provisioning, (2, 2), (3, 3)), "forward 2.2 shifting"
        ),
        *counted_otherwise(cleaning, clean, "forward 4.1 provisioning", "forward 3.2 provisioning"),
        *counted_otherwise(back, seen(back, (1, 1), (2, 2)), "back 2.2 provisioning"),
        *counted_otherwise(over, there, "back 1.1 rollback_failed", "back 1.3 rollback_failed"),
    ]


def gone_another_way() -> list[EdgeCase]:
    walk = run_to(rolling(8, 8, 3, back=2), "forward 1.1 cleaning")
    clean = seen(walk, (3, 3), (5, 5))
    baking = run_to(rolling(8, 8, 3, back=2), "forward 2.1 baking")
    back = trip(baking)
    look = seen(back, (6, 6), (3, 5))
    homeward = run_to(back, "back 1.1 cleaning")
    trimmed = seen(homeward, (homeward.new.asked,) * 2, (homeward.old[0].asked,) * 2)
    last = run_to(rolling(8, 8, 3, back=2), "forward 3.1 cleaning")
    further = evolve(last, stage=last.stage._replace(step=4, phase=Phase.PROVISIONING))
    return [
        (walk, clean, evolve(advance(walk, clean), up=5)),
        (walk, clean, evolve(advance(walk, clean), up=7)),
        (walk, clean, evolve(advance(walk, clean), up=3)),
        (baking, StopRequested("me"), evolve(back, up=1)),
        (baking, read(baking, Reading.OK), evolve(advance(baking, read(baking, Reading.OK)), up=7)),
        (back, look, evolve(advance(back, look), up=5)),
        (back, look, evolve(advance(back, look), up=0)),
        (homeward, trimmed, evolve(advance(homeward, trimmed), up=homeward.up + 1)),
        (homeward, trimmed, evolve(advance(homeward, trimmed), up=homeward.up + 3)),
        (last, seen(last, (8, 8), (0, 0)), further),
        *after_the_drain(),
    ]


def after_the_drain() -> list[EdgeCase]:
    baking = drained("forward 0.1 baking")
    slow = advance(baking, seen(baking, (0, 0), (2, 3)))
    cleaning = advance(slow, read(slow, Reading.OK))
    gone = seen(cleaning, (0, 0), (2, 2))
    first = advance(cleaning, gone)
    assert first.stage.step == 1
    return [(cleaning, gone, evolve(first, up=0)), (cleaning, gone, evolve(first, up=2))]


def moved_without_a_shift() -> list[EdgeCase]:
    before, baking = at("forward 2.1 cleaning"), at("forward 2.1 baking")
    event, stop = seen(before, (2, 2), (2, 2)), StopRequested("me")
    return [
        (before, event, with_fleet(advance(before, event), 0, share=Share(3, 4))),
        (baking, stop, with_fleet(advance(baking, stop), 1, share=ALL_TRAFFIC)),
    ]


def taken_back_otherwise() -> list[EdgeCase]:
    back = trip(at("forward 3.1 baking"))
    look = seen(back, (3, 3), (2, 2))
    after = advance(back, look)
    assert after.split == (HALF, HALF)
    return [
        (back, look, with_fleet(after, 1, share=share))
        for share in (QUARTER, Share(3, 4), ALL_TRAFFIC, NO_TRAFFIC)
    ]


def asked_otherwise(before: Deployment, event: Event, place: int, *counts: int) -> list[EdgeCase]:
    """What an event leads to, but with other asks of a fleet."""
    after = advance(before, event)
    assert after.fleets[place].asked not in counts
    return [(before, event, with_fleet(after, place, asked=count)) for count in counts]


def another_batch() -> list[EdgeCase]:
    cleaning, baking = at("forward 2.1 cleaning"), at("forward 2.1 baking")
    back = run_to(trip(run_to(rolling(8, 8, 2, back=2), "forward 3.1 baking")), "back 1.1 cleaning")
    clean = seen(back, (back.new.asked,) * 2, (back.old[0].asked,) * 2)
    return [
        *asked_otherwise(cleaning, seen(cleaning, (2, 2), (2, 2)), 0, 2, 4),
        *asked_otherwise(cleaning, seen(cleaning, (2, 2), (2, 3)), 0, 1, 3),
        *asked_otherwise(baking, read(baking, Reading.OK), 0, 1, 3),
        *asked_otherwise(back, clean, 1, back.old[0].asked, back.old[0].asked + 1),
        *asked_otherwise(trip(baking), seen(trip(baking), (2, 2), (3, 3)), 1, 2, 4),
    ]


def kept_otherwise() -> list[EdgeCase]:
    baking, good = at("forward 2.1 baking"), read(at("forward 2.1 baking"), Reading.OK)
    whole = waiting("forward 1.1 baking")
    last = waiting("forward 2.1 baking")
    shifting = run_to(trip(at("forward 3.1 baking")), "back 1.1 shifting")
    split = SplitSettled(shifting.stage, shifting.split)
    provisioning, first = at("forward 2.1 provisioning"), drained("forward 1.1 baking")
    return [
        *asked_otherwise(baking, good, 1, 1, 3),
        *asked_otherwise(baking, seen(baking, (2, 2), (3, 3)), 1, 2, 4),
        *asked_otherwise(whole, read(whole, Reading.OK), 1, 0),
        *asked_otherwise(last, read(last, Reading.OK), 1, 1, 2),
        *asked_otherwise(provisioning, seen(provisioning, (2, 2), (3, 3)), 1, 2),
        *asked_otherwise(provisioning, StopRequested("me"), 0, 0, 2),
        *asked_otherwise(provisioning, StopRequested("me"), 1, 2, 4),
        *asked_otherwise(shifting, split, 0, 1, 3),
        *asked_otherwise(shifting, StopRequested("me"), 0, 2),
        *asked_otherwise(first, read(first, Reading.OK), 1, 0, 2),
        *asked_otherwise(first, StopRequested("me"), 0, 0),
    ]


def believed_unseen() -> list[EdgeCase]:
    before = at("forward 2.1 provisioning")
    look, stop = seen(before, (1, 2), (3, 4)), StopRequested("me")
    after, stale = advance(before, look), evolve(look, stage=at("forward 1.1 baking").stage)
    return [
        (before, look, with_fleet(after, 0, in_service=2)),
        (before, look, with_fleet(after, 0, in_service=0)),
        (before, look, with_fleet(after, 0, alive=3)),
        (before, look, with_fleet(after, 1, alive=3)),
        (before, look, with_fleet(after, 1, in_service=2)),
        (before, stale, after),
        (before, stop, with_fleet(advance(before, stop), 1, in_service=2)),
        (before, stop, with_fleet(advance(before, stop), 0, alive=1)),
    ]


def settled_unseen() -> list[EdgeCase]:
    shifting, baking = at("forward 2.1 shifting"), at("forward 2.1 baking")
    split, look = SplitSettled(shifting.stage, shifting.split), seen(shifting, (2, 2), (3, 4))
    other = SplitSettled(shifting.stage, at("forward 1.1 baking").split)
    stale, stop = evolve(split, stage=baking.stage), StopRequested("me")
    settled = evolve(shifting, settled=True)
    provisioning = at("forward 2.1 provisioning")
    batch = seen(provisioning, (2, 2), (3, 3))
    return [
        (shifting, split, evolve(advance(shifting, split), settled=False)),
        (shifting, other, settled),
        (shifting, stale, settled),
        (shifting, look, evolve(advance(shifting, look), settled=True)),
        (baking, stop, evolve(advance(baking, stop), settled=True)),
        (provisioning, batch, evolve(advance(provisioning, batch), settled=True)),
        (baking, look_at(baking), evolve(advance(baking, look_at(baking)), settled=False)),
    ]


def look_at(deployment: Deployment) -> FleetsSeen:
    return seen(deployment, *[(fleet.asked, fleet.alive) for fleet in deployment.fleets])


def continued_otherwise() -> list[EdgeCase]:
    held, passed, ungated = gate(), continued(gate()), gate(stage="forward 3.1 baking")
    own, late = Continued(held.stage, "ann"), GateElapsed(held.stage)
    another = Continued(held.stage._replace(attempt=2), "ann")
    lost = seen(held, (0, 0), (2, 2))
    return [
        (held, own, held),
        (held, own, evolve(held, continued_by="bob")),
        (held, another, passed),
        (held, evolve(another, stage=held.stage._replace(step=2)), passed),
        (held, read(held, Reading.OK), passed),
        (held, late, held),
        (held, late, passed),
        (gate(ROLL_BACK), late, evolve(gate(ROLL_BACK), continued_by="the gate's timeout")),
        (passed, evolve(own, by="bob"), evolve(held, continued_by="bob")),
        (passed, read(held, Reading.OK, after_interval=False), held),
        (passed, lost, evolve(advance(passed, lost), continued_by="ann")),
        (passed, StopRequested("me"), evolve(trip(passed), continued_by="ann")),
        (ungated, Continued(ungated.stage, "ann"), evolve(ungated, continued_by="ann")),
    ]


def timed_out_otherwise() -> list[EdgeCase]:
    held, goes_on = gate(ROLL_BACK), gate(CONTINUE)
    late = GateElapsed(held.stage)
    turned = advance(held, late)
    last = gate(ROLL_BACK, "forward 3.1 baking")
    return [
        (held, late, held),
        (held, late, passed_on(held)),
        (held, evolve(late, stage=held.stage._replace(attempt=2)), turned),
        (continued(held), late, turned),
        (goes_on, late, roll_back(goes_on, NotContinued(600))),
        (last, GateElapsed(last.stage), roll_back(last, NotContinued(600))),
    ]


BAD_EDGES: dict[str, list[EdgeCase]] = {
    "s1_raised_share_is_covered": [raised_without_capacity()],
    "s1_lowered_ask_still_fits": [lowered_below_the_traffic()],
    "s4_nothing_more_for_the_new_fleet": more_for_the_new_fleet(),
    "s4_a_trip_turns_back": a_trip_ignored(),
    "s5_a_clean_end_leaves_nothing_over": [left_over_at_a_clean_end()],
    "s5_a_cause_is_what_came": turned_back_for_nothing(),
    "s5_a_cause_stays": another_cause_later(),
    "s5_a_failed_rollback_holds_what_is_there": another_mix_held(),
    "s6_a_step_is_at_most_a_batch": more_than_a_batch(),
    "s7_old_is_given_up_only_after_a_good_bake": given_up_too_early(),
    "s7_only_a_good_bake_passes": passed_without_a_good_bake(),
    "s7_a_good_bake_passes": a_good_bake_held(),
    "s7_a_bake_that_lost_an_instance_begins_again": a_loss_baked(),
    "s8_repeated_events_change_nothing": [not_the_same_twice()],
    "s8_foreign_events_change_nothing": moved_by_a_foreign_event(),
    "s9_past_the_deadline_a_direction_is_over": on_after_the_deadline(),
    "s10_a_failure_is_heeded": a_failure_ignored(),
    "s10_no_other_failure_matters": a_failure_elsewhere(),
    "s10_a_stop_is_heeded": a_stop_ignored(),
    "s11_the_last_bake_commits": turned_back_once_committed(),
    "s12_no_stage_has_two_commands": two_commands(),
    "s13_steps_and_attempts_count_up": steps_miscounted(),
    "s13_a_step_goes_as_far_as_its_pace": gone_another_way(),
    "s13_traffic_moves_in_shifts_alone": moved_without_a_shift(),
    "s13_a_step_back_takes_what_its_instances_carry": taken_back_otherwise(),
    "s14_a_step_asks_for_its_batch": another_batch(),
    "s14_a_cleanup_keeps_what_traffic_needs": kept_otherwise(),
    "s15_only_what_is_seen_counts": believed_unseen(),
    "s15_a_split_is_believed_once_seen": settled_unseen(),
    "s18_only_its_own_event_continues_a_gate": continued_otherwise(),
    "s18_a_gate_not_continued_in_time_turns_back": timed_out_otherwise(),
    "a_spec_never_changes": another_spec(),
    "stages_only_grow": back_to_an_earlier_stage(),
}


BEGINNINGS: dict[str, Asked] = {
    "rolling": Asked(
        (serving("config-1", 8),),
        wanted("config-2", 6),
        RollingUpdatePolicy(instances(2), 60, percent(30), 900),
        ("p99", "errors", "p99"),
        7,
    ),
    "linear": Asked(
        (serving("config-1", 5),),
        wanted("config-2", 9),
        BlueGreenUpdatePolicy(TrafficRouting(RoutingType.LINEAR, 60, percent(34)), 120, 900),
    ),
    "canary": Asked(
        (serving("config-1", 5),),
        wanted("config-2", 9),
        BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, 60, percent(5)), 120, 900),
    ),
    "a repair": Asked(
        (FleetSpec("config-1", 4, 3, Share(3, 4)),),
        FleetSpec("config-2", 6, 2, QUARTER),
        RollingUpdatePolicy(instances(1), 0),
    ),
    "too many already": Asked(
        (FleetSpec("config-1", 4, 3, Share(3, 4)),),
        FleetSpec("config-2", 6, 7, QUARTER),
        RollingUpdatePolicy(instances(1), 0),
    ),
    "within room": Asked(
        (serving("config-1", 5),),
        wanted("config-2", 4),
        SurgeRollingPolicy(instances(1), instances(1), 60, percent(80)),
        ("p99",),
        gates=CONTINUE,
    ),
    "drain-first": Asked(
        (serving("config-1", 3),),
        wanted("config-2", 3),
        SurgeRollingPolicy(percent(0), percent(34), 60),
    ),
    "surge alone": Asked(
        (serving("config-1", 8),),
        wanted("config-2", 8),
        SurgeRollingPolicy(percent(25), instances(0), 60, instances(1)),
    ),
}

PACES = {
    "rolling": Pace(2, 2, 2, 2, True, 60, 0),
    "linear": Pace(9, 3, 3, 5, False, 60, 120),
    "canary": Pace(9, 1, 9, 5, False, 60, 120),
    "a repair": Pace(1, 1, 1, 3, True, 0, 0),
    "too many already": Pace(1, 1, 1, 3, True, 0, 0),
    "within room": Pace(2, 2, 2, 2, True, 60, 0),
    "drain-first": Pace(1, 1, 1, 1, True, 60, 0),
    "surge alone": Pace(2, 2, 2, 1, True, 60, 0),
}


def begun(name: str) -> Deployment:
    asked = BEGINNINGS[name]
    return start(
        asked.old, asked.new, asked.policy, asked.alarms, asked.generation, gates=asked.gates
    )


def wrongly_begun() -> list[tuple[str, str, Deployment]]:
    """The names of a property and of a beginning, and what it is false of."""
    found: list[tuple[str, str, Deployment]] = []
    first = begun("rolling")
    of_the_spec: tuple[dict[str, Any], ...] = (
        {"fleets": first.spec.fleets[::-1]},
        {"fleets": first.spec.fleets[:1]},
        {"alarms": ("p99", "errors", "p99")},
        {"alarms": ("errors", "p99")},
        {"alarms": ()},
        {"deadline_seconds": 600},
        {"generation": 1},
        {"gates": CONTINUE},
    )
    for changes in of_the_spec:
        wrong = evolve(first, spec=evolve(first.spec, **changes))
        found.append(("s13_an_update_is_what_was_asked", "rolling", wrong))
    ungated = begun("within room")
    ungated = evolve(ungated, spec=evolve(ungated.spec, gates=None))
    found.append(("s13_an_update_is_what_was_asked", "within room", ungated))
    for name, pace in PACES.items():
        right = begun(name)
        for place, fleet in enumerate(right.spec.fleets):
            for floor in (fleet.floor - 1, fleet.floor + 1):
                fleets = list(right.spec.fleets)
                fleets[place] = evolve(fleet, floor=floor)
                wrong = evolve(right, spec=evolve(right.spec, fleets=tuple(fleets)))
                found.append(("s17_the_floor_is_that_of_its_policy", name, wrong))
        assert right.spec.pace == pace
        for changes in (
            {"provision_batch": pace.provision_batch + 1},
            {"first_shift": pace.first_shift + 1},
            {"next_shift": pace.next_shift - 1},
            {"rollback_batch": pace.rollback_batch + 1},
            {"cleans_each_step": not pace.cleans_each_step},
            {"wait_interval_seconds": pace.wait_interval_seconds + 1},
            {"termination_wait_seconds": pace.termination_wait_seconds + 1},
        ):
            wrong = evolve(right, spec=evolve(right.spec, pace=evolve(pace, **changes)))
            found.append(("s13_a_pace_is_that_of_its_policy", name, wrong))
        for wrong in (
            evolve(right, stage=right.stage._replace(step=2)),
            evolve(right, stage=right.stage._replace(attempt=2)),
            evolve(right, stage=right.stage._replace(phase=Phase.SHIFTING)),
            evolve(right, up=right.up + 1),
            evolve(right, settled=False),
            evolve(right, cause=Stopped("me")),
            evolve(right, cut_short=Stopped("me")),
            evolve(right, continued_by="ann"),
            with_fleet(right, 0, asked=right.new.asked + 1),
            with_fleet(right, 0, in_service=right.new.in_service + 1),
            with_fleet(right, 0, alive=right.new.alive + 1),
            with_fleet(right, 0, share=ALL_TRAFFIC),
            with_fleet(right, 1, asked=right.old[0].asked - 1),
            with_fleet(right, 1, in_service=right.old[0].in_service - 1),
            with_fleet(right, 1, alive=right.old[0].alive + 1),
            with_fleet(right, 1, share=NO_TRAFFIC),
        ):
            found.append(("s13_an_update_begins_with_what_is_there", name, wrong))
    return found


BAD_BEGINNINGS = wrongly_begun()


def test_there_is_a_bad_example_for_every_property() -> None:
    every = {rule.__name__ for rule in (*STATE_PROPERTIES, *EDGE_PROPERTIES)}
    assert {*BAD_STATES, *BAD_READINGS, *BAD_EDGES} == every
    assert {name for name, _, _ in BAD_BEGINNINGS} == {rule.__name__ for rule in START_PROPERTIES}


@pytest.mark.parametrize(
    ("name", "number"), [(name, n) for name, bad in BAD_STATES.items() for n in range(len(bad))]
)
def test_a_state_property_is_false_of_a_bad_state(name: str, number: int) -> None:
    rule: Callable[[Deployment], bool] = getattr(properties, name)
    assert rule(BAD_STATES[name][number]) is False


@pytest.mark.parametrize(
    ("name", "number"), [(name, n) for name, bad in BAD_READINGS.items() for n in range(len(bad))]
)
def test_a_property_is_false_where_something_else_is_read_off(
    monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    rule: Callable[..., bool] = getattr(properties, name)
    deployment, owner, attribute, wrong = BAD_READINGS[name][number]
    of_an_edge = deployment, StopRequested("me"), deployment
    arguments = (deployment,) if rule in STATE_PROPERTIES else of_an_edge
    assert rule(*arguments) is True
    monkeypatch.setattr(owner, attribute, wrong)
    assert rule(*arguments) is False


@pytest.mark.parametrize(("name", "beginning", "wrong"), BAD_BEGINNINGS)
def test_a_start_property_is_false_of_a_bad_start(
    name: str, beginning: str, wrong: Deployment
) -> None:
    rule: Callable[[Asked, Deployment], bool] = getattr(properties, name)
    assert rule(BEGINNINGS[beginning], begun(beginning)) is True
    assert rule(BEGINNINGS[beginning], wrong) is False


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
