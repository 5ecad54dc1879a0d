"""Talking HTTP to a server: a connection that stays open, and calls in JSON on it."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import enumerate as threads
from typing import Any, Self

import pytest

from rolling.server.cloud import Cloud
from rolling.server.wire import HttpRequest, HttpResponse, Server
from tests.server.load.customers import Call
from tests.server.wire.samples import request_of

TIMEOUT_SECONDS = 30
SWITCH_SECONDS = 1e-5


class Line:
    """A connection to a server, for one thread."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection(server.host, server.port, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def send(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request. A hang is a TimeoutError."""
        headers = dict(request.headers)
        self._connection.request(request.method, request.target, request.body, headers)
        response = self._connection.getresponse()
        return HttpResponse(response.status, dict(response.headers), response.read())

    def call(self, call: Call) -> Mapping[str, Any]:
        """The answer of a call that must succeed, in JSON; times are seconds since the epoch."""
        response = self.send(request_of("json", call.service, call.operation, call.parameters))
        assert response.status == 200, f"{call} -> {response}"
        answer: Mapping[str, Any] = json.loads(response.body) if response.body else {}
        return answer


@contextmanager
def served(cloud: Cloud, capfd: pytest.CaptureFixture[str]) -> Iterator[Server]:
    """A server of the cloud, which prints nothing, logs no warning and leaves no thread."""
    before = set(threads())
    interval = sys.getswitchinterval()
    # Threads take turns so often that what is not guarded is soon caught halfway.
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        with _warnings() as warnings, Server(cloud.call, implements=cloud.implements) as server:
            yield server
    finally:
        sys.setswitchinterval(interval)
    assert set(threads()) <= before
    assert warnings == []
    assert capfd.readouterr() == ("", "")


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """What the server logs as a warning or worse."""
    found: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    handler, logger = Kept(logging.WARNING), logging.getLogger("rolling.server")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
