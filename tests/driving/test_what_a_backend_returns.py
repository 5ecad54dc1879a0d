"""What a backend must not return is trouble: no record takes it in, and the next look goes on.

So is a store whose answer nobody awaits: it has stored nothing.
"""

from collections.abc import Callable
from typing import Any

import pytest

from rolling import ALL_TRAFFIC, NO_TRAFFIC, Desired, Operation, Phase, Reading, Share
from rolling.driving import (
    Failure,
    Observation,
    ObservedFleet,
    Tick,
    TickFailed,
    VirtualClock,
    Watch,
    accept,
    tick,
)
from tests.driving.scripted import Scripted, all_true
from tests.driving.watched import InLoop, Plain, Watched
from tests.simulated import rolling_update

# Typed as anything, as to a program without types.
fleet: Any = ObservedFleet
failure: Any = Failure

NEW, OLD = ObservedFleet(0, 1, NO_TRAFFIC), ObservedFleet(3, 3, ALL_TRAFFIC)


def fails(found: object) -> Observation:
    given: Any = (found,)
    return Observation((NEW, OLD), failures=given)


def reads(found: object) -> Observation:
    given: Any = found
    return Observation((NEW, OLD), {"p99": given})


WRONG: dict[str, Callable[[], Observation | None]] = {
    "nothing": lambda: None,
    "one fleet of two": lambda: Observation((NEW,)),
    "more in service than alive": lambda: Observation((fleet(2, 1), OLD)),
    "a count with a fraction": lambda: Observation((fleet(0.5, 1), OLD)),
    "a count in words": lambda: Observation((fleet("1", "1"), OLD)),
    "a share in numbers": lambda: Observation((fleet(0, 1, 0.5), fleet(3, 3, 0.5))),
    "too little traffic": lambda: Observation((fleet(0, 1, Share(1, 3)), fleet(3, 3, Share(1, 3)))),
    "too much traffic": lambda: Observation((fleet(0, 1, ALL_TRAFFIC), OLD)),
    "an operation in words": lambda: fails(failure("SHIFT", 0, "no")),
    "a fleet by its name": lambda: fails(failure(Operation.SHIFT, "config-2", "no")),
    "a fleet that is not there": lambda: fails(failure(Operation.SHIFT, 2, "no")),
    "no reason": lambda: fails(failure(Operation.SHIFT, 0, None)),
    "a failure in words": lambda: fails("full"),
}

both = pytest.mark.parametrize("kind", [Plain, InLoop])


class Wrong(Scripted):
    """Its first look is not what it should be."""

    def __init__(self, seen: Observation | None) -> None:
        super().__init__()
        self.seen: Any = seen

    def observe(self, desired: Desired) -> Observation:
        if self.calls.count("observe"):
            return super().observe(desired)
        self.calls.append("observe")
        return self.seen  # type: ignore[no-any-return]


@both
@pytest.mark.parametrize("case", WRONG)
def test_it_is_trouble_and_the_next_look_goes_on(case: str, kind: Callable[[], Watched]) -> None:
    watched = kind()
    update = rolling_update(alarms=(), wait_seconds=0)
    watched.add("a", accept(update, 0), Wrong(WRONG[case]()))
    (_, trouble), *_, (_, last) = watched.drive()
    assert isinstance(trouble, TickFailed) and trouble.record.deployment is update
    assert last.record.deployment.phase is Phase.SUCCEEDED


def test_shares_that_are_not_all_of_the_traffic_are_told_in_words() -> None:
    thirds = Observation((ObservedFleet(1, 1, Share(1, 3)), ObservedFleet(3, 3, Share(1, 3))))
    record = accept(rolling_update(), 0)
    with pytest.raises(ValueError, match="shares of a split sum to 1, and these do not: 1/3, 1/3"):
        tick(record, Scripted([thirds]), 0)


def test_an_alarm_in_words_passes_no_bake() -> None:
    record = accept(rolling_update(wait_seconds=0), 0)
    while record.deployment.phase is not Phase.BAKING:
        record = tick(record, Scripted(), 0).record
    with pytest.raises(ValueError, match="'ALARM' stands where"):
        tick(record, Scripted([reads("ALARM")]), 0)
    with pytest.raises(ValueError, match="'OK' stands where"):
        tick(record, Scripted([reads("OK")]), 0)
    quiet = Observation(all_true(record.desired).fleets, {"p99": Reading.OK})
    assert tick(record, Scripted([quiet]), 0).record.deployment.phase is Phase.CLEANING


def test_a_split_counts_only_when_every_fleet_has_a_share() -> None:
    record = accept(rolling_update(), 0)
    while record.deployment.phase is not Phase.SHIFTING:
        record = tick(record, Scripted(), 0).record
    new, old = all_true(record.desired).fleets
    half = Observation((new, ObservedFleet(old.in_service, old.alive)))
    assert half.split is None
    assert tick(record, Scripted([half]), 0).changes == ()
    assert tick(record, Scripted(), 0).record.deployment.phase is Phase.BAKING


def test_a_store_whose_answer_nobody_awaits_has_stored_nothing() -> None:
    stored = []

    async def later(made: Tick) -> None:
        stored.append(made)

    watch = Watch[str](VirtualClock(), store=lambda _, made: later(made))
    watch.add("a", accept(rolling_update(), 0), Scripted())
    _, trouble = next(watch.run())
    assert isinstance(trouble, TickFailed) and stored == []
    assert "AsyncWatch" in str(trouble.error)
