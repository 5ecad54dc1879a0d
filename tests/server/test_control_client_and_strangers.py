"""A control client says in one kind of error that something else answers than a local SageMaker."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from rolling.core.errors import InvalidInput, RollingError
from rolling.server.control_client import ControlClient

NO_SAGEMAKER = "not a local SageMaker with control calls"


@contextmanager
def answering(said: bytes) -> Iterator[ControlClient]:
    """A client of something that says this to whoever calls once, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(said)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield ControlClient(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_seconds=9)
        finally:
            thread.join()


def http(body: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


CALLS: list[Callable[[ControlClient], object]] = [
    ControlClient.now,
    lambda client: client.manual,
    ControlClient.endpoints,
    ControlClient.running,
    ControlClient.events,
    lambda client: client.advance(1),
    lambda client: client.advance_until("e", phase="Baking"),
    lambda client: client.inject("e", [{"Kind": "Stop"}]),
    lambda client: client.stop_update("e"),
    ControlClient.reset,
]

WRONG = {
    "an empty object": "{}",
    "a list": "[]",
    "a text": '"x"',
    "null": "null",
    "a web page": "<html>",
    "bytes that are no text": "\xff\xfe",
    "another's fields": '{"Now": "noon", "Endpoints": 3, "Events": 4}',
    "another's items": '{"Now": [], "Endpoints": ["x"], "Events": [{}]}',
    "unknown words": '{"Now": null, "Endpoints": [{"EndpointName": "e"}], '
    '"Events": [{"At": 1, "Region": "r", "EndpointName": "e", "EndpointStatus": "Fine", '
    '"Stage": null, "Why": "so"}]}',
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_an_answer_of_another_form_is_no_local_sagemakers(
    call: Callable[[ControlClient], object], body: str
) -> None:
    with answering(http(body)) as client, pytest.raises(RollingError, match=NO_SAGEMAKER):
        call(client)


@pytest.mark.parametrize(
    "said",
    [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"],
    ids=["nothing", "another protocol", "half an answer"],
)
def test_what_speaks_no_http_is_no_local_sagemaker(said: bytes) -> None:
    expected = NO_SAGEMAKER if said else "Nothing answers at http"
    with answering(said) as client, pytest.raises(RollingError, match=expected):
        client.now()


def test_a_port_where_nothing_listens_is_told_with_its_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with pytest.raises(RollingError, match=rf"Nothing answers at {url} \(.*refused"):
        ControlClient(url).now()


@pytest.mark.parametrize(
    "url", ["nonsense", "", "127.0.0.1:4577", "http://h:80000", "ftp://h", "http://h/ä"]
)
def test_what_is_no_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ControlClient(url)
    [problem] = refused.value.problems
    assert (problem.field, problem.fix) == ("url", "http://127.0.0.1:4577")


@pytest.mark.parametrize("body", ["{}", "[]", '{"Error": {"Problems": 3}}', "<html>"])
def test_an_error_of_another_form_is_no_local_sagemakers(body: str) -> None:
    with (
        answering(http(body, "404 Not Found")) as client,
        pytest.raises(RollingError, match="404") as caught,
    ):
        client.reset()
    assert not isinstance(caught.value, InvalidInput)
