"""A moment that no clock can show, and a wait of no length, are refused before anything is sent."""

import math
from collections.abc import Callable

import pytest

from rolling.driving import (
    AsyncWatch,
    Record,
    VirtualClock,
    Watch,
    accept,
    directly,
    jumping,
    run,
    run_async,
    tick,
)
from tests.driving.scripted import Scripted
from tests.simulated import rolling_update

UPDATE = rolling_update()
RECORD = accept(UPDATE, 0)
BACKEND = Scripted()

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "accepted never": (lambda: accept(UPDATE, math.nan), "Record.direction_began_at = nan: .*now"),
    "accepted beyond any clock": (lambda: accept(UPDATE, 10**400), "a number of 1329 bits: .*now"),
    "accepted in nanoseconds": (
        lambda: accept(UPDATE, 1_700_000_000_000_000_000),
        "must be a moment: .*seconds",
    ),
    "a tick in the far past": (lambda: tick(RECORD, BACKEND, -1e300), "now = -1e"),
    "a record of never": (
        lambda: Record(UPDATE, 3, math.nan, "a"),
        "Record.stage_began_at = nan: .*seconds",
    ),
    "a clock at nan": (lambda: VirtualClock(math.nan), "now = nan"),
    "no poll interval": (
        lambda: run(RECORD, BACKEND, VirtualClock(), 0),
        "poll_interval_seconds = 0: .*above 0; use 15",
    ),
    "no poll interval, async": (
        lambda: run_async(RECORD, directly(BACKEND), jumping(VirtualClock()), math.nan),
        "poll_interval_seconds = nan",
    ),
    "no poll interval of many": (lambda: Watch(VirtualClock(), -1), "poll_interval_seconds = -1"),
    "none at once": (
        lambda: AsyncWatch(max_concurrent=0),
        "max_concurrent = 0: .*at least 1; use 1",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_words_that_say_what_works(case: str) -> None:
    give, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        give()
    assert BACKEND.calls == []
