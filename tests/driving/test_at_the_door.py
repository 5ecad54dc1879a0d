"""What no driver can drive with is refused at its door, in words that say what works."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator
from functools import wraps
from typing import Any

import pytest

from rolling import Desired
from rolling.driving import (
    AsyncWatch,
    Hooks,
    Observation,
    Record,
    Stop,
    SystemClock,
    VirtualClock,
    WallClock,
    Watch,
    accept,
    directly,
    dumps_record,
    in_threads,
    jumping,
    log_to,
    measure_to,
    progress,
    run,
    run_async,
    sleeping,
    tick,
    tick_async,
)
from tests.driving.scripted import Scripted
from tests.simulated import rolling_update

UPDATE = rolling_update()
RECORD = accept(UPDATE, 0)

# Typed as anything, as to a program without types.
anything: Any = lambda value: value  # noqa: E731


class Awaited:
    """A backend by `async def`."""

    async def make_true(self, desired: Desired) -> None:
        pass

    async def observe(self, desired: Desired) -> Observation:
        raise AssertionError("never called")


def generates(*_: object) -> Iterator[int]:
    """A function of which nothing is run until somebody iterates."""
    yield 1


async def later(*_: object) -> None:
    """A function whose calls have to be awaited."""


def watched(record: object, backend: object, **more: object) -> None:
    Watch[str](VirtualClock()).add("a", anything(record), anything(backend), **anything(more))


def watched_in_loop(record: object, backend: object) -> AsyncWatch[str]:
    watch = AsyncWatch[str](jumping(VirtualClock()))
    watch.add("a", anything(record), anything(backend))
    return watch


def driven(
    record: object = RECORD, backend: object = None, clock: object = None, **more: Any
) -> Any:
    """`run`, of what works where nothing is given."""
    return run(
        anything(record), anything(backend or Scripted()), anything(clock or VirtualClock()), **more
    )


def driven_async(
    record: object = RECORD, backend: object = None, clock: object = None, **more: Any
) -> Any:
    return run_async(
        anything(record),
        anything(backend or directly(Scripted())),
        anything(clock or jumping(VirtualClock())),
        **more,
    )


REFUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "no record": (lambda: watched("no", Scripted()), TypeError, "record = 'no': .*accept("),
    "a deployment": (lambda: driven(UPDATE), TypeError, "record = .*accept("),
    "a deployment, async": (lambda: driven_async(UPDATE), TypeError, "record = .*accept("),
    "no backend": (lambda: watched(RECORD, None), TypeError, "backend = None: .*make_true and obs"),
    "a class of backends": (lambda: driven(backend=Scripted), TypeError, "backend = .*an object"),
    "nothing to adapt": (lambda: directly(anything(None)), TypeError, "backend = None"),
    "nothing for threads": (lambda: in_threads(anything(None)), TypeError, "backend = None"),
    "no deployment": (lambda: accept(anything("x"), 0), TypeError, "deployment = 'x': .*start"),
    "accepted never": (lambda: accept(UPDATE, math.nan), ValueError, "now = nan: .*clock.now()"),
    "accepted in words": (lambda: accept(UPDATE, anything("0")), TypeError, "now = '0'"),
    "accepted beyond any clock": (
        lambda: accept(UPDATE, 10**400),
        ValueError,
        "now = a number of 1329 bits: .*clock.now()",
    ),
    "accepted in nanoseconds": (
        lambda: accept(UPDATE, 1_700_000_000_000_000_000),
        ValueError,
        "now = .*: must be a moment: .*seconds",
    ),
    "a tick in the far past": (lambda: tick(RECORD, Scripted(), -1e300), ValueError, "now = -1e"),
    "a record of nothing": (
        lambda: Record(anything(3), 0, 0),
        TypeError,
        "Record.deployment = 3: .*start",
    ),
    "a record of never": (
        lambda: Record(UPDATE, math.nan, 3),
        ValueError,
        "Record.direction_began_at = nan: .*seconds",
    ),
    "a record of words": (
        lambda: Record(UPDATE, 3, anything("3")),
        TypeError,
        "Record.stage_began_at = '3': .*seconds",
    ),
    "no record to store": (lambda: dumps_record(anything(3)), TypeError, "record = 3: .*accept"),
    "no record to show": (lambda: progress(anything(3), 0), TypeError, "record = 3: .*accept"),
    "shown in words": (lambda: progress(RECORD, anything("0")), TypeError, "now = '0'"),
    "no record for a tick": (
        lambda: tick(anything(3), Scripted(), 0),
        TypeError,
        "record = 3: .*accept",
    ),
    "no clock for a tick": (
        lambda: tick(RECORD, Scripted(), 0, clock=anything(3)),
        TypeError,
        "clock = 3: must be a function, such as clock.now",
    ),
    "a generator for a hook": (
        lambda: Hooks(on_end=generates),
        TypeError,
        "Hooks.on_end = .*no generator",
    ),
    "a generator for a store": (
        lambda: AsyncWatch(store=generates),
        TypeError,
        "store = .*no generator",
    ),
    "a clock at nan": (lambda: VirtualClock(math.nan), ValueError, "now = nan"),
    "a clock at no number": (lambda: VirtualClock(anything("x")), TypeError, "now = 'x'"),
    "a poll interval in words": (
        lambda: driven(poll_interval_seconds="x"),
        TypeError,
        "poll_interval_seconds = 'x': .*above 0; use 15",
    ),
    "no poll interval, async": (
        lambda: driven_async(poll_interval_seconds=0),
        ValueError,
        "poll_interval_seconds = 0: .*use 15",
    ),
    "hooks without a list": (lambda: driven(hooks=Hooks()), TypeError, r"hooks = .*\[Hooks"),
    "functions for hooks": (lambda: driven_async(hooks=[print]), TypeError, r"hooks = .*\[Hooks"),
    "no hooks of a watch": (
        lambda: Watch(VirtualClock(), hooks=anything(3)),
        TypeError,
        r"hooks = 3: .*\[Hooks",
    ),
    "a stop that is none": (lambda: driven(stop=True), TypeError, r"stop = True: .*Stop\(\)"),
    "a class of stops": (lambda: driven_async(stop=Stop), TypeError, r"stop = .*Stop\(\)"),
    "no function to ask": (
        lambda: watched(RECORD, Scripted(), stop_requested=True),
        TypeError,
        "stop_requested = True: must be a function",
    ),
    "no function to ask, alone": (
        lambda: driven(stop_requested=Stop()),
        TypeError,
        "stop_requested = .*must be a function",
    ),
    "at once in words": (
        lambda: AsyncWatch(at_once=anything("x")),
        TypeError,
        "at_once = 'x': .*at least 1; use 64",
    ),
    "a hook that is none": (lambda: Hooks(on_tick=anything(3)), TypeError, "Hooks.on_tick = 3"),
    "a hook to await": (lambda: Hooks(on_end=later), TypeError, "Hooks.on_end = .*plain function"),
    "a store to await": (
        lambda: Watch(VirtualClock(), store=later),
        TypeError,
        "store = .*plain function",
    ),
    "no store": (lambda: Watch(VirtualClock(), store=anything(3)), TypeError, "store = 3"),
    "no store in a loop": (lambda: AsyncWatch(store=anything(3)), TypeError, "store = 3"),
    "no metrics": (
        lambda: measure_to(anything(None)),
        TypeError,
        "metrics = None: .*count and obs",
    ),
    "a logger by name": (
        lambda: log_to(anything("rolling")),
        TypeError,
        r"logger = 'rolling': .*getLogger\(",
    ),
    # --- what is awaited, and what is not ---
    "an awaited clock for run": (
        lambda: driven(clock=sleeping(WallClock())),
        TypeError,
        r"clock = .*WallClock\(\) or VirtualClock\(\)",
    ),
    "an awaited clock for Watch": (
        lambda: Watch(anything(jumping(VirtualClock()))),
        TypeError,
        "clock = .*run_async and AsyncWatch",
    ),
    "a plain clock for run_async": (
        lambda: driven_async(clock=VirtualClock()),
        TypeError,
        "clock = .*sleeping.clock., or jumping",
    ),
    "a plain clock for AsyncWatch": (
        lambda: AsyncWatch(anything(WallClock())),
        TypeError,
        "clock = .*sleeping.clock., or jumping",
    ),
    "no clock": (lambda: Watch(anything(None)), TypeError, "clock = None: .*now and wait_until"),
    "a class of clocks": (lambda: sleeping(anything(WallClock)), TypeError, "clock = .*an object"),
    "a clock that cannot jump": (
        lambda: jumping(anything(SystemClock())),
        TypeError,
        "clock = .*VirtualClock",
    ),
    "an awaited backend for run": (
        lambda: driven(backend=Awaited()),
        TypeError,
        "backend = .*use run_async",
    ),
    "an awaited backend for Watch": (
        lambda: watched(RECORD, directly(Scripted())),
        TypeError,
        "backend = .*AsyncWatch",
    ),
    "an awaited backend to adapt": (
        lambda: in_threads(anything(Awaited())),
        TypeError,
        "backend = .*AsyncWatch",
    ),
    "a plain backend for run_async": (
        lambda: driven_async(backend=Scripted()),
        TypeError,
        r"backend = .*directly\(backend\), or in_threads",
    ),
    "a plain backend for AsyncWatch": (
        lambda: watched_in_loop(RECORD, Scripted()),
        TypeError,
        r"backend = .*directly\(backend\), or in_threads",
    ),
    "an awaited backend for tick": (
        lambda: tick(RECORD, anything(Awaited()), 0),
        TypeError,
        r"make_true\(\) = .*tick_async",
    ),
    "a plain backend for tick_async": (
        lambda: asyncio.run(tick_async(RECORD, anything(Scripted()), 0)),
        TypeError,
        r"make_true\(\) = None: .*directly\(backend\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_and_told_what_works(case: str) -> None:
    give, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words.replace("accept(", r"accept\(")):
        give()


def test_a_wrapper_of_what_is_awaited_is_let_in() -> None:
    class Wrapped(Awaited):
        pass

    @wraps(Awaited.make_true)
    def wrapper(backend: Awaited, desired: Desired) -> Coroutine[Any, Any, None]:
        return Awaited.make_true(backend, desired)

    setattr(Wrapped, "make_true", wrapper)  # noqa: B010
    assert "a" in watched_in_loop(RECORD, Wrapped())


def test_nothing_is_sent_before_all_was_looked_at() -> None:
    backend = Scripted()
    with pytest.raises(TypeError):
        driven(backend=backend, hooks=[print])
    assert backend.calls == []
