"""The output of `rolling serve`: its address, the events, and the updates in progress at the end.

As text or, with `-o json`, as one JSON object per line.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rolling.core.stage import ENDS, Phase
from rolling.server.control_json import event_document
from rolling.server.local_server import ITS_ENDPOINTS, client_environment
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.timekeeping import ManualTime, Time
from rolling.view.terminal import Style, Terminal


def greeting_text(url: str, region: str, time: Time, *, as_json: bool) -> str:
    """The server's address, and the environment variables for a client."""
    environment = client_environment(url, region)
    if as_json:
        return _line({"Url": url, "Environment": environment})
    lines = [
        f"A local SageMaker listens at {url}, {_pace(time)}.",
        f"export {_assigned(environment)}",
        "# AWS_ENDPOINT_URL redirects the clients of every service. To leave S3 and the rest "
        "alone, use instead:",
        f"# export {_assigned(dict.fromkeys(ITS_ENDPOINTS, environment['AWS_ENDPOINT_URL']))}",
    ]
    return "\n".join(lines) + "\n"


def event_text(event: EndpointEvent, region: str, terminal: Terminal, *, as_json: bool) -> str:
    """One line: time, endpoint and reason."""
    if as_json:
        return _line(event_document(event))
    at = datetime.fromtimestamp(event.at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    where = "" if event.region == region else f" ({event.region})"
    phase = None if event.stage is None else event.stage.phase
    style = () if phase not in ENDS else (Style.GREEN if phase is Phase.SUCCEEDED else Style.RED,)
    why = terminal.paint(terminal.plain(event.why), *style)
    return f"{terminal.paint(at, Style.DIM)}  {terminal.plain(event.endpoint)}{where}  {why}\n"


def ending_text(running: Sequence[str], terminal: Terminal, *, as_json: bool) -> str:
    """The updates in progress when the server stopped."""
    if as_json:
        return _line({"Stopped": True, "UnderWay": list(running)})
    if not running:
        return "Stopped. Nothing was in progress.\n"
    lines = [line for each in running for line in terminal.wrap(each, "  ", "    ")]
    return "\n".join(["Stopped. In progress, now lost:", *lines]) + "\n"


def _assigned(variables: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in variables.items())


def _pace(time: Time) -> str:
    if isinstance(time, ManualTime):
        return "where time stands still until a control call advances it"
    return "in real time" if time.speed == 1 else f"where time runs {time.speed:g} times as fast"


def _line(document: object) -> str:
    return json.dumps(document) + "\n"
