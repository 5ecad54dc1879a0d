"""A client of the control calls, for a test whose local SageMaker is another process."""

import json
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from rolling.backends.simulated.faults import fault_document
from rolling.core.errors import InvalidInput, RollingError
from rolling.schema.problem_json import read_error
from rolling.schema.shapes import problem
from rolling.server.control_calls import ControlCall, Given, Result
from rolling.server.service import CONTROL_PREFIX
from rolling.server.steering import Steering


class ControlClient(Steering):
    """The control calls of the server at `url`, the one that AWS_ENDPOINT_URL holds.

    `control.advance_until("my-endpoint", batch=3, phase="Baking")`, and the like.

    Its methods also raise RollingError where nothing answers, or something else than a
    local SageMaker. No proxy is used. `region`: the one that endpoints are in, where a
    call names no other; the server's own unless given. Raises InvalidInput for a `url`
    that is not one of HTTP.
    """

    def __init__(self, url: str, region: str | None = None, timeout_seconds: float = 60.0) -> None:
        self._url = _checked_url(url)
        self._region = region
        self._timeout_seconds = timeout_seconds
        self._opener = build_opener(ProxyHandler({}))

    def _perform(self, call: ControlCall[Result], given: Given) -> Result:
        if self._region is not None and "Region" in call.optional:
            given = {"Region": self._region, **given}
        body = json.dumps(given, default=fault_document).encode() if call.method == "POST" else None
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self._url}{CONTROL_PREFIX}{call.name}", body, headers)
        try:
            status, data = self._answer(request)
        except OSError as error:  # RemoteDisconnected is of both kinds: it has answered nothing.
            reason = error.reason if isinstance(error, URLError) else error
            said = f"Nothing answers at {self._url} ({reason})"
            raise RollingError(f"{said}; `rolling serve` prints where it listens") from None
        except HTTPException:
            raise self._stranger("in no HTTP") from None
        try:
            document = json.loads(data)
            if status == 200:
                float(document["Now"])  # which every answer of a local SageMaker has
                return call.answer.read(document)
        except (KeyError, RecursionError, TypeError, ValueError):
            raise self._stranger(str(status)) from None
        raise read_error(document) or self._stranger(str(status))

    def _answer(self, request: Request) -> tuple[int, bytes]:
        try:
            with self._opener.open(request, timeout=self._timeout_seconds) as answer:
                return answer.status, answer.read()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    def _stranger(self, said: str) -> RollingError:
        return RollingError(
            f"{self._url} is no local SageMaker with control calls: it answered {said}"
        )


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            parts.port  # noqa: B018 - raises ValueError for what is no port
            url.encode("ascii")  # raises ValueError for what no request line holds
            return url.rstrip("/")
    except ValueError:
        pass
    rule = "must be the URL of a local SageMaker, which AWS_ENDPOINT_URL holds"
    raise InvalidInput([problem("url", url, rule, "http://127.0.0.1:4577")])
