"""A tick says when to tick again: at once, at the next timer or news, or never."""

import math

import pytest
from attrs import evolve

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    DeadlineElapsed,
    Direction,
    Phase,
    StopRequested,
    advance,
)
from rolling.driving import (
    Hooks,
    Observation,
    ObservedFleet,
    Record,
    VirtualClock,
    accept,
    run,
    tick,
)
from tests.driving.scripted import Scripted
from tests.driving.watched import InLoop, Plain
from tests.simulated import rolling_update

NOTHING_YET = Observation((ObservedFleet(0, 1), ObservedFleet(3, 3)))

IN_MOTION = Observation((ObservedFleet(0, 0), ObservedFleet(3, 3)))


def baking_since(moment: float) -> Record:
    record = accept(rolling_update(wait_seconds=60), moment)
    while record.deployment.phase is not Phase.BAKING:
        record = tick(record, Scripted(), moment).record
    return record


def rollback_failed() -> Record:
    """While traffic was on its way; the mix that it leaves has not been seen."""
    record = accept(rolling_update(), 0)
    while record.deployment.phase is not Phase.SHIFTING:
        record = tick(record, Scripted(), 0).record
    deployment = record.deployment
    for direction in (Direction.FORWARD, Direction.BACK):
        deployment = advance(deployment, DeadlineElapsed(direction))
    assert deployment.phase is Phase.ROLLBACK_FAILED and not deployment.at_rest
    return accept(deployment, 0)


def test_a_new_stage_is_commanded_at_once() -> None:
    assert tick(accept(rolling_update(), 5), Scripted(), 5).wake_at == 5


def test_a_backend_that_cannot_say_when_is_polled() -> None:
    record = accept(rolling_update(), 0)
    assert tick(record, Scripted([NOTHING_YET]), 100).wake_at == 115
    assert tick(record, Scripted([NOTHING_YET]), 100, poll_interval_seconds=2).wake_at == 102


def test_a_backend_that_says_when_is_not_looked_at_before() -> None:
    seen = evolve(NOTHING_YET, news_at=240)
    assert tick(accept(rolling_update(), 0), Scripted([seen]), 100).wake_at == 240


def test_news_of_the_present_moment_is_looked_at_now() -> None:
    seen = evolve(NOTHING_YET, news_at=100)
    assert tick(accept(rolling_update(), 0), Scripted([seen]), 100).wake_at == 100


@pytest.mark.parametrize("moment", [-5, 0, 99.9, math.nan])
def test_news_of_the_past_never_makes_a_driver_spin(moment: float) -> None:
    seen = evolve(NOTHING_YET, news_at=moment)
    assert tick(accept(rolling_update(), 0), Scripted([seen]), 100, 15).wake_at == 115


@pytest.mark.parametrize("poll_interval_seconds", [0, -1, math.nan])
def test_a_poll_interval_that_would_spin_is_refused(poll_interval_seconds: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        tick(accept(rolling_update(), 0), Scripted(), 100, poll_interval_seconds)


def test_a_moment_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a moment"):
        tick(accept(rolling_update(), 0), Scripted(), math.nan)


def test_a_deadline_is_met_even_where_no_news_ever_comes() -> None:
    seen = evolve(NOTHING_YET, news_at=math.inf)
    assert tick(accept(rolling_update(), 7), Scripted([seen]), 100).wake_at == 7 + 28_800


def test_the_end_of_a_baking_period_is_met() -> None:
    record = baking_since(1_000)
    made = tick(record, Scripted(), 1_050)
    assert made.wake_at == 1_060


def test_a_baking_period_counts_from_the_moment_its_stage_was_entered() -> None:
    record = baking_since(1_000)
    again = tick(record, Scripted(), 1_030).record
    assert again.stage_began_at == 1_000


def test_a_bake_that_is_held_is_looked_at_again_after_the_poll_interval() -> None:
    assert tick(baking_since(0), Scripted(), 100).wake_at == 115


def test_an_end_is_said_once_and_then_never_again() -> None:
    record = accept(rolling_update(alarms=(), wait_seconds=0), 0)
    backend, wakes = Scripted(), []
    for _ in range(30):
        made = tick(record, backend, 0)
        record = made.record
        wakes.append(made.wake_at)
        if made.wake_at is None:
            break
    assert record.deployment.phase is Phase.SUCCEEDED
    assert [desired.stage.phase for desired in backend.told].count(Phase.SUCCEEDED) == 1
    assert wakes[:-1] == [0] * (len(wakes) - 1)


def test_a_failed_rollback_is_watched_until_its_mix_has_been_seen() -> None:
    record = accept(rolling_update(), 0)
    record = tick(record, Scripted(), 0).record
    in_motion = Scripted([Observation((ObservedFleet(1, 1), ObservedFleet(3, 3)))])
    record = tick(record, in_motion, 0, stop=StopRequested("ann")).record
    record = tick(record, in_motion, 28_800).record
    while not record.deployment.ended:
        record = tick(record, in_motion, 60_000).record
    assert record.deployment.phase is Phase.ROLLBACK_FAILED
    assert tick(record, in_motion, 60_000).wake_at == 60_015
    settled = Observation((ObservedFleet(1, 1, NO_TRAFFIC), ObservedFleet(3, 3, ALL_TRAFFIC)))
    made = tick(record, Scripted([settled]), 60_015)
    while made.wake_at is not None:
        assert made.wake_at == 60_015
        made = tick(made.record, Scripted([settled]), 60_015)
    assert made.record.deployment.settled


@pytest.mark.parametrize("phase", [Phase.PROVISIONING, Phase.SHIFTING, Phase.CLEANING])
def test_no_tick_ever_asks_to_wake_in_the_past(phase: Phase) -> None:
    record = accept(rolling_update(alarms=(), wait_seconds=0), 0)
    while record.deployment.phase is not phase:
        record = tick(record, Scripted(), 0).record
    wake_at = tick(record, Scripted([evolve(NOTHING_YET, news_at=-5)]), 50).wake_at
    assert wake_at is not None and wake_at >= 50


def test_a_failed_rollback_is_waited_for_until_its_mix_was_seen() -> None:
    made = tick(rollback_failed(), Scripted([IN_MOTION]), 100, 15)
    assert made.wake_at == 115
    assert tick(made.record, Scripted(), 115, 15).wake_at is None


@pytest.mark.parametrize("kind", [Plain, InLoop])
def test_an_end_whose_mix_never_comes_is_the_end_where_no_news_does(
    kind: type[Plain] | type[InLoop],
) -> None:
    silent = Scripted([evolve(IN_MOTION, news_at=math.inf)])
    assert [made.wake_at for made in run(rollback_failed(), silent, VirtualClock())] == [None]
    ends: list[object] = []
    watched = kind(hooks=(Hooks(on_end=lambda key, _: ends.append(key)),))
    watched.add("a", rollback_failed(), silent)
    assert [key for key, _ in watched.drive()] == ends == ["a"]
