"""Every driver gives its store each tick that changed something, and the last one."""

import asyncio
from collections.abc import Callable

import pytest

from rolling import Desired, Phase, advance, due
from rolling.driving import (
    AsyncWatch,
    Backend,
    Hooks,
    Record,
    Superseded,
    Tick,
    TickFailed,
    VirtualClock,
    Watch,
    accept,
    directly,
    jumping,
    run,
    run_async,
)
from tests.driving.scripted import Scripted
from tests.simulated import rolling_update

UPDATE = rolling_update(alarms=(), wait_seconds=60)

Store = Callable[[object, Tick], object]
Drive = Callable[[Record, Backend, Store, Hooks], list[Tick | TickFailed]]


def alone(record: Record, backend: Backend, store: Store, hooks: Hooks) -> list[Tick | TickFailed]:
    clock = VirtualClock()
    return list(run(record, backend, clock, key="a", store=store, hooks=[hooks]))


def alone_in_loop(
    record: Record, backend: Backend, store: Store, hooks: Hooks
) -> list[Tick | TickFailed]:
    async def drive() -> list[Tick | TickFailed]:
        clock = jumping(VirtualClock())
        made = run_async(record, directly(backend), clock, key="a", store=store, hooks=[hooks])
        return [each async for each in made]

    return asyncio.run(drive())


def many(record: Record, backend: Backend, store: Store, hooks: Hooks) -> list[Tick | TickFailed]:
    watch = Watch[str](VirtualClock(), store=store, hooks=[hooks])
    watch.add("a", record, backend)
    return [seen for _, seen in watch.run()]


def many_in_loop(
    record: Record, backend: Backend, store: Store, hooks: Hooks
) -> list[Tick | TickFailed]:
    async def drive() -> list[Tick | TickFailed]:
        watch = AsyncWatch[str](jumping(VirtualClock()), store=store, hooks=[hooks])
        watch.add("a", record, directly(backend))
        return [seen async for _, seen in watch.run()]

    return asyncio.run(drive())


each_driver = pytest.mark.parametrize("drive", [alone, alone_in_loop, many, many_in_loop])
each_driver_alone = pytest.mark.parametrize("drive", [alone, alone_in_loop])


def ended() -> Record:
    *_, last = run(accept(UPDATE, 0), Scripted(), VirtualClock())
    assert last.wake_at is None
    return last.record


@each_driver
def test_it_has_the_ticks_that_changed_something_and_the_last_one(drive: Drive) -> None:
    stored: list[tuple[object, Tick]] = []
    found = drive(accept(UPDATE, 0), Scripted(), lambda *told: stored.append(told), Hooks())
    ticks = [seen for seen in found if isinstance(seen, Tick)]
    assert len(found) == len(ticks) > len(stored), "every tick changed something"
    assert stored == [("a", made) for made in ticks if made.changes or made.wake_at is None]


@each_driver
def test_the_events_that_it_was_given_replay_into_the_record_that_it_was_given(
    drive: Drive,
) -> None:
    deployment = UPDATE

    def store(_: object, made: Tick) -> None:
        nonlocal deployment
        for change in made.changes:
            deployment = advance(deployment, change.event)
        assert deployment == made.record.deployment

    drive(accept(UPDATE, 0), Scripted(), store, Hooks())
    assert deployment.phase is Phase.SUCCEEDED


@each_driver
def test_the_last_tick_reaches_it_though_nothing_changed(drive: Drive) -> None:
    """As after a process that died once the end was stored, and before its last command."""
    record, stored = ended(), list[Tick]()
    found = drive(record, Scripted(), lambda _, made: stored.append(made), Hooks())
    (last,) = stored
    assert found == [last] and (last.record, last.changes, last.wake_at) == (record, (), None)


@each_driver
def test_the_hooks_are_called_once_it_has_stored(drive: Drive) -> None:
    log: list[object] = []
    hooks = Hooks(on_tick=lambda _, made: log.append(made))

    def store(_: object, made: Tick) -> None:
        assert made not in log
        log.append(made)

    drive(ended(), Scripted(), store, hooks)
    assert len(log) == 2 and log[0] is log[1]


@each_driver
def test_who_is_superseded_there_sends_no_more_commands(drive: Drive) -> None:
    """The compare-and-swap of a host says so, when another driver has stored meanwhile."""
    told: list[TickFailed] = []
    backend = Scripted()

    def store(_: object, made: Tick) -> None:
        raise Superseded("the record was replaced")

    try:
        drive(accept(UPDATE, 0), backend, store, Hooks(on_error=lambda _, no: told.append(no)))
    except Superseded:
        assert drive in (alone, alone_in_loop)
    else:
        assert drive in (many, many_in_loop)
    assert backend.calls == ["make_true", "observe"]
    assert [(type(no.error), no.retry_at) for no in told] == [(Superseded, None)]
    assert told[0].record.deployment is UPDATE


@each_driver_alone
def test_alone_what_it_raises_is_passed_on_and_the_tick_counts_as_not_made(drive: Drive) -> None:
    stored, limit = [accept(UPDATE, 0)], 3

    class Checks(Scripted):
        def make_true(self, desired: Desired) -> None:
            assert desired == due(stored[-1].deployment)

    def store(_: object, made: Tick) -> None:
        if len(stored) == limit:
            raise OSError("disk full")
        stored.append(made.record)

    with pytest.raises(OSError, match="disk full"):
        drive(stored[0], Checks(), store, Hooks())
    limit = 1_000
    drive(stored[-1], Checks(), store, Hooks())
    assert stored[-1].deployment.phase is Phase.SUCCEEDED
