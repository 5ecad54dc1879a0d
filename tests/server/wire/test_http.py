"""The server under unmodified clients, under load, and under clients that misbehave."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from rolling.server.service import Answer, Parameters, ServiceError
from rolling.server.wire import HttpRequest, HttpResponse, Server
from rolling.server.wire.http import WELCOME

pytestmark = pytest.mark.slow

LIMIT = 100_000
TIMEOUT = 0.5


class Things:
    """Endpoints that have a name and nothing else, and alarms likewise."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.regions: set[str] = set()
        self.slow = threading.Event()
        self.answer_now = threading.Event()

    def __call__(
        self, service: str, operation: str, parameters: Parameters, region: str, /
    ) -> Answer:
        self.regions.add(region)
        match operation:
            case "CreateEndpoint":
                self.names.add(parameters["EndpointName"])
                return {"EndpointArn": arn(parameters["EndpointName"], region)}
            case "DescribeEndpoint" if parameters["EndpointName"] == "slow":
                self.slow.set()
                assert self.answer_now.wait(10)
                return self.described("slow", region)
            case "DescribeEndpoint" if parameters["EndpointName"] in self.names:
                return self.described(parameters["EndpointName"], region)
            case "DescribeEndpoint":
                name = arn(parameters["EndpointName"], region)
                raise ServiceError(f'Could not find endpoint "{name}".')
            case "DescribeAlarms":
                alarm = {"AlarmName": "é<1>", "StateUpdatedTimestamp": 1_700_000_000.5}
                return {"MetricAlarms": [alarm]}
            case "SetAlarmState":
                raise ServiceError("Unknown", "ResourceNotFound", 404)
        return {}

    def described(self, name: str, region: str) -> Answer:
        """What DescribeEndpoint says."""
        return {
            "EndpointName": name,
            "EndpointArn": arn(name, region),
            "EndpointStatus": "InService",
            "CreationTime": 1_700_000_000.5,
            "LastModifiedTime": 1_700_000_001.0,
        }


def arn(name: str, region: str) -> str:
    return f"arn:aws:sagemaker:{region}:123456789012:endpoint/{name}"


def controlled(request: HttpRequest) -> HttpResponse:
    if request.path.endswith("/bug"):
        raise KeyError("inside")
    text = f"{request.method} {request.target} {request.body.decode()}"
    return HttpResponse(202, {"Content-Type": "text/plain", "X-Own": "yes"}, text.encode())


@pytest.fixture
def things() -> Things:
    return Things()


@pytest.fixture
def server(things: Things) -> Iterator[Server]:
    with Server(things, controlled, body_limit_bytes=LIMIT) as started:
        yield started
        things.answer_now.set()


@pytest.fixture
def impatient(things: Things) -> Iterator[Server]:
    """A server that waits for nobody."""
    with Server(things, socket_timeout_seconds=TIMEOUT) as started:
        yield started


def client(server: Server, service: str, **config: Any) -> Any:
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name="eu-central-1",
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def request(
    server: Server,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[HTTPResponse, bytes]:
    """One request on a connection of its own."""
    connection = HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def raw(server: Server, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Everything that the server sends back until it closes the connection."""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        received = b""
        while more := connection.recv(65_536):
            received += more
        return received


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


TARGET = "X-Amz-Target: SageMaker.DescribeEndpoint"


def still_serves(server: Server) -> bool:
    response, _ = request(server, "GET", "/")
    return response.status == 200


# --- clients ------------------------------------------------------------------


def test_boto3_calls_sagemaker_and_cloudwatch_on_one_port(server: Server, things: Things) -> None:
    sagemaker, cloudwatch = client(server, "sagemaker"), client(server, "cloudwatch")
    created = sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    assert created["EndpointArn"] == arn("e", "eu-central-1")
    described = sagemaker.describe_endpoint(EndpointName="e")
    assert described["CreationTime"].timestamp() == 1_700_000_000.5
    sagemaker.delete_endpoint(EndpointName="e")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["é<1>"])["MetricAlarms"]
    assert (alarm["AlarmName"], alarm["StateUpdatedTimestamp"].timestamp()) == (
        "é<1>",
        1_700_000_000.5,
    )
    assert things.regions == {"eu-central-1"}


def test_boto3_raises_the_errors_that_its_users_catch(server: Server) -> None:
    sagemaker, cloudwatch = client(server, "sagemaker"), client(server, "cloudwatch")
    with pytest.raises(ClientError, match="Could not find endpoint") as caught:
        sagemaker.describe_endpoint(EndpointName="e")
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="r")
    with pytest.raises(ClientError, match="less than or equal to 3600"):
        size = {"Type": "CAPACITY_PERCENT", "Value": 10}
        sagemaker.update_endpoint(
            EndpointName="e",
            EndpointConfigName="c",
            DeploymentConfig={
                "RollingUpdatePolicy": {"MaximumBatchSize": size, "WaitIntervalInSeconds": 5_000}
            },
        )


def test_fifty_client_threads_are_served_at_once(server: Server, things: Things) -> None:
    all_here = threading.Barrier(50, timeout=30)

    def use(number: int) -> list[str]:
        sagemaker = clients[number]
        all_here.wait()
        name = f"endpoint-{number}"
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="c")
        return [sagemaker.describe_endpoint(EndpointName=name)["EndpointName"] for _ in range(5)]

    session = boto3.Session("AKID", "secret", region_name="eu-central-1")
    config = Config(retries={"total_max_attempts": 1})
    shared = [session.client("sagemaker", endpoint_url=server.url, config=config) for _ in range(5)]
    clients = shared * 10
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(use, range(50)))
    assert found == [[f"endpoint-{number}"] * 5 for number in range(50)]
    assert len(things.names) == 50


def test_one_connection_carries_many_requests(server: Server) -> None:
    connection = HTTPConnection(server.host, server.port, timeout=10)
    connection.connect()
    first = connection.sock
    for _ in range(20):
        connection.request("POST", "/", b"{}", {"X-Amz-Target": "SageMaker.DescribeEndpoint"})
        assert b"endpointName" in connection.getresponse().read()
        assert connection.sock is first
    connection.close()


def test_a_slow_operation_holds_nobody_else(server: Server, things: Things) -> None:
    with ThreadPoolExecutor(1) as pool:
        sagemaker = client(server, "sagemaker")
        slow = pool.submit(sagemaker.describe_endpoint, EndpointName="slow")
        assert things.slow.wait(10)
        assert still_serves(server)
        things.answer_now.set()
        assert slow.result(10)["EndpointName"] == "slow"


# --- methods and paths --------------------------------------------------------


def test_a_browser_is_told_what_this_is(server: Server) -> None:
    response, body = request(server, "GET", "/")
    assert (response.status, body.decode()) == (200, f"{WELCOME}\n")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert request(server, "GET", "/favicon.ico")[0].status == 404


def test_a_head_has_the_headers_of_a_get_and_no_body(server: Server) -> None:
    answer = raw(server, head("HEAD / HTTP/1.1", "Connection: close"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert f"Content-Length: {len(WELCOME) + 1}".encode() in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FROBNICATE"])
def test_another_method_is_not_allowed(server: Server, method: str) -> None:
    response, _ = request(server, method, "/")
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_paths_of_control_go_to_its_handler(server: Server, method: str) -> None:
    response, body = request(server, method, "/_rolling/time?x=1", b"now")
    assert (response.status, body) == (202, f"{method} /_rolling/time?x=1 now".encode())
    assert response.headers["X-Own"] == "yes"


def test_a_bug_of_a_control_call_is_logged_and_answered(
    server: Server, logged_bugs: list[str]
) -> None:
    response, body = request(server, "GET", "/_rolling/bug")
    assert response.status == 500
    assert b"inside" not in body and b"Traceback" not in body
    assert len(logged_bugs) == 1 and "inside" in logged_bugs[0]
    logged_bugs.clear()


def test_without_a_control_handler_there_are_no_control_calls(things: Things) -> None:
    with Server(things) as server:
        assert request(server, "POST", "/_rolling/time", b"")[0].status == 404


# --- bodies -------------------------------------------------------------------


def test_a_body_over_the_limit_is_refused_and_the_client_hears_it(server: Server) -> None:
    headers = {"X-Amz-Target": "SageMaker.DescribeEndpoint"}
    response, body = request(server, "POST", "/", b"x" * (20 * LIMIT), headers)
    assert response.status == 413
    assert str(LIMIT).encode() in body
    assert still_serves(server)


def test_a_body_at_the_limit_is_read(server: Server) -> None:
    headers = {"X-Amz-Target": "SageMaker.DescribeEndpoint"}
    body = b'{"EndpointName": "e"}'.ljust(LIMIT)
    assert b"Could not find" in request(server, "POST", "/", body, headers)[1]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 411),
        (["Content-Length: x"], 400),
        (["Content-Length: -1"], 400),
        (["Content-Length: 1e3"], 400),
        (["Content-Length: +2"], 400),
        (["Content-Length: "], 400),
        (["Content-Length: 2", "Content-Length: 3"], 400),
        (["Content-Length: 99999999999999999999999"], 400),
        (["Content-Length: 999999999999"], 413),
        (["Transfer-Encoding: gzip"], 400),
        (["Transfer-Encoding: chunked", "Content-Length: 2"], 400),
        (["Content-Encoding: gzip", "Content-Length: 2"], 415),
    ],
)
def test_a_length_that_cannot_be_trusted_ends_the_connection(
    server: Server, lines: list[str], status: int
) -> None:
    answer = raw(server, head("POST / HTTP/1.1", TARGET, *lines))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in answer
    assert still_serves(server)


def test_a_chunked_body_is_read(server: Server) -> None:
    answer = raw(
        server,
        head("POST / HTTP/1.1", TARGET, "Transfer-Encoding: chunked", "Connection: close"),
        b'5;ext=1\r\n{"End\r\n',
        b'10\r\npointName": "e"}\r\n0\r\nTrailer: x\r\n\r\n',
    )
    assert b"Could not find endpoint" in answer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x\r\n", 400),
        (b"-1\r\n", 400),
        (b"5\r\nabcdefgh\r\n", 400),
        (b"1" * 2_000 + b"\r\n", 400),
        (b"FFFFFF\r\n", 413),
        (b"FFFFFFFFFFFFFFFFFF\r\n", 400),
        (b"0\r\n" + b"a: b\r\n" * 200 + b"\r\n", 400),
    ],
)
def test_chunks_that_are_none_end_the_connection(server: Server, body: bytes, status: int) -> None:
    start = head("POST / HTTP/1.1", TARGET, "Transfer-Encoding: chunked")
    assert raw(server, start, body).startswith(f"HTTP/1.1 {status} ".encode())
    assert still_serves(server)


def test_a_client_that_asks_first_is_told_to_continue(server: Server) -> None:
    start = head("POST / HTTP/1.1", TARGET, "Content-Length: 21", "Expect: 100-continue")
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(start)
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b'{"EndpointName": "e"}')
        assert b"Could not find endpoint" in connection.recv(65_536)


def test_a_client_that_asks_first_is_not_asked_for_too_much(server: Server) -> None:
    lines = (TARGET, f"Content-Length: {LIMIT + 1}", "Expect: 100-continue")
    assert raw(server, head("POST / HTTP/1.1", *lines)).startswith(b"HTTP/1.1 413 ")


# --- clients that misbehave -----------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET / HTTP/x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"nonsense\r\n\r\n", 400),
        (b"PUT /\r\n\r\n", 400),
    ],
    ids=[
        "tls",
        "version",
        "not a version",
        "headers",
        "long header",
        "long line",
        "nonsense",
        "without a version",
    ],
)
def test_what_is_not_http_is_answered_in_plain_text(
    server: Server, sent: bytes, status: int
) -> None:
    answer = raw(server, sent)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in answer
    assert b"<html" not in answer.lower()
    assert still_serves(server)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST / HT",
        b"POST / HTTP/1.1\r\nContent-Le",
        head("POST / HTTP/1.1", TARGET, "Content-Length: 50") + b"{",
        head("POST / HTTP/1.1", TARGET, "Transfer-Encoding: chunked") + b"5\r\na",
        head("POST / HTTP/1.1", TARGET, "Transfer-Encoding: chunked"),
    ],
    ids=["nothing", "line", "headers", "body", "chunk", "chunks"],
)
@pytest.mark.parametrize("ends", ["stops", "closes", "resets"])
def test_a_client_that_stops_or_goes_is_let_go(
    impatient: Server, sent: bytes, ends: str, capfd: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    with socket.create_connection((impatient.host, impatient.port), timeout=10) as connection:
        connection.sendall(sent)
        if ends == "closes":
            connection.shutdown(socket.SHUT_WR)
        elif ends == "resets":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()
        received = b""
        while ends != "resets" and (more := connection.recv(65_536)):
            received += more
    assert time.monotonic() - started < TIMEOUT + 5
    # Half a head that ends there may be told what is missing; half a body may not.
    assert b"200 OK" not in received and b"Traceback" not in received
    assert still_serves(impatient)
    assert capfd.readouterr() == ("", "")


def test_a_body_that_drips_is_cut_off_at_the_deadline(impatient: Server) -> None:
    start = head("POST / HTTP/1.1", TARGET, "Content-Length: 1000")
    started = time.monotonic()
    with socket.create_connection((impatient.host, impatient.port), timeout=10) as connection:
        connection.sendall(start)
        with pytest.raises(OSError):
            for _ in range(200):
                connection.sendall(b" ")
                time.sleep(TIMEOUT / 10)
    assert time.monotonic() - started < TIMEOUT + 5


def test_a_client_that_does_not_wait_for_its_answer_harms_nobody(
    server: Server, things: Things, capfd: pytest.CaptureFixture[str]
) -> None:
    body = b'{"EndpointName": "slow"}'
    start = head("POST / HTTP/1.1", TARGET, f"Content-Length: {len(body)}")
    connection = socket.create_connection((server.host, server.port), timeout=10)
    connection.sendall(start + body)
    assert things.slow.wait(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    things.answer_now.set()
    assert still_serves(server)
    server.stop()
    assert capfd.readouterr() == ("", "")


# --- starting and stopping ------------------------------------------------------


def test_it_is_bound_to_loopback_and_takes_a_free_port(things: Things) -> None:
    with Server(things) as one, Server(things) as two:
        assert one.host == two.host == "127.0.0.1"
        assert one.port != two.port
        assert one.url == f"http://127.0.0.1:{one.port}"


def test_a_port_that_is_taken_is_an_error(server: Server, things: Things) -> None:
    with pytest.raises(OSError):
        Server(things, port=server.port)


def test_after_stopping_nobody_answers_and_no_thread_is_left(things: Things) -> None:
    before = set(threading.enumerate())
    server = Server(things)
    server.start()
    idle = HTTPConnection(server.host, server.port, timeout=10)
    idle.request("GET", "/")
    idle.getresponse().read()
    sagemaker = client(server, "sagemaker", connect_timeout=2)
    sagemaker.delete_endpoint(EndpointName="e")
    started = time.monotonic()
    server.stop()
    server.stop()
    assert time.monotonic() - started < 2
    assert set(threading.enumerate()) <= before
    with pytest.raises(EndpointConnectionError):
        sagemaker.delete_endpoint(EndpointName="e")
    sagemaker.close()
    idle.close()


def test_an_answer_in_the_making_is_given_before_the_end(things: Things) -> None:
    server = Server(things)
    server.start()
    sagemaker = client(server, "sagemaker")
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(sagemaker.describe_endpoint, EndpointName="slow")
        assert things.slow.wait(10)
        stopping = pool.submit(server.stop)
        time.sleep(0.2)
        assert not slow.done()
        things.answer_now.set()
        assert slow.result(10)["EndpointName"] == "slow"
        stopping.result(10)


def test_a_server_that_never_served_stops_too(things: Things) -> None:
    server = Server(things)
    server.stop()
    server.serve_forever()


def test_serving_ends_when_another_thread_stops_it(things: Things) -> None:
    server = Server(things)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    assert still_serves(server)
    server.stop()
    serving.join(5)
    assert not serving.is_alive()


def test_the_body_of_an_error_is_json_for_any_json_client(server: Server) -> None:
    headers = {"X-Amz-Target": "SageMaker.DescribeEndpoint", "Content-Type": "text/plain"}
    response, body = request(server, "POST", "/", b"{}", headers)
    assert (response.status, json.loads(body)["__type"]) == (400, "ValidationException")
    assert response.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert response.headers["x-amzn-RequestId"]
