"""On a terminal `rolling serve` shows the updates of its endpoints, below the lines it prints."""

import io
import os
import re
import select
import signal
import subprocess
from collections.abc import Callable, Sequence

import pytest
from attrs import evolve

from rolling.cli.serving_live import chosen, draw, time_text
from rolling.driving.record import Record
from rolling.server.control_client import ControlClient
from rolling.server.local_server import client_environment
from rolling.server.timekeeping import ManualTime, RunningTime, Time
from rolling.view.pane import Pane
from rolling.view.snapshots import Snapshot
from rolling.view.terminal import Terminal
from tests.cli.command import Command, scenario
from tests.cli.test_live_terminal import Session, on_a_terminal
from tests.cli.test_serve import update
from tests.emulator import standing
from tests.server.clouds import Sky
from tests.view.pictures import picture_at, played

pytestmark = pytest.mark.slow

FILE = scenario("seed-success")
PICTURE = "my-endpoint  Updating"
EVENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  my-endpoint  ")


def served(
    *arguments: str, then: Callable[[str, subprocess.Popen[bytes], int], None]
) -> tuple[list[str], Session]:
    """The lines on a terminal of a server of which `then`, given its address, ends."""
    address: list[str] = []

    def listens(written: bytes) -> bool:
        found = re.search(rb"AWS_ENDPOINT_URL=(\S+?:\d+)\s.*CLOUDWATCH=", written, re.DOTALL)
        address[:] = [found[1].decode()] if found else []
        return found is not None

    session = on_a_terminal(
        *("serve", FILE, "--port", "0", *arguments),
        when=listens,
        then=lambda running, terminal: then(address[0], running, terminal),
        # Wide enough for its address on one line.
        environment={"COLUMNS": "120", "LINES": "24"},
    )
    return standing(session.written.decode(), 120), session


def advanced(url: str) -> None:
    update(client_environment(url), FILE)
    ControlClient(url).advance_until("my-endpoint", batch=2, phase="Baking")


def advanced_and_ended(url: str, running: subprocess.Popen[bytes], terminal: int) -> None:
    advanced(url)
    running.send_signal(signal.SIGINT)


def test_the_picture_stands_below_the_lines_and_stays() -> None:
    lines, session = served("--speed", "manual", then=advanced_and_ended)
    assert session.exit_code == 130
    (first,) = [place for place, line in enumerate(lines) if line.startswith(PICTURE)]
    events = [place for place, line in enumerate(lines) if EVENT.match(line)]
    assert len(events) == 7
    assert lines[0].startswith("A local SageMaker listens at ") and max(events) < first
    picture = lines[first:]
    assert picture[0].endswith("0:13:40  manual time")
    assert picture[2].startswith("→ batch 2 of 5  baking 0:05:00 of 0:05:00 left")
    assert picture[-3:] == [
        "Stopped. In progress, now lost:",
        "  my-endpoint in us-east-1 is being updated to config-2: batch 2 of 5, baking.",
        "",
    ]


def test_the_picture_can_do_without_the_lines_and_the_lines_without_it() -> None:
    lines, _ = served("--speed", "manual", "--no-verbose", then=advanced_and_ended)
    assert not any(map(EVENT.match, lines))
    assert sum(line.startswith(PICTURE) for line in lines) == 1
    lines, session = served("--speed", "manual", "--no-live", then=advanced_and_ended)
    assert sum(EVENT.match(line) is not None for line in lines) == 7
    assert not any(line.startswith(PICTURE) for line in lines)
    assert b"\x1b[J" not in session.written


def test_ctrl_z_leaves_the_picture_and_it_goes_on_below_after() -> None:
    def suspend(url: str, running: subprocess.Popen[bytes], terminal: int) -> None:
        advanced(url)
        os.write(terminal, b"\x1a")
        while os.waitpid(running.pid, os.WUNTRACED | os.WNOHANG) == (0, 0):
            if select.select([terminal], [], [], 0.05)[0]:
                os.read(terminal, 65536)
        running.send_signal(signal.SIGCONT)
        ControlClient(url).advance_to_rest("my-endpoint")
        running.send_signal(signal.SIGINT)

    lines, session = served("--speed", "manual", then=suspend)
    assert session.exit_code == 130
    (place,) = [place for place, line in enumerate(lines) if line.startswith("Succeeded after ")]
    assert lines[place - 2].startswith("my-endpoint  InService")
    assert lines[-2:] == ["Stopped. Nothing was in progress.", ""]


def test_json_is_never_live_and_says_so(rolling: Command) -> None:
    result = rolling("serve", "-o", "json", "--live", "--port", "no")
    assert (result.exit_code, result.out) == (2, "")
    assert [each["Field"] for each in result.error["Problems"]] == ["--port", "--live"]


# --- what is shown ------------------------------------------------------------------

BAKING = picture_at(played("seed-success"), 300).snapshot
ENDED = played("seed-success")[-1]


def begun(snapshot: Snapshot, at: float) -> Snapshot:
    """The same, in a stage that began at another moment."""
    return evolve(snapshot, record=Record(snapshot.deployment, at, at, f"began at {at}"))


def ids(snapshots: Sequence[Snapshot], height: int) -> list[str]:
    return [each.record.id for each in chosen(snapshots, height)]


def test_what_is_under_way_is_always_shown_and_what_ended_where_there_is_room() -> None:
    all_of_them = [begun(ENDED, 1), begun(BAKING, 2), begun(ENDED, 3), begun(BAKING, 4)]
    assert ids(all_of_them, 5) == ["began at 2", "began at 4"]
    assert ids(all_of_them, 35) == ["began at 2", "began at 4"]
    assert ids(all_of_them, 36) == ["began at 2", "began at 4", "began at 3"]
    assert ids(all_of_them, 48) == ["began at 2", "began at 4", "began at 3", "began at 1"]
    assert ids([begun(ENDED, 1), begun(ENDED, 3)], 5) == ["began at 3"]
    assert ids([], 20) == []


def test_an_endpoint_of_another_region_has_it_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "40")
    sky = Sky()
    sky.furnish("eu-west-1")
    for region in ("us-east-1", "eu-west-1"):
        sky.call("CreateEndpoint", region, EndpointName="search", EndpointConfigName="config-1")
    sky.advance(600)
    for region in ("us-east-1", "eu-west-1"):
        wanted = {"EndpointName": "search", "EndpointConfigName": "config-2"}
        sky.call("UpdateEndpoint", region, **wanted)
    stream = io.StringIO()
    with Pane(Terminal(), stream) as pane:
        draw(pane, sky.now(), sky.cloud.snapshots(), RunningTime(60), "us-east-1")
    titles = [line.split("  ")[0] for line in stream.getvalue().splitlines() if "60×" in line]
    assert titles == ["search", "search (eu-west-1)"]


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (RunningTime(1), ""),
        (RunningTime(60), "60×"),
        (RunningTime(0.5), "0.5×"),
        (ManualTime(), "manual time"),
    ],
)
def test_it_says_how_time_passes(time: Time, text: str) -> None:
    assert time_text(time, Terminal()) == text
