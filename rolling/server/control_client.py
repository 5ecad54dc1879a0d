"""A client of the control calls, for a test whose local SageMaker is another process.

It has the methods of `Cloud`, and says and raises what they do.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from rolling.core.errors import RollingError
from rolling.serialization.problems import read_error
from rolling.server.control_json import read_endpoint, read_happening
from rolling.server.faults import When
from rolling.server.running import Happening
from rolling.server.service import CONTROL_PREFIX, REGION
from rolling.server.under_way import EndpointNow


class ControlClient:
    """The control calls of the server at `url`, the one that AWS_ENDPOINT_URL holds.

    `control.advance_until("my-endpoint", batch=3, phase="Baking")`, and the like.

    Its methods raise InvalidInput as those of `Cloud` do, RollingError where
    something else answers than a local SageMaker, and OSError where nothing does.
    No proxy is used. `region`: the one that endpoints are in, where a call names no other.
    """

    def __init__(self, url: str, region: str = REGION, timeout_seconds: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self._region = region
        self._timeout_seconds = timeout_seconds
        self._opener = build_opener(ProxyHandler({}))

    def now(self) -> float:
        """The present moment, in seconds since the epoch."""
        return float(self._call("state")["Now"])

    @property
    def manual(self) -> bool:
        """True when time stands still until it is advanced."""
        return bool(self._call("state")["Manual"])

    def endpoints(self) -> tuple[EndpointNow, ...]:
        """All endpoints of all regions, as they are now."""
        return tuple([read_endpoint(each) for each in self._call("state")["Endpoints"]])

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
        place = region or self._region
        return self._told("advance-until", EndpointName=endpoint, Region=place, **goal)

    def advance_to_rest(self, endpoint: str, *, region: str | None = None) -> tuple[Happening, ...]:
        """The same, up to the moment at which nothing of an endpoint is under way any more."""
        place = region or self._region
        return self._told("advance-to-rest", EndpointName=endpoint, Region=place)

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
            EndpointName=endpoint,
            Faults=[*faults],
            When=str(when),
            Region=region or self._region,
        )

    def withdraw_faults(self, endpoint: str, *, region: str | None = None) -> None:
        """Take back every fault of an endpoint: those that wait, and those that still hold."""
        place = region or self._region
        self._call("withdraw-faults", EndpointName=endpoint, Region=place)

    def limit_capacity(
        self, limit: int | None, endpoint: str | None = None, *, region: str | None = None
    ) -> None:
        """Let no more than `limit` instances be alive, of an endpoint or of each."""
        named = {} if endpoint is None else {"EndpointName": endpoint}
        self._call("limit-capacity", Limit=limit, Region=region or self._region, **named)

    def stop_update(
        self, endpoint: str, by: str = "operator", *, region: str | None = None
    ) -> None:
        """Ask for the update in progress to stop."""
        place = region or self._region
        self._call("stop-update", EndpointName=endpoint, By=by, Region=place)

    def reset(self) -> None:
        """Make everything as it was at first, but for the time."""
        self._call("reset")

    def _told(self, name: str, **body: object) -> tuple[Happening, ...]:
        return tuple([read_happening(each) for each in self._call(name, **body)["Happenings"]])

    def _call(self, name: str, **body: object) -> Any:
        given = None if name == "state" else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self._url}{CONTROL_PREFIX}{name}", given, headers)
        try:
            with self._opener.open(request, timeout=self._timeout_seconds) as answer:
                return _parsed(answer.read(), answer.status)
        except HTTPError as refused:
            with refused:
                document = _parsed(refused.read(), refused.code)
            error = read_error(document)
            raise (error or RollingError(f"{self._url} answered {refused.code}")) from None


def _parsed(data: bytes, status: int) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        text = f"what answered {status} is no local SageMaker with control calls"
        raise RollingError(text) from None
