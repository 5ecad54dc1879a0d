"""When a simulation is shown live, when it is not, and how fast: as asked, or as suits."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from rolling.cli import live
from rolling.cli.live_arguments import INSTANT, parse_speed
from rolling.cli.live_terminal import NARROWEST
from rolling.driving import SystemClock
from tests.cli.command import Command, scenario
from tests.cli.test_streams import ENVIRONMENT
from tests.simulation import scenarios

ONE = scenario("one-instance")
TWO = "rollback-failed-repaired-to-a-third"


# --- speed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "speed"),
    [("1", 1), ("60", 60), ("0.001", 1e-3), ("1000000", 1e6), ("instant", INSTANT)],
)
def test_a_speed_is_a_number_or_instant(text: str, speed: float) -> None:
    assert parse_speed(text) == speed


def test_json_is_never_live_and_says_so(rolling: Command) -> None:
    result = rolling("simulate", ONE, "-o", "json", "--live", "--speed", "no")
    assert (result.exit_code, result.out) == (2, "")
    assert [problem["Field"] for problem in result.error["Problems"]] == [
        "--speed",
        "--live",
        "--speed",
    ]
    assert [problem["Value"] for problem in result.error["Problems"]] == ["no", None, "no"]
    assert rolling("simulate", ONE, "-o", "json", "--no-live").exit_code == 0


# --- lines --------------------------------------------------------------------


class Slept:
    """A wall clock that waits for nothing, and what had been printed when it was asked to."""

    def __init__(self, printed: Callable[[], str]) -> None:
        self.waits: list[tuple[float, str]] = []
        self._printed = printed

    def now(self) -> float:
        return 1000

    def wait_until(self, moment: float) -> None:
        self.waits.append((moment - 1000, self._printed()))


def test_lines_come_at_their_time_and_are_the_same_lines(
    rolling: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("seed-rollback-at-once", "rollback-failed-repaired-to-a-third"):
        instant = rolling("simulate", scenario(name))
        printed = io.StringIO()
        wall = Slept(printed.getvalue)
        with monkeypatch.context() as patched:
            patched.setattr(live, "SystemClock", lambda wall=wall: wall)
            patched.setattr(live, "write_out", printed.write)
            paced = rolling("simulate", scenario(name), "--speed", "10")
        assert printed.getvalue() + paced.out == instant.out
        assert paced.exit_code == instant.exit_code
        waits = [moment for moment, _ in wall.waits]
        assert waits == sorted(waits)
        # Nothing is printed before its time: 0:04:00 comes after 24 s.
        assert "0:04:00" not in next(text for moment, text in wall.waits if moment == 24)
        assert "0:04:00" in next(text for moment, text in wall.waits if moment == 24.5)


@pytest.mark.parametrize(
    ("name", "seconds", "told"),
    [
        ("seed-rollback-at-once", 0, "0:00:00 of simulated time, provisioning in batch 1:"),
        ("seed-rollback-at-once", 250, "0:04:10 of simulated time, baking in batch 1:"),
        (TWO, 1_100, "0:18:20 of simulated time, baking in batch 2: config-2 has 6 in service"),
        (TWO, 1_392, "0:04:02 of simulated time, shifting in batch 1: config-3 has 8 in serv"),
    ],
)
def test_lines_that_are_interrupted_say_where_it_was(
    rolling: Command,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    seconds: int,
    told: str,
) -> None:
    class Pressed:
        moment = 0.0

        def now(self) -> float:
            return self.moment

        def wait_until(self, moment: float) -> None:
            self.moment = min(moment, seconds)
            if moment > seconds:
                raise KeyboardInterrupt

    monkeypatch.setattr(live, "SystemClock", Pressed)
    with pytest.raises(KeyboardInterrupt):
        rolling("simulate", scenario(name), "--speed", "1")
    lines, _, where = capsys.readouterr().out.rpartition("\n\nInterrupted at ")
    assert "time  batch" in lines
    assert " ".join(where.split()).startswith(told)


def test_without_a_terminal_it_is_instant_and_silent(
    rolling: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait_until(_: object, moment: float) -> None:
        raise AssertionError(f"it waits until {moment}")

    monkeypatch.setattr(SystemClock, "wait_until", wait_until)
    result = rolling("simulate", scenario("seed-success"))
    assert result.err == ""
    assert result.out.splitlines()[0].split()[:2] == ["time", "batch"]


# --- where it can be shown ----------------------------------------------------


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm-256color")
    yield Terminal()


def run(
    rolling: Command, stream: Terminal, *arguments: str, columns: int = 80
) -> tuple[int, str, str]:
    """A run of the command on this terminal: its exit code, what it shows, its complaints."""
    stdout, sys.stdout = sys.stdout, stream
    try:
        result = rolling("simulate", ONE, *arguments, columns=columns)
    finally:
        sys.stdout = stdout
    return result.exit_code, stream.getvalue(), result.err


OTHER_SCREEN, MAIN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"


def test_a_terminal_shows_it_live_and_the_verdict_after(
    rolling: Command, terminal: Terminal
) -> None:
    exit_code, out, err = run(rolling, terminal, "--speed", "1000000")
    assert (exit_code, err) == (0, "")
    assert out.count(OTHER_SCREEN) == out.count(MAIN_SCREEN) == 1
    left = out.partition(MAIN_SCREEN)[2]
    assert "my-endpoint" in left
    assert left.endswith("my-endpoint serves config-2 with 1 of 1 instance.\n")
    assert left.count("Succeeded after 0:09:35") == 2  # in the picture, and in the verdict


@pytest.mark.parametrize("arguments", [("--no-live",), ("--speed", "instant")])
def test_it_can_be_had_without(
    rolling: Command, terminal: Terminal, arguments: tuple[str, ...]
) -> None:
    exit_code, out, err = run(rolling, terminal, *arguments)
    assert (exit_code, err) == (0, "")
    assert OTHER_SCREEN not in out
    assert out.count("0:04:05") == 1


def test_a_dumb_terminal_gets_lines(
    rolling: Command, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    exit_code, out, err = run(rolling, terminal)
    assert (exit_code, err) == (0, "")
    assert "\x1b" not in out


@pytest.mark.parametrize("columns", [1, 20, 39])
def test_a_terminal_too_narrow_for_the_picture_gets_lines(
    rolling: Command, terminal: Terminal, columns: int
) -> None:
    exit_code, out, err = run(rolling, terminal, columns=columns)
    assert (exit_code, err) == (0, "")
    assert OTHER_SCREEN not in out and "0:04:05" in out
    _, again, err = run(rolling, Terminal(), "--live", columns=columns)
    assert again == out
    assert " ".join(err.split()) == (
        f"rolling: the live view needs {NARROWEST} columns, but the terminal has {columns}"
    )


def test_the_narrowest_terminal_shows_it_live(rolling: Command, terminal: Terminal) -> None:
    exit_code, out, err = run(rolling, terminal, "--speed", "1000000", columns=NARROWEST)
    assert (exit_code, err) == (0, "")
    assert out.count(OTHER_SCREEN) == 1


def test_without_rich_there_are_lines_and_not_a_word(
    rolling: Command, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rolling.cli.live_terminal.find_spec", lambda name: None)
    exit_code, out, err = run(rolling, terminal)
    assert (exit_code, err) == (0, "")
    assert OTHER_SCREEN not in out and "0:04:05" in out


def test_who_asks_for_it_without_rich_is_told_how_to_get_it(
    rolling: Command, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rolling.cli.live_terminal.find_spec", lambda name: None)
    exit_code, out, err = run(rolling, terminal, "--live")
    assert exit_code == 0
    assert err == "rolling: the live view needs rich: pip install 'rolling-deployments[cli]'\n"
    assert "0:04:05" in out


def test_who_asks_for_it_without_a_terminal_is_told_and_gets_lines(rolling: Command) -> None:
    result = rolling("simulate", ONE, "--live")
    assert result.exit_code == 0
    assert result.err == "rolling: the live view needs a terminal, but standard output is not one\n"
    assert result.out == rolling("simulate", ONE).out


def test_an_update_that_is_refused_later_is_refused_before_anything_is_shown(
    rolling: Command, terminal: Terminal
) -> None:
    # The second is to what the first has left in service.
    path = rolling.file(scenarios.scenario(scenarios.update(), scenarios.update()))
    stdout, sys.stdout = sys.stdout, terminal
    try:
        result = rolling("simulate", path)
    finally:
        sys.stdout = stdout
    assert result.exit_code == 2
    assert "Updates[1].UpdateEndpoint.EndpointConfigName" in result.err
    assert terminal.getvalue() == ""


RICH = """
import contextlib, io, sys
from rolling.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    for arguments in {runs!r}:
        main(arguments)
sys.exit("rich" in sys.modules)
"""


def test_rich_is_loaded_for_a_live_view_alone() -> None:
    runs = [["--help"], ["simulate", "--help"], ["simulate", ONE], ["plan", ONE]]
    done = subprocess.run(
        [sys.executable, "-c", RICH.format(runs=runs)], env=ENVIRONMENT, timeout=60, check=False
    )
    assert done.returncode == 0
