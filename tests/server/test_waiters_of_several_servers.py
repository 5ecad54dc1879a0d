"""A waiter moves the time of the server that its client talks to, however many there are."""

import time
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.client import BaseClient

from rolling.server.clients import LocalSageMaker, local_sagemaker
from rolling.server.local_server import LocalSageMakerServer, local_sagemaker_server
from rolling.server.timekeeping import ManualTime, RunningTime

pytestmark = pytest.mark.slow

Local = LocalSageMaker | LocalSageMakerServer


def client_of(local: Local, host: str | None = None) -> Any:
    if isinstance(local, LocalSageMaker):
        return local.sagemaker
    parts = urlsplit(local.url)
    return boto3.client(
        "sagemaker",
        endpoint_url=f"http://{host or parts.hostname}:{parts.port}",
        region_name=local.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def waits(client: Any) -> None:
    """Make an endpoint, and wait until it is in service."""
    client.create_model(ModelName="m", PrimaryContainer={"Image": "i"})
    variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large"}
    variants = [{**variant, "InitialInstanceCount": 1}]
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=variants)
    client.create_endpoint(EndpointName="e", EndpointConfigName="c")
    client.get_waiter("endpoint_in_service").wait(EndpointName="e")


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiter that slept for real would hang here: so it fails."""

    def refuse(seconds: float) -> None:
        assert seconds == 0, f"a waiter sleeps {seconds} s for real"

    monkeypatch.setattr("botocore.waiter.time.sleep", refuse)


SERVER, CLIENTS = local_sagemaker_server, local_sagemaker


@pytest.mark.parametrize(
    "makers",
    [(SERVER, SERVER), (SERVER, CLIENTS), (CLIENTS, SERVER)],
    ids=["two servers", "clients in a server", "a server in clients"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_that_are_nested_each_has_its_own(makers: Any, turned: bool) -> None:
    with makers[0](time=ManualTime(1000)) as one, makers[1](time=ManualTime(9000)) as other:
        first, second = (other, one) if turned else (one, other)
        at_first = second.now()
        began = first.now()
        waits(client_of(first))
        assert (first.now(), second.now()) == (began + 240, at_first)
        waits(client_of(second))
        assert second.now() == at_first + 240


def test_they_may_end_in_any_order_and_leave_botocore_as_it_was() -> None:
    before = BaseClient.get_waiter
    first: AbstractContextManager[LocalSageMakerServer] = local_sagemaker_server()
    with ExitStack() as stack:
        one = first.__enter__()
        other = stack.enter_context(local_sagemaker_server())
        waits(client_of(one))
        first.__exit__(None, None, None)
        waits(client_of(other))
    assert BaseClient.get_waiter is before


def test_a_server_is_itself_by_another_name_of_this_machine() -> None:
    with local_sagemaker_server(time=ManualTime(1000)) as server:
        waits(client_of(server, "localhost"))
        assert server.now() == 1240


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_of_every_address_is_itself_by_each(host: str) -> None:
    with local_sagemaker_server(host="0.0.0.0", time=ManualTime(1000)) as server:
        waits(client_of(server, host))
        assert server.now() == 1240


@pytest.mark.parametrize("turned", [False, True])
def test_servers_of_one_port_on_two_addresses_are_two(turned: bool) -> None:
    hosts = ["127.0.0.2", "127.0.0.1"] if turned else ["127.0.0.1", "127.0.0.2"]
    with local_sagemaker_server(host=hosts[0], time=ManualTime(1000)) as one:
        port = urlsplit(one.url).port or 0
        with local_sagemaker_server(host=hosts[1], port=port, time=ManualTime(9000)) as other:
            waits(client_of(one))
            assert (one.now(), other.now()) == (1240, 9000)
            waits(client_of(other))
            assert (one.now(), other.now()) == (1240, 9240)
        one.reset()
        waits(client_of(one))
        assert one.now() == 1480


def test_what_somebody_else_makes_of_botocore_meanwhile_is_left_alone() -> None:
    before = BaseClient.get_waiter
    with patch.object(BaseClient, "get_waiter", before):
        with local_sagemaker_server() as server:
            ours = BaseClient.get_waiter

            def theirs(client: Any, waiter_name: str) -> Any:
                return ours(client, waiter_name)

            BaseClient.get_waiter = theirs
            waits(client_of(server))
        assert BaseClient.get_waiter is theirs
        # It calls what was ours then, which moves no time any more; what is ours now does.
        with local_sagemaker_server(time=ManualTime(1000)) as server:
            waits(client_of(server))
            assert server.now() == 1240
        assert BaseClient.get_waiter is theirs
    assert BaseClient.get_waiter is before


def test_a_patch_of_botocore_that_ends_first_stays_ended() -> None:
    before = BaseClient.get_waiter
    patched = patch.object(BaseClient, "get_waiter", lambda *given: before(*given))
    patched.start()
    with local_sagemaker_server():
        patched.stop()
    assert BaseClient.get_waiter is before
    with local_sagemaker_server(time=ManualTime(1000)) as server:
        waits(client_of(server))
        assert server.now() == 1240


def test_waiters_of_running_time_beside_it_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    elapsed = iter(range(0, 100_000, 100))
    running = RunningTime(1, 1000, lambda: next(elapsed))
    with local_sagemaker_server(), local_sagemaker_server(time=running) as server:
        waits(client_of(server))
    assert set(slept) == {30}
