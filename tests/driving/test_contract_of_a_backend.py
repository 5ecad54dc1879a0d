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

    def put_into_alarm(self, backend: Backend, alarm: str) -> None:
        assert isinstance(backend, SimulatedBackend)
        backend.add_faults([Fault(FaultKind.ALARM, alarm_name=alarm)])

    def backend_that_cannot_provision(self) -> Backend:
        return self.backend(Fault(FaultKind.PROVISIONING_FAILED, count=2))

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

    def backend_that_cannot_provision(self) -> Backend:
        return self.made_from(fits=False)

    def put_into_alarm(self, backend: Backend, alarm: str) -> None:
        assert isinstance(backend, worlds.Honest)
        backend.ringing.add(alarm)

    def settle(self, backend: Backend, seconds: float) -> None:
        assert isinstance(backend, worlds.Honest)
        backend.pass_time(seconds)


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
        "test_an_earlier_stage_is_refused_and_changes_nothing"
    }


# Each broken backend, and the promises that it breaks.
BROKEN: tuple[tuple[type[worlds.Honest], set[str]], ...] = (
    (
        worlds.AddsUp,
        {
            "a_look_is_of_after_the_latest_command",
            "a_stopped_update_comes_back",
            "an_update_succeeds",
            "counts_are_absolute",
            "three_fleets_are_told_of_each_by_itself",
            "what_is_asked_for_comes_true",
        },
    ),
    (
        worlds.LaunchesAgain,
        {
            "repeating_is_harmless",
            "the_latest_command_wins",
            "the_way_back_is_later_than_the_way_forward",
        },
    ),
    (
        worlds.ActsOnALook,
        {
            "a_condemned_instance_is_not_in_service",
            "a_fleet_that_was_never_asked_for_is_none",
            "a_stopped_update_comes_back",
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
            "a_look_is_of_after_the_latest_command",
            "an_earlier_stage_is_refused_and_changes_nothing",
            "the_latest_command_wins",
            "the_way_back_is_later_than_the_way_forward",
        },
    ),
    (worlds.NoFence, {"an_earlier_stage_is_refused_and_changes_nothing"}),
    (worlds.RefusesTooLate, {"an_earlier_stage_is_refused_and_changes_nothing"}),
    (
        worlds.FenceByStepAlone,
        {"a_stopped_update_comes_back", "the_way_back_is_later_than_the_way_forward"},
    ),
    (
        worlds.CountsTheCondemned,
        {
            "a_condemned_instance_is_not_in_service",
            "a_look_is_of_after_the_latest_command",
        },
    ),
    (worlds.CountsTheLaunching, {"a_launching_instance_is_alive_and_not_yet_in_service"}),
    (worlds.TellsOfMotion, {"a_split_in_motion_is_not_reported"}),
    (
        worlds.LosesTraffic,
        {
            "a_fleet_that_was_never_asked_for_is_none",
            "a_split_in_motion_is_not_reported",
            "a_split_that_is_no_whole_percentage_comes_true",
            "a_stopped_update_comes_back",
            "an_earlier_stage_is_refused_and_changes_nothing",
            "an_update_succeeds",
            "equal_shares_in_another_form_are_the_same_split",
            "repeating_is_harmless",
            "the_latest_command_wins",
            "three_fleets_are_told_of_each_by_itself",
            "what_is_asked_for_comes_true",
            "what_is_told_makes_sense",
        },
    ),
    (
        worlds.ComparesShares,
        {
            "a_split_that_is_no_whole_percentage_comes_true",
            "an_update_succeeds",
            "equal_shares_in_another_form_are_the_same_split",
            "three_fleets_are_told_of_each_by_itself",
        },
    ),
    (worlds.NeverFails, {"a_failure_stands_until_the_next_stage"}),
    (worlds.ForgetsFailures, {"a_failure_stands_until_the_next_stage"}),
    (worlds.KeepsFailures, {"a_failure_stands_until_the_next_stage"}),
    (worlds.MissingIsOk, {"an_alarm_that_cannot_be_read_is_not_ok"}),
    (worlds.AllIsWell, {"an_alarm_that_goes_off_is_read"}),
    (worlds.AnswersFromACache, {"a_look_is_of_after_the_latest_command"}),
    (
        worlds.KnowsWholePercents,
        {
            "a_split_that_is_no_whole_percentage_comes_true",
            "three_fleets_are_told_of_each_by_itself",
        },
    ),
    (worlds.KnowsTwoFleets, {"three_fleets_are_told_of_each_by_itself"}),
    (
        worlds.ReadsNothing,
        {
            "an_alarm_is_read_by_its_name",
            "an_alarm_that_goes_off_is_read",
            "an_update_succeeds",
        },
    ),
    (
        worlds.OldFirst,
        {
            "a_condemned_instance_is_not_in_service",
            "a_fleet_that_was_never_asked_for_is_none",
            "a_launching_instance_is_alive_and_not_yet_in_service",
            "a_look_is_of_after_the_latest_command",
            "a_stopped_update_comes_back",
            "an_earlier_stage_is_refused_and_changes_nothing",
            "an_update_succeeds",
            "counts_are_absolute",
            "repeating_is_harmless",
            "the_latest_command_wins",
            "the_way_back_is_later_than_the_way_forward",
            "three_fleets_are_told_of_each_by_itself",
            "what_is_asked_for_comes_true",
        },
    ),
    (worlds.NeverAnyNews, {"where_no_news_is_to_come_none_comes"}),
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
    with pytest.raises(SkipTest, match="no backend is given"):
        OfReadme().test_a_failure_stands_until_the_next_stage()


def test_what_is_skipped_is_told_and_neither_kept_nor_broken() -> None:
    held = OfReadme()
    assert skipped_promises(held) == {
        "test_a_failure_stands_until_the_next_stage": (
            "no backend is given that cannot provision (backend_that_cannot_provision)"
        ),
        "test_an_alarm_that_goes_off_is_read": (
            "no way is given to put an alarm into ALARM (put_into_alarm)"
        ),
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
    assert told.startswith("AssertionError: Sighting(in_service=4, alive=4), of which 1 was asked")
