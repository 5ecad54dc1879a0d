"""A web page cannot use a server of this machine's through the browser that shows it."""

from http.client import HTTPConnection

import pytest

from rolling.server.service import Answer, Parameters
from rolling.server.wire import HttpRequest, HttpResponse, Server
from rolling.server.wire.browsers import from_elsewhere

TARGET = {"X-Amz-Target": "SageMaker.DeleteEndpoint"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Host": "example.org"},
        {"Host": "rebound.example.org:4577", "Origin": "http://rebound.example.org:4577"},
        {"Host": "127.0.0.1.example.org"},
        {"Host": "192.0.2.1"},
        {"Host": "["},
        {"Host": ""},
    ],
    ids=str,
)
def test_a_foreign_page_or_name_is_refused_and_changes_nothing(headers: dict[str, str]) -> None:
    done: list[str] = []

    def call(service: str, operation: str, parameters: Parameters, region: str, /) -> Answer:
        done.append(operation)
        return {}

    def control(request: HttpRequest) -> HttpResponse:
        done.append(request.path)
        return HttpResponse(200, {})

    with Server(call, control) as server:
        for path in ("/", "/_rolling/reset"):
            connection = HTTPConnection(server.host, server.port, timeout=10)
            connection.request("POST", path, b'{"EndpointName": "e"}', {**TARGET, **headers})
            response = connection.getresponse()
            text = response.read().decode()
            connection.close()
            assert (response.status, text.count("\n"), done) == (403, 1, [])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "127.0.0.1:4577"},
        {"host": "localhost"},
        {"host": "LOCALHOST.:80"},
        {"host": "sagemaker.localhost:4577"},
        {"host": "[::1]:4577"},
        {"host": "127.9.9.9"},
        {"host": "localhost:4577", "origin": "http://localhost:4577"},
    ],
    ids=str,
)
def test_this_machines_own_names_and_pages_are_let_in(headers: dict[str, str]) -> None:
    assert from_elsewhere(HttpRequest("POST", "/", headers), "127.0.0.1") is None


def test_a_server_that_others_reach_has_names_that_it_does_not_know() -> None:
    named = HttpRequest("POST", "/", {"host": "build-box:4577"})
    assert from_elsewhere(named, "0.0.0.0") is None
    page = HttpRequest("POST", "/", {"host": "build-box:4577", "origin": "https://example.org"})
    assert from_elsewhere(page, "0.0.0.0") is not None
