"""A pane keeps its pictures at the bottom of a terminal, and what is printed above them whole."""

import io
import sys

import pytest

from rolling.view.pane import LINES_ABOVE, Pane
from rolling.view.picture import Picture, picture_lines
from rolling.view.terminal import Terminal
from tests.emulator import standing
from tests.view.pictures import picture_at, played

SIZE = Terminal(width=80)
BAKING = picture_at(played("seed-success"), 300)
LATER = picture_at(played("seed-success"), 310)
ENDED = picture_at(played("seed-success"), 3_000)


class TerminalStream(io.StringIO):
    """A stream that a terminal reads."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def of_80_by_24(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")


@pytest.fixture
def stream() -> TerminalStream:
    return TerminalStream()


def on(stream: TerminalStream) -> list[str]:
    """What stands on the terminal; the cursor is on the empty line below it."""
    *lines, last = standing(stream.getvalue(), 80)
    assert last == ""
    return lines


def drawn(picture: Picture) -> list[str]:
    """The picture's lines on a terminal of 24 lines."""
    return [line.plain.rstrip() for line in picture_lines(picture, SIZE, 24 - LINES_ABOVE)]


def test_pictures_are_drawn_over_those_before_them(stream: TerminalStream) -> None:
    stream.write("Before.\n")
    with Pane(SIZE, stream) as pane:
        for picture in (BAKING, LATER, ENDED, BAKING):
            pane.show(picture)
            assert on(stream) == ["Before.", *drawn(picture)]


def test_what_is_printed_stands_above_them(stream: TerminalStream) -> None:
    with Pane(SIZE, stream) as pane:
        pane.write("First.\n")
        pane.show(BAKING)
        pane.write("Second.\nThird, " + 100 * "x" + ".\n")
        folded = ["Third, " + 73 * "x", 27 * "x" + "."]
        assert on(stream) == ["First.", "Second.", *folded, *drawn(BAKING)]
        pane.show(ENDED)
        assert on(stream) == ["First.", "Second.", *folded, *drawn(ENDED)]


def test_without_any_none_stands(stream: TerminalStream) -> None:
    with Pane(SIZE, stream) as pane:
        pane.write("First.\n")
        pane.show(BAKING)
        pane.show()
        pane.write("Second.\n")
    assert on(stream) == ["First.", "Second."]


def test_several_share_the_terminal_and_leave_room_for_lines(stream: TerminalStream) -> None:
    with Pane(SIZE, stream) as pane:
        pane.show(BAKING, ENDED, LATER)
    lines = on(stream)
    assert len(lines) <= 24 - LINES_ABOVE
    assert sum(each.startswith("my-endpoint  ") for each in lines) == 3


def test_the_same_picture_is_not_written_again(stream: TerminalStream) -> None:
    with Pane(SIZE, stream) as pane:
        pane.show(BAKING)
        written = stream.getvalue()
        pane.show(BAKING)
        assert stream.getvalue() == written


def test_pictures_that_are_left_stand_for_good(stream: TerminalStream) -> None:
    with Pane(SIZE, stream) as pane:
        pane.show(BAKING)
        pane.leave()
        stream.write("$ fg\n")
        pane.show(BAKING)
        pane.show(ENDED)
    assert on(stream) == [*drawn(BAKING), "$ fg", *drawn(ENDED)]


def test_standard_error_of_the_terminal_goes_above_a_line_at_a_time(
    stream: TerminalStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with Pane(SIZE, stream) as pane:
        pane.show(BAKING)
        print("A warning", "in", "parts", end="", file=sys.stderr)
        assert on(stream) == drawn(BAKING)
        print(".\nAnd", file=sys.stderr)
        assert on(stream) == ["A warning in parts.", "And", *drawn(BAKING)]
    assert sys.stderr is stream


def test_an_unfinished_line_of_standard_error_is_written_at_the_end(
    stream: TerminalStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with Pane(SIZE, stream) as pane:
        pane.show(BAKING)
        print("Killed", end="", file=sys.stderr)
    assert on(stream) == ["Killed", *drawn(BAKING)]


def test_standard_error_of_a_file_is_left_alone(
    stream: TerminalStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    with Pane(SIZE, stream) as pane:
        pane.show(BAKING)
        print("A warning.", file=sys.stderr)
    assert (file.getvalue(), on(stream)) == ("A warning.\n", drawn(BAKING))
