"""A stop and the deadline need no look at the world: they come while the backend raises, too."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from typing import cast

import pytest

from rolling import (
    Desired,
    Direction,
    Phase,
    RollbackFailed,
    RolledBack,
    Stopped,
    StopRequested,
    TimedOut,
    due,
)
from rolling.driving import (
    Hooks,
    Observation,
    Record,
    Stop,
    Superseded,
    Tick,
    TickFailed,
    VirtualClock,
    Watch,
    accept,
    directly,
    jumping,
    measure_to,
    run,
    run_async,
    tick,
    tick_async,
    without_looking,
)
from rolling.view import log_to
from tests.driving.scripted import NoNews, Scripted
from tests.driving.watched import InLoop, Plain, Seen, Store, Watched, ticks_of, troubles_of
from tests.simulated import rolling_update

pytestmark = pytest.mark.slow

UPDATE = rolling_update(alarms=())
LIMIT = 28_800

both = pytest.mark.parametrize("kind", [Plain, InLoop])
Kind = Callable[[], Watched]
TickOf = Callable[[Record, Scripted, float, StopRequested | None], Tick]


class Blind(Scripted):
    """Carries out what it is told; whoever looks gets an error, until it is cured."""

    error: BaseException | None = OSError("no route")

    def observe(self, desired: Desired) -> Observation:
        if self.error is not None:
            raise self.error
        return super().observe(desired)


class Deaf(Blind):
    """Can be told nothing either."""

    def make_true(self, desired: Desired) -> None:
        if self.error is not None:
            raise self.error
        super().make_true(desired)


def plain_tick(record: Record, backend: Scripted, now: float, stop: StopRequested | None) -> Tick:
    return tick(record, backend, now, stop=stop)


def awaited_tick(record: Record, backend: Scripted, now: float, stop: StopRequested | None) -> Tick:
    return asyncio.run(tick_async(record, directly(backend), now, stop=stop))


either_tick = pytest.mark.parametrize("make", [plain_tick, awaited_tick])
either_backend = pytest.mark.parametrize("backend", [Blind, Deaf])


@either_tick
@either_backend
def test_a_stop_turns_back_who_cannot_be_seen(make: TickOf, backend: Callable[[], Blind]) -> None:
    world = backend()
    made = make(accept(UPDATE, 0), world, 7, StopRequested("ann"))
    assert made.record.deployment.cause == Stopped("ann")
    assert (made.record.direction_began_at, made.record.stage_began_at) == (7, 7)
    assert (made.wake_at, made.seen, made.error) == (7, None, world.error)
    assert [change.event for change in made.changes] == [StopRequested("ann")]


@either_tick
def test_the_deadline_turns_back_who_cannot_be_seen(make: TickOf) -> None:
    record, world = accept(UPDATE, 0), Blind()
    with pytest.raises(OSError, match="no route"):
        make(record, world, LIMIT - 1, None)
    made = make(record, world, LIMIT, None)
    assert made.record.deployment.cause == TimedOut(LIMIT)
    assert made.error is world.error


@either_tick
def test_the_way_back_is_commanded_in_the_next_tick_and_not_before(make: TickOf) -> None:
    record, world = accept(UPDATE, 0), Blind()
    made = make(record, world, 0, StopRequested("ann"))
    assert world.told == [due(record.deployment)]
    with pytest.raises(OSError, match="no route"):
        make(made.record, world, 0, StopRequested("ann"))
    assert world.told == [due(record.deployment), due(made.record.deployment)]


@either_tick
def test_a_stop_is_one_stop_however_often_it_is_repeated(make: TickOf) -> None:
    """On the way back it changes nothing: the error is passed on."""
    record = make(accept(UPDATE, 0), Blind(), 0, StopRequested("ann")).record
    for _ in range(3):
        with pytest.raises(OSError, match="no route"):
            make(record, Blind(), 10, StopRequested("ben"))


@either_tick
def test_the_deadline_of_the_way_back_ends_it(make: TickOf) -> None:
    turned = make(accept(UPDATE, 0), Blind(), 100, StopRequested("ann")).record
    with pytest.raises(OSError, match="no route"):
        make(turned, Blind(), 100 + LIMIT - 1, None)
    made = make(turned, Blind(), 100 + LIMIT, None)
    assert isinstance(made.record.deployment.outcome, RollbackFailed)
    # Its end has yet to be told, and seen.
    assert made.wake_at == 100 + LIMIT


@either_tick
@either_backend
def test_an_old_record_is_not_driven_on_by_a_stop(
    make: TickOf, backend: Callable[[], Blind]
) -> None:
    world = backend()
    world.error = Superseded("another driver is ahead")
    with pytest.raises(Superseded):
        make(accept(UPDATE, 0), world, LIMIT, StopRequested("ann"))
    assert without_looking(accept(UPDATE, 0), world.error, LIMIT, StopRequested("ann")) is None


@both
@either_backend
def test_an_old_record_is_not_tried_again(kind: Kind, backend: Callable[[], Blind]) -> None:
    """Whichever of the two calls found out that another driver is ahead."""
    watched, world = kind(), backend()
    world.error = Superseded("another driver is ahead")
    watched.add("a", UPDATE, world)
    ((_, trouble),) = watched.drive()
    assert isinstance(trouble, TickFailed)
    assert (trouble.error, trouble.retry_at) == (world.error, None)
    assert len(watched.watch) == 0


@either_tick
def test_what_ends_a_process_is_no_trouble(make: TickOf) -> None:
    world = Blind()
    world.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        make(accept(UPDATE, 0), world, LIMIT, StopRequested("ann"))


def test_an_answer_that_cannot_be_true_is_no_look_either() -> None:
    made = tick(accept(UPDATE, 0), Scripted([Observation(())]), LIMIT)
    assert made.record.deployment.cause == TimedOut(LIMIT)
    assert "returned 0" in str(made.error)


def test_the_way_back_is_timed_from_the_moment_at_which_the_call_gave_up() -> None:
    clock = VirtualClock()

    class Slow(Blind):
        def observe(self, desired: Desired) -> Observation:
            clock.wait_until(60)
            return super().observe(desired)

    stop = StopRequested("ann")
    assert tick(accept(UPDATE, 0), Slow(), 0, 15, stop, clock.now).record.direction_began_at == 60


# --- by the drivers ------------------------------------------------------------


def test_run_hands_the_turn_over_before_it_passes_the_error_on() -> None:
    stop, world = Stop(), Blind()
    stop.request("ann")
    loop = run(accept(UPDATE, 0), world, VirtualClock(), stop=stop)
    first = next(loop)
    assert first.record.deployment.cause == Stopped("ann")
    with pytest.raises(OSError, match="no route"):
        next(loop)
    world.error = None
    *_, last = run(first.record, world, VirtualClock(), stop=stop)
    assert last.record.deployment.outcome == RolledBack(Stopped("ann"), 0, None)


class Enough(Exception):
    """Ends a drive that would have no end."""


def driven(watched: Watched, until: float) -> list[tuple[str, Seen]]:
    found: list[tuple[str, Seen]] = []

    def keep(key: str, seen: Seen) -> None:
        found.append((key, seen))
        if seen.at >= until:
            raise Enough

    with pytest.raises(Enough):
        watched.drive(keep)
    return found


@both
def test_watched_it_is_turned_back_and_ended_and_then_truthfully_troubled(kind: Kind) -> None:
    watched = kind()
    watched.add("a", UPDATE, Blind())
    found = driven(watched, 60_000)
    turned, ended = ticks_of("a", found)
    assert LIMIT <= turned.at < LIMIT + 15
    assert turned.record.deployment.cause == TimedOut(LIMIT)
    assert turned.at + LIMIT <= ended.at < turned.at + LIMIT + 15
    assert ended.record.deployment.phase is Phase.ROLLBACK_FAILED
    last = found[-1][1]
    assert isinstance(last, TickFailed) and last.record == ended.record


@both
def test_watched_a_stop_is_heard_at_once_and_not_repeated(kind: Kind) -> None:
    watched = kind()
    watched.add("a", UPDATE, Blind())
    watched.watch.stop("a", "ann")
    found = driven(watched, 300)
    (turned,) = ticks_of("a", found)
    assert turned.at == 0 and turned.record.deployment.cause == Stopped("ann")
    moments = [trouble.at for trouble in troubles_of("a", found)]
    assert moments == [15 * n for n in range(21)]


@both
def test_what_turns_it_back_is_stored_before_the_way_back_is_commanded(
    kind: Callable[[Store], Watched],
) -> None:
    stored = [accept(UPDATE, 0)]

    class Checks(Blind):
        def make_true(self, desired: Desired) -> None:
            assert desired == due(stored[-1].deployment)
            super().make_true(desired)

    watched = kind(lambda _, made: stored.append(made.record))
    world = Checks()
    watched.add("a", stored[0], world)
    watched.watch.stop("a", "ann")
    driven(watched, 30)
    directions = [desired.stage.direction for desired in world.told]
    assert directions == [Direction.FORWARD, *[Direction.BACK] * (len(directions) - 1)]
    assert len(stored) == 2


@pytest.mark.parametrize("kind", [InLoop])
def test_a_call_that_its_client_cancelled_itself_hinders_no_stop(kind: Kind) -> None:
    watched, world = kind(), Blind()
    world.error = asyncio.CancelledError()
    watched.add("a", UPDATE, world)
    watched.watch.stop("a", "ann")
    found = driven(watched, 30)
    (turned,) = ticks_of("a", found)
    assert turned.record.deployment.cause == Stopped("ann")
    assert isinstance(turned.error, RuntimeError)
    assert isinstance(turned.error.__cause__, asyncio.CancelledError)


def test_alone_too_such_a_call_hinders_no_stop_and_is_an_error_and_no_cancellation() -> None:
    async def drive(stop: Stop) -> Tick:
        world = Blind()
        world.error = asyncio.CancelledError()
        clock = jumping(VirtualClock())
        return await anext(run_async(accept(UPDATE, 0), directly(world), clock, stop=stop))

    asked = Stop()
    asked.request("ann")
    turned = asyncio.run(drive(asked))
    assert turned.record.deployment.cause == Stopped("ann")
    assert isinstance(turned.error, RuntimeError)
    with pytest.raises(RuntimeError, match="cancelled") as raised:
        asyncio.run(drive(Stop()))
    assert isinstance(raised.value.__cause__, asyncio.CancelledError)


# --- where nobody can be asked for a stop --------------------------------------------


def unasked() -> StopRequested | None:
    """Who is asked for a stop is away."""
    raise OSError("no answer")


@both
@pytest.mark.parametrize("backend", [NoNews, Blind])
def test_watched_the_deadline_comes_where_no_stop_can_be_asked_for(
    kind: Kind, backend: Callable[[], Scripted]
) -> None:
    watched = kind()
    watched.add("a", UPDATE, backend(), unasked)
    (turned, *_) = ticks_of("a", driven(watched, LIMIT))
    assert LIMIT <= turned.at < LIMIT + 15
    assert turned.record.deployment.cause == TimedOut(LIMIT)
    assert (turned.seen, str(turned.error)) == (None, "no answer")


@both
def test_watched_it_comes_home_where_no_stop_can_be_asked_for(kind: Kind) -> None:
    """There a stop would change nothing: nobody is asked."""
    watched = kind()
    watched.add("a", UPDATE, NoNews(), unasked)
    handed_over = watched.drive()
    assert handed_over[-1][1].record.deployment.outcome == RolledBack(TimedOut(LIMIT), 0, None)
    troubles = troubles_of("a", handed_over)
    assert [trouble.at for trouble in troubles] == [15 * n for n in range(LIMIT // 15)]
    assert {str(trouble.error) for trouble in troubles} == {"no answer"}


@both
def test_watched_a_stop_by_its_key_is_heard_where_no_other_can_be_asked_for(kind: Kind) -> None:
    watched = kind()

    def stop_and_fail() -> StopRequested | None:
        watched.watch.stop("a", "ann")
        return unasked()

    watched.add("a", UPDATE, Scripted(), stop_and_fail)
    (_, turned), *_ = watched.drive()
    assert isinstance(turned, Tick) and turned.record.deployment.cause == Stopped("ann")


def alone(record: Record, now: float, hooks: Hooks, stop: Stop) -> Iterator[Tick]:
    yield from run(record, NoNews(), VirtualClock(now), 15, unasked, stop=stop, hooks=[hooks])


def alone_in_loop(record: Record, now: float, hooks: Hooks, stop: Stop) -> Iterator[Tick]:
    clock = jumping(VirtualClock(now))
    ticks = run_async(record, directly(NoNews()), clock, 15, unasked, stop=stop, hooks=[hooks])
    with asyncio.Runner() as runner:
        while True:
            try:
                yield runner.run(cast(Coroutine[object, object, Tick], anext(ticks)))
            except StopAsyncIteration:
                return


alone_either_way = pytest.mark.parametrize("drive", [alone, alone_in_loop])
Alone = Callable[[Record, float, Hooks, Stop], Iterator[Tick]]


@alone_either_way
def test_alone_who_cannot_ask_for_a_stop_is_told_as_trouble_and_then_passed_on(
    drive: Alone,
) -> None:
    told: list[TickFailed] = []
    hooks = Hooks(on_error=lambda _, trouble: told.append(trouble))
    record = accept(UPDATE, 0)
    with pytest.raises(OSError, match="no answer") as raised:
        next(drive(record, 7, hooks, Stop()))
    assert told == [TickFailed(7, record, raised.value, None)]


@alone_either_way
def test_alone_the_deadline_comes_where_no_stop_can_be_asked_for(drive: Alone) -> None:
    turned, *_, last = drive(accept(UPDATE, 0), LIMIT, Hooks(), Stop())
    assert turned.record.deployment.cause == TimedOut(LIMIT)
    assert (turned.seen, str(turned.error)) == (None, "no answer")
    assert last.record.deployment.outcome == RolledBack(TimedOut(LIMIT), 0, None)


# --- told ------------------------------------------------------------------------


def stopped_blindly(hooks: Iterable[Hooks]) -> Tick:
    watch = Watch[str](VirtualClock(), hooks=hooks)
    watch.add("a", accept(UPDATE, 0), Blind())
    watch.stop("a", "ann")
    return cast(Tick, next(watch.run())[1])


def test_the_log_tells_of_the_trouble_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        made = stopped_blindly([log_to()])
    turn, trouble = caplog.records
    assert "stop" in turn.getMessage()
    assert trouble.levelno == logging.WARNING and "OSError: no route" in trouble.getMessage()
    assert vars(trouble)["rolling_event"] == "TickFailed"
    assert vars(trouble)["rolling_retry_at"] == made.wake_at


def test_it_is_counted_as_trouble() -> None:
    counted: list[tuple[str, Mapping[str, str]]] = []

    class Counts:
        def count(self, name: str, labels: Mapping[str, str]) -> None:
            counted.append((name, labels))

        def observe(self, name: str, seconds: float, labels: Mapping[str, str]) -> None:
            pass

    stopped_blindly([measure_to(Counts())])
    assert ("rolling_tick_errors_total", {"error": "OSError"}) in counted
