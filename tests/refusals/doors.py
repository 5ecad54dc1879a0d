"""The doors: how an input of a transcript is given, and how its answer reads."""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from rolling.core.errors import InvalidInput
from rolling.records import (
    UnreadableRecord,
    deployment_to_json,
    event_to_json,
    loads_deployment,
    loads_event,
)
from rolling.server.control_http import respond_to_control
from rolling.server.wire import HttpRequest, respond
from rolling.server.wire.messages import HttpResponse
from rolling.simulation.scenario import parse_request, parse_scenario
from tests.cli.command import Command, Result
from tests.core import walking
from tests.refusals.edits import edited, place, repeated
from tests.refusals.transcript import Ask
from tests.server.clouds import Sky
from tests.server.wire.samples import CLOUDWATCH, code_of, form_request, json_request, message_of
from tests.source import ROOT

FOLDER = ROOT / "specs" / "refusals"
BASES = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}


def _refused(result: Result) -> str:
    """What the command said: nothing but a complaint, and without its heading."""
    assert (result.exit_code, result.out) == (2, ""), result
    heading, _, problems = result.err.partition("\n")
    assert heading.startswith("rolling: ") and problems, result.err
    return problems


def _written(given: Sequence[str], bases: Mapping[str, Any]) -> str:
    """An input in full: changes of one of the bases, or the text as it stands."""
    base, _, first = given[0].partition(" ")
    if base not in bases:
        return edited(None, ["= " + "\n".join(given)])
    return edited(bases[base], [each for each in (first, *given[1:]) if each])


def files(command: Command) -> Ask:
    """A file given to `plan`, `simulate` and `check`, which answer alike."""

    def ask(given: Sequence[str]) -> str:
        options = re.match(r"(--instances \S+) ?", given[0])
        counts = options[1].split() if options else ["--instances", "10"]
        first = given[0][options.end() :] if options else given[0]
        if first.startswith("scenario") and not options:
            counts = []
        text = _written([first, *given[1:]], BASES)
        Path("file.json").write_text(text, "utf-8")
        said, *others = (
            _refused(command(each, "file.json", *counts, columns=100))
            for each in ("plan", "simulate", "check")
        )
        assert [said, said] == others
        _require_that_fixes_work(command, text, counts)
        return said

    return ask


def _require_that_fixes_work(command: Command, text: str, counts: Sequence[str]) -> None:
    """Where every problem has a value that works, none of them breaks the same rule again."""
    problems = command("plan", "file.json", *counts, "-o", "json").error["Problems"]
    fixes = {each["Field"]: each["Fix"] for each in problems}
    if None in fixes.values() or not all(re.match("[A-Z]", field) for field in fixes):
        return
    document = json.loads(text, parse_int=lambda digits: int(digits[:18]))
    for field, fix in fixes.items():
        parent, last = place(document, field)
        parent[last] = fix
    broken = {(each["Field"], each["Rule"]) for each in problems}
    try:
        if counts:
            parse_request(document, *(int(count) for count in counts[1].split(":")))
        else:
            parse_scenario(document)
    except InvalidInput as error:
        assert not broken & {(each.field, each.rule) for each in error.problems}, error


def command_line(command: Command) -> Ask:
    """Arguments of the command, in a folder that has the bases."""

    def ask(given: Sequence[str]) -> str:
        for base, document in BASES.items():
            Path(f"{base}.json").write_text(json.dumps(document), "utf-8")
        name, *arguments = shlex.split(repeated(given[0]))
        assert name == "rolling"
        return _refused(command(*arguments, columns=100))

    return ask


def calls(command: Command) -> Ask:
    """Calls of the local server, one after the other: of SageMaker, of CloudWatch, of control."""
    sky = Sky()
    sky.create()

    def ask(given: Sequence[str]) -> str:
        name, _, first = given[0].partition(" ")
        if name == "form":
            action, *fields = first.split()
            request = form_request(action, dict(each.split("=", 1) for each in fields))
            return _answer(respond(sky.cloud.call, request), "cloudwatch")
        if name in ("GET", "POST"):
            path, _, first = first.partition(" ")
            body = _written([first, *given[1:]], BASES).encode()
            request = HttpRequest(name, f"/_rolling/{path}", {}, body)
            return _control_answer(respond_to_control(sky.cloud, request))
        service = "cloudwatch" if name in CLOUDWATCH else "sagemaker"
        body = _written([first, *given[1:]], BASES).encode()
        request = evolve(json_request(service, name, None), body=body)
        return _answer(respond(sky.cloud.call, request), service)

    return ask


def _answer(response: HttpResponse, service: str) -> str:
    if response.status == 200:
        return "200"
    return f"{response.status} {code_of(response, service)}\n{message_of(response, service)}"


def _control_answer(response: HttpResponse) -> str:
    if response.status == 200:
        return "200"
    error = json.loads(response.body)["Error"]
    lines = [f"{response.status} {error['Code']}"]
    for each in error["Problems"]:
        value, fix = (json.dumps(each[key], ensure_ascii=False) for key in ("Value", "Fix"))
        advice = "" if fix == "null" else f"; use {fix}"
        lines.append(f"{each['Field']} = {value}: {each['Rule']}{advice}")
    return "\n".join(lines)


def records(command: Command) -> Ask:
    """Stored deployments and events."""
    baking = walking.run_to(walking.rolling(4, 4, 1, back=2), "forward 2.1 baking")
    provisioning = walking.run_to(walking.rolling(4, 4, 1, back=2), "forward 1.1 provisioning")
    cleaning = walking.run_to(walking.rolling(4, 4, 1, back=2), "forward 2.1 cleaning")
    turned = walking.trip(walking.run_to(walking.rolling(), "forward 2.1 baking"))
    deployments = {
        "baking": deployment_to_json(baking),
        "provisioning": deployment_to_json(provisioning),
        "cleaning": deployment_to_json(cleaning),
        "back": deployment_to_json(walking.trip(baking)),
        "back-second": deployment_to_json(walking.run_to(turned, "back 2.1 provisioning")),
    }
    events = {"seen": event_to_json(walking.seen(cleaning, (2, 2), (2, 2)))}

    def ask(given: Sequence[str]) -> str:
        load = loads_event if given[0].split()[0] in events else loads_deployment
        try:
            load(_written(given, {**deployments, **events}))
        except UnreadableRecord as error:
            return str(error)
        raise AssertionError(f"this is read: {given}")

    return ask


DOORS: Mapping[str, Callable[[Command], Ask]] = {
    "files": files,
    "command-line": command_line,
    "aws": calls,
    "control": calls,
    "records": records,
}
"""By the name of the transcript."""
