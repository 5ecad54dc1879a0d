"""Control: what only a tester can do to the local SageMaker, as JSON over HTTP.

A call is `POST /_rolling/<name>` with an object of JSON, or with nothing where it
takes nothing; `GET /_rolling/state` and `GET /_rolling/` change nothing. Each is
a method of `Cloud` of that name, which says what it means: here it is only read,
called and written. What is wrong with an input is answered 400, all of it at once:
`{"Error": {"Code", "Problems": [{"Field", "Value", "Rule", "Fix"}]}}`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from rolling.core.errors import InvalidInput, Problem, RollingError
from rolling.schema.json_text import read_json
from rolling.schema.problem_json import error_document
from rolling.schema.shapes import Judged, Structure, is_list, name
from rolling.server.cloud import Cloud
from rolling.server.control_json import (
    FAULTS,
    endpoint_document,
    faults_from,
    happening_document,
)
from rolling.server.milestones import goal
from rolling.server.places import REGION_NAME
from rolling.server.region.injection import When
from rolling.server.region.running_endpoint import Happening
from rolling.server.service import CONTROL_PREFIX
from rolling.server.wire.messages import HttpRequest, HttpResponse

Body = Mapping[str, Any]


class Control:
    """Answers the control calls of a cloud; give it to `wire.Server` as `control`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to a control call."""
        called = request.path.removeprefix(CONTROL_PREFIX)
        if called == "":
            return _answer(200, {"Calls": {each: CALLS[each].summary for each in sorted(CALLS)}})
        call = CALLS.get(called)
        if call is None:
            rule = f"is no control call; there are {', '.join(sorted(CALLS))}"
            return _refusal(404, InvalidInput([Problem("path", called[:80], rule)]))
        if request.method != call.method:
            rule = f"must be {call.method}"
            wrong = InvalidInput([Problem("method", request.method, rule, call.method)])
            return _refusal(405, wrong, Allow=call.method)
        try:
            body = _read(call, request.body)
            now, told = self._cloud.at_one_moment(lambda: call.carry_out(self._cloud, body))
            return _answer(200, {"Now": now, **told})
        except RollingError as error:
            return _refusal(400, error)


# --- the calls ----------------------------------------------------------------


@frozen
class _Call:
    """A control call: how it is called, what it takes, and what it does and tells beside the time.

    `more`: what is wrong with a body beyond its form.
    """

    summary: str
    body: Structure
    carry_out: Callable[[Cloud, Body], dict[str, object]]
    method: str = "POST"
    more: Callable[[Body], list[Problem]] = lambda body: []


def _state(cloud: Cloud, body: Body) -> dict[str, object]:
    return {
        "Manual": cloud.manual,
        "Endpoints": [endpoint_document(each) for each in cloud.endpoints()],
    }


def _told(happenings: tuple[Happening, ...]) -> dict[str, object]:
    return {"Happenings": [happening_document(each) for each in happenings]}


def _advance_until(cloud: Cloud, body: Body) -> dict[str, object]:
    happened = cloud.advance_until(
        body["EndpointName"],
        batch=body.get("Batch"),
        phase=body.get("Phase"),
        direction=body.get("Direction"),
        status=body.get("Status"),
        region=_region(body),
    )
    return _told(happened)


def _inject(cloud: Cloud, body: Body) -> dict[str, object]:
    when = body.get("When", When.NEXT_UPDATE.value)
    cloud.inject(body["EndpointName"], faults_from(body["Faults"]), when, _region(body))
    return {}


def _withdraw_faults(cloud: Cloud, body: Body) -> dict[str, object]:
    cloud.withdraw_faults(body["EndpointName"], _region(body))
    return {}


def _limit_capacity(cloud: Cloud, body: Body) -> dict[str, object]:
    cloud.limit_capacity(body["Limit"], body.get("EndpointName"), _region(body))
    return {}


def _stop_update(cloud: Cloud, body: Body) -> dict[str, object]:
    cloud.stop_update(body["EndpointName"], body.get("By", "operator"), _region(body))
    return {}


def _reset(cloud: Cloud, body: Body) -> dict[str, object]:
    cloud.reset()
    return {}


def _region(body: Body) -> str | None:
    return body.get("Region")


def _goal_problems(body: Body) -> list[Problem]:
    return _problems_of(lambda: goal(*map(body.get, ("Batch", "Phase", "Direction", "Status"))))


def _fault_problems(body: Body) -> list[Problem]:
    given = body.get("Faults")
    return _problems_of(lambda: faults_from(given)) if is_list(given) else []  # type: ignore[arg-type]


def _problems_of(judge: Callable[[], object]) -> list[Problem]:
    try:
        judge()
    except InvalidInput as refused:
        return list(refused.problems)
    return []


_ENDPOINT = name("my-endpoint")
_NOTHING = Structure("a call that takes nothing", {})

CALLS: Mapping[str, _Call] = {
    "state": _Call(
        "the time, and every endpoint with what is under way at it", _NOTHING, _state, "GET"
    ),
    "happenings": _Call(
        "what has happened since somebody last asked",
        _NOTHING,
        lambda cloud, body: _told(cloud.happenings()),
    ),
    "advance": _Call(
        "let Seconds pass",
        Structure("advance", {"Seconds": Judged(60)}, ("Seconds",)),
        lambda cloud, body: _told(cloud.advance(body["Seconds"])),
    ),
    "advance-to": _Call(
        "let time pass up to Moment, in seconds since the epoch",
        Structure("advance-to", {"Moment": Judged()}, ("Moment",)),
        lambda cloud, body: _told(cloud.advance_to(body["Moment"])),
    ),
    "advance-to-next-event": _Call(
        "let time pass until a status or a stage changes",
        _NOTHING,
        lambda cloud, body: _told(cloud.advance_to_next_event()),
    ),
    "advance-until": _Call(
        "let time pass until EndpointName has come to Batch, Phase, Direction, Status",
        Structure(
            "advance-until",
            {
                "EndpointName": _ENDPOINT,
                "Batch": Judged(),
                "Phase": Judged(),
                "Direction": Judged(),
                "Status": Judged(),
                "Region": REGION_NAME,
            },
            ("EndpointName",),
        ),
        _advance_until,
        more=_goal_problems,
    ),
    "advance-to-rest": _Call(
        "let time pass until nothing is under way at EndpointName",
        Structure(
            "advance-to-rest", {"EndpointName": _ENDPOINT, "Region": REGION_NAME}, ("EndpointName",)
        ),
        lambda cloud, body: _told(cloud.advance_to_rest(body["EndpointName"], _region(body))),
    ),
    "inject": _Call(
        "let Faults strike EndpointName, in its NextUpdate, its Creation, or Now",
        Structure(
            "inject",
            {
                "EndpointName": _ENDPOINT,
                "Faults": FAULTS,
                "When": Judged(),
                "Region": REGION_NAME,
            },
            ("EndpointName", "Faults"),
        ),
        _inject,
        more=_fault_problems,
    ),
    "withdraw-faults": _Call(
        "take back every fault of EndpointName, those that wait and those that still hold",
        Structure(
            "withdraw-faults", {"EndpointName": _ENDPOINT, "Region": REGION_NAME}, ("EndpointName",)
        ),
        _withdraw_faults,
    ),
    "limit-capacity": _Call(
        "let no more than Limit instances be alive, of EndpointName or of each endpoint",
        Structure(
            "limit-capacity",
            {"Limit": Judged(10), "EndpointName": _ENDPOINT, "Region": REGION_NAME},
            ("Limit",),
        ),
        _limit_capacity,
    ),
    "stop-update": _Call(
        "ask for the update in progress of EndpointName to stop",
        Structure(
            "stop-update",
            {"EndpointName": _ENDPOINT, "By": Judged(), "Region": REGION_NAME},
            ("EndpointName",),
        ),
        _stop_update,
    ),
    "reset": _Call("make everything as it was at first, but for the time", _NOTHING, _reset),
}
"""The control calls by name."""


# --- bytes --------------------------------------------------------------------


def _read(call: _Call, data: bytes) -> Body:
    return read_json(data.strip() or b"{}", "the body").judged(
        lambda document: _judged(call, document)
    )


def _judged(call: _Call, document: object) -> Body:
    found = call.body.problems(document, "")
    if not isinstance(document, Mapping):
        raise InvalidInput(found)
    found += call.more(document)
    if found:
        raise InvalidInput(found)
    return document


def _answer(status: int, document: Mapping[str, object], **headers: str) -> HttpResponse:
    body = json.dumps(document).encode() + b"\n"
    return HttpResponse(status, {"Content-Type": "application/json", **headers}, body)


def _refusal(status: int, error: RollingError, **headers: str) -> HttpResponse:
    return _answer(status, error_document(error), **headers)
