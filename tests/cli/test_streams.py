"""The process behaves: closed pipes, full disks and Ctrl-C end it quietly, with their own codes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import scenario
from tests.source import ROOT

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
    assert done.returncode == 1
    assert done.stderr.decode() == "rolling: cannot write: No space left on device\n"


def test_ctrl_c_ends_it_quietly() -> None:
    # Told to stop while it waits for its standard input.
    with subprocess.Popen(
        [*ROLLING, "plan", "-"],
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
    assert 'rolling = "rolling.cli.main:main"' in project
