"""What an event loop adds to driving many: calls side by side, cancelling, staying, waking."""

import asyncio
import threading
from contextlib import aclosing

import pytest

from rolling import Desired, Phase, RolledBack, Stopped, instances
from rolling.backends.simulated import SimulatedBackend, SimulationSettings
from rolling.driving import (
    AsyncWatch,
    Change,
    Hooks,
    Observation,
    Record,
    Tick,
    TickFailed,
    VirtualClock,
    Watch,
    accept,
    directly,
    in_threads,
    jumping,
)
from tests.driving.awaited import Suspends, cancelled_after
from tests.driving.scripted import NoNews, Scripted
from tests.driving.watched import InLoop, Plain
from tests.simulated import Drive, rolling_update

UPDATE = rolling_update(old=2, rollback_batch=instances(1))
AT_ONCE = rolling_update(old=2, alarms=(), wait_seconds=0)
KEYS = ("0", "1", "2")


def settings(key: str) -> SimulationSettings:
    return SimulationSettings(seed=int(key), jitter_percent=20)


ALONE = {key: Drive(UPDATE, (), settings(key)).ticks[-1].record for key in KEYS}


class Begun:
    """Three deployments about to be driven, and what is stored of them."""

    def __init__(self, *, store: bool) -> None:
        self.clock = VirtualClock()
        self.stored = dict.fromkeys(KEYS, accept(UPDATE, 0, "a"))
        self.told: list[tuple[object, str]] = []
        self.backends = {
            key: SimulatedBackend(UPDATE.spec.fleets, settings(key), clock=self.clock)
            for key in KEYS
        }
        self.awaited = {key: Suspends(backend) for key, backend in self.backends.items()}
        hooks = Hooks(on_change=self.tell)
        self.watch: AsyncWatch[str] = AsyncWatch(
            jumping(self.clock), store=self.store if store else None, hooks=[hooks]
        )
        for key in KEYS:
            self.watch.add(key, self.stored[key], self.awaited[key])

    async def store(self, key: str, made: Tick) -> None:
        await asyncio.sleep(0)
        self.stored[key] = made.record
        await asyncio.sleep(0)

    async def drive(self) -> None:
        async for key, seen in self.watch.run():
            self.stored[key] = seen.record

    def tell(self, key: object, change: Change) -> None:
        if change.enters_stage:
            self.told.append((key, str(change.after.stage)))

    def calls(self) -> int:
        return sum(backend.calls for backend in self.awaited.values())


@pytest.mark.parametrize("store", [True, False])
def test_cancelled_at_any_await_it_loses_nothing_and_may_be_driven_again(store: bool) -> None:
    async def cancel_after(turns: int, again: bool) -> bool:
        begun = Begun(store=store)
        cancelled = await cancelled_after(turns, begun.drive)
        calls = begun.calls()
        for _ in range(10):
            await asyncio.sleep(0)
        assert begun.calls() == calls, "something was sent after the watch was cancelled"
        if again:
            await begun.drive()
        else:
            other = Watch[str](begun.clock)
            for key in KEYS:
                other.add(key, begun.stored[key], begun.backends[key])
            begun.stored.update((key, seen.record) for key, seen in other.run())
        assert begun.stored == ALONE
        return cancelled

    turns = 0
    while asyncio.run(cancel_after(turns, again=bool(turns % 2))):
        turns += 1 if turns < 50 else 9  # at every await of the first stages, then of all
    assert turns > 100


def test_left_by_break_under_aclosing_it_has_stopped_by_then() -> None:
    async def leave() -> None:
        begun = Begun(store=False)
        async with aclosing(begun.watch.run()) as progress:
            async for _ in progress:
                break
        calls = begun.calls()
        await asyncio.sleep(0.01)
        assert begun.calls() == calls
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(leave())


def test_who_left_it_by_break_and_drives_again_is_told_how_to_leave() -> None:
    async def twice() -> None:
        watch: AsyncWatch[str] = AsyncWatch(jumping(VirtualClock()))
        watch.add("a", accept(AT_ONCE, 0, "a"), directly(Scripted()))
        left = watch.run()
        async for _ in left:
            break
        with pytest.raises(RuntimeError, match="aclosing"):
            await anext(watch.run())
        await left.aclose()

    asyncio.run(asyncio.wait_for(twice(), 20))


def test_what_was_stored_and_not_handed_over_is_told_once_and_handed_over_by_who_goes_on() -> None:
    async def drive() -> None:
        told: list[object] = []
        stored: dict[str, Tick] = {}
        hooks = [Hooks(on_tick=lambda key, made: told.append((key, made)))]
        clock = jumping(VirtualClock())
        watch: AsyncWatch[str] = AsyncWatch(clock, store=stored.__setitem__, hooks=hooks)
        for key in "xy":
            watch.add(key, accept(AT_ONCE, 0, "a"), directly(Scripted()))
        handed_over: list[object] = []
        while len(watch):
            async with aclosing(watch.run()) as progress:
                async for key, seen in progress:
                    handed_over.append((key, seen))
                    break
        assert told.count(told[-1]) == 1
        assert sorted(map(repr, told)) == sorted(map(repr, handed_over))
        assert all(made.record.deployment.phase is Phase.SUCCEEDED for made in stored.values())

    asyncio.run(asyncio.wait_for(drive(), 20))


def test_what_a_store_finished_after_the_driver_was_left_off_is_told_once() -> None:
    """And handed over by whoever goes on."""

    async def drive() -> None:
        begun, let_go, told = asyncio.Event(), asyncio.Event(), list[Change]()

        async def write() -> None:
            begun.set()
            await let_go.wait()

        async def store(_: str, __: Tick) -> None:
            writing = asyncio.ensure_future(write())
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                await writing

        hooks = [Hooks(on_change=lambda _, change: told.append(change))]
        watch: AsyncWatch[str] = AsyncWatch(jumping(VirtualClock()), store=store, hooks=hooks)
        watch.add("a", accept(AT_ONCE, 0, "a"), directly(Scripted()))
        first = asyncio.ensure_future(anext(watch.run()))
        await begun.wait()
        first.cancel()
        asyncio.get_running_loop().call_soon(let_go.set)
        with pytest.raises(asyncio.CancelledError):
            await first
        handed_over = [seen async for _, seen in watch.run() if isinstance(seen, Tick)]
        assert told == [change for made in handed_over for change in made.changes]

    asyncio.run(asyncio.wait_for(drive(), 20))


class Crowd:
    """How many backends are in a call; whoever is the first waits until enough of them are."""

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self.under_way = self.most = 0
        self.lock, self.met = threading.Lock(), threading.Event()

    def __enter__(self) -> None:
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            if self.under_way >= self.enough:
                self.met.set()
        assert self.met.wait(20), "the others never came"
        # Somebody too many would come in now.
        threading.Event().wait(0.005)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.under_way -= 1


class Meets(Scripted):
    """A backend that is one of a crowd while it is called."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__()
        self.crowd = crowd

    def make_true(self, desired: Desired) -> None:
        with self.crowd:
            super().make_true(desired)


def test_calls_are_made_side_by_side_but_not_more_than_were_allowed() -> None:
    async def most(max_concurrent: int) -> int:
        crowd = Crowd(max_concurrent)
        watch: AsyncWatch[int] = AsyncWatch(jumping(VirtualClock()), max_concurrent=max_concurrent)
        for key in range(6):
            watch.add(key, accept(AT_ONCE, 0, "a"), in_threads(Meets(crowd)))
        ended = [
            key
            async for key, seen in watch.run()
            if isinstance(seen, Tick) and seen.wake_at is None
        ]
        assert sorted(ended) == list(range(6))
        return crowd.most

    assert asyncio.run(most(1)) == 1
    assert asyncio.run(most(3)) == 3


def test_at_once_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        AsyncWatch[str](max_concurrent=0)


class Hangs:
    """A backend whose calls never return, until they are cancelled."""

    async def make_true(self, desired: Desired) -> None:
        await asyncio.Event().wait()

    async def observe(self, desired: Desired) -> Observation:
        raise AssertionError("it never comes so far")


def test_one_that_hangs_holds_up_nobody_else_and_may_be_removed() -> None:
    async def drive() -> None:
        before = asyncio.all_tasks()
        watch: AsyncWatch[str] = AsyncWatch()
        watch.add("hangs", accept(AT_ONCE, 0, "a"), Hangs())
        watch.add("goes", accept(AT_ONCE, 0, "a"), directly(Scripted()))
        async for key, seen in watch.run():
            assert key == "goes"
            if isinstance(seen, Tick) and seen.wake_at is None:
                assert watch.remove("hangs") == accept(AT_ONCE, 0, "a")
        assert asyncio.all_tasks() == before

    asyncio.run(asyncio.wait_for(drive(), 20))


def test_virtual_time_does_not_pass_a_call_that_is_under_way() -> None:
    async def drive() -> list[tuple[str, float]]:
        clock = VirtualClock()
        watch: AsyncWatch[str] = AsyncWatch(jumping(clock))
        quick = SimulatedBackend(UPDATE.spec.fleets, clock=clock)
        slow = SimulatedBackend(UPDATE.spec.fleets, clock=clock)
        watch.add("quick", accept(UPDATE, 0, "a"), directly(quick))
        watch.add("slow", accept(UPDATE, 0, "a"), in_threads(slow))
        return [(key, seen.at) async for key, seen in watch.run()]

    handed_over = asyncio.run(drive())
    moments = {key: [at for whose, at in handed_over if whose == key] for key in ("quick", "slow")}
    assert moments["quick"] == moments["slow"]


def test_a_call_that_cancels_itself_is_trouble_and_no_end_of_the_watch() -> None:
    class GivesUp:
        tries = 0

        async def make_true(self, desired: Desired) -> None:
            self.tries += 1
            if self.tries == 2:
                raise asyncio.CancelledError

        async def observe(self, desired: Desired) -> Observation:
            return Scripted().observe(desired)

    async def drive() -> list[Tick | TickFailed]:
        watch: AsyncWatch[str] = AsyncWatch(jumping(VirtualClock()))
        watch.add("a", accept(AT_ONCE, 0, "a"), GivesUp())
        return [seen async for _, seen in watch.run()]

    seen = asyncio.run(drive())
    (trouble,) = [each for each in seen if isinstance(each, TickFailed)]
    assert "cancelled" in str(trouble.error) and trouble.retry_at == 15
    assert seen[-1].record.deployment.phase is Phase.SUCCEEDED


class Gone(BaseException):
    """No Exception, as what a failing test raises is none."""


@pytest.mark.parametrize("error", [Gone(), GeneratorExit()])
@pytest.mark.parametrize("of_store", [True, False])
def test_what_is_no_exception_is_passed_on_and_loses_nobody(
    error: BaseException, of_store: bool
) -> None:
    def fails(*_: object) -> None:
        if failing:
            raise failing.pop()

    class Fails(Scripted):
        def observe(self, desired: Desired) -> Observation:
            if not of_store:
                fails()
            return super().observe(desired)

    failing = [error]
    watched = InLoop(store=fails if of_store else None)
    watched.add("x", AT_ONCE, Fails())
    with pytest.raises(type(error)):
        watched.drive()
    assert "x" in watched.watch
    assert watched.drive()[-1][1].record.deployment.phase is Phase.SUCCEEDED


def test_a_tick_whose_task_somebody_else_cancels_is_made_again() -> None:
    """As by a helper that cancels all tasks but its own."""

    class CancelsOthers(Scripted):
        def make_true(self, desired: Desired) -> None:
            super().make_true(desired)
            if len(self.told) == 2:
                for task in asyncio.all_tasks() - drivers:
                    task.cancel()

    drivers: set[asyncio.Task[object]] = set()

    async def drive() -> None:
        drivers.update(asyncio.all_tasks())
        watch: AsyncWatch[str] = AsyncWatch(jumping(VirtualClock()))
        backend = CancelsOthers()
        watch.add("x", accept(AT_ONCE, 0, "a"), Suspends(backend))
        seen = [seen async for _, seen in watch.run()]
        assert seen[-1].record.deployment.phase is Phase.SUCCEEDED
        assert backend.told[1] == backend.told[2] and "x" not in watch

    asyncio.run(asyncio.wait_for(drive(), 20))


@pytest.mark.parametrize("kind", [Plain, InLoop])
def test_a_clock_that_fails_is_passed_on_and_loses_nobody(kind: type[Plain] | type[InLoop]) -> None:
    class Fails(VirtualClock):
        broken = False

        def now(self) -> float:
            if self.broken:
                raise OSError("no time")
            return super().now()

    class Breaks(Scripted):
        def observe(self, desired: Desired) -> Observation:
            if "observe" not in self.calls:
                self.calls.append("observe")
                clock.broken = True
                raise ConnectionError("gone")
            return super().observe(desired)

    clock = Fails()
    watched = kind(clock=clock)
    watched.add("x", AT_ONCE, Breaks())
    with pytest.raises(OSError, match="no time"):
        watched.drive()
    clock.broken = False
    assert watched.drive()[-1][1].record.deployment.phase is Phase.SUCCEEDED


# --- staying, and being woken -------------------------------------------------------


def test_one_that_stays_waits_for_others_until_it_is_cancelled() -> None:
    async def serve() -> None:
        watch: AsyncWatch[str] = AsyncWatch()
        ended: asyncio.Queue[str] = asyncio.Queue()

        async def drive() -> None:
            async for key, seen in watch.run(stay=True):
                if isinstance(seen, Tick) and seen.wake_at is None:
                    ended.put_nowait(key)

        service = asyncio.ensure_future(drive())
        for key in ("first", "second"):
            await asyncio.sleep(0.01)
            assert not service.done() and len(watch) == 0
            watch.add(key, accept(AT_ONCE, 0, "a"), directly(Scripted()))
            assert await ended.get() == key
        service.cancel()
        with pytest.raises(asyncio.CancelledError):
            await service

    asyncio.run(asyncio.wait_for(serve(), 20))


@pytest.mark.parametrize("from_thread", [True, False])
def test_a_stop_wakes_a_watch_that_waits_for_hours(from_thread: bool) -> None:
    async def stopped() -> Record:
        watch: AsyncWatch[str] = AsyncWatch(poll_interval_seconds=900)
        watch.add("a", accept(UPDATE, asyncio.get_running_loop().time()), directly(NoNews()))
        if from_thread:
            threading.Timer(0.02, watch.stop, ["a", "ann"]).start()
        else:
            asyncio.get_running_loop().call_later(0.02, watch.stop, "a", "ann")
        return [seen.record async for _, seen in watch.run()][-1]

    record = asyncio.run(asyncio.wait_for(stopped(), 20))
    assert record.deployment.outcome == RolledBack(Stopped("ann"), 0, None)


@pytest.mark.parametrize("store", [True, False])
def test_every_new_stage_is_told_once_however_often_it_is_cancelled(store: bool) -> None:
    async def drive(turns: int) -> list[tuple[object, str]]:
        begun = Begun(store=store)
        while await cancelled_after(turns, begun.drive):
            turns += 1
        return begun.told

    for turns in (1, 7, 30):
        told = asyncio.run(drive(turns))
        for key in KEYS:
            stages = [stage for _, stage in Drive(UPDATE, (), settings(key)).stages]
            assert [stage for whose, stage in told if whose == key] == stages
