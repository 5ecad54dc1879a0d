"""Control calls over HTTP: what Cloud does, its errors as JSON, and a client of them."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from rolling.core.errors import InvalidInput, RollingError
from rolling.server.control_calls import CALLS
from rolling.server.control_client import ControlClient
from rolling.server.control_http import respond_to_control
from rolling.server.timekeeping import RunningTime
from rolling.server.wire import HttpRequest, Server
from tests.server.clouds import NAME, START, Sky

JSON = dict[str, Any]


@pytest.fixture
def sky() -> Sky:
    sky = Sky()
    sky.create()
    return sky


@pytest.fixture
def client(sky: Sky) -> Iterator[ControlClient]:
    """A client of a server around the sky's cloud."""
    with Server(sky.cloud.call, partial(respond_to_control, sky.cloud)) as server:
        yield ControlClient(server.url)


def answer(sky: Sky, name: str, body: object = None, method: str = "POST") -> tuple[int, JSON]:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    response = respond_to_control(sky.cloud, HttpRequest(method, f"/_rolling/{name}", {}, data))
    assert response.headers["Content-Type"] == "application/json"
    return response.status, json.loads(response.body)


def test_the_state_is_the_time_and_what_is_under_way(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    status, state = answer(sky, "state", method="GET")
    assert status == 200
    assert state == {
        "Now": START + 240 + 335 + 245,
        "Manual": True,
        "Endpoints": [
            {
                "Region": "us-east-1",
                "EndpointName": NAME,
                "EndpointStatus": "Updating",
                "EndpointConfigName": "config-1",
                "PendingEndpointConfigName": "config-2",
                "Stage": {"Direction": "Forward", "Batch": 2, "Attempt": 1, "Phase": "Baking"},
                "UnderWay": "my-endpoint in us-east-1 is being updated to config-2: "
                "batch 2 of 3, baking.",
                "UnusedFaults": [],
                "WaitingFaults": [],
            }
        ],
    }


def test_advancing_tells_what_happened(sky: Sky) -> None:
    sky.update()
    sky.events()
    status, told = answer(sky, "advance-to-next-event")
    assert (status, told["Now"]) == (200, START + 480)
    (event,) = told["Events"]
    assert event["Why"].startswith("Batch 1 of 3 is in service")
    assert event["Stage"] == {
        "Direction": "Forward",
        "Batch": 1,
        "Attempt": 1,
        "Phase": "Shifting",
    }


def test_what_is_told_is_true_of_the_moment_that_is_told_with_it() -> None:
    seconds = [0.0]  # at each look at the time, the next of these; the last at all later ones
    time = RunningTime(1, START, lambda: seconds.pop(0) if seconds[1:] else seconds[0])
    sky = Sky(time)
    sky.call("CreateEndpoint", EndpointName=NAME, EndpointConfigName="config-1")
    seconds[:] = [239.0, 240.0]
    told = [answer(sky, "state", method="GET")[1] for _ in range(2)]
    assert [(each["Now"] - START, each["Endpoints"][0]["EndpointStatus"]) for each in told] == [
        (239, "Creating"),
        (240, "InService"),
    ]


def test_a_path_and_a_method_that_are_none_are_told_what_there_is(sky: Sky) -> None:
    status, document = answer(sky, "advnace")
    assert status == 404
    assert all(name in document["Error"]["Problems"][0]["Rule"] for name in CALLS)
    status, document = answer(sky, "reset", method="GET")
    assert (status, document["Error"]["Problems"][0]["Fix"]) == (405, "POST")
    status, document = answer(sky, "", method="GET")
    assert (status, document["Calls"].keys()) == (200, CALLS.keys())


def test_the_client_says_what_the_cloud_would(sky: Sky, client: ControlClient) -> None:
    assert client.manual
    assert client.now() == sky.now()
    assert client.running() == ()
    sky.events()
    sky.update()
    happened = client.advance_until(NAME, batch=3, phase="Baking", direction="Forward")
    assert [str(each.stage) for each in happened][-1] == "forward 3.1 baking"
    assert client.endpoints() == sky.endpoints()
    assert client.running() == sky.running() != ()
    client.inject(NAME, [{"Kind": "Alarm"}], "Now")
    client.limit_capacity(4, NAME)
    client.advance(1)
    client.advance_to_next_event()
    client.advance_to_rest(NAME)
    assert "p99" in sky.shown()["FailureReason"]
    now = client.now()
    client.advance_to(now + 5)
    assert (client.now(), client.events()) == (now + 5, ())
    client.limit_capacity(None)
    sky.update()
    client.stop_update(NAME, "a test")
    client.advance_to_rest(NAME)
    assert "a test" in sky.shown()["FailureReason"]
    client.reset()
    assert client.endpoints() == ()


def test_the_client_raises_what_the_cloud_would(sky: Sky, client: ControlClient) -> None:
    with pytest.raises(InvalidInput) as expected:
        sky.advance_until(NAME, batch=0, phase="Bake")
    with pytest.raises(InvalidInput) as caught:
        client.advance_until(NAME, batch=0, phase="Bake")
    assert caught.value.problems == expected.value.problems


def test_the_client_says_so_when_something_else_answers(sky: Sky) -> None:
    with (
        Server(sky.cloud.call) as without,
        pytest.raises(RollingError, match="not a local SageMaker with control calls"),
    ):
        ControlClient(without.url).now()
    with pytest.raises(RollingError, match="Nothing answers at"):
        ControlClient(without.url).now()
