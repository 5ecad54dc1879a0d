"""On a real terminal the live view leaves the screen whole, whatever ends it."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping

import pytest
from attrs import frozen

from tests.cli.command import scenario
from tests.cli.test_streams import ENVIRONMENT

pytestmark = pytest.mark.slow

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

OTHER_SCREEN, MAIN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"
PATIENCE_SECONDS = 60

# The terminal is the process's own, so that its keys send signals; and a process
# that is started in the background may inherit that Ctrl-C is ignored.
ROLLING = """
import fcntl, resource, runpy, signal, termios
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("rolling", run_name="__main__")
"""


@frozen
class Session:
    """What a run on a terminal gave: how it ended, and all that it wrote there."""

    exit_code: int
    written: bytes

    @property
    def left(self) -> str:
        """What stands on the screen after the live view."""
        return self.written.rpartition(MAIN_SCREEN)[2].decode().replace("\r\n", "\n")

    def is_whole(self) -> bool:
        """The other screen was left, the cursor is there again, and nothing came after."""
        return (
            self.written.count(OTHER_SCREEN) == self.written.count(MAIN_SCREEN) == 1
            and self.written.rindex(SHOW_CURSOR) > self.written.rindex(HIDE_CURSOR)
            and self.left.endswith("\n")
            and b"Traceback" not in self.written
        )


def on_a_terminal(
    *arguments: str,
    when: Callable[[bytes], bool] = lambda written: False,
    then: Callable[[subprocess.Popen[bytes], int], None] = lambda running, terminal: None,
    environment: Mapping[str, str] | None = None,
) -> Session:
    """Run the command on a terminal of 80 by 24; do `then`, once, as soon as `when`."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    inherited = {
        name: value
        for name, value in ENVIRONMENT.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    }
    with subprocess.Popen(
        [sys.executable, "-c", ROLLING, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**inherited, "TERM": "xterm-256color", **(environment or {})},
        start_new_session=True,
    ) as running:
        os.close(slave)
        written, done = b"", False
        patience = time.monotonic() + PATIENCE_SECONDS
        while True:
            ready, _, _ = select.select([master], [], [], 0.05)
            if ready:
                try:
                    piece = os.read(master, 65536)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                written += piece
            if not done and when(written):
                done = True
                then(running, master)
            if time.monotonic() > patience:
                running.kill()
                raise AssertionError(f"it never ended, and wrote {written[-2000:]!r}")
        exit_code = running.wait(PATIENCE_SECONDS)
    os.close(master)
    return Session(exit_code, written)


def signalled(number: signal.Signals) -> Callable[[subprocess.Popen[bytes], int], None]:
    return lambda running, terminal: running.send_signal(number)


SLOW = ("simulate", scenario("seed-success"), "--speed", "30")


@pytest.mark.parametrize("pictures", [1, 3, 8])
def test_ctrl_c_leaves_the_last_picture_and_says_where_it_was(pictures: int) -> None:
    session = on_a_terminal(
        *SLOW,
        when=lambda written: written.count(b"my-endpoint") >= pictures,
        then=signalled(signal.SIGINT),
    )
    assert session.exit_code == 130
    assert session.is_whole()
    picture, _, told = session.left.rpartition("Interrupted at ")
    assert "my-endpoint" in picture and "provisioning" in picture
    assert " ".join(told.split()).endswith(
        "of simulated time, provisioning in batch 1: config-2 has 0 in service and gets "
        "0% of the traffic."
    )


@pytest.mark.parametrize("seconds_between", [0.005, 0.02])
def test_ctrl_c_pressed_twice_does_the_same(seconds_between: float) -> None:
    def twice(running: subprocess.Popen[bytes], terminal: int) -> None:
        running.send_signal(signal.SIGINT)
        time.sleep(seconds_between)
        running.send_signal(signal.SIGINT)

    session = on_a_terminal(*SLOW, when=lambda written: b"my-endpoint" in written, then=twice)
    assert (session.exit_code, session.is_whole()) == (130, True)
    picture, _, told = session.left.rpartition("Interrupted at ")
    assert "my-endpoint" in picture and told.endswith("of the traffic.\n")


def test_the_key_itself_does_the_same() -> None:
    session = on_a_terminal(
        *SLOW,
        when=lambda written: b"my-endpoint" in written,
        then=lambda running, terminal: typed(terminal, b"\x03"),
    )
    assert (session.exit_code, session.is_whole()) == (130, True)
    assert "Interrupted at " in session.left


def typed(terminal: int, keys: bytes) -> None:
    os.write(terminal, keys)


def test_ctrl_z_gives_the_screen_back_and_it_goes_on_after() -> None:
    def suspend(running: subprocess.Popen[bytes], terminal: int) -> None:
        typed(terminal, b"\x1a")
        pid, status = os.waitpid(running.pid, os.WUNTRACED)
        assert pid == running.pid and os.WIFSTOPPED(status)
        waiting = os.read(terminal, 65536)
        while select.select([terminal], [], [], 0.2)[0]:
            waiting += os.read(terminal, 65536)
        assert waiting.rindex(SHOW_CURSOR) > waiting.rfind(HIDE_CURSOR)
        assert waiting.rindex(MAIN_SCREEN) > waiting.rfind(OTHER_SCREEN)
        running.send_signal(signal.SIGCONT)

    session = on_a_terminal(
        *("simulate", scenario("one-instance"), "--speed", "300"),
        when=lambda written: b"my-endpoint" in written,
        then=suspend,
    )
    assert session.exit_code == 0
    assert session.left.endswith("my-endpoint serves config-2 with 1 of 1 instance.\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_request_to_end_puts_the_screen_in_order_first(number: signal.Signals) -> None:
    session = on_a_terminal(
        *SLOW,
        when=lambda written: b"my-endpoint" in written,
        then=signalled(number),
    )
    assert session.exit_code == -number
    assert session.is_whole()
    assert "Interrupted at " in session.left


def test_the_key_that_quits_puts_the_screen_in_order_first() -> None:
    session = on_a_terminal(
        *SLOW,
        when=lambda written: b"my-endpoint" in written,
        then=lambda running, terminal: typed(terminal, b"\x1c"),
    )
    assert (session.exit_code, session.is_whole()) == (-signal.SIGQUIT, True)


def test_lines_that_ctrl_c_ends_say_where_it_was() -> None:
    session = on_a_terminal(
        *(*SLOW, "--no-live"),
        when=lambda written: b"batch" in written,
        then=lambda running, terminal: typed(terminal, b"\x03"),
    )
    assert session.exit_code == 130
    assert OTHER_SCREEN not in session.written
    told = " ".join(session.left.rpartition("\nInterrupted at ")[2].split())
    assert told.endswith("config-2 has 0 in service and gets 0% of the traffic.")


def test_a_change_of_size_is_followed() -> None:
    def resize(running: subprocess.Popen[bytes], terminal: int) -> None:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 40, 0, 0))

    session = on_a_terminal(
        *("simulate", scenario("seed-success"), "--speed", "1500"),
        when=lambda written: b"my-endpoint" in written,
        then=resize,
    )
    assert session.exit_code == 0
    assert session.is_whole()
    plain = [line for line in strip(session.left).splitlines() if line]
    assert max(map(len, plain)) <= 40
    assert plain[-1].endswith("10 instances.")


def strip(text: str) -> str:
    """The text without the terminal's commands."""
    while "\x1b[" in text:
        before, _, after = text.partition("\x1b[")
        text = before + after.lstrip("0123456789;?")[1:]
    return text


def test_it_ends_by_itself_with_its_exit_code_and_the_verdict() -> None:
    session = on_a_terminal("simulate", scenario("seed-rollback-at-once"), "--speed", "10000")
    assert session.exit_code == 3
    assert session.is_whole()
    assert "Rolled back after" in session.left
    assert session.left.endswith("my-endpoint serves config-1 with 10 of 10 instances.\n")


@pytest.mark.parametrize(
    ("environment", "colour", "ascii_only"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"PYTHONIOENCODING": "ascii"}, True, True),
    ],
)
def test_it_uses_what_the_terminal_can_show(
    environment: dict[str, str], colour: bool, ascii_only: bool
) -> None:
    session = on_a_terminal(
        "simulate",
        scenario("one-instance"),
        "--live",
        "--speed",
        "instant",
        environment=environment,
    )
    assert session.exit_code == 0
    assert session.is_whole()
    assert (b"\x1b[32m" in session.written) is colour
    assert session.written.isascii() is ascii_only
