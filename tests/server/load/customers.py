"""Calls as a team that works on a few endpoints makes them: most succeed, some come too late.

Names are of a small pool, so that calls meet what other calls have made. The
same generator always makes the same calls.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from attrs import frozen

from tests.server.account import metric_alarm

MODELS = ("m0", "m1", "m2")
CONFIGS = tuple(f"c{number}" for number in range(8))
ENDPOINTS = tuple(f"e{number}" for number in range(6))
ALARMS = ("a0", "a1", "a2")
COMPOSITE = "all"
TAGS = ("team", "stage", "cost")
ACCOUNT = "123456789012"


@frozen
class Call:
    """A call of an operation of a service."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


def sagemaker(operation: str, **parameters: Any) -> Call:
    """A call of SageMaker."""
    return Call("sagemaker", operation, parameters)


def cloudwatch(operation: str, **parameters: Any) -> Call:
    """A call of CloudWatch."""
    return Call("cloudwatch", operation, parameters)


def model(name: str) -> Call:
    """CreateModel."""
    container = {"Image": f"image:{name}"}
    return sagemaker("CreateModel", ModelName=name, PrimaryContainer=container)


def config(name: str, count: int, model_name: str) -> Call:
    """CreateEndpointConfig, of one variant."""
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model_name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
    }
    return sagemaker("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[variant])


def endpoint(name: str, config_name: str) -> Call:
    """CreateEndpoint."""
    return sagemaker("CreateEndpoint", EndpointName=name, EndpointConfigName=config_name)


def describe(name: str) -> Call:
    """DescribeEndpoint."""
    return sagemaker("DescribeEndpoint", EndpointName=name)


def alarm(name: str) -> Call:
    """PutMetricAlarm."""
    return cloudwatch("PutMetricAlarm", **metric_alarm(name))


def set_alarm(name: str, state: str) -> Call:
    """SetAlarmState."""
    return cloudwatch("SetAlarmState", AlarmName=name, StateValue=state, StateReason="load")


def furniture() -> list[Call]:
    """The calls that make what there is at first: everything of the pool but endpoints."""
    return [
        *map(model, MODELS),
        *[
            config(name, 1 + place, MODELS[place % len(MODELS)])
            for place, name in enumerate(CONFIGS)
        ],
        *map(alarm, ALARMS),
        cloudwatch("PutCompositeAlarm", AlarmName=COMPOSITE, AlarmRule="ALARM(a0) AND ALARM(a1)"),
        *[set_alarm(name, "OK") for name in ALARMS],
    ]


def any_call(random: Random, region: str) -> Call:
    """A call by somebody of the team."""
    return random.choices(_MAKERS, _WEIGHTS)[0](random, region)


def deployment_config(random: Random) -> dict[str, Any]:
    """A DeploymentConfig, rolling or blue/green, mostly one that fits."""
    watched = random.sample([*ALARMS, COMPOSITE], random.randint(0, 2))
    size = {"Type": "CAPACITY_PERCENT", "Value": random.choice((5, 10, 25, 50))}
    if random.random() < 0.3:
        size = {"Type": "INSTANCE_COUNT", "Value": random.choice((1, 2, 3))}
    wait = random.choice((0, 0, 60, 300))
    rolling: dict[str, Any] = {"MaximumBatchSize": size, "WaitIntervalInSeconds": wait}
    if random.random() < 0.5:
        rolling["MaximumExecutionTimeoutInSeconds"] = random.choice((600, 1_800, 28_800))
    if random.random() < 0.5:
        rolling["RollbackMaximumBatchSize"] = {"Type": "CAPACITY_PERCENT", "Value": 50}
    kind = random.choice(("ALL_AT_ONCE", "CANARY", "LINEAR"))
    routing: dict[str, Any] = {"Type": kind, "WaitIntervalInSeconds": wait}
    if kind == "CANARY":
        routing["CanarySize"] = size
    if kind == "LINEAR":
        routing["LinearStepSize"] = {"Type": "CAPACITY_PERCENT", "Value": 50}
    made: dict[str, Any] = {"RollingUpdatePolicy": rolling}
    if random.random() < 0.25:
        made = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}
    if watched:
        made["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in watched]}
    return made


def _update(random: Random, region: str) -> Call:
    given: dict[str, Any] = {
        "EndpointName": random.choice(ENDPOINTS),
        "EndpointConfigName": random.choice(CONFIGS),
    }
    if random.random() < 0.8:
        given["DeploymentConfig"] = deployment_config(random)
    elif random.random() < 0.5:
        given["RetainDeploymentConfig"] = True
    if random.random() < 0.3:
        given["RetainAllVariantProperties"] = random.random() < 0.5
    return Call("sagemaker", "UpdateEndpoint", given)


def _scale(random: Random, region: str) -> Call:
    desired: dict[str, Any] = {"VariantName": "AllTraffic"}
    if random.random() < 0.7:
        desired["DesiredInstanceCount"] = random.randint(1, 9)
    if random.random() < 0.5:
        desired["DesiredWeight"] = random.choice((0.5, 1, 3))
    return sagemaker(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName=random.choice(ENDPOINTS),
        DesiredWeightsAndCapacities=[desired],
    )


def _create(random: Random, region: str) -> Call:
    made = endpoint(random.choice(ENDPOINTS), random.choice(CONFIGS))
    tags = [{"Key": random.choice(TAGS), "Value": "x"}]
    return sagemaker("CreateEndpoint", **made.parameters, Tags=tags)


def _config(random: Random, region: str) -> Call:
    name = random.choice(CONFIGS)
    return config(name, 1 + CONFIGS.index(name), random.choice(MODELS))


def _set_alarm(random: Random, region: str) -> Call:
    state = random.choice(("OK", "OK", "OK", "ALARM", "INSUFFICIENT_DATA"))
    return set_alarm(random.choice(ALARMS), state)


def _arn(random: Random, region: str) -> str:
    kind, names = random.choice(
        (("endpoint", ENDPOINTS), ("endpoint-config", CONFIGS), ("model", MODELS))
    )
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:{kind}/{random.choice(names)}"


def _add_tags(random: Random, region: str) -> Call:
    tags = [{"Key": key, "Value": "y"} for key in random.sample(TAGS, 2)]
    return sagemaker("AddTags", ResourceArn=_arn(random, region), Tags=tags)


def _list(operation: str) -> "Maker":
    def made(random: Random, region: str) -> Call:
        given: dict[str, Any] = {}
        if random.random() < 0.5:
            given["MaxResults"] = random.randint(1, 5)
        if random.random() < 0.5:
            given["SortBy"] = random.choice(("Name", "CreationTime"))
        if random.random() < 0.3:
            given["NameContains"] = random.choice(("e", "c", "1"))
        return Call("sagemaker", operation, given)

    return made


def _one(service: str, operation: str, field: str, names: tuple[str, ...]) -> "Maker":
    def made(random: Random, region: str) -> Call:
        return Call(service, operation, {field: random.choice(names)})

    return made


Maker = Callable[[Random, str], Call]

_MIX: tuple[tuple[float, Maker], ...] = (
    (12, _create),
    (14, _one("sagemaker", "DescribeEndpoint", "EndpointName", ENDPOINTS)),
    (16, _update),
    (6, _scale),
    (3, _one("sagemaker", "DeleteEndpoint", "EndpointName", ENDPOINTS)),
    (4, _list("ListEndpoints")),
    (5, _config),
    (4, _one("sagemaker", "DescribeEndpointConfig", "EndpointConfigName", CONFIGS)),
    # Seldom: an update needs the configuration in use, the new one, and the models of that.
    (1, _one("sagemaker", "DeleteEndpointConfig", "EndpointConfigName", CONFIGS)),
    (3, _list("ListEndpointConfigs")),
    (2, lambda random, region: model(random.choice(("m3", *MODELS)))),
    (3, _one("sagemaker", "DescribeModel", "ModelName", MODELS)),
    (1, _one("sagemaker", "DeleteModel", "ModelName", ("m3", *MODELS))),
    (3, _list("ListModels")),
    (3, _add_tags),
    (3, lambda random, region: sagemaker("ListTags", ResourceArn=_arn(random, region))),
    (
        2,
        lambda random, region: sagemaker(
            "DeleteTags", ResourceArn=_arn(random, region), TagKeys=[random.choice(TAGS)]
        ),
    ),
    (6, _set_alarm),
    (4, lambda random, region: alarm(random.choice(ALARMS))),
    (
        3,
        lambda random, region: cloudwatch(
            "PutCompositeAlarm",
            AlarmName=COMPOSITE,
            AlarmRule=f"ALARM({random.choice(ALARMS)}) OR ALARM({random.choice(ALARMS)})",
        ),
    ),
    (
        4,
        lambda random, region: cloudwatch(
            "DescribeAlarms", AlarmNames=random.sample(ALARMS, random.randint(1, 3))
        ),
    ),
    (
        1.5,
        lambda random, region: cloudwatch(
            "DeleteAlarms", AlarmNames=[random.choice((*ALARMS, COMPOSITE, COMPOSITE))]
        ),
    ),
)
_WEIGHTS = tuple(weight for weight, _ in _MIX)
_MAKERS = tuple(maker for _, maker in _MIX)
