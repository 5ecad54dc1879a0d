"""A note goes from the backend to the log, once for as long as it stands; it decides nothing."""

import logging

import pytest
from attrs import evolve

from rolling import Desired
from rolling.driving import Observation, VirtualClock, accept, log_to, new_notes, tick
from tests.driving.scripted import Scripted, all_true
from tests.driving.watched import Plain
from tests.noting import NOTE
from tests.simulated import rolling_update

UPDATE = rolling_update()


class Saying(Scripted):
    """Nothing comes true, and each look has the notes that are next, the last for ever."""

    def __init__(self, *notes: tuple[str, ...] | None) -> None:
        super().__init__()
        self.notes = list(notes)

    def observe(self, desired: Desired) -> Observation:
        notes = self.notes.pop(0) if len(self.notes) > 1 else self.notes[0]
        if notes is None:
            raise ConnectionError("gone")
        fleets = all_true(desired).fleets
        return Observation((evolve(fleets[0], in_service=0), *fleets[1:]), notes=notes)


def noted(caplog: pytest.LogCaptureFixture, *notes: tuple[str, ...] | None) -> list[str]:
    """What is logged at INFO of so many looks."""
    watched = Plain(hooks=(log_to(),))
    watched.add("search", UPDATE, Saying(*notes))
    with caplog.at_level(logging.INFO, "rolling"):
        for _ in zip(notes, watched.watch.run(), strict=False):
            pass
    return [each.getMessage() for each in caplog.records if each.levelno == logging.INFO]


def test_a_tick_has_the_notes_of_its_look() -> None:
    assert tick(accept(UPDATE, 0), Saying((NOTE,)), 0).notes == (NOTE,)
    assert tick(accept(UPDATE, 0), Scripted(), 0).notes == ()


def test_a_tick_that_saw_nothing_has_none() -> None:
    made = tick(accept(UPDATE, 0), Saying(None), 28_800)
    assert made.trouble is not None and made.notes == ()


def test_notes_change_nothing() -> None:
    record = accept(UPDATE, 0)
    silent, saying = (tick(record, Saying(notes), 0) for notes in ((), (NOTE,)))
    assert (saying.record, saying.wake_at) == (silent.record, silent.wake_at)


def test_what_is_new_is_what_the_look_before_did_not_have() -> None:
    assert new_notes((), ("a", "b", "a")) == ("a", "b")
    assert new_notes(("a",), ("a", "b")) == ("b",)
    assert new_notes(("a", "b"), ("b",)) == ()


def test_a_note_is_logged_once_for_as_long_as_it_stands(caplog: pytest.LogCaptureFixture) -> None:
    told = noted(caplog, (NOTE,), (NOTE,), (NOTE, "More."), (), (NOTE,))
    said = f"search: forward 1.1 provisioning, {NOTE}"
    assert told == [said, "search: forward 1.1 provisioning, More.", said]
    assert {vars(record)["rolling_event"] for record in caplog.records} == {"Note"}


def test_a_look_that_failed_does_not_begin_a_note_anew(caplog: pytest.LogCaptureFixture) -> None:
    assert len(noted(caplog, (NOTE,), None, (NOTE,))) == 1


def test_each_deployment_has_notes_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    watched = Plain(hooks=(log_to(),), clock=VirtualClock())
    for key in ("search", "ads"):
        watched.add(key, UPDATE, Saying((NOTE,)))
    with caplog.at_level(logging.INFO, "rolling"):
        for _ in zip(range(6), watched.watch.run(), strict=False):
            pass
    assert [each.getMessage().split(":")[0] for each in caplog.records] == ["search", "ads"]
