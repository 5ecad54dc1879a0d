"""Hooks are told of everything once and in order, and can break nothing."""

import sys
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from types import TracebackType

import pytest

from rolling import Desired, Phase, instances
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend
from rolling.driving import (
    Change,
    Hooks,
    Observation,
    Tick,
    TickFailed,
    VirtualClock,
    accept,
    directly,
    jumping,
    measure_to,
    run,
    run_async,
)
from tests.driving.scripted import Scripted
from tests.driving.watched import InLoop, Plain
from tests.simulated import Drive, rolling_update

UPDATE = rolling_update(rollback_batch=instances(1))
ALARM = (Fault(FaultKind.ALARM, batch=2, after_seconds=30),)


def driven(hooks: Hooks, faults: tuple[Fault, ...] = ()) -> list[Tick]:
    """The ticks of an update under the name "search", with these hooks."""
    clock = VirtualClock()
    backend = SimulatedBackend(UPDATE.spec.fleets, faults=faults, clock=clock)
    return list(run(accept(UPDATE, 0, "a"), backend, clock, key="search", hooks=[hooks]))


def driven_async(hooks: Hooks) -> list[Tick]:
    import asyncio

    async def ticks() -> list[Tick]:
        clock = VirtualClock()
        backend = directly(SimulatedBackend(UPDATE.spec.fleets, clock=clock))
        loop = run_async(
            accept(UPDATE, 0, "a"), backend, jumping(clock), key="search", hooks=[hooks]
        )
        return [made async for made in loop]

    return asyncio.run(ticks())


def driven_as_one_of_many(kind: type[Plain] | type[InLoop]) -> Callable[[Hooks], list[Tick]]:
    def ticks(hooks: Hooks) -> list[Tick]:
        watched = kind(None, (hooks,))
        watched.add("search", UPDATE, SimulatedBackend(UPDATE.spec.fleets, clock=watched.clock))
        return [seen for _, seen in watched.drive() if isinstance(seen, Tick)]

    return ticks


DRIVERS = {
    "run": driven,
    "run_async": driven_async,
    "Watch": driven_as_one_of_many(Plain),
    "AsyncWatch": driven_as_one_of_many(InLoop),
}
every_driver = pytest.mark.parametrize("drive", DRIVERS.values(), ids=DRIVERS)
Driver = Callable[[Hooks], list[Tick]]


@every_driver
def test_each_tick_is_told_after_its_changes_and_the_end_at_last(drive: Driver) -> None:
    told: list[tuple[Hashable, Tick | Change, str]] = []
    hooks = Hooks(
        on_tick=lambda key, tick: told.append((key, tick, "tick")),
        on_change=lambda key, change: told.append((key, change, "change")),
        on_end=lambda key, tick: told.append((key, tick, "end")),
    )
    expected: list[tuple[Hashable, Tick | Change, str]] = []
    for made in (ticks := drive(hooks)):
        expected += [("search", change, "change") for change in made.changes]
        expected.append(("search", made, "tick"))
    assert told == [*expected, ("search", ticks[-1], "end")]


@every_driver
def test_a_hook_that_raises_is_reported_and_touches_nothing(
    drive: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[BaseException] = []

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        assert isinstance(error, kind) and trace is not None
        reported.append(error)

    def fail(_: Hashable, told: object) -> None:
        raise LookupError(type(told).__name__)

    monkeypatch.setattr(sys, "excepthook", report)
    ended: list[Hashable] = []
    fails = Hooks(on_tick=fail, on_change=fail, on_end=lambda key, _: ended.append(key))
    ticks = drive(fails)
    assert ticks == Drive(UPDATE).ticks
    changes = sum(len(made.changes) for made in ticks)
    assert Counter(map(str, reported)) == {"Tick": len(ticks), "Change": changes}
    assert ended == ["search"]


@every_driver
def test_what_interrupts_the_process_is_no_matter_of_hooks(drive: Driver) -> None:
    def interrupt(_: Hashable, __: Tick) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drive(Hooks(on_tick=interrupt))


class Unreachable(Scripted):
    """The first look fails."""

    def observe(self, desired: Desired) -> Observation:
        if "failed" not in self.calls:
            self.calls.append("failed")
            raise ConnectionError("gone")
        return super().observe(desired)


def test_trouble_of_one_deployment_is_told_and_then_passed_on() -> None:
    told: list[TickFailed] = []
    hooks = Hooks(on_error=lambda _, trouble: told.append(trouble))
    record = accept(UPDATE, 0, "a")
    with pytest.raises(ConnectionError) as raised:
        next(run(record, Unreachable(), VirtualClock(7), hooks=[hooks]))
    assert told == [TickFailed(7, record, raised.value, None)]


# --- metrics -----------------------------------------------------------------


class Kept:
    """Metrics that are kept in two dictionaries."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
        self.durations: dict[tuple[str, str], list[float]] = {}

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        self.counts[name, tuple(labels.items())] += 1

    def observe(self, name: str, seconds: float, labels: Mapping[str, str]) -> None:
        assert name == "rolling_stage_seconds"
        self.durations.setdefault((labels["direction"], labels["phase"]), []).append(seconds)


def test_ticks_stages_and_ends_are_counted_and_stages_measured() -> None:
    kept = Kept()
    ticks = driven(measure_to(kept), ALARM)
    drive = Drive(UPDATE, ALARM)
    assert kept.counts["rolling_ticks_total", ()] == len(ticks)
    assert kept.counts["rolling_ends_total", (("outcome", "RolledBack"),)] == 1
    bakes = (("direction", "forward"), ("phase", "baking"))
    assert kept.counts["rolling_stages_total", bakes] == 2
    assert kept.durations["forward", "baking"] == [60, 30]
    assert sum(map(sum, kept.durations.values())) == drive.stages[-1][0]


def test_trouble_is_counted_by_its_kind() -> None:
    kept = Kept()
    watched = Plain(None, (measure_to(kept),))
    watched.add("search", rolling_update(alarms=(), wait_seconds=0), Unreachable())
    handed_over = watched.drive()
    assert kept.counts["rolling_tick_errors_total", (("error", "ConnectionError"),)] == 1
    assert handed_over[-1][1].record.deployment.phase is Phase.SUCCEEDED
