"""Ctrl-C ends a check, says what was found so far, and leaves no process behind."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rolling.cli.interruption import interruptible
from rolling.cli.progress import Progress
from tests.cli.command import REQUEST, Command
from tests.cli.test_streams import ENVIRONMENT, ROLLING

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal as Unix has it")


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


def read_until(terminal: int, said: str) -> str:
    text = ""
    while said not in text:
        text += os.read(terminal, 4096).decode()
    return text


def interrupted(running: subprocess.Popen[bytes]) -> tuple[int, Any]:
    """Press Ctrl-C, which reaches every process in the terminal; the exit code and the JSON."""
    os.killpg(running.pid, signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    return running.returncode, json.loads(out)


def test_an_interrupted_sweep_keeps_what_it_found_and_its_processes_are_gone() -> None:
    arguments = ("check", "--sweep", "2..12", "--yes", "-o", "json")
    with in_terminal(*arguments) as (running, terminal):
        shown = read_until(terminal, "policies, ")
        exit_code, document = interrupted(running)
        assert exit_code == 130
        assert document["Interrupted"] is True
        assert document["Verdict"] == "Undecided"
        assert 0 < document["PoliciesChecked"] < document["Policies"]
        assert document["States"] >= 198 * document["PoliciesChecked"]
        rest = os.read(terminal, 65536).decode()
        assert "Traceback" not in shown + rest
        for _ in range(100):
            if not _lives(running.pid):
                break
            time.sleep(0.05)
        assert not _lives(running.pid)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupted_check_keeps_what_it_found(rolling: Command) -> None:
    path = rolling.file(REQUEST)
    arguments = ("check", path, "--instances", "6", "--losses", "3", "--yes", "-o", "json")
    with in_terminal(*arguments) as (running, terminal):
        read_until(terminal, " states")
        exit_code, document = interrupted(running)
    assert exit_code == 130
    assert document["Interrupted"] is True
    (update,) = document["Updates"]
    assert update["Verdict"] == "Undecided"
    assert update["States"] > 0


def test_the_workers_of_a_killed_sweep_do_not_outlive_it() -> None:
    arguments = ("check", "--sweep", "2..12", "--yes", "-o", "json")
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


@pytest.mark.parametrize(
    ("stream", "environment"), [(io.StringIO(), {"TERM": "xterm"}), (Terminal(), {"TERM": "dumb"})]
)
def test_nothing_is_drawn_elsewhere(stream: io.StringIO, environment: dict[str, str]) -> None:
    progress = Progress(stream, environment)
    progress.show(0.5, "12 states")
    progress.clear()
    assert stream.getvalue() == ""


def test_progress_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    stream = Terminal()
    Progress(stream, {}).show(0.5, "x" * 100)
    assert len(stream.getvalue().removeprefix("\r\x1b[K")) == 29
