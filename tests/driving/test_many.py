"""Many deployments in one loop: each goes as if it were alone, whatever becomes of the others."""

import asyncio
import math
import weakref
from collections.abc import Callable

import pytest

from rolling import Desired, Phase, RolledBack, Stopped, StopRequested, Succeeded, due, instances
from rolling.backends.simulated import Fault, SimulatedBackend, SimulationSettings
from rolling.driving import (
    AsyncWatch,
    Observation,
    Record,
    Superseded,
    Tick,
    VirtualClock,
    Watch,
    accept,
    run,
)
from tests.driving.cases import CASES
from tests.driving.scripted import Scripted
from tests.driving.watched import InLoop, Plain, Seen, Store, Watched, ticks_of, troubles_of
from tests.simulated import Drive, rolling_update

UPDATE = rolling_update(rollback_batch=instances(1))
AT_ONCE = rolling_update(alarms=(), wait_seconds=0)

both = pytest.mark.parametrize("kind", [Plain, InLoop])
Kind = Callable[[], Watched]


def simulated(watched: Watched, seed: int = 1, faults: tuple[Fault, ...] = ()) -> SimulatedBackend:
    settings = SimulationSettings(seed=seed, jitter_percent=20)
    return SimulatedBackend(UPDATE.spec.fleets, settings, faults, watched.clock)


@both
def test_each_makes_the_ticks_that_it_makes_alone(kind: Kind) -> None:
    watched = kind()
    for case, faults in CASES.items():
        for seed in range(8):
            backend = simulated(watched, seed, faults)
            watched.add(f"{case} {seed}", UPDATE, backend, backend.stop_requested)
    handed_over = watched.drive()
    for case, faults in CASES.items():
        for seed in range(8):
            alone = Drive(UPDATE, faults, SimulationSettings(seed=seed, jitter_percent=20))
            assert ticks_of(f"{case} {seed}", handed_over) == alone.ticks
    assert len(watched.watch) == 0


@both
def test_whoever_is_due_first_comes_first(kind: Kind) -> None:
    watched = kind()
    for seed in range(20):
        watched.add(str(seed), UPDATE, simulated(watched, seed))
    moments = [seen.at for _, seen in watched.drive()]
    assert moments == sorted(moments) and len(set(moments)) > 100


@both
def test_who_is_always_due_does_not_starve_the_others(kind: Kind) -> None:
    """Those due at one moment have their turns round and round."""
    watched = kind()
    for key in "abc":
        watched.add(key, AT_ONCE, Scripted())
    keys = [key for key, _ in watched.drive()]
    assert keys == list("abc") * (len(keys) // 3)


# --- trouble -----------------------------------------------------------------


class Unsteady(Scripted):
    """Every other look fails."""

    looks = 0

    def observe(self, desired: Desired) -> Observation:
        self.looks += 1
        if self.looks % 2:
            raise ConnectionError("gone")
        return super().observe(desired)


@both
def test_a_backend_that_raises_is_asked_again_later_and_troubles_nobody_else(kind: Kind) -> None:
    watched = kind()
    watched.add("unsteady", AT_ONCE, Unsteady())
    watched.add("steady", UPDATE, simulated(watched))
    handed_over = watched.drive()
    troubles = troubles_of("unsteady", handed_over)
    assert len(troubles) == len(ticks_of("unsteady", handed_over)) > 10
    for trouble in troubles:
        assert isinstance(trouble.error, ConnectionError)
        assert trouble.retry_at == trouble.at + 15
    assert ticks_of("unsteady", handed_over)[-1].record.deployment.phase is Phase.SUCCEEDED
    alone = Drive(UPDATE, (), SimulationSettings(seed=1, jitter_percent=20))
    assert ticks_of("steady", handed_over) == alone.ticks


@both
def test_in_trouble_the_record_stays_as_it_was(kind: Kind) -> None:
    watched = kind()
    watched.add("a", AT_ONCE, Unsteady())
    last = accept(AT_ONCE, 0, "a")
    for _, seen in watched.drive():
        if isinstance(seen, Tick):
            last = seen.record
        assert seen.record == last


@both
def test_who_has_an_old_record_is_watched_no_more(kind: Kind) -> None:
    watched = kind()
    backend = simulated(watched)
    loop = run(accept(UPDATE, 0, "a"), backend, watched.clock)
    while next(loop).record.deployment.phase is not Phase.BAKING:
        pass
    watched.add("late", UPDATE, backend)
    watched.add("other", UPDATE, simulated(watched))
    handed_over = watched.drive()
    (trouble,) = troubles_of("late", handed_over)
    assert isinstance(trouble.error, Superseded) and trouble.retry_at is None
    assert ticks_of("late", handed_over) == []
    assert ticks_of("other", handed_over)[-1].record.deployment.phase is Phase.SUCCEEDED


# --- added, removed, stopped ----------------------------------------------------


@both
def test_others_may_be_added_while_it_runs(kind: Kind) -> None:
    watched = kind()
    watched.add("first", UPDATE, simulated(watched))

    def add_second(_: str, seen: Seen) -> None:
        if seen.at >= 100 and "second" not in watched.watch and len(watched.watch) == 1:
            watched.add("second", UPDATE, simulated(watched))

    handed_over = watched.drive(add_second)
    second = ticks_of("second", handed_over)
    assert second[0].at >= 100
    assert second[-1].record.deployment.phase is Phase.SUCCEEDED


@both
def test_who_is_removed_is_left_where_it_is_with_a_record_to_go_on_with(kind: Kind) -> None:
    watched = kind()
    backend = simulated(watched)
    removed = []
    watched.add("a", UPDATE, backend)
    watched.add("b", UPDATE, simulated(watched))

    def remove(key: str, seen: Seen) -> None:
        if key == "a" and seen.record.deployment.stage.step == 2:
            removed.append(watched.watch.remove("a"))
            assert removed == [seen.record]

    handed_over = watched.drive(remove)
    assert "a" not in watched.watch and len(removed) == 1
    assert ticks_of("b", handed_over)[-1].record.deployment.phase is Phase.SUCCEEDED
    *_, last = run(removed[0], backend, watched.clock)
    assert last.record.deployment.outcome == Succeeded(0, None)


@both
def test_one_may_be_stopped_and_the_others_go_on(kind: Kind) -> None:
    watched = kind()
    for key in "abc":
        watched.add(key, UPDATE, simulated(watched))
    asked_at: list[float] = []

    def stop(key: str, seen: Seen) -> None:
        # "c" speaks for "b", which waits for a moment that has not come yet.
        if key == "c" and seen.record.deployment.phase is Phase.BAKING and not asked_at:
            asked_at.append(seen.at)
            assert watched.watch.stop("b", "ann") and watched.watch.stop("b", "ben")

    handed_over = watched.drive(stop)
    ends = {key: ticks_of(key, handed_over)[-1].record.deployment.outcome for key in "abc"}
    assert ends == {
        "a": Succeeded(0, None),
        "b": RolledBack(Stopped("ann"), 0, None),
        "c": Succeeded(0, None),
    }
    changes = [change for tick in ticks_of("b", handed_over) for change in tick.changes]
    stops = [change.at for change in changes if isinstance(change.event, StopRequested)]
    assert stops == asked_at


@both
def test_a_stop_in_the_very_tick_that_is_handed_over_is_told_in_the_next(kind: Kind) -> None:
    watched = kind()
    watched.add("a", UPDATE, simulated(watched))
    handed_over = watched.drive(lambda key, _: watched.watch.stop(key, "ann"))
    assert ticks_of("a", handed_over)[1].record.deployment.cause == Stopped("ann")
    assert ticks_of("a", handed_over)[1].at == 0


@both
def test_after_the_end_a_stop_changes_nothing(kind: Kind) -> None:
    watched = kind()
    watched.add("a", AT_ONCE, Scripted())
    told = []

    def stop_at_the_end(key: str, seen: Seen) -> None:
        if isinstance(seen, Tick) and seen.wake_at is None:
            told.append(watched.watch.stop(key, "ann"))

    handed_over = watched.drive(stop_at_the_end)
    assert len(told) == 1
    assert ticks_of("a", handed_over)[-1].record.deployment.outcome == Succeeded(0, None)
    assert watched.watch.stop("a", "ann") is False


@both
def test_a_key_is_watched_once_and_an_unknown_one_is_an_error(kind: Kind) -> None:
    watched = kind()
    watched.add("a", UPDATE, Scripted())
    with pytest.raises(ValueError, match="'a' is watched already"):
        watched.add("a", UPDATE, Scripted())
    assert watched.watch.record("a") == accept(UPDATE, 0, "a")
    with pytest.raises(KeyError):
        watched.watch.remove("b")
    with pytest.raises(KeyError):
        watched.watch.record("b")
    assert "a" in watched.watch and "b" not in watched.watch


@both
def test_who_was_removed_is_let_go_of(kind: Kind) -> None:
    """Also where its next moment is far off: a service may watch for years."""
    watched = kind()
    backends = []
    for _ in range(1_000):
        backend = Scripted()
        backends.append(weakref.ref(backend))
        watched.add("a", UPDATE, backend)
        watched.watch.remove("a")
    del backend
    assert sum(each() is not None for each in backends) < 100


# --- handing over ----------------------------------------------------------------


@both
def test_the_next_tick_of_a_deployment_waits_until_its_last_was_handed_over(kind: Kind) -> None:
    watched = kind()
    backends = {key: Scripted() for key in "abc"}
    for key, backend in backends.items():
        watched.add(key, AT_ONCE, backend)
    alone = sum(1 for _ in run(accept(AT_ONCE, 0, "a"), Scripted(), VirtualClock()))
    made = dict.fromkeys("abc", 0)

    def stored(key: str, _: Seen) -> None:
        made[key] += 1
        assert backends[key].calls == ["make_true", "observe"] * made[key]

    watched.drive(stored)
    assert set(made.values()) == {alone}


@both
def test_driving_may_be_left_off_and_taken_up_again(kind: Kind) -> None:
    watched = kind()
    for seed in range(3):
        watched.add(str(seed), UPDATE, simulated(watched, seed))
    alone = [
        Drive(UPDATE, (), SimulationSettings(seed=seed, jitter_percent=20)).ticks[-1].record
        for seed in range(3)
    ]

    class Enough(Exception):
        pass

    ends = {}
    for _ in range(200):

        def leave(key: str, seen: Seen) -> None:
            ends[key] = seen.record
            raise Enough

        if not len(watched.watch):
            break
        with pytest.raises(Enough):
            watched.drive(leave)
    assert len(watched.watch) == 0
    assert list(map(ends.__getitem__, "012")) == alone


@both
def test_two_loops_at_once_are_refused(kind: Kind) -> None:
    watched = kind()
    watched.add("a", UPDATE, simulated(watched))
    refused = []

    def drive_too(_: str, __: Seen) -> None:
        with pytest.raises(RuntimeError, match="one loop at a time"):
            next(watched.watch.run()) if isinstance(watched.watch, Watch) else step(watched.watch)
        refused.append(True)

    def step(watch: AsyncWatch[str]) -> None:
        # Until its first await, which never comes: nothing has to run it.
        anext(watch.run()).__await__().__next__()

    watched.drive(drive_too)
    assert refused


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_poll_interval_that_would_spin_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Watch[str](VirtualClock(), seconds)
    with pytest.raises(ValueError, match="above 0"):
        AsyncWatch[str](None, seconds)


# --- when the first tick is due ---------------------------------------------------


@both
def test_a_deployment_is_not_looked_at_before_the_wake_that_it_was_added_with(kind: Kind) -> None:
    watched, moments = kind(), {"now": None, "past": -5, "later": 40, "never": math.inf}
    for key, at in moments.items():
        watched.add(key, AT_ONCE, Scripted(), at=at)
    first: dict[str, float] = {}

    def note(key: str, seen: Seen) -> None:
        first.setdefault(key, seen.at)
        if seen.record.deployment.ended and len(watched.watch) == 2:
            watched.watch.remove("never")

    watched.drive(note)
    assert first == {"now": 0, "past": 0, "later": 40}


@both
def test_a_stop_does_not_wait_for_the_wake_that_a_deployment_was_added_with(kind: Kind) -> None:
    watched = kind()
    watched.add("a", AT_ONCE, Scripted(), at=1_000)
    watched.watch.stop("a", "ann")
    ticks = ticks_of("a", watched.drive())
    assert {made.at for made in ticks} == {0}
    assert ticks[-1].record.deployment.outcome == RolledBack(Stopped("ann"), 0, None)


@both
def test_a_wake_that_no_clock_shows_is_refused(kind: Kind) -> None:
    watched = kind()
    for moment in (math.nan, -math.inf, 2.0**60):
        with pytest.raises(ValueError, match=r"^at = "):
            watched.add("a", AT_ONCE, Scripted(), at=moment)
    assert "a" not in watched.watch


# --- storing ---------------------------------------------------------------------


async def _later(jot: Callable[[], None]) -> None:
    await asyncio.sleep(0)
    jot()


@pytest.mark.parametrize(("kind", "awaited"), [(Plain, False), (InLoop, False), (InLoop, True)])
def test_what_makes_a_command_due_is_stored_before_the_command_is_sent(
    kind: Callable[[Store], Watched], awaited: bool
) -> None:
    stored = {key: accept(AT_ONCE, 0, "a") for key in "abc"}

    class Checks(Scripted):
        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

        def make_true(self, desired: Desired) -> None:
            assert desired == due(stored[self.key].deployment)
            super().make_true(desired)

    def store(key: str, made: Tick) -> object:
        assert made.changes or made.wake_at is None, "nothing changed"
        if awaited:
            return _later(lambda: stored.__setitem__(key, made.record))
        stored[key] = made.record
        return None

    watched = kind(store)
    for key in "abc":
        watched.add(key, stored[key], Checks(key))
    handed_over = watched.drive(lambda key, seen: _is(stored[key], seen.record))
    assert not any(troubles_of(key, handed_over) for key in "abc")
    assert all(record.deployment.phase is Phase.SUCCEEDED for record in stored.values())


def _is(stored: Record, handed_over: Record) -> None:
    assert stored == handed_over


@both
def test_a_tick_whose_record_could_not_be_stored_was_not_made(
    kind: Callable[[Store], Watched],
) -> None:
    stored, asked = [accept(AT_ONCE, 0, "a")], []

    def store(_: str, made: Tick) -> None:
        asked.append(made)
        if len(asked) % 2:
            raise OSError("disk full")
        stored.append(made.record)

    watched = kind(store)
    watched.add("a", stored[0], Scripted())

    def compare(_: str, seen: Seen) -> None:
        assert seen.record == stored[-1]

    handed_over = watched.drive(compare)
    assert len(troubles_of("a", handed_over)) == len(stored) - 1 > 10
    assert stored[-1].deployment.phase is Phase.SUCCEEDED
