"""The promises of a backend, one a method; what each of them needs is said by a subclass."""

import math
from abc import ABC, abstractmethod
from time import perf_counter
from typing import ClassVar
from unittest import SkipTest

from rolling.core.capacity import ALL_TRAFFIC, NO_TRAFFIC, Share, are_whole, instances
from rolling.core.desired import Desired, DesiredFleet, due
from rolling.core.events import Reading, Sighting, StopRequested
from rolling.core.fleet import serving, wanted
from rolling.core.outcome import Operation, Outcome, RolledBack, Succeeded
from rolling.core.policy import RollingUpdatePolicy
from rolling.core.stage import Direction, Phase, Stage
from rolling.core.transition import start
from rolling.driving.backend import Backend, Failure, Observation, Superseded
from rolling.driving.record import accept
from rolling.driving.tick import tick

Split = tuple[Share, ...]

ALL_OLD: Split = (NO_TRAFFIC, ALL_TRAFFIC)
HALF: Split = (Share(1, 2), Share(1, 2))
ALL_NEW: Split = (ALL_TRAFFIC, NO_TRAFFIC)

_THREE_FLEETS = ("config-3", "config-2", "config-1")


class BackendContract(ABC):
    """The promises of `Backend`, one a method. Each makes a backend of its own.

    The class attributes may be overridden. `settle_seconds`: in that time
    everything that was asked for has come true. `moment_seconds`: a time in which
    it has not. `longest_call_seconds`: what counts as short. `alarms`: names that
    the backend can read, and that are quiet. `missing_alarm`: a name that it
    cannot; None where every name can be read.
    """

    settle_seconds: ClassVar[float] = 3600
    moment_seconds: ClassVar[float] = 1
    longest_call_seconds: ClassVar[float] = 10
    alarms: ClassVar[tuple[str, ...]] = ("p99",)
    missing_alarm: ClassVar[str | None] = None

    # --- what you say of yours ---

    @abstractmethod
    def backend(self) -> Backend:
        """A backend with 4 instances of "config-1" in service, which are sent all the traffic."""

    @abstractmethod
    def settle(self, backend: Backend, seconds: float) -> None:
        """Let so many seconds pass for the backend that `backend` made last."""

    def backend_that_cannot_provision(self) -> Backend:
        """The same, where "config-2" can have no instances. Not given, a promise is skipped."""
        raise SkipTest("no backend is given that cannot provision (backend_that_cannot_provision)")

    def put_into_alarm(self, backend: Backend, alarm: str) -> None:
        """Put one of `alarms` into ALARM, for the backend that `backend` made last.

        It is read so within `settle_seconds`. Not given, a promise is skipped.
        """
        raise SkipTest("no way is given to put an alarm into ALARM (put_into_alarm)")

    # --- calls ---

    def test_calls_are_short(self) -> None:
        """Nothing waits for an instance: a call starts what is to be done, and returns."""
        backend = self.backend()
        began = perf_counter()
        backend.make_true(_desired(1, (2, 4)))
        backend.observe(_desired(1, (2, 4)))
        took = perf_counter() - began
        assert took <= self.longest_call_seconds, f"two calls took {took:.2f} seconds"

    def test_what_is_asked_for_comes_true(self) -> None:
        """Fleets are seen in the order of the desired state, and the split is told once settled."""
        backend = self.backend()
        seen = self._after(backend, _desired(1, (2, 4)))
        assert seen.fleets == (Sighting(2, 2), Sighting(4, 4)), seen
        seen = self._after(backend, _desired(2, (2, 4), HALF))
        assert seen.split == HALF, seen
        seen = self._after(backend, _desired(3, (2, 2), HALF))
        assert seen.fleets == (Sighting(2, 2), Sighting(2, 2)), seen

    def test_a_fleet_that_was_never_asked_for_is_none(self) -> None:
        """A configuration that the backend has not heard of has no instances, and no traffic."""
        seen = self._after(self.backend(), _desired(1, (0, 4)))
        assert seen.fleets == (Sighting(0, 0), Sighting(4, 4)), seen
        assert seen.split == ALL_OLD, seen

    def test_a_split_that_is_no_whole_percentage_comes_true(self) -> None:
        """A deployment waits for the very split that it asked for: 33% of 100% is not 1/3."""
        backend = self.backend()
        for step, new in enumerate((Share(1, 3), Share(5, 7)), start=1):
            split = (new, Share(new.whole - new.part, new.whole))
            seen = self._after(backend, _desired(step, (3, 4), split)).split
            assert seen == split, f"asked for {_text(split)}, and told of {_text(seen)}"

    def test_three_fleets_are_told_of_each_by_itself(self) -> None:
        """A repair has as many old fleets as the rollback that failed has left."""
        backend, last = self.backend(), (NO_TRAFFIC, NO_TRAFFIC, ALL_TRAFFIC)
        mixed = (Share(1, 7), Share(2, 7), Share(4, 7))
        states = (((1, 2, 4), last), ((1, 2, 4), mixed), ((3, 2, 1), mixed), ((0, 0, 4), last))
        for step, (counts, split) in enumerate(states, start=1):
            stage = Stage(Direction.FORWARD, step, 1, Phase.PROVISIONING)
            fleets = tuple(map(DesiredFleet, _THREE_FLEETS, counts, split))
            said = Desired(1, stage, fleets, (), None, None)
            seen = self._after(backend, said)
            assert seen.fleets == tuple([Sighting(count, count) for count in counts]), seen
            assert seen.split == split, seen

    # --- the latest command wins ---

    def test_counts_are_absolute(self) -> None:
        """2 and then 3 is 3, and not 5; and 4 and then 1 is 1."""
        backend = self.backend()
        self._after(backend, _desired(1, (2, 4)))
        seen = self._after(backend, _desired(2, (3, 1)))
        assert seen.fleets == (Sighting(3, 3), Sighting(1, 1)), seen

    def test_repeating_is_harmless(self) -> None:
        """A driver says what is due in every tick, also while it is under way."""
        backend, said = self.backend(), _desired(1, (2, 3), HALF)
        for _ in range(5):
            backend.make_true(said)
            self.settle(backend, self.moment_seconds)
        seen = self._after(backend, said)
        assert seen.fleets == (Sighting(2, 2), Sighting(3, 3)), seen
        assert seen.split == HALF, seen

    def test_looking_is_harmless(self) -> None:
        """To observe changes nothing."""
        backend, said = self.backend(), _desired(1, (2, 3))
        self._after(backend, said)
        first, second = backend.observe(said), backend.observe(said)
        assert (first.fleets, first.split) == (second.fleets, second.split)

    def test_the_latest_command_wins(self) -> None:
        """A command needs nothing before it to be finished, and leaves nothing of it to come."""
        backend = self.backend()
        backend.make_true(_desired(1, (4, 1), HALF))
        self.settle(backend, self.moment_seconds)
        seen = self._after(backend, _desired(2, (1, 4), ALL_OLD))
        assert seen.fleets == (Sighting(1, 1), Sighting(4, 4)), seen
        assert seen.split == ALL_OLD, seen

    def test_a_look_is_of_after_the_latest_command(self) -> None:
        """No answer is kept: what was seen before a command says nothing of after it."""
        backend, said = self.backend(), _desired(1, (4, 4))
        self._after(backend, said)
        for step, counts in enumerate(((4, 3), (2, 3), (2, 1), (0, 1)), start=2):
            backend.observe(said)
            said = _desired(step, counts)
            backend.make_true(said)
            for sighting, asked in zip(backend.observe(said).fleets, counts, strict=True):
                assert sighting.in_service <= asked, f"{sighting}, of which {asked} were asked for"
            self.settle(backend, self.moment_seconds)

    # --- stages are fences ---

    def test_an_earlier_stage_is_refused_and_changes_nothing(self) -> None:
        """Or a driver with an old record would go on to an end that is not true."""
        backend, said = self.backend(), _desired(2, (2, 4))
        backend.make_true(said)
        refused = False
        try:
            backend.make_true(_desired(1, (0, 0), ALL_NEW))
        except Superseded:
            refused = True
        assert refused, "a command of an earlier stage was not refused"
        # Not said again meanwhile: that would mend what was done.
        self.settle(backend, self.settle_seconds)
        seen = backend.observe(said)
        assert seen.fleets == (Sighting(2, 2), Sighting(4, 4)), seen
        assert seen.split == ALL_OLD, seen

    def test_the_way_back_is_later_than_the_way_forward(self) -> None:
        """Stages are ordered by their direction first: step 1 back comes after step 3 forward."""
        backend = self.backend()
        backend.make_true(_desired(3, (3, 2), HALF))
        seen = self._after(backend, _desired(1, (0, 4), ALL_OLD, direction=Direction.BACK))
        assert seen.fleets == (Sighting(0, 0), Sighting(4, 4)), seen

    # --- what is seen ---

    def test_a_condemned_instance_is_not_in_service(self) -> None:
        """From the command that lowers a count on; it is alive until it is gone."""
        backend, said = self.backend(), _desired(1, (0, 1))
        backend.make_true(said)
        for _ in range(5):
            old = backend.observe(said).fleets[1]
            assert old.in_service <= 1 <= old.alive, f"{old}, of which 1 was asked for"
            self.settle(backend, self.moment_seconds)
        old = self._after(backend, said).fleets[1]
        assert old == Sighting(1, 1), f"{old}, of which 1 was asked for long ago"

    def test_a_launching_instance_is_alive_and_not_yet_in_service(self) -> None:
        """What counts against the ceiling is not left out, and never comes to more than asked."""
        backend, said = self.backend(), _desired(1, (2, 4))
        backend.make_true(said)
        for _ in range(5):
            new = backend.observe(said).fleets[0]
            assert new.in_service <= 2 and new.alive <= 2, f"{new}, of which 2 were asked for"
            self.settle(backend, self.moment_seconds)

    def test_a_split_in_motion_is_not_reported(self) -> None:
        """A split is told only when all traffic goes where one command said."""
        backend = self.backend()
        self._after(backend, _desired(1, (4, 4)))
        commanded = [ALL_OLD]
        for step, split in enumerate((HALF, ALL_NEW, ALL_OLD), start=2):
            commanded.append(split)
            said = _desired(step, (4, 4), split)
            backend.make_true(said)
            for _ in range(3):
                seen = backend.observe(said).split
                assert seen is None or seen in commanded, f"{_text(seen)} was never commanded"
                self.settle(backend, self.moment_seconds)
        settled = self._after(backend, said).split
        assert settled == ALL_OLD, _text(settled)

    def test_what_is_told_makes_sense(self) -> None:
        """A sighting of each fleet; a split of all the traffic, or none."""
        backend, said = self.backend(), _desired(1, (2, 3), HALF)
        backend.make_true(said)
        for seconds in (self.moment_seconds, self.moment_seconds, self.settle_seconds):
            self.settle(backend, seconds)
            seen = backend.observe(said)
            assert len(seen.fleets) == 2, seen
            assert seen.split is None or (len(seen.split) == 2 and are_whole(seen.split)), seen
            assert all(isinstance(failure, Failure) for failure in seen.failures), seen

    def test_where_no_news_is_to_come_none_comes(self) -> None:
        """`news_at` is a moment, `inf` for never, or None; after never, nothing happens."""
        backend, said = self.backend(), _desired(1, (2, 2))
        backend.make_true(said)
        for _ in range(5):
            seen = backend.observe(said)
            assert seen.news_at is None or not math.isnan(seen.news_at), seen
            if seen.news_at == math.inf:
                self.settle(backend, self.settle_seconds)
                later = backend.observe(said)
                assert (later.fleets, later.split) == (seen.fleets, seen.split), later
            self.settle(backend, self.moment_seconds)

    # --- alarms and failures ---

    def test_an_alarm_is_read_by_its_name(self) -> None:
        """Each that the desired state names, and that there is."""
        backend, said = self.backend(), _desired(1, (2, 4), alarms=self.alarms)
        seen = self._after(backend, said).alarms
        for name in self.alarms:
            assert isinstance(seen.get(name), Reading), f"{name} reads {seen.get(name)!r}"

    def test_an_alarm_that_cannot_be_read_is_not_ok(self) -> None:
        """No evidence is not good evidence: it is left out, or UNREADABLE."""
        if self.missing_alarm is None:
            raise SkipTest("no name is given that cannot be read (missing_alarm)")
        said = _desired(1, (2, 4), alarms=(*self.alarms, self.missing_alarm))
        seen = self._after(self.backend(), said).alarms
        reading = seen.get(self.missing_alarm, Reading.UNREADABLE)
        assert reading is Reading.UNREADABLE, f"{self.missing_alarm} reads {reading!r}"

    def test_an_alarm_that_goes_off_is_read(self) -> None:
        """Or a bake would pass whatever happens in it."""
        for name in self.alarms:
            backend, said = self.backend(), _desired(1, (2, 4), alarms=self.alarms)
            before = self._after(backend, said).alarms.get(name)
            assert before is not Reading.ALARM, f"{name} reads {before!r}, and was to be quiet"
            self.put_into_alarm(backend, name)
            reading = self._after(backend, said).alarms.get(name)
            assert reading is Reading.ALARM, f"{name} is in ALARM and reads {reading!r}"

    def test_a_failure_stands_until_the_next_stage(self) -> None:
        """So that a driver that died meanwhile sees it; with another stage all is tried anew."""
        backend, said = self.backend_that_cannot_provision(), _desired(1, (2, 4))
        for _ in range(3):
            failures = self._after(backend, said).failures
            found = {(failure.operation, failure.fleet) for failure in failures}
            assert found == {(Operation.PROVISION, 0)}, failures
        nothing_more = _desired(1, (0, 4), direction=Direction.BACK)
        failures = self._after(backend, nothing_more).failures
        assert failures == (), failures

    # --- all of it ---

    def test_an_update_succeeds(self) -> None:
        """Four instances are replaced in two batches, by the one tick."""
        outcome, counts = self._drive(stop_in_step=None)
        assert outcome == Succeeded(0, None), outcome
        assert counts == (4, 0)

    def test_a_stopped_update_comes_back(self) -> None:
        """Stopped in the second batch: everything is as it was."""
        outcome, counts = self._drive(stop_in_step=2)
        assert isinstance(outcome, RolledBack) and outcome.leftover == 0, outcome
        assert counts == (0, 4)

    def _drive(self, stop_in_step: int | None) -> tuple[Outcome | None, tuple[int, ...]]:
        backend, now = self.backend(), 0.0
        policy = RollingUpdatePolicy(instances(2), 60, instances(1))
        deployment = start(serving("config-1", 4), wanted("config-2", 4), policy, self.alarms)
        record = accept(deployment, now)
        for _ in range(500):
            asked_to_stop = record.deployment.stage.step == stop_in_step
            stop = StopRequested("the contract") if asked_to_stop else None
            made = tick(record, backend, now, stop=stop)
            if made.trouble is not None:
                raise made.trouble
            record = made.record
            if made.wake_at is None:
                break
            seconds = max(self.moment_seconds, min(made.wake_at - now, 60))
            self.settle(backend, seconds)
            now += seconds
        seen = self._after(backend, due(record.deployment))
        return record.deployment.outcome, tuple([fleet.in_service for fleet in seen.fleets])

    def _after(self, backend: Backend, said: Desired) -> Observation:
        backend.make_true(said)
        self.settle(backend, self.settle_seconds)
        return backend.observe(said)


def _desired(
    step: int,
    counts: tuple[int, int],
    split: Split = ALL_OLD,
    *,
    alarms: tuple[str, ...] = (),
    direction: Direction = Direction.FORWARD,
) -> Desired:
    """A command of so many new and old instances, in a stage of its own for each step."""
    stage = Stage(direction, step, 1, Phase.BAKING if alarms else Phase.PROVISIONING)
    fleets = tuple(map(DesiredFleet, ("config-2", "config-1"), counts, split))
    return Desired(1, stage, fleets, alarms, None, None)


def _text(split: Split | None) -> str:
    return "no split" if split is None else " and ".join(map(str, split))
