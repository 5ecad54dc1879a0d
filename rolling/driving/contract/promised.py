"""The promises of a backend, one per method; a subclass provides what they need."""

import math
from abc import ABC, abstractmethod
from time import perf_counter
from typing import ClassVar
from unittest import SkipTest

from attrs import evolve

from rolling.core.capacity import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    Share,
    are_whole,
    instances,
    rest_of,
)
from rolling.core.desired import Desired, DesiredFleet
from rolling.core.events import Reading, StopRequested
from rolling.core.fleet import serving, wanted
from rolling.core.outcome import Operation, Outcome, RolledBack, Succeeded
from rolling.core.policy import RollingUpdatePolicy, SurgeRollingPolicy, UpdatePolicy
from rolling.core.stage import Direction, Phase, Stage
from rolling.core.transition import start
from rolling.driving.backend import Backend, Failure, Observation, ObservedFleet, Superseded
from rolling.driving.clock import POLL_INTERVAL_SECONDS
from rolling.driving.record import accept
from rolling.driving.tick import tick

Split = tuple[Share, ...]

ALL_OLD: Split = (NO_TRAFFIC, ALL_TRAFFIC)
HALF: Split = (Share(1, 2), Share(1, 2))
ALL_NEW: Split = (ALL_TRAFFIC, NO_TRAFFIC)

_THREE_FLEETS = ("config-3", "config-2", "config-1")


class BackendContract(ABC):
    """The promises of `Backend`, one per method. Each creates its own backend.

    Override the class attributes as needed:

    - `settle_seconds`: within this time, every command has taken full effect.
    - `moment_seconds`: within this time, it has not.
    - `rounds`: the number of `make_true` calls, each followed by `settle_seconds`, until
      a command has taken full effect; more than one if the backend starts one operation
      only after another has finished.
    - `bake_seconds`: the baking period of the driven updates, 0 to 3600. For a backend in
      real time, choose this and the times above so that you can wait for them.
    - `longest_call_seconds`: the longest time that counts as a short call.
    - `alarms`: names of alarms that the backend can read, and that are quiet.
    - `missing_alarm`: a name that it cannot read; None if it can read every name.
    """

    settle_seconds: ClassVar[float] = 3600
    moment_seconds: ClassVar[float] = 1
    rounds: ClassVar[int] = 1
    bake_seconds: ClassVar[int] = 60
    longest_call_seconds: ClassVar[float] = 10
    alarms: ClassVar[tuple[str, ...]] = ("p99",)
    missing_alarm: ClassVar[str | None] = None

    # --- what a subclass defines ---

    @abstractmethod
    def backend(self) -> Backend:
        """A backend with 4 instances of "config-1" in service, which get all the traffic."""

    @abstractmethod
    def settle(self, backend: Backend, seconds: float) -> None:
        """Let `seconds` pass for `backend`, the last one made."""

    # The promises that need one of the following are skipped without it.

    def rebuild(self, backend: Backend) -> Backend:
        """A new backend over the same world, as a restarted process would make it."""
        raise SkipTest("define rebuild: make a new backend over the same world")

    def backend_that_cannot_provision(self) -> Backend:
        """Like `backend`, in a world without room for any instance of "config-2"."""
        raise SkipTest("define backend_that_cannot_provision: no room for config-2")

    def backend_that_is_refused(self) -> Backend:
        """Like `backend`, in a world that permanently refuses to launch "config-2".

        For example because of a missing permission or configuration.
        """
        raise SkipTest("define backend_that_is_refused: config-2 may never be launched")

    def put_into_alarm(self, backend: Backend, alarm: str) -> None:
        """Put one of `alarms` into ALARM, for `backend`, the last one made.

        The backend must read it within `settle_seconds`.
        """
        raise SkipTest("define put_into_alarm: put an alarm into ALARM")

    # --- calls ---

    def test_calls_are_short(self) -> None:
        """No call waits for an instance: it starts the operation and returns."""
        backend = self.backend()
        began = perf_counter()
        backend.make_true(_desired(1, (2, 4)))
        backend.observe(_desired(1, (2, 4)))
        took = perf_counter() - began
        assert took <= self.longest_call_seconds, f"two calls took {took:.2f} seconds"

    def test_what_is_asked_for_comes_true(self) -> None:
        """Fleets come in the order of the desired state; the split is reported once settled."""
        backend = self.backend()
        seen = self._after(backend, _desired(1, (2, 4)))
        assert _counts(seen) == ((2, 2), (4, 4)), seen
        seen = self._after(backend, _desired(2, (2, 4), HALF))
        assert seen.split == HALF, seen
        seen = self._after(backend, _desired(3, (2, 2), HALF))
        assert _counts(seen) == ((2, 2), (2, 2)), seen

    def test_a_fleet_that_was_never_asked_for_is_none(self) -> None:
        """A configuration unknown to the backend has no instances and no traffic."""
        seen = self._after(self.backend(), _desired(1, (0, 4)))
        assert _counts(seen) == ((0, 0), (4, 4)), seen
        assert seen.split == ALL_OLD, seen

    def test_a_split_that_is_no_whole_percentage_comes_true(self) -> None:
        """A deployment waits for exactly the split it requested: 33% is not 1/3."""
        backend = self.backend()
        for step, new in enumerate((Share(1, 3), Share(5, 7)), start=1):
            split = (new, rest_of(new))
            seen = self._after(backend, _desired(step, (3, 4), split)).split
            assert seen == split, f"requested {_text(split)}, reported {_text(seen)}"

    def test_a_split_that_is_only_rounded_is_told_as_asked(self) -> None:
        """In weights of 0 to 256, 1/3 and 333/1000 are equal; each is reported as requested."""
        backend = self.backend()
        for step, new in enumerate((Share(1, 3), Share(333, 1000), Share(1, 3)), start=1):
            split = (new, rest_of(new))
            seen = self._after(backend, _desired(step, (3, 4), split)).split
            assert seen == split, f"requested {_text(split)}, reported {_text(seen)}"

    def test_three_fleets_are_told_of_each_by_itself(self) -> None:
        """A repair has as many old fleets as the failed rollback left."""
        backend, last = self.backend(), (NO_TRAFFIC, NO_TRAFFIC, ALL_TRAFFIC)
        mixed = (Share(1, 7), Share(2, 7), Share(4, 7))
        states = (((1, 2, 4), last), ((1, 2, 4), mixed), ((3, 2, 1), mixed), ((0, 0, 4), last))
        for step, (counts, split) in enumerate(states, start=1):
            stage = Stage(Direction.FORWARD, step, 1, Phase.PROVISIONING)
            fleets = tuple(map(DesiredFleet, _THREE_FLEETS, counts, split))
            said = Desired(1, stage, fleets, (), None, None)
            seen = self._after(backend, said)
            assert _counts(seen) == tuple([(count, count) for count in counts]), seen
            assert seen.split == split, seen

    # --- the latest command wins ---

    def test_counts_are_absolute(self) -> None:
        """2 and then 3 is 3, not 5; 4 and then 1 is 1."""
        backend = self.backend()
        self._after(backend, _desired(1, (2, 4)))
        seen = self._after(backend, _desired(2, (3, 1)))
        assert _counts(seen) == ((3, 3), (1, 1)), seen

    def test_repeating_is_harmless(self) -> None:
        """A driver repeats the command in every tick, even while it is carried out."""
        backend, said = self.backend(), _desired(1, (2, 3), HALF)
        for _ in range(5):
            backend.make_true(said)
            self.settle(backend, self.moment_seconds)
        seen = self._after(backend, said)
        assert _counts(seen) == ((2, 2), (3, 3)), seen
        assert seen.split == HALF, seen

    def test_looking_is_harmless(self) -> None:
        """Observing changes nothing."""
        backend, said = self.backend(), _desired(1, (2, 3))
        self._after(backend, said)
        first, second = backend.observe(said), backend.observe(said)
        assert first.fleets == second.fleets

    def test_the_latest_command_wins(self) -> None:
        """A command does not wait for earlier ones, and cancels the rest of their effects."""
        backend = self.backend()
        backend.make_true(_desired(1, (4, 1), HALF))
        self.settle(backend, self.moment_seconds)
        seen = self._after(backend, _desired(2, (1, 4), ALL_OLD))
        assert _counts(seen) == ((1, 1), (4, 4)), seen
        assert seen.split == ALL_OLD, seen

    def test_a_look_is_of_after_the_latest_command(self) -> None:
        """Observations are not cached: what was seen before a command is not valid after it."""
        backend, said = self.backend(), _desired(1, (4, 4))
        self._after(backend, said)
        for step, counts in enumerate(((4, 3), (2, 3), (2, 1), (0, 1)), start=2):
            backend.observe(said)
            said = _desired(step, counts)
            backend.make_true(said)
            for seen, asked in zip(backend.observe(said).fleets, counts, strict=True):
                assert seen.in_service <= asked, f"{seen}, but {asked} were requested"
            self.settle(backend, self.moment_seconds)

    # --- one fence ---

    def test_an_earlier_stage_is_refused_and_changes_nothing(self) -> None:
        """Otherwise a driver with an old record would reach a false end."""
        backend, said = self.backend(), _desired(2, (2, 4))
        self._after(backend, said)
        self._is_refused(backend, _desired(1, (0, 0), ALL_NEW), said)

    def test_an_earlier_phase_or_attempt_of_the_same_step_is_refused(self) -> None:
        """A step has several commands. An earlier one must not undo a later one."""
        backend, said = self.backend(), _desired(1, (2, 4), HALF)
        shifting = evolve(said, stage=said.stage._replace(attempt=2, phase=Phase.SHIFTING))
        self._after(backend, shifting)
        begun = _desired(1, (2, 4), ALL_OLD)
        for stage in (begun.stage, begun.stage._replace(attempt=2)):
            self._is_refused(backend, evolve(begun, stage=stage), shifting)

    def test_an_earlier_generation_is_refused_and_changes_nothing(self) -> None:
        """The frozen driver of the previous update has an old record, but a later stage."""
        backend, said = self.backend(), _desired(1, (2, 4), generation=2)
        self._after(backend, said)
        earlier = _desired(3, (0, 0), ALL_NEW, direction=Direction.BACK)
        self._is_refused(backend, earlier, said)

    def test_a_later_generation_begins_anew(self) -> None:
        """The next update of an endpoint starts at an earlier stage than the last one ended."""
        backend = self.backend()
        backend.make_true(_desired(2, (1, 4), direction=Direction.BACK))
        seen = self._after(backend, _desired(1, (3, 4), generation=2))
        assert _counts(seen) == ((3, 3), (4, 4)), seen

    def test_the_way_back_is_later_than_the_way_forward(self) -> None:
        """Stages are ordered by direction first: step 1 back comes after step 3 forward."""
        backend = self.backend()
        backend.make_true(_desired(3, (3, 2), HALF))
        seen = self._after(backend, _desired(1, (0, 4), ALL_OLD, direction=Direction.BACK))
        assert _counts(seen) == ((0, 0), (4, 4)), seen

    # --- a fresh backend goes on ---

    def test_a_fresh_backend_goes_on(self) -> None:
        """The driver may die at any moment; operations in progress are not started again."""
        backend, said = self.backend(), _desired(1, (2, 3), HALF)
        backend.make_true(said)
        self.settle(backend, self.moment_seconds)
        seen = self._after(self.rebuild(backend), said)
        assert _counts(seen) == ((2, 2), (3, 3)), seen
        assert seen.split == HALF, seen

    def test_a_fresh_backend_keeps_the_fence(self) -> None:
        """The restarted driver may be the one with the old record."""
        backend, said = self.backend(), _desired(2, (2, 4), generation=2)
        self._after(backend, said)
        for generation, step in ((2, 1), (1, 3)):
            earlier = _desired(step, (0, 0), ALL_NEW, generation=generation)
            self._is_refused(self.rebuild(backend), earlier, said)

    def test_a_fresh_backend_knows_what_has_failed(self) -> None:
        """Otherwise the deployment would wait until its deadline."""
        backend, said = self.backend_that_cannot_provision(), _desired(1, (2, 4))
        self._after(backend, said)
        failures = self._after(self.rebuild(backend), said).failures
        assert _operations(failures) == {(Operation.PROVISION, 0)}, failures

    def test_an_update_succeeds_with_a_fresh_backend_in_every_tick(self) -> None:
        """As if each tick were made by another process."""
        outcome, counts = self._drive(stop_in_step=None, fresh=True)
        assert outcome == Succeeded(0, None), outcome
        assert counts == (4, 0)

    # --- what is seen ---

    def test_a_condemned_instance_is_not_in_service(self) -> None:
        """It leaves service with the command that lowers the count; it is alive until gone."""
        backend, said = self.backend(), _desired(1, (0, 1))
        backend.make_true(said)
        for _ in range(5):
            old = backend.observe(said).fleets[1]
            assert old.in_service <= 1 <= old.alive, f"{old}, but 1 was requested"
            self.settle(backend, self.moment_seconds)
        old = self._after(backend, said).fleets[1]
        assert (old.in_service, old.alive) == (1, 1), f"{old}, but 1 was requested long ago"

    def test_a_launching_instance_is_alive_and_not_yet_in_service(self) -> None:
        """It counts against the ceiling, so it is reported; never more than requested."""
        backend, said = self.backend(), _desired(1, (2, 4))
        backend.make_true(said)
        for _ in range(5):
            new = backend.observe(said).fleets[0]
            assert new.in_service <= 2 and new.alive <= 2, f"{new}, but 2 were requested"
            self.settle(backend, self.moment_seconds)

    def test_a_split_in_motion_is_not_reported(self) -> None:
        """A split is reported only while all traffic follows one command."""
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
        """Every fleet is there; either all have a share and they sum to 1, or none has one."""
        backend, said = self.backend(), _desired(1, (2, 3), HALF)
        backend.make_true(said)
        for seconds in (self.moment_seconds, self.moment_seconds, self.settle_seconds):
            self.settle(backend, seconds)
            seen = backend.observe(said)
            assert len(seen.fleets) == 2, seen
            shares = [fleet.share for fleet in seen.fleets if fleet.share is not None]
            assert shares == [] or (len(shares) == 2 and are_whole(shares)), seen
            assert all(isinstance(failure, Failure) for failure in seen.failures), seen

    def test_a_note_is_a_short_line(self) -> None:
        """It is for people, in a log or a live view: not empty, at most 200 characters."""
        backend, said = self.backend(), _desired(1, (2, 3), HALF)
        backend.make_true(said)
        for seconds in (self.moment_seconds, self.settle_seconds):
            for note in backend.observe(said).notes:
                assert note.strip() and note.isprintable() and len(note) <= 200, repr(note)
            self.settle(backend, seconds)

    def test_where_no_news_is_to_come_none_comes(self) -> None:
        """`news_at` is a time, `inf` for never, or None; after `inf`, nothing changes."""
        backend, said = self.backend(), _desired(1, (2, 2))
        backend.make_true(said)
        for _ in range(5):
            seen = backend.observe(said)
            assert seen.news_at is None or not math.isnan(seen.news_at), seen
            if seen.news_at == math.inf:
                self.settle(backend, self.settle_seconds)
                later = backend.observe(said)
                assert later.fleets == seen.fleets, later
            self.settle(backend, self.moment_seconds)

    # --- alarms and failures ---

    def test_an_alarm_is_read_by_its_name(self) -> None:
        """Every existing alarm that the desired state names."""
        backend, said = self.backend(), _desired(1, (2, 4), alarms=self.alarms)
        seen = self._after(backend, said).alarms
        for name in self.alarms:
            assert isinstance(seen.get(name), Reading), f"{name} reads {seen.get(name)!r}"

    def test_an_alarm_that_cannot_be_read_is_not_ok(self) -> None:
        """Missing evidence is not good evidence: it is left out, or UNREADABLE."""
        if self.missing_alarm is None:
            raise SkipTest("define missing_alarm: a name that cannot be read")
        said = _desired(1, (2, 4), alarms=(*self.alarms, self.missing_alarm))
        seen = self._after(self.backend(), said).alarms
        reading = seen.get(self.missing_alarm, Reading.UNREADABLE)
        assert reading is Reading.UNREADABLE, f"{self.missing_alarm} reads {reading!r}"

    def test_an_alarm_that_goes_off_is_read(self) -> None:
        """Otherwise every bake would pass, whatever happens."""
        for name in self.alarms:
            backend, said = self.backend(), _desired(1, (2, 4), alarms=self.alarms)
            before = self._after(backend, said).alarms.get(name)
            assert before is not Reading.ALARM, f"{name} reads {before!r}, but must be quiet"
            self.put_into_alarm(backend, name)
            reading = self._after(backend, said).alarms.get(name)
            assert reading is Reading.ALARM, f"{name} is in ALARM but reads {reading!r}"

    def test_a_failure_stands_until_the_next_stage(self) -> None:
        """So that a restarted driver sees it; a new stage starts without failures."""
        backend, said = self.backend_that_cannot_provision(), _desired(1, (2, 4))
        for _ in range(3):
            failures = self._after(backend, said).failures
            assert _operations(failures) == {(Operation.PROVISION, 0)}, failures
        nothing_more = _desired(1, (0, 4), direction=Direction.BACK)
        failures = self._after(backend, nothing_more).failures
        assert failures == (), failures

    def test_a_permanent_refusal_is_a_failure(self) -> None:
        """An exception would mean "unknown", and the driver would retry until the deadline."""
        backend, said = self.backend_that_is_refused(), _desired(1, (2, 4))
        failures = self._after(backend, said).failures
        assert _operations(failures) == {(Operation.PROVISION, 0)}, failures

    # --- all of it ---

    def test_an_update_succeeds(self) -> None:
        """Four instances are replaced in two batches, driven by `tick`."""
        outcome, counts = self._drive(stop_in_step=None)
        assert outcome == Succeeded(0, None), outcome
        assert counts == (4, 0)

    def test_an_update_that_drains_first_succeeds(self) -> None:
        """Without a spare instance, the old fleet makes room before anything is launched."""
        policy = SurgeRollingPolicy(instances(0), instances(1), self.bake_seconds)
        outcome, counts = self._drive(stop_in_step=None, policy=policy, most_alive=4)
        assert outcome == Succeeded(0, None), outcome
        assert counts == (4, 0)

    def test_a_stopped_update_comes_back(self) -> None:
        """Stopped in the second batch, everything returns to how it was."""
        outcome, counts = self._drive(stop_in_step=2)
        assert isinstance(outcome, RolledBack) and outcome.leftover == 0, outcome
        assert counts == (0, 4)

    def _drive(
        self,
        stop_in_step: int | None,
        *,
        fresh: bool = False,
        policy: UpdatePolicy | None = None,
        most_alive: int = 8,
    ) -> tuple[Outcome | None, tuple[int, ...]]:
        backend, now = self.backend(), 0.0
        policy = policy or RollingUpdatePolicy(instances(2), self.bake_seconds, instances(1))
        deployment = start(serving("config-1", 4), wanted("config-2", 4), policy, self.alarms)
        record = accept(deployment, now)
        poll = min(POLL_INTERVAL_SECONDS, self.settle_seconds)
        for _ in range(500):
            asked_to_stop = record.deployment.stage.step == stop_in_step
            stop = StopRequested("the contract") if asked_to_stop else None
            made = tick(record, backend, now, poll, stop)
            if made.error is not None:
                raise made.error
            alive = 0 if made.seen is None else sum(each.alive for each in made.seen.fleets)
            assert alive <= most_alive, (
                f"{alive} alive, but at most {most_alive} may be: {made.seen}"
            )
            record = made.record
            if made.wake_at is None:
                break
            seconds = max(self.moment_seconds, min(made.wake_at - now, self.settle_seconds))
            self.settle(backend, seconds)
            now += seconds
            if fresh:
                backend = self.rebuild(backend)
        seen = self._after(backend, record.desired)
        return record.deployment.outcome, tuple([fleet.in_service for fleet in seen.fleets])

    def _after(self, backend: Backend, said: Desired) -> Observation:
        """The observation after the command has had time to take full effect."""
        for _ in range(self.rounds):
            backend.make_true(said)
            self.settle(backend, self.settle_seconds)
        return backend.observe(said)

    def _is_refused(self, backend: Backend, earlier: Desired, latest: Desired) -> None:
        """Check that `earlier` is refused after `latest`, and changes nothing."""
        try:
            backend.make_true(earlier)
        except Superseded:
            pass
        else:
            raise AssertionError(
                f"generation {earlier.generation}, {earlier.stage}, was not refused after "
                f"generation {latest.generation}, {latest.stage}"
            )
        # `latest` is not repeated here: that would repair the damage.
        self.settle(backend, self.settle_seconds)
        seen = backend.observe(latest)
        asked = [ObservedFleet(each.count, each.count, each.share) for each in latest.fleets]
        assert list(seen.fleets) == asked, seen


def _desired(
    step: int,
    counts: tuple[int, int],
    split: Split = ALL_OLD,
    *,
    alarms: tuple[str, ...] = (),
    direction: Direction = Direction.FORWARD,
    generation: int = 1,
) -> Desired:
    """A command for (new, old) counts, in a separate stage for each step."""
    stage = Stage(direction, step, 1, Phase.BAKING if alarms else Phase.PROVISIONING)
    fleets = tuple(map(DesiredFleet, ("config-2", "config-1"), counts, split))
    return Desired(generation, stage, fleets, alarms, None, None)


def _counts(seen: Observation) -> tuple[tuple[int, int], ...]:
    """For each fleet, the counts in service and alive."""
    return tuple([(fleet.in_service, fleet.alive) for fleet in seen.fleets])


def _operations(failures: tuple[Failure, ...]) -> set[tuple[Operation, int]]:
    return {(failure.operation, failure.fleet) for failure in failures}


def _text(split: Split | None) -> str:
    return "no split" if split is None else " and ".join(map(str, split))
