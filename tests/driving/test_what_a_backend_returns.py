"""What a backend must not return is trouble that names the field, and a value that works.

So is what nobody awaits: a store or a hook that is done only when it is awaited.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest

from rolling import Desired, Operation, Reading, Share, Sighting
from rolling.driving import (
    Failure,
    Hooks,
    Observation,
    Record,
    Tick,
    Troubled,
    VirtualClock,
    Watch,
    accept,
)
from tests.driving.scripted import Scripted, all_true
from tests.driving.watched import InLoop, Plain, Watched
from tests.simulated import rolling_update

UPDATE = rolling_update()
FLEETS = (Sighting(1, 1), Sighting(3, 3))
seen: Any = Observation
failure: Any = Failure

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "nothing": (lambda: None, r"observe\(\) = None: .*Observation\("),
    "fleets in a list": (lambda: seen(list(FLEETS)), r"Observation.fleets = \[.*tuple.*Sighting\("),
    "counts for fleets": (lambda: seen((1, 3)), r"Observation.fleets = 1: .*Sighting\("),
    "a split in numbers": (lambda: seen(FLEETS, (0.5, 0.5)), r"Observation.split = 0.5: .*Share\("),
    "a split in a list": (lambda: seen(FLEETS, [Share(1, 1)]), r"Observation.split = \[.*tuple"),
    "alarms in a list": (lambda: seen(FLEETS, None, ["p99"]), r"Observation.alarms = \['p99'\]"),
    "a reading in words": (
        lambda: seen(FLEETS, None, {"p99": "OK"}),
        r"Observation.alarms\['p99'\] = 'OK': .*Reading.OK",
    ),
    "an alarm without a name": (lambda: seen(FLEETS, None, {1: Reading.OK}), "by its name"),
    "failures in a list": (lambda: seen(FLEETS, None, {}, []), r"Observation.failures = \[\]"),
    "a failure in words": (
        lambda: seen(FLEETS, None, {}, ("full",)),
        r"Observation.failures = 'full': .*Failure\(",
    ),
    "news soon": (
        lambda: seen(FLEETS, None, {}, (), "soon"),
        "Observation.news_at = 'soon': .*seconds; or None",
    ),
    "an operation in words": (lambda: failure("SHIFT", 0, ""), "Failure.operation = 'SHIFT'"),
    "a fleet by its name": (
        lambda: failure(Operation.SHIFT, "config-2", ""),
        "Failure.fleet = 'config-2': .*use 0",
    ),
    "no reason": (lambda: failure(Operation.SHIFT, 0, None), "Failure.reason = None"),
}

both = pytest.mark.parametrize("kind", [Plain, InLoop])


@both
@pytest.mark.parametrize("case", WRONG)
def test_it_is_trouble_that_says_what_works(case: str, kind: Callable[[], Watched]) -> None:
    returned, words = WRONG[case]
    asked = 0

    class Wrong(Scripted):
        def observe(self, desired: Desired) -> Observation:
            nonlocal asked
            asked += 1
            if asked == 1:
                return returned()  # type: ignore[return-value]
            return all_true(desired)

    watched = kind()
    watched.add("a", rolling_update(alarms=(), wait_seconds=0), Wrong())
    (_, trouble), *_, (_, last) = watched.drive()
    assert isinstance(trouble, Troubled) and isinstance(trouble.error, TypeError)
    with pytest.raises(TypeError, match=words):
        raise trouble.error
    assert last.record.deployment.ended


def test_a_store_whose_answer_nobody_awaits_has_stored_nothing() -> None:
    stored = []

    async def later(record: Record) -> None:
        stored.append(record)

    watch = Watch[str](VirtualClock(), store=lambda _, record: later(record))
    watch.add("a", accept(UPDATE, 0), Scripted())
    _, trouble = next(watch.run())
    assert isinstance(trouble, Troubled) and stored == []
    assert "AsyncWatch awaits its store" in str(trouble.error)


@both
def test_a_hook_whose_answer_nobody_awaits_is_told_of(
    kind: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _, error, __: told.append(error))
    watched = kind(hooks=(Hooks(on_end=lambda *_: asyncio.sleep(0)),))
    watched.add("a", rolling_update(alarms=(), wait_seconds=0), Scripted())
    ticks = watched.drive()
    (error,) = told
    assert isinstance(error, TypeError) and "nobody awaits what a hook returns" in str(error)
    assert isinstance(ticks[-1][1], Tick)
