"""(e) The local SageMaker: what a call costs beside moto's, and what many endpoints do.

Both servers get the same bytes and run in this process, each over one
connection for as long as it keeps it: moto's closes it after each answer. In
process, both are called by unmodified boto3 clients, whose own cost is the larger
part of it. Everything that is simulated takes no time here, as in moto, so that
endpoints may be made and deleted in a row. moto has no UpdateEndpoint: it is
measured alone.
"""

import gc
import itertools
import json
import logging
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import boto3
from moto import mock_aws
from moto.server import ThreadedMotoServer

from rolling.backends.simulated import SimulationSettings
from rolling.server.clients import local_sagemaker
from rolling.server.cloud import Cloud
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime, RunningTime
from rolling.server.wire import Server
from tests.bench.measure import Latency, latencies

REGION = "us-east-1"
AT_ONCE = SimulationSettings(provisioning_seconds=0, shift_seconds=0, cleanup_seconds=0)
"""How moto's endpoints are: there at birth."""

ENDPOINTS = 1_000
WEIGHED = 200

Ask = Callable[[str, Mapping[str, Any]], object]
"""Makes a call of SageMaker's; raises unless it succeeds."""


def report() -> Iterable[str]:
    """Lines that say what calls cost, over HTTP and in process, and what many endpoints do."""
    yield from _over_http()
    yield from _in_process()
    yield from _many()


# --- calls ------------------------------------------------------------------------


def _over_http() -> Iterable[str]:
    cloud = Cloud(RunningTime(), AT_ONCE)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it would print each request of moto's
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    try:
        with Server(cloud.call, implements=cloud.implements) as server, ExitStack() as stack:
            host, port = moto.get_host_and_port()
            ours = _asking(server.url, stack)
            theirs = _asking(f"http://{host}:{port}", stack)
            yield from _compared("over HTTP", ours, theirs)
    finally:
        moto.stop()


def _in_process() -> Iterable[str]:
    with ExitStack() as stack:
        local = stack.enter_context(local_sagemaker(time=RunningTime(), settings=AT_ONCE))
        stack.enter_context(mock_aws())
        mocked = boto3.client("sagemaker", region_name=REGION)
        yield from _compared("in process", _asked_by(local.sagemaker), _asked_by(mocked))


def _compared(where: str, ours: Ask, theirs: Ask) -> Iterable[str]:
    for ask in (ours, theirs):
        ask(
            "CreateModel", {"ModelName": "m", "ExecutionRoleArn": _ROLE, "PrimaryContainer": _IMAGE}
        )
        ask("CreateEndpointConfig", _config("resting"))
        ask("CreateEndpoint", {"EndpointName": "resting", "EndpointConfigName": "resting"})
    for name, job in (
        ("DescribeEndpoint", _describe),
        ("CreateEndpointConfig, DeleteEndpointConfig", _config_and_back),
        ("CreateEndpoint, DeleteEndpoint", _endpoint_and_back),
    ):
        mine, other = latencies(_bound(job, ours), _bound(job, theirs))
        yield f"{name} {where}: {_told(mine)}"
        yield f"  moto: {_told(other)}"
        medians, tails = mine.median / other.median, mine.p99 / other.p99
        yield f"  ours / moto = {medians:.2f} (goal 1), p99 {tails:.2f}"
    (alone,) = latencies(_bound(_update, ours))
    yield f"CreateEndpointConfig, UpdateEndpoint {where}: {_told(alone)}; moto has none"


def _told(latency: Latency) -> str:
    median, tail = latency.median * 1e3, latency.p99 * 1e3
    return f"{median:.2f} ms, p99 {tail:.2f} ms, {latency.per_second:,.0f}/s"


_ROLE = "arn:aws:iam::123456789012:role/role"
_IMAGE = {"Image": "image:1"}
_numbers = itertools.count()


def _bound(job: Callable[[Ask], None], ask: Ask) -> Callable[[], None]:
    return lambda: job(ask)


def _describe(ask: Ask) -> None:
    ask("DescribeEndpoint", {"EndpointName": "resting"})


def _config_and_back(ask: Ask) -> None:
    ask("CreateEndpointConfig", _config("passing"))
    ask("DeleteEndpointConfig", {"EndpointConfigName": "passing"})


def _endpoint_and_back(ask: Ask) -> None:
    ask("CreateEndpoint", {"EndpointName": "passing", "EndpointConfigName": "resting"})
    ask("DeleteEndpoint", {"EndpointName": "passing"})


def _update(ask: Ask) -> None:
    name = f"config-{next(_numbers)}"
    ask("CreateEndpointConfig", _config(name))
    ask("UpdateEndpoint", {"EndpointName": "resting", "EndpointConfigName": name})


def _config(name: str, count: int = 2) -> dict[str, Any]:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "m",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
    }
    return {"EndpointConfigName": name, "ProductionVariants": [variant]}


def _asking(url: str, stack: ExitStack) -> Ask:
    """Calls without boto3: what is measured is the server."""
    connection = HTTPConnection(urlsplit(url).netloc)
    stack.callback(connection.close)
    scope = f"AKID/20260101/{REGION}/sagemaker/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"

    def ask(operation: str, parameters: Mapping[str, Any]) -> None:
        headers = {
            "X-Amz-Target": f"SageMaker.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": signed,
        }
        connection.request("POST", "/", json.dumps(parameters), headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{operation}: {response.status} {body!r}")

    return ask


def _asked_by(client: Any) -> Ask:
    methods = client.meta.method_to_api_mapping
    names = {operation: method for method, operation in methods.items()}
    return lambda operation, parameters: getattr(client, names[operation])(**parameters)


# --- many endpoints ---------------------------------------------------------------


def _many() -> Iterable[str]:
    cloud = Cloud(ManualTime(0))
    steering = SteeredCloud(cloud)
    _furnish(cloud)
    names = [f"endpoint-{number}" for number in range(ENDPOINTS)]
    resting, updating = _kilobytes_each()
    began = time.perf_counter()
    for name in names:
        _create(cloud, name)
    steering.advance(240)
    created = time.perf_counter()
    for name in names:
        _update_rolling(cloud, name)
    steering.advance(28_800)
    ended = time.perf_counter()
    assert steering.running() == ()
    shown = [_call(cloud, "DescribeEndpoint", {"EndpointName": name}) for name in names]
    assert {each["EndpointConfigName"] for each in shown} == {"new"}
    yield (
        f"{ENDPOINTS:,} endpoints of 10 instances, in manual time: created in "
        f"{created - began:.2f} s, updated by 2, five bakes each, in {ended - created:.2f} s"
    )
    yield f"memory: {resting:.1f} KB an endpoint in service, {updating:.1f} KB one in a bake"


def _kilobytes_each() -> tuple[float, float]:
    """What an endpoint takes in service, and in its second bake."""
    cloud = Cloud(ManualTime(0))
    steering = SteeredCloud(cloud)
    _furnish(cloud)
    _create(cloud, "warm-up")
    steering.advance(240)
    _update_rolling(cloud, "warm-up")
    steering.advance(28_800)
    tracemalloc.start()
    try:
        before = _kilobytes()
        for number in range(WEIGHED):
            _create(cloud, f"endpoint-{number}")
        steering.advance(240)
        resting = _kilobytes() - before
        for number in range(WEIGHED):
            _update_rolling(cloud, f"endpoint-{number}")
        steering.advance_until("endpoint-0", batch=2, phase="Baking")
        updating = _kilobytes() - before
    finally:
        tracemalloc.stop()
    return resting / WEIGHED, updating / WEIGHED


def _kilobytes() -> float:
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / 1e3


def _furnish(cloud: Cloud) -> None:
    model = {"ModelName": "m", "ExecutionRoleArn": _ROLE, "PrimaryContainer": _IMAGE}
    _call(cloud, "CreateModel", model)
    for name in ("old", "new"):
        _call(cloud, "CreateEndpointConfig", _config(name, 10))
    alarm = {
        "AlarmName": "p99",
        "Namespace": "AWS/SageMaker",
        "MetricName": "ModelLatency",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    cloud.call("cloudwatch", "PutMetricAlarm", alarm, REGION)


def _create(cloud: Cloud, name: str) -> None:
    _call(cloud, "CreateEndpoint", {"EndpointName": name, "EndpointConfigName": "old"})


def _update_rolling(cloud: Cloud, name: str) -> None:
    policy = {
        "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2},
        "WaitIntervalInSeconds": 300,
    }
    watched = {"Alarms": [{"AlarmName": "p99"}]}
    deployment = {"RollingUpdatePolicy": policy, "AutoRollbackConfiguration": watched}
    request = {"EndpointName": name, "EndpointConfigName": "new", "DeploymentConfig": deployment}
    _call(cloud, "UpdateEndpoint", request)


def _call(cloud: Cloud, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    return cloud.call("sagemaker", operation, parameters, REGION)
