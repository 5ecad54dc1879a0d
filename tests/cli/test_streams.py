"""The process behaves: closed pipes, full disks and Ctrl-C end it quietly, with their own codes."""

import importlib.abc
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rolling.cli import entry
from tests.cli.command import scenario
from tests.source import ROOT

pytestmark = pytest.mark.slow

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
ROLLING = (sys.executable, "-m", "rolling")


def test_a_reader_that_leaves_early_gets_no_complaint() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [*ROLLING, "simulate", scenario("seed-success")],
            stdout=closed,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_said_in_a_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*ROLLING, "plan", scenario("seed-success")],
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            timeout=60,
            check=False,
        )
    assert done.returncode == 5
    assert done.stderr.decode() == "rolling: cannot write: No space left on device\n"


@pytest.mark.parametrize("arguments", [("simulate", scenario("seed-success")), ("--help",)])
def test_a_closed_standard_output_is_said_in_a_line(arguments: tuple[str, ...]) -> None:
    done = in_shell(">&-", *arguments)
    assert done.returncode == 5
    *_, last = done.stderr.splitlines()
    assert last == "rolling: cannot write: standard output is closed"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", ">&- 2>&-"])
def test_bad_input_is_bad_input_where_the_complaint_cannot_be_written(redirection: str) -> None:
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    done = in_shell(redirection, "plan", "no-such-file.json")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_a_closed_standard_error_is_missed_by_nobody_who_says_nothing() -> None:
    for command in ("plan", "simulate", "check"):
        done = in_shell("2>&-", command, scenario("one-instance"))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout


def in_shell(redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the command with its streams redirected."""
    return subprocess.run(
        f"{shlex.join([*ROLLING, *arguments])} {redirection}",
        shell=True,
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )


def test_ctrl_c_while_it_starts_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupting(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, *_: object) -> None:
            if name == "rolling.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "rolling.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    assert entry.main() == 130
    assert capsys.readouterr() == ("", "")


# Ctrl-C as early as can be told apart: in the first import that the entry does not need itself.
WITH_CTRL_C_IN_AN_IMPORT = """
import importlib.abc, runpy, sys
class Interrupting(importlib.abc.MetaPathFinder):
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("argparse", "attr", "attrs"):
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
runpy.run_module("rolling", run_name="__main__")
"""


def test_ctrl_c_in_the_first_milliseconds_ends_it_quietly() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_CTRL_C_IN_AN_IMPORT, "--version"],
        capture_output=True,
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


# A process that is started in the background may inherit that Ctrl-C is ignored.
UNTIL_CTRL_C = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("rolling", run_name="__main__")
"""


def test_ctrl_c_ends_it_quietly() -> None:
    # Told to stop while it waits for its standard input.
    with subprocess.Popen(
        [sys.executable, "-c", UNTIL_CTRL_C, "plan", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as running:
        _wait_until_reading(running.pid)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, b"", b"")


def _wait_until_reading(pid: int) -> None:
    """Return when the process waits in a read of its standard input."""
    call = Path(f"/proc/{pid}/syscall")
    if not call.exists():
        pytest.skip("there is no /proc here")
    for _ in range(600):
        try:
            number, descriptor, *_ = [*call.read_text().split(), "", ""]
        except OSError:
            pytest.skip("/proc does not say what a process waits for")
        if number in _READS and descriptor == "0x0":
            return
        time.sleep(0.05)
    raise AssertionError("it never read its standard input")


_READS = ("0", "63")  # the number of read(2) on x86-64 and on arm64


def test_the_installed_name_and_the_module_are_the_same_command() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'rolling = "rolling.cli.entry:main"' in project
