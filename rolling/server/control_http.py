"""Control calls over HTTP: bytes in, bytes out.

A call is `POST /_rolling/<name>` with a JSON object, or without a body if it has no
parameters; `GET /_rolling/state` and `GET /_rolling/` change nothing. control_calls.py
defines the calls. Bad input is answered with 400 and all problems at once:
`{"Error": {"Code", "Problems": [{"Field", "Value", "Rule", "Fix"}]}}`.
"""

import json
from collections.abc import Mapping

from rolling.core.errors import InvalidInput, Problem, RollingError
from rolling.schema.json_text import read_json
from rolling.schema.problem_json import error_document
from rolling.server.cloud import Cloud
from rolling.server.control_calls import CALLS
from rolling.server.service import CONTROL_PREFIX
from rolling.server.wire.messages import HttpRequest, HttpResponse


def respond_to_control(cloud: Cloud, request: HttpRequest) -> HttpResponse:
    """The answer to a control call of a cloud."""
    name = request.path.removeprefix(CONTROL_PREFIX)
    if name == "":
        return _answer(200, {"Calls": {each: CALLS[each].summary for each in sorted(CALLS)}})
    call = CALLS.get(name)
    if call is None:
        rule = f"is not a control call; must be one of {', '.join(sorted(CALLS))}"
        return _refusal(404, InvalidInput([Problem("path", name[:80], rule)]))
    if request.method != call.method:
        rule = f"must be {call.method}"
        wrong = InvalidInput([Problem("method", request.method, rule, call.method)])
        return _refusal(405, wrong, Allow=call.method)
    try:
        given = read_json(request.body.strip() or b"{}", "the body").judged(call.checked)
        now, result = cloud.at_one_moment(lambda: call.carry_out(cloud, given))
    except RollingError as error:
        return _refusal(400, error)
    return _answer(200, {"Now": now, **call.answer.write(result)})


def _answer(status: int, document: Mapping[str, object], **headers: str) -> HttpResponse:
    body = json.dumps(document).encode() + b"\n"
    return HttpResponse(status, {"Content-Type": "application/json", **headers}, body)


def _refusal(status: int, error: RollingError, **headers: str) -> HttpResponse:
    return _answer(status, error_document(error), **headers)
