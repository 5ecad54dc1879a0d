"""A client of the control calls, for a test whose local SageMaker is another process.

It has the methods of `Cloud` that there are control calls for, and says and raises what
they do. Faults it takes in a scenario's JSON alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from rolling.core.errors import InvalidInput, RollingError
from rolling.schema.problem_json import read_error
from rolling.schema.shapes import problem
from rolling.server.control_json import faults_listed, read_endpoint, read_happening
from rolling.server.region.injection import When
from rolling.server.region.running_endpoint import Happening
from rolling.server.service import CONTROL_PREFIX
from rolling.server.endpoint_now import EndpointNow

Result = TypeVar("Result")


class ControlClient:
    """The control calls of the server at `url`, the one that AWS_ENDPOINT_URL holds.

    `control.advance_until("my-endpoint", batch=3, phase="Baking")`, and the like.

    Its methods raise InvalidInput as those of `Cloud` do, and RollingError where
    nothing answers, or something else than a local SageMaker. Raises InvalidInput for
    a `url` that is none of HTTP.
    No proxy is used. `region`: the one that endpoints are in, where a call names no other;
    the server's own unless given.
    """

    def __init__(self, url: str, region: str | None = None, timeout_seconds: float = 60.0) -> None:
        self._url = _url(url)
        self._region = region
        self._timeout_seconds = timeout_seconds
        self._opener = build_opener(ProxyHandler({}))

    def now(self) -> float:
        """The present moment, in seconds since the epoch."""
        return self._call("state", _moment)

    @property
    def manual(self) -> bool:
        """True when time stands still until it is advanced."""
        return self._call("state", lambda state: bool(state["Manual"]))

    def endpoints(self) -> tuple[EndpointNow, ...]:
        """All endpoints of all regions, as they are now."""
        return self._call(
            "state", lambda state: tuple([read_endpoint(each) for each in state["Endpoints"]])
        )

    def running(self) -> tuple[str, ...]:
        """What is under way in all regions, in one sentence each."""
        return tuple([each.under_way for each in self.endpoints() if each.under_way is not None])

    def happenings(self) -> tuple[Happening, ...]:
        """What has happened since somebody last asked."""
        return self._told("happenings")

    def advance(self, seconds: float) -> tuple[Happening, ...]:
        """Let so many seconds pass."""
        return self._told("advance", Seconds=seconds)

    def advance_to(self, later: float) -> tuple[Happening, ...]:
        """The same, up to a moment in seconds since the epoch."""
        return self._told("advance-to", Moment=later)

    def advance_to_next_event(self) -> tuple[Happening, ...]:
        """The same, up to the next moment at which a status or a stage changes."""
        return self._told("advance-to-next-event")

    def advance_until(
        self,
        endpoint: str,
        *,
        batch: int | None = None,
        phase: str | None = None,
        direction: str | None = None,
        status: str | None = None,
        region: str | None = None,
    ) -> tuple[Happening, ...]:
        """The same, up to the moment at which an endpoint has come to a stage or a status."""
        goal = {"Batch": batch, "Phase": phase, "Direction": direction, "Status": status}
        return self._told("advance-until", EndpointName=endpoint, **self._in(region), **goal)

    def advance_to_rest(self, endpoint: str, *, region: str | None = None) -> tuple[Happening, ...]:
        """The same, up to the moment at which nothing of an endpoint is under way any more."""
        return self._told("advance-to-rest", EndpointName=endpoint, **self._in(region))

    def inject(
        self,
        endpoint: str,
        faults: Iterable[Mapping[str, object]],
        when: When | str = When.NEXT_UPDATE,
        *,
        region: str | None = None,
    ) -> None:
        """Let something go wrong with an endpoint; the faults are a scenario's JSON."""
        self._call(
            "inject",
            _moment,
            EndpointName=endpoint,
            Faults=faults_listed(faults),
            When=str(when),
            **self._in(region),
        )

    def withdraw_faults(self, endpoint: str, *, region: str | None = None) -> None:
        """Take back every fault of an endpoint: those that wait, and those that still hold."""
        self._call("withdraw-faults", _moment, EndpointName=endpoint, **self._in(region))

    def limit_capacity(
        self, limit: int | None, endpoint: str | None = None, *, region: str | None = None
    ) -> None:
        """Let no more than `limit` instances be alive, of an endpoint or of each."""
        named = {} if endpoint is None else {"EndpointName": endpoint}
        self._call("limit-capacity", _moment, Limit=limit, **self._in(region), **named)

    def stop_update(
        self, endpoint: str, by: str = "operator", *, region: str | None = None
    ) -> None:
        """Ask for the update in progress to stop."""
        self._call("stop-update", _moment, EndpointName=endpoint, By=by, **self._in(region))

    def reset(self) -> None:
        """Make everything as it was at first, but for the time."""
        self._call("reset", _moment)

    def _in(self, region: str | None) -> dict[str, object]:
        """The region of a call; nothing where the server knows it best."""
        place = region or self._region
        return {} if place is None else {"Region": place}

    def _told(self, name: str, **body: object) -> tuple[Happening, ...]:
        return self._call(
            name, lambda told: tuple([read_happening(each) for each in told["Happenings"]]), **body
        )

    def _call(self, name: str, read: Callable[[Any], Result], **body: object) -> Result:
        """What `read` reads in the answer to a call."""
        try:
            given = None if name == "state" else json.dumps(body).encode()
        except TypeError:
            rule = 'must be JSON, such as {"Kind": "Stop"} for a fault'
            raise InvalidInput([problem(name, body, rule)]) from None
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self._url}{CONTROL_PREFIX}{name}", given, headers)
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
                return read(document)
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


def _url(given: object) -> str:
    try:
        parts = urlsplit(given) if isinstance(given, str) else None
        if parts is not None and parts.scheme in ("http", "https") and parts.hostname:
            parts.port  # noqa: B018 - raises ValueError for what is no port
            str(given).encode("ascii")  # raises ValueError for what no request line holds
            return str(given).rstrip("/")
    except ValueError:
        pass
    rule = "must be the URL of a local SageMaker, which AWS_ENDPOINT_URL holds"
    raise InvalidInput([problem("url", given, rule, "http://127.0.0.1:4577")])


def _moment(answer: Any) -> float:
    """What every answer of a local SageMaker has."""
    return float(answer["Now"])
