"""Endpoints, configurations and requests that the tests of the endpoint begin with."""

from collections.abc import Iterable, Mapping

import pytest

from rolling import Problem
from rolling.backends.simulated import Fault, SimulatedBackend, SimulationSettings
from rolling.driving import VirtualClock, accept, run
from rolling.endpoint import (
    Endpoint,
    EndpointConfig,
    ValidationException,
    in_service,
    parse_endpoint_config,
    update_endpoint,
    with_deployment,
)

ALARM = "p99"
ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": ALARM}]}}

Json = dict[str, object]


def variant(count: int = 3, **fields: object) -> Json:
    """A production variant's JSON; a field given as None is left out."""
    document: Json = {
        "VariantName": "AllTraffic",
        "ModelName": "model",
        "InstanceType": "ml.g5.2xlarge",
        "InitialInstanceCount": count,
    }
    return {key: value for key, value in (document | fields).items() if value is not None}


def config(name: str, *variants: Json) -> EndpointConfig:
    """An endpoint configuration; of one variant with three instances unless given."""
    document = {"EndpointConfigName": name, "ProductionVariants": list(variants) or [variant()]}
    return parse_endpoint_config(document)


def configs(*counts: int) -> dict[str, EndpointConfig]:
    """config-1, config-2 and so on, with these counts."""
    named = [config(f"config-{place}", variant(count)) for place, count in enumerate(counts, 1)]
    return {each.name: each for each in named}


def healthy(available: Mapping[str, EndpointConfig], count: int | None = None) -> Endpoint:
    """my-endpoint in service on config-1."""
    return in_service("my-endpoint", available["config-1"], count)


def request(config_name: str = "config-2", **fields: object) -> Json:
    """An UpdateEndpoint request."""
    return {"EndpointName": "my-endpoint", "EndpointConfigName": config_name} | fields


def rolling(count: int = 1, **fields: object) -> Json:
    """A DeploymentConfig that rolls by `count` instances and watches one alarm."""
    policy = {
        "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": count},
        "WaitIntervalInSeconds": 60,
    }
    return {"RollingUpdatePolicy": policy | fields, **ALARMS}


def blue_green(routing: str = "ALL_AT_ONCE", **fields: object) -> Json:
    """A blue/green DeploymentConfig that watches one alarm; the fields are of its routing."""
    traffic = {"Type": routing, "WaitIntervalInSeconds": 60} | fields
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": traffic}, **ALARMS}


def refused(
    asked: Json,
    available: Mapping[str, EndpointConfig] | None = None,
    endpoint: Endpoint | None = None,
) -> dict[str, Problem]:
    """The problems that a request is refused for, by field."""
    available = configs(10, 10) if available is None else available
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(healthy(available) if endpoint is None else endpoint, asked, available)
    return {problem.field: problem for problem in refusal.value.problems}


def driven(
    endpoint: Endpoint,
    faults: Iterable[Fault] = (),
    settings: SimulationSettings | None = None,
) -> list[Endpoint]:
    """Every state that an updating endpoint comes into, to its end, on a simulated backend."""
    assert endpoint.deployment is not None
    clock = VirtualClock()
    backend = SimulatedBackend(endpoint.deployment.spec.fleets, settings, faults, clock)
    states = [endpoint]
    ticks = run(
        accept(endpoint.deployment, 0), backend, clock, stop_requested=backend.stop_requested
    )
    for tick in ticks:
        for change in tick.changes:
            states.append(with_deployment(states[-1], change.after))
    return states
