"""Ctrl-C ends a check, says what was found so far, and leaves no process behind."""

import errno
import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rolling.checking.sweep import HowToCheck, equal_fleets
from rolling.cli import checking
from rolling.cli.check_arguments import Asked
from rolling.cli.interruption import Interruption, interruptible
from rolling.cli.progress import Progress
from tests.cli.command import REQUEST, Command
from tests.cli.test_streams import ENVIRONMENT, ROLLING

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal as Unix has it"),
]

PATIENCE_SECONDS = 120
"""Far more than the slowest machine needs."""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@contextmanager
def in_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command in a session of its own, and where its standard error can be read."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*ROLLING, *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**ENVIRONMENT, "TERM": "xterm"},
        start_new_session=True,
    ) as running:
        os.close(theirs)
        try:
            yield running, ours
        finally:
            os.close(ours)
            if running.poll() is None:
                running.kill()


def read(terminal: int) -> str:
    """What is shown next."""
    ready, _, _ = select.select([terminal], [], [], PATIENCE_SECONDS)
    assert ready, f"nothing was shown for {PATIENCE_SECONDS} s"
    return os.read(terminal, 65536).decode()


def read_until(terminal: int, said: str) -> str:
    text = ""
    while said not in text:
        text += read(terminal)
    return text


def interrupted(running: subprocess.Popen[bytes]) -> tuple[int, Any]:
    """Press Ctrl-C, which reaches every process in the terminal; the exit code and the JSON."""
    os.killpg(running.pid, signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    return running.returncode, json.loads(out)


def test_an_interrupted_sweep_keeps_what_it_found_and_its_processes_are_gone() -> None:
    arguments = ("check", "--sweep", "2..12", "-o", "json")
    with in_terminal(*arguments) as (running, terminal):
        shown = read_until(terminal, "policies, ")
        exit_code, document = interrupted(running)
        assert exit_code == 130
        assert document["Interrupted"] is True
        assert document["Verdict"] == "Undecided"
        assert 0 < document["PoliciesChecked"] < document["Policies"]
        assert document["States"] >= 198 * document["PoliciesChecked"]
        rest = read(terminal)
        assert "Traceback" not in shown + rest
        for _ in range(100):
            if not _lives(running.pid):
                break
            time.sleep(0.05)
        assert not _lives(running.pid)


def stopped(
    *signals: signal.Signals, pause_seconds: float, everybody: bool
) -> tuple[int, Any, str]:
    """Stop a sweep by these, one after the other; its exit code, its report, and its complaints."""
    arguments = ("check", "--sweep", "2..12", "-o", "json")
    with in_terminal(*arguments) as (running, terminal):
        shown = read_until(terminal, "policies, ")
        for each in signals:
            (os.killpg if everybody else os.kill)(running.pid, each)
            time.sleep(pause_seconds)
        out, _ = running.communicate(timeout=60)
        shown += read(terminal)
        assert not _lives(running.pid) or _gone_soon(running.pid)
        return running.returncode, json.loads(out), shown


@pytest.mark.parametrize("everybody", [True, False])
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP])
def test_a_sweep_that_is_told_to_end_says_what_it_found_and_ends_by_that_signal(
    by: signal.Signals, everybody: bool
) -> None:
    exit_code, document, shown = stopped(by, pause_seconds=0, everybody=everybody)
    assert exit_code == -by
    assert document["Interrupted"] is True
    assert document["PoliciesChecked"] > 0
    assert "leaked" not in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("pause_seconds", [0, 0.05])
def test_an_impatient_second_ctrl_c_loses_nothing_that_was_found(pause_seconds: float) -> None:
    signals = (signal.SIGINT, signal.SIGINT, signal.SIGINT)
    exit_code, document, shown = stopped(*signals, pause_seconds=pause_seconds, everybody=True)
    assert exit_code == 130
    assert document["PoliciesChecked"] > 0
    assert "Traceback" not in shown


def test_a_second_ctrl_c_is_noted_where_it_is_awaited() -> None:
    with interruptible(patient=True) as interruption:
        signal.raise_signal(signal.SIGINT)
        assert (interruption.requested, interruption.insisted) == (True, False)
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)
        assert interruption.insisted


def _gone_soon(group: int) -> bool:
    for _ in range(100):
        if not _lives(group):
            return True
        time.sleep(0.05)
    return False


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupted_check_keeps_what_it_found(rolling: Command) -> None:
    path = rolling.file(REQUEST)
    arguments = ("check", path, "--instances", "6", "--losses", "3", "-o", "json")
    with in_terminal(*arguments) as (running, terminal):
        read_until(terminal, " states")
        exit_code, document = interrupted(running)
    assert exit_code == 130
    assert document["Interrupted"] is True
    (update,) = document["Updates"]
    assert update["Verdict"] == "Undecided"
    assert update["States"] > 0


def test_the_workers_of_a_killed_sweep_do_not_outlive_it() -> None:
    arguments = ("check", "--sweep", "2..12", "-o", "json")
    with in_terminal(*arguments) as (running, terminal):
        read_until(terminal, "policies, ")
        running.kill()
        running.wait()
        for _ in range(200):
            if not _lives(running.pid):
                break
            time.sleep(0.05)
        assert not _lives(running.pid)


def test_the_first_ctrl_c_is_noted_and_the_second_one_ends_the_program() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible() as interruption:
        assert not interruption.requested
        signal.raise_signal(signal.SIGINT)
        assert interruption.requested
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_progress_is_drawn_on_a_terminal_over_itself_and_taken_away() -> None:
    stream = Terminal()
    progress = Progress(stream, {"TERM": "xterm"})
    progress.show(0.25, "12 states")
    progress.clear()
    drawn, empty = stream.getvalue().split("\r\x1b[K")[1:]
    assert drawn == f"[{'#' * 6}{'.' * 18}]  25%  12 states"
    assert empty == ""


def test_progress_of_what_nobody_knows_the_end_of_has_no_bar() -> None:
    stream = Terminal()
    Progress(stream, {"TERM": "xterm"}).show(None, "12 states")
    assert stream.getvalue() == "\r\x1b[K12 states"


def test_progress_says_how_long_once_it_knows_and_charges_nobody_for_the_start() -> None:
    stream, now = Terminal(), [0.0]
    progress = Progress(stream, {"TERM": "xterm"}, lambda: now[0])
    shown = []
    for now[0], part in ((60, 0.001), (62, 0.101), (64, 0.201), (70, 0.501)):
        progress.show(part, "states")
        shown.append(stream.getvalue().rpartition("states")[2])
    assert shown == ["", "", ", about 0:00:16 left", ", about 0:00:10 left"]


def test_progress_does_not_tell_the_rest_from_next_to_nothing() -> None:
    stream, now = Terminal(), [0.0]
    progress = Progress(stream, {"TERM": "xterm"}, lambda: now[0])
    for now[0], part in ((0, 0.0), (100, 0.01)):
        progress.show(part, "states")
    assert "left" not in stream.getvalue()


def test_progress_ends_where_its_terminal_does() -> None:
    class Gone(Terminal):
        tries = 0

        def write(self, text: str) -> int:
            self.tries += 1
            raise OSError(errno.EIO, "gone")

    stream, now = Gone(), [0.0]
    progress = Progress(stream, {"TERM": "xterm"}, lambda: now[0])
    for now[0] in (1, 2):
        progress.show(0.5, "states")
    progress.clear()
    assert stream.tries == 1


@pytest.mark.parametrize(
    ("stream", "environment"), [(io.StringIO(), {"TERM": "xterm"}), (Terminal(), {"TERM": "dumb"})]
)
def test_nothing_is_drawn_elsewhere(stream: io.StringIO, environment: dict[str, str]) -> None:
    progress = Progress(stream, environment)
    progress.show(0.5, "12 states")
    progress.clear()
    assert stream.getvalue() == ""


def test_on_a_narrow_terminal_the_bar_makes_room_for_the_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = []
    for columns in ("80", "34", "24"):
        monkeypatch.setenv("COLUMNS", columns)
        stream = Terminal()
        Progress(stream, {}).show(0.5, "9 of 14 policies")
        drawn.append(stream.getvalue().removeprefix("\r\x1b[K"))
    assert drawn == [
        "[############............]  50%  9 of 14 policies",
        "[####....]  50%  9 of 14 policies",
        " 50%  9 of 14 policies",
    ]


def test_what_was_done_when_ctrl_c_came_is_not_interrupted() -> None:
    asked = Asked(None, equal_fleets((1, 2)), HowToCheck())
    interruption = Interruption()

    class Late(Progress):
        def clear(self) -> None:
            interruption.by = signal.SIGINT

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "Progress", Late)
        document, exit_code = checking.check_sweep(asked, interruption)
    assert (exit_code, document["Interrupted"], document["Verdict"]) == (0, False, "Holds")


def test_progress_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    stream = Terminal()
    Progress(stream, {}).show(0.5, "x" * 100)
    assert len(stream.getvalue().removeprefix("\r\x1b[K")) == 29
