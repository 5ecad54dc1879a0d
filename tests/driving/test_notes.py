"""A note goes from the backend to people; it decides nothing."""

from rolling.driving import accept, new_notes, tick
from tests.driving.scripted import Saying, Scripted
from tests.noting import NOTE
from tests.simulated import rolling_update

UPDATE = rolling_update()


def test_a_tick_has_the_notes_of_its_look() -> None:
    assert tick(accept(UPDATE, 0), Saying((NOTE,)), 0).notes == (NOTE,)
    assert tick(accept(UPDATE, 0), Scripted(), 0).notes == ()


def test_a_tick_that_saw_nothing_has_none() -> None:
    made = tick(accept(UPDATE, 0), Saying(None), 28_800)
    assert made.error is not None and made.notes == ()


def test_notes_change_nothing() -> None:
    record = accept(UPDATE, 0)
    silent, saying = (tick(record, Saying(notes), 0) for notes in ((), (NOTE,)))
    assert (saying.record, saying.wake_at) == (silent.record, silent.wake_at)


def test_what_is_new_is_what_the_look_before_did_not_have() -> None:
    assert new_notes((), ("a", "b", "a")) == ("a", "b")
    assert new_notes(("a",), ("a", "b")) == ("b",)
    assert new_notes(("a", "b"), ("b",)) == ()
