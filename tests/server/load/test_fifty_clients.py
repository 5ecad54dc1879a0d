"""Fifty clients at once on one server: each finds what it has made, and nothing is left behind."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

import boto3
import pytest
from attrs import evolve
from botocore.config import Config

from rolling.server.cloud import Cloud
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import RunningTime
from rolling.server.wire import Server
from tests.server.load.audit import RESTING, audit
from tests.server.load.customers import any_call, config, describe, endpoint, furniture, sagemaker
from tests.server.load.talk import Line, served
from tests.server.wire.samples import request_of
from tests.server.wire.spoiling import spoilt, with_spoilt_bytes

pytestmark = pytest.mark.slow

CLIENTS = 50
OF_BOTO3 = 10
SHARED_CALLS = 25
REGION = "eu-west-1"
SPEED = 20_000


def test_fifty_clients_at_once_each_find_what_they_have_made(
    capfd: pytest.CaptureFixture[str],
) -> None:
    cloud = Cloud(RunningTime(SPEED))
    together = Barrier(CLIENTS)
    with served(cloud, capfd) as server:
        with Line(server) as line:
            for call in furniture():
                line.call(call)
        sagemaker_of_boto3 = boto3_client(server)

        def plain(number: int) -> Counter[int]:
            random = Random(f"client {number}")
            with Line(server) as line:
                together.wait(30)
                made = own_things(line, number)
                statuses = Counter([shared_call(line, random) for _ in range(SHARED_CALLS)])
                find_again(line, made)
            return statuses

        def of_boto3(number: int) -> Counter[int]:
            together.wait(30)
            by_boto3(sagemaker_of_boto3, number)
            return Counter()

        with ThreadPoolExecutor(CLIENTS) as pool:
            work = [
                pool.submit(of_boto3 if number < OF_BOTO3 else plain, number)
                for number in range(CLIENTS)
            ]
            statuses = sum((each.result(60) for each in work), Counter[int]())
        sagemaker_of_boto3.close()
        assert set(statuses) <= {200, 400, 404}
        assert statuses.total() == (CLIENTS - OF_BOTO3) * SHARED_CALLS
        assert statuses[200] > statuses.total() / 3
        with Line(server) as line:
            settled(line, cloud)
            assert set(audit(line.call, SteeredCloud(cloud).now()).values()) <= RESTING


def own_things(line: Line, number: int) -> str:
    """Make a model, a configuration and an endpoint that nobody else knows; its name."""
    name = f"own-{number}"
    container = {"Image": f"image:{number}"}
    line.call(sagemaker("CreateModel", ModelName=name, PrimaryContainer=container))
    line.call(config(name, 1 + number % 5, name))
    line.call(endpoint(name, name))
    return name


def find_again(line: Line, name: str) -> None:
    """What is there under the name is what `own_things` made."""
    number = int(name.removeprefix("own-"))
    model = line.call(sagemaker("DescribeModel", ModelName=name))
    assert model["PrimaryContainer"]["Image"] == f"image:{number}"
    described = line.call(sagemaker("DescribeEndpointConfig", EndpointConfigName=name))
    assert described["ProductionVariants"][0]["InitialInstanceCount"] == 1 + number % 5
    shown = line.call(describe(name))
    assert (shown["EndpointName"], shown["EndpointConfigName"]) == (name, name)
    assert "FailureReason" not in shown
    variants = shown.get("ProductionVariants") or shown["PendingDeploymentSummary"].get(
        "ProductionVariants"
    )
    assert variants[0]["DesiredInstanceCount"] == 1 + number % 5
    listed = line.call(sagemaker("ListEndpoints", NameContains=name, MaxResults=100))
    assert name in [each["EndpointName"] for each in listed["Endpoints"]]


def shared_call(line: Line, random: Random) -> int:
    """Make a call on what everybody works on, spoilt now and then; the HTTP status."""
    call = any_call(random, REGION)
    request = request_of("json", call.service, call.operation, call.parameters)
    match random.random():
        case chance if chance < 0.1:
            tree = spoilt(random, call.parameters)
            request = evolve(request, body=json.dumps(tree).encode())
        case chance if chance < 0.2:
            request = with_spoilt_bytes(random, request)
    response = line.send(request)
    assert b"Traceback" not in response.body
    return response.status


def by_boto3(client: Any, number: int) -> None:
    """Make, update and delete an endpoint as a deploy script does."""
    name = f"boto3-{number}"
    client.create_model(ModelName=name, PrimaryContainer={"Image": "image:1"})
    for count in (1, 2):
        client.create_endpoint_config(**config(f"{name}-{count}", count, name).parameters)
    client.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-1")
    waiter = client.get_waiter("endpoint_in_service")
    patience = {"Delay": 0.05, "MaxAttempts": 400}
    waiter.wait(EndpointName=name, WaiterConfig=patience)
    client.update_endpoint(EndpointName=name, EndpointConfigName=f"{name}-2")
    waiter.wait(EndpointName=name, WaiterConfig=patience)
    shown = client.describe_endpoint(EndpointName=name)
    assert shown["EndpointConfigName"] == f"{name}-2"
    assert shown["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    client.delete_endpoint(EndpointName=name)
    client.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=patience)


def boto3_client(server: Server) -> Any:
    """An ordinary client, for many threads."""
    return boto3.client(
        "sagemaker",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(max_pool_connections=OF_BOTO3, retries={"total_max_attempts": 1}),
    )


def settled(line: Line, cloud: Cloud) -> None:
    """Make the alarms readable and wait until nothing is under way."""
    for call in furniture():
        if call.service == "cloudwatch":
            line.call(call)
    steering = SteeredCloud(cloud)
    deadline = steering.now() + 200_000
    while steering.running():
        assert steering.now() < deadline, steering.running()
        time.sleep(0.02)
