"""The backend contract: our simulated backend keeps it, and it finds what breaks it."""

import re
from collections.abc import Callable
from unittest import SkipTest

import pytest

from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend
from rolling.driving import Backend, VirtualClock
from rolling.driving.contract import (
    BackendContract,
    Findings,
    broken_promises,
    findings,
    promised,
    promises,
    skipped_promises,
)
from tests.driving import worlds
from tests.simulated import rolling_update
from tests.source import ROOT


class TestSimulated(BackendContract):
    """The simulated endpoint. Every alarm that is named exists there."""

    alarms = ("p99", "errors")

    def backend(self, *faults: Fault) -> Backend:
        self.clock = VirtualClock()
        fleets = rolling_update(old=4).spec.fleets
        return SimulatedBackend(fleets, faults=faults, clock=self.clock)

    def rebuild(self, backend: Backend) -> Backend:
        assert isinstance(backend, SimulatedBackend)
        return backend.fresh()

    def put_into_alarm(self, backend: Backend, alarm: str) -> None:
        assert isinstance(backend, SimulatedBackend)
        backend.add_faults([Fault(FaultKind.ALARM, alarm_name=alarm)])

    def backend_that_cannot_provision(self) -> Backend:
        return self.backend(Fault(FaultKind.PROVISIONING_FAILED, count=2))

    def backend_that_is_refused(self) -> Backend:
        reason = "not authorized to perform: sagemaker:CreateEndpoint"
        return self.backend(Fault(FaultKind.PROVISIONING_FAILED, count=2, reason=reason))

    def settle(self, backend: Backend, seconds: float) -> None:
        self.clock.wait_until(self.clock.now() + seconds)


@pytest.fixture
def calls_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call takes the time that its backend says, however busy the machine is."""
    monkeypatch.setattr(promised, "perf_counter", worlds.CALLS.now)


@pytest.mark.usefixtures("calls_timed")
class TestHonest(BackendContract):
    """The backend that the broken ones are made from. It has one alarm, and knows that."""

    made_from: type[worlds.Honest] = worlds.Honest
    missing_alarm = "nobody-made-this"
    longest_call_seconds = 0.1

    def backend(self) -> Backend:
        return self.made_from()

    def rebuild(self, backend: Backend) -> Backend:
        assert isinstance(backend, worlds.Honest)
        return self.made_from(backend.world)

    def backend_that_cannot_provision(self) -> Backend:
        return self.made_from(worlds.World(refusal="no room"))

    def backend_that_is_refused(self) -> Backend:
        return self.made_from(worlds.World(refusal="no permission"))

    def put_into_alarm(self, backend: Backend, alarm: str) -> None:
        assert isinstance(backend, worlds.Honest)
        backend.world.ringing.add(alarm)

    def settle(self, backend: Backend, seconds: float) -> None:
        assert isinstance(backend, worlds.Honest)
        backend.world.pass_time(seconds)


class TestRounds(TestHonest):
    """A world that can only round a split."""

    made_from = worlds.Rounds


class TestOneAtATime(TestHonest):
    """A backend that needs two rounds, and says so."""

    made_from = worlds.OneAtATime
    rounds = 2


class OfReadme(BackendContract):
    """The ten-line fake of the README, where every wish comes true at once."""

    alarms = ("p99-latency",)
    missing_alarm = "nobody-made-this"

    def backend(self) -> Backend:
        block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
        assert block is not None
        names: dict[str, Callable[[], Backend]] = {}
        exec(block[1], names)
        return names["Fake"]()

    def settle(self, backend: Backend, seconds: float) -> None:
        pass


def test_the_fake_of_the_readme_keeps_all_but_the_fence() -> None:
    """It is alone with one driver, so no command of an earlier stage ever comes."""
    assert set(broken_promises(OfReadme())) == {
        "test_an_earlier_generation_is_refused_and_changes_nothing",
        "test_an_earlier_phase_or_attempt_of_the_same_step_is_refused",
        "test_an_earlier_stage_is_refused_and_changes_nothing",
    }


def test_a_backend_that_needs_more_rounds_than_it_says_is_found() -> None:
    held = TestHonest()
    held.made_from = worlds.OneAtATime
    assert "test_a_fresh_backend_goes_on" in broken_promises(held)


def test_the_bakes_of_a_driven_update_are_as_long_as_the_contract_says() -> None:
    class Timed(TestHonest):
        passed: float = 0

        def settle(self, backend: Backend, seconds: float) -> None:
            self.passed += seconds
            super().settle(backend, seconds)

    class Shorter(Timed):
        bake_seconds = 7

    usual, shorter = Timed(), Shorter()
    usual.test_an_update_succeeds()
    shorter.test_an_update_succeeds()
    assert usual.passed - shorter.passed == 2 * (60 - 7)


FENCE = {
    "an_earlier_phase_or_attempt_of_the_same_step_is_refused",
    "a_fresh_backend_keeps_the_fence",
    "an_earlier_generation_is_refused_and_changes_nothing",
    "an_earlier_stage_is_refused_and_changes_nothing",
}

# Each broken backend, and the promises that it breaks.
BROKEN: tuple[tuple[type[worlds.Honest], set[str]], ...] = (
    (
        worlds.AddsUp,
        {
            "an_update_that_drains_first_succeeds",
            "a_look_is_of_after_the_latest_command",
            "a_stopped_update_comes_back",
            "an_update_succeeds",
            "an_update_succeeds_with_a_fresh_backend_in_every_tick",
            "counts_are_absolute",
            "three_fleets_are_told_of_each_by_itself",
            "what_is_asked_for_comes_true",
        },
    ),
    (
        worlds.LaunchesAgain,
        {
            "a_fresh_backend_goes_on",
            "a_later_generation_begins_anew",
            "repeating_is_harmless",
            "the_latest_command_wins",
            "the_way_back_is_later_than_the_way_forward",
        },
    ),
    (
        worlds.ActsOnALook,
        {
            "an_earlier_phase_or_attempt_of_the_same_step_is_refused",
            "a_condemned_instance_is_not_in_service",
            "a_fleet_that_was_never_asked_for_is_none",
            "a_fresh_backend_goes_on",
            "a_fresh_backend_keeps_the_fence",
            "a_later_generation_begins_anew",
            "a_stopped_update_comes_back",
            "an_earlier_generation_is_refused_and_changes_nothing",
            "an_earlier_stage_is_refused_and_changes_nothing",
            "counts_are_absolute",
            "looking_is_harmless",
            "repeating_is_harmless",
            "the_latest_command_wins",
            "the_way_back_is_later_than_the_way_forward",
            "three_fleets_are_told_of_each_by_itself",
            "what_is_asked_for_comes_true",
        },
    ),
    (
        worlds.FinishesFirst,
        {
            "a_later_generation_begins_anew",
            "a_look_is_of_after_the_latest_command",
            "the_latest_command_wins",
            "the_way_back_is_later_than_the_way_forward",
        },
    ),
    (worlds.NoFence, FENCE),
    (worlds.RefusesTooLate, FENCE),
    (
        worlds.FenceByStepAlone,
        {
            "an_earlier_phase_or_attempt_of_the_same_step_is_refused",
            "a_stopped_update_comes_back",
            "the_way_back_is_later_than_the_way_forward",
        },
    ),
    (
        worlds.FenceByTheWholeStep,
        {"an_earlier_phase_or_attempt_of_the_same_step_is_refused"},
    ),
    (worlds.GenerationInTheObject, {"a_fresh_backend_keeps_the_fence"}),
    (
        worlds.HeedsNoGeneration,
        {
            "a_fresh_backend_keeps_the_fence",
            "a_later_generation_begins_anew",
            "an_earlier_generation_is_refused_and_changes_nothing",
        },
    ),
    (
        worlds.TrustsOtherGenerations,
        {"a_fresh_backend_keeps_the_fence", "an_earlier_generation_is_refused_and_changes_nothing"},
    ),
    (worlds.KnowsOneGeneration, {"a_later_generation_begins_anew"}),
    (worlds.ForgetsTheFence, {"a_fresh_backend_keeps_the_fence"}),
    (worlds.ForgetsWhatItBegan, {"a_fresh_backend_goes_on"}),
    (worlds.ForgetsWhatFailed, {"a_fresh_backend_knows_what_has_failed"}),
    (worlds.ShiftsAnew, {"an_update_succeeds_with_a_fresh_backend_in_every_tick"}),
    (
        worlds.CountsTheCondemned,
        {
            "a_condemned_instance_is_not_in_service",
            "a_look_is_of_after_the_latest_command",
        },
    ),
    (
        worlds.ScalesInLast,
        {
            "counts_are_absolute",
            "a_condemned_instance_is_not_in_service",
            "a_look_is_of_after_the_latest_command",
            "an_update_that_drains_first_succeeds",
        },
    ),
    (
        worlds.CountsTheLaunching,
        {
            "an_update_that_drains_first_succeeds",
            "a_launching_instance_is_alive_and_not_yet_in_service",
        },
    ),
    (worlds.TellsOfMotion, {"a_split_in_motion_is_not_reported"}),
    (
        worlds.LosesTraffic,
        {
            "an_update_that_drains_first_succeeds",
            "an_earlier_phase_or_attempt_of_the_same_step_is_refused",
            "a_fleet_that_was_never_asked_for_is_none",
            "a_fresh_backend_goes_on",
            "a_fresh_backend_keeps_the_fence",
            "a_split_in_motion_is_not_reported",
            "a_split_that_is_no_whole_percentage_comes_true",
            "a_split_that_is_only_rounded_is_told_as_asked",
            "a_stopped_update_comes_back",
            "an_earlier_generation_is_refused_and_changes_nothing",
            "an_earlier_stage_is_refused_and_changes_nothing",
            "an_update_succeeds",
            "an_update_succeeds_with_a_fresh_backend_in_every_tick",
            "repeating_is_harmless",
            "the_latest_command_wins",
            "three_fleets_are_told_of_each_by_itself",
            "what_is_asked_for_comes_true",
            "what_is_told_makes_sense",
        },
    ),
    (worlds.RoundsAndRemembers, {"a_split_that_is_only_rounded_is_told_as_asked"}),
    (
        worlds.NeverFails,
        {
            "a_failure_stands_until_the_next_stage",
            "a_fresh_backend_knows_what_has_failed",
            "a_permanent_refusal_is_a_failure",
        },
    ),
    (
        worlds.ForgetsFailures,
        {
            "a_failure_stands_until_the_next_stage",
            "a_fresh_backend_knows_what_has_failed",
        },
    ),
    (worlds.KeepsFailures, {"a_failure_stands_until_the_next_stage"}),
    (worlds.RaisesARefusal, {"a_permanent_refusal_is_a_failure"}),
    (worlds.NotesTracebacks, {"a_note_is_a_short_line"}),
    (worlds.MissingIsOk, {"an_alarm_that_cannot_be_read_is_not_ok"}),
    (worlds.AllIsWell, {"an_alarm_that_goes_off_is_read"}),
    (
        worlds.AnswersFromACache,
        {"an_update_that_drains_first_succeeds", "a_look_is_of_after_the_latest_command"},
    ),
    (
        worlds.KnowsWholePercents,
        {
            "an_update_that_drains_first_succeeds",
            "a_split_that_is_no_whole_percentage_comes_true",
            "a_split_that_is_only_rounded_is_told_as_asked",
            "three_fleets_are_told_of_each_by_itself",
        },
    ),
    (worlds.KnowsTwoFleets, {"three_fleets_are_told_of_each_by_itself"}),
    (
        worlds.ReadsNothing,
        {
            "an_update_that_drains_first_succeeds",
            "an_alarm_is_read_by_its_name",
            "an_alarm_that_goes_off_is_read",
            "an_update_succeeds",
            "an_update_succeeds_with_a_fresh_backend_in_every_tick",
        },
    ),
    (
        worlds.OldFirst,
        {
            "an_update_that_drains_first_succeeds",
            "an_earlier_phase_or_attempt_of_the_same_step_is_refused",
            "a_condemned_instance_is_not_in_service",
            "a_fleet_that_was_never_asked_for_is_none",
            "a_fresh_backend_goes_on",
            "a_fresh_backend_keeps_the_fence",
            "a_later_generation_begins_anew",
            "a_launching_instance_is_alive_and_not_yet_in_service",
            "a_look_is_of_after_the_latest_command",
            "a_split_in_motion_is_not_reported",
            "a_split_that_is_no_whole_percentage_comes_true",
            "a_split_that_is_only_rounded_is_told_as_asked",
            "a_stopped_update_comes_back",
            "an_earlier_generation_is_refused_and_changes_nothing",
            "an_earlier_stage_is_refused_and_changes_nothing",
            "an_update_succeeds",
            "an_update_succeeds_with_a_fresh_backend_in_every_tick",
            "counts_are_absolute",
            "repeating_is_harmless",
            "the_latest_command_wins",
            "the_way_back_is_later_than_the_way_forward",
            "three_fleets_are_told_of_each_by_itself",
            "what_is_asked_for_comes_true",
        },
    ),
    (
        worlds.NeverAnyNews,
        {"an_update_that_drains_first_succeeds", "where_no_news_is_to_come_none_comes"},
    ),
    (worlds.Waits, {"calls_are_short"}),
)


@pytest.mark.usefixtures("calls_timed")
@pytest.mark.parametrize(("broken", "breaks"), BROKEN, ids=[kind.__name__ for kind, _ in BROKEN])
def test_a_backend_that_breaks_a_promise_is_found(
    broken: type[worlds.Honest], breaks: set[str]
) -> None:
    held = TestHonest()
    held.made_from = broken
    assert {name.removeprefix("test_") for name in broken_promises(held)} == breaks


def test_every_promise_is_broken_by_some_backend() -> None:
    """Or it would promise nothing."""
    of_all = {name.removeprefix("test_") for name in promises(TestHonest())}
    assert set[str]().union(*(breaks for _, breaks in BROKEN)) == of_all


def test_a_promise_for_which_nothing_is_given_is_skipped_and_not_kept() -> None:
    with pytest.raises(SkipTest, match="define backend_that_cannot_provision"):
        OfReadme().test_a_failure_stands_until_the_next_stage()


def test_what_is_skipped_is_told_and_neither_kept_nor_broken() -> None:
    held = OfReadme()
    fresh = "define rebuild: make a new backend over the same world"
    unable = "define backend_that_cannot_provision: no room for config-2"
    assert skipped_promises(held) == {
        "test_a_failure_stands_until_the_next_stage": unable,
        "test_a_fresh_backend_goes_on": fresh,
        "test_a_fresh_backend_keeps_the_fence": fresh,
        "test_a_fresh_backend_knows_what_has_failed": unable,
        "test_a_permanent_refusal_is_a_failure": (
            "define backend_that_is_refused: config-2 may never be launched"
        ),
        "test_an_alarm_that_goes_off_is_read": "define put_into_alarm: put an alarm into ALARM",
        "test_an_update_succeeds_with_a_fresh_backend_in_every_tick": fresh,
    }
    found = findings(held)
    assert sorted([*found.kept, *found.broken, *found.skipped]) == sorted(promises(held))


@pytest.mark.usefixtures("calls_timed")
def test_with_everything_given_nothing_is_skipped() -> None:
    assert findings(TestHonest()) == Findings(tuple(promises(TestHonest())), {}, {})


def test_what_is_broken_is_told_with_what_was_seen() -> None:
    held = TestHonest()
    held.made_from = worlds.CountsTheCondemned
    told = broken_promises(held)["test_a_condemned_instance_is_not_in_service"]
    assert told.startswith("AssertionError: ObservedFleet(in_service=4, alive=4, share=")
