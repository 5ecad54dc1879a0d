"""DeploymentConfig: SageMaker's JSON for how to update, converted to and from policies.

This file reads and writes the JSON, and finds the alarms in it. The core checks the
numbers (`rolling.core.policy`), because their limits depend on the fleet sizes; here
its problems only get the field paths of the document.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from attrs import evolve, frozen

from rolling.core.capacity import CapacitySize, SizeType, percent
from rolling.core.errors import InvalidInput, Problem
from rolling.core.policy import (
    MAXIMUM_EXECUTION_TIMEOUT_SECONDS,
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    RoutingType,
    SageMakerPolicy,
    TrafficRouting,
    policy_problems,
)
from rolling.schema.shapes import (
    Judged,
    ListOf,
    OneOf,
    Structure,
    Text,
    Whole,
    is_list,
    join,
    nearest_whole,
    problem,
    shown,
    under,
)


@frozen
class DeploymentConfig:
    """How to carry out an update.

    `policy`: None if no policy was given; the update is then all at once.
    `alarms`: the names to watch, without duplicates. `as_given`: the JSON text of the
    document as its author wrote it, except that CAPACITY_PERCENTAGE becomes
    CAPACITY_PERCENT: DescribeEndpoint shows the request, without defaults.
    """

    policy: SageMakerPolicy | None
    alarms: tuple[str, ...]
    as_given: str

    @property
    def effective_policy(self) -> SageMakerPolicy:
        """The policy to follow: by default blue/green, all at once."""
        return BlueGreenUpdatePolicy() if self.policy is None else self.policy

    @property
    def guarded(self) -> bool:
        """True if there is a policy, or an alarm to watch."""
        return self.policy is not None or bool(self.alarms)

    def as_json(self) -> dict[str, object]:
        """The document as SageMaker's JSON."""
        document: dict[str, object] = json.loads(self.as_given)
        return document


NO_GUARDRAILS = DeploymentConfig(None, (), "{}")
"""How an update without a DeploymentConfig is carried out."""

_SIZE_TYPE = OneOf(
    tuple([each.value for each in SizeType]),
    aliases={"CAPACITY_PERCENTAGE": SizeType.CAPACITY_PERCENT.value},
    example="CAPACITY_PERCENT",
)
"""The alias is the spelling of AWS's page about rolling deployments; the API does not have it."""

_ROUTING_TYPE = OneOf(tuple([each.value for each in RoutingType]), example="ALL_AT_ONCE")


def size_shape(example_percent: int) -> Structure:
    """The shape of a CapacitySize; its number is checked against a fleet elsewhere."""
    return Structure(
        "CapacitySize",
        {"Type": _SIZE_TYPE, "Value": Judged(example=example_percent)},
        required=("Type", "Value"),
        example={"Type": "CAPACITY_PERCENT", "Value": example_percent},
    )


# The core checks the numbers (`Judged`), because their limits depend on the fleets.
DEPLOYMENT_CONFIG = Structure(
    "DeploymentConfig",
    {
        "RollingUpdatePolicy": Structure(
            "RollingUpdatePolicy",
            {
                "MaximumBatchSize": size_shape(10),
                "WaitIntervalInSeconds": Judged(example=300),
                "MaximumExecutionTimeoutInSeconds": Judged(),
                "RollbackMaximumBatchSize": size_shape(100),
            },
            required=("MaximumBatchSize", "WaitIntervalInSeconds"),
        ),
        "BlueGreenUpdatePolicy": Structure(
            "BlueGreenUpdatePolicy",
            {
                "TrafficRoutingConfiguration": Structure(
                    "TrafficRoutingConfig",
                    {
                        "Type": _ROUTING_TYPE,
                        "WaitIntervalInSeconds": Judged(example=300),
                        "CanarySize": size_shape(10),
                        "LinearStepSize": size_shape(10),
                    },
                    required=("Type", "WaitIntervalInSeconds"),
                    example={"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 300},
                ),
                "TerminationWaitInSeconds": Judged(),
                "MaximumExecutionTimeoutInSeconds": Judged(),
            },
            required=("TrafficRoutingConfiguration",),
        ),
        "AutoRollbackConfiguration": Structure(
            "AutoRollbackConfig",
            {
                "Alarms": ListOf(
                    Structure(
                        "Alarm",
                        {
                            "AlarmName": Text(
                                1,
                                255,
                                r"(?!\s*$).+",
                                "must be the name of an alarm, 1 to 255 characters",
                            )
                        },
                        required=("AlarmName",),
                        example={"AlarmName": "p99-latency"},
                    ),
                    1,
                    10,
                )
            },
        ),
    },
)


def parse_deployment_config(
    document: object, old_count: int, new_full: int, path: str = "DeploymentConfig"
) -> DeploymentConfig:
    """The deployment configuration from SageMaker's JSON, for fleets of these sizes.

    Raises InvalidInput with every problem, its fields under `path`.
    """
    found = deployment_config_problems(document, old_count, new_full, path)
    if found:
        raise InvalidInput(found)
    assert isinstance(document, Mapping)
    return _read(document)


def deployment_config_of(
    policy: SageMakerPolicy | None, alarms: tuple[str, ...] = ()
) -> DeploymentConfig:
    """The deployment configuration of a policy and alarms made in Python."""
    document: dict[str, object] = {}
    if isinstance(policy, RollingUpdatePolicy):
        document["RollingUpdatePolicy"] = _rolling_json(policy)
    elif policy is not None:
        document["BlueGreenUpdatePolicy"] = _blue_green_json(policy)
    if alarms:
        named = [{"AlarmName": alarm} for alarm in alarms]
        document["AutoRollbackConfiguration"] = {"Alarms": named}
    return DeploymentConfig(policy, tuple(dict.fromkeys(alarms)), json.dumps(document))


def deployment_config_problems(
    document: object, old_count: int, new_full: int, path: str = "DeploymentConfig"
) -> list[Problem]:
    """Everything wrong with a deployment configuration, for fleets of these sizes.

    A size below 1 turns off the checks that depend on it: it is reported elsewhere.
    """
    found = DEPLOYMENT_CONFIG.problems(document, path)
    if not isinstance(document, Mapping):
        return found
    if None not in [document.get(key) for key in ("RollingUpdatePolicy", "BlueGreenUpdatePolicy")]:
        both = "RollingUpdatePolicy and BlueGreenUpdatePolicy"
        found.append(Problem(path, both, "Only one update policy should be used."))
    for key in ("RollingUpdatePolicy", "BlueGreenUpdatePolicy"):
        given = document.get(key)
        if isinstance(given, Mapping):
            found += under(path, _limit_problems(key, given, old_count, new_full))
            found += under(path, _untyped_problems(key, given))
    return found


def missing_alarm_problems(
    document: object,
    alarm_exists: Callable[[str], bool],
    region: str,
    path: str = "DeploymentConfig",
) -> list[Problem]:
    """The alarms of a deployment configuration that do not exist.

    AWS publishes no rule. We refuse them, because the bake could never pass.
    """
    rule = f"there is no such alarm in {region}; make it first, with PutMetricAlarm"
    return [
        Problem(field, alarm, rule)
        for field, alarm in _alarms_named(document, path)
        if not alarm_exists(alarm)
    ]


def alarms_given(request: Mapping[str, object]) -> list[tuple[str, str]]:
    """The alarms in a request, each with its field, even if the rest of it is invalid."""
    return _alarms_named(request.get("DeploymentConfig"), "DeploymentConfig")


def _alarms_named(document: object, path: str) -> list[tuple[str, str]]:
    alarms = _mapping(_mapping(document).get("AutoRollbackConfiguration")).get("Alarms")
    named = [
        (
            f"{path}.AutoRollbackConfiguration.Alarms[{place}].AlarmName",
            _mapping(alarm).get("AlarmName"),
        )
        for place, alarm in enumerate(alarms if is_list(alarms) else ())
    ]
    return [(field, alarm) for field, alarm in named if isinstance(alarm, str)]


def _limit_problems(
    key: str, given: Mapping[str, object], old_count: int, new_full: int
) -> list[Problem]:
    """The core's problems with the numbers of a policy."""
    build = _rolling if key == "RollingUpdatePolicy" else _blue_green
    return limit_problems(lambda number: policy_problems(build(given, number), old_count, new_full))


def limit_problems(judge: Callable[["Number"], list[Problem]]) -> list[Problem]:
    """The problems with the numbers, with the nearest valid number as the fix.

    The core suggests a number that works. For "300" or 2.0 the intended number is a
    better fix, so the core checks that one too. `judge`: given a reader of numbers, the
    problems of what it reads.
    """
    fixes = {each.field: each.fix for each in judge(meant)}
    found = []
    for each in judge(as_is):
        near = nearest_whole(each.value)
        fix = fixes.get(each.field, each.fix if near is None else near)
        found.append(evolve(each, value=shown(each.value), fix=fix))
    return found


def _untyped_problems(key: str, given: Mapping[str, object]) -> list[Problem]:
    """Problems that the core cannot see: a value without a readable type, a size that the
    routing type does not use."""
    found = []
    routing = given.get("TrafficRoutingConfiguration")
    at, sizes = key, given
    if key == "BlueGreenUpdatePolicy":
        at, sizes = f"{key}.TrafficRoutingConfiguration", _mapping(routing)
        wanted = _ROUTING_SIZE.get(_ROUTING_TYPE.read(sizes.get("Type")))
        for name in ("CanarySize", "LinearStepSize"):
            if wanted is not None and name in sizes and name != wanted:
                rule = f"{sizes['Type']} takes {wanted}; leave {name} out"
                found.append(problem(join(at, name), sizes[name], rule))
    names = ("MaximumBatchSize", "RollbackMaximumBatchSize", "CanarySize", "LinearStepSize")
    return [*found, *untyped_size_problems(sizes, names, at, low=1)]


def untyped_size_problems(
    given: Mapping[str, object], names: Iterable[str], path: str, low: int
) -> list[Problem]:
    """The problems with the numbers of sizes whose type cannot be read."""
    found = []
    for name in names:
        size = _mapping(given.get(name))
        if "Value" in size and _SIZE_TYPE.read(size.get("Type")) is None:
            found += Whole(low=low).problems(size["Value"], f"{path}.{name}.Value")
    return found


_ROUTING_SIZE: Mapping[str | None, str] = {
    RoutingType.CANARY: "CanarySize",
    RoutingType.LINEAR: "LinearStepSize",
}


# --- reading ----------------------------------------------------------------
#
# A missing or unreadable field has already been reported when the document is read
# for the core. A valid stand-in takes its place, so that the rest is checked too.

Number = Callable[[object], int]
"""Reads a number of a document."""


def as_is(value: object) -> int:
    """The number as given, valid or not."""
    return cast(int, value)


def meant(value: object) -> int:
    """The number that is most likely meant."""
    near = nearest_whole(value)
    return as_is(value) if near is None else near


def _read(document: Mapping[str, object]) -> DeploymentConfig:
    policy: SageMakerPolicy | None = None
    if "RollingUpdatePolicy" in document:
        policy = _rolling(_mapping(document["RollingUpdatePolicy"]), as_is)
    elif "BlueGreenUpdatePolicy" in document:
        policy = _blue_green(_mapping(document["BlueGreenUpdatePolicy"]), as_is)
    named = _mapping(document.get("AutoRollbackConfiguration")).get("Alarms", ())
    alarms = [alarm["AlarmName"] for alarm in cast(list[dict[str, str]], named)]
    return DeploymentConfig(policy, tuple(dict.fromkeys(alarms)), json.dumps(_mended(document)))


def _rolling(given: Mapping[str, object], number: Number) -> RollingUpdatePolicy:
    back = given.get("RollbackMaximumBatchSize")
    return RollingUpdatePolicy(
        maximum_batch_size=capacity_size(given.get("MaximumBatchSize"), number),
        wait_interval_seconds=number(given.get("WaitIntervalInSeconds", 0)),
        rollback_maximum_batch_size=None if back is None else capacity_size(back, number),
        maximum_execution_timeout_seconds=number(
            given.get("MaximumExecutionTimeoutInSeconds", MAXIMUM_EXECUTION_TIMEOUT_SECONDS)
        ),
    )


def _blue_green(given: Mapping[str, object], number: Number) -> BlueGreenUpdatePolicy:
    routing = _mapping(given.get("TrafficRoutingConfiguration"))
    kind = _ROUTING_TYPE.read(routing.get("Type"))
    size = None
    if kind is not None:
        either = routing.get("CanarySize", routing.get("LinearStepSize"))
        size = routing.get(_ROUTING_SIZE[kind]) if kind in _ROUTING_SIZE else either
    return BlueGreenUpdatePolicy(
        routing=TrafficRouting(
            RoutingType.ALL_AT_ONCE if kind is None else RoutingType(kind),
            number(routing.get("WaitIntervalInSeconds", 0)),
            None if size is None else capacity_size(size, number),
        ),
        termination_wait_seconds=number(given.get("TerminationWaitInSeconds", 0)),
        maximum_execution_timeout_seconds=number(
            given.get("MaximumExecutionTimeoutInSeconds", MAXIMUM_EXECUTION_TIMEOUT_SECONDS)
        ),
    )


def capacity_size(given: object, number: Number) -> CapacitySize:
    """The size of a CapacitySize; half the fleet if it cannot be read."""
    size = _mapping(given)
    kind = _SIZE_TYPE.read(size.get("Type"))
    if kind is None or "Value" not in size:
        return percent(50)
    return CapacitySize(SizeType(kind), number(size["Value"]))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _mended(value: object) -> object:
    """The document as plain JSON, with every alias of a size type replaced."""
    if isinstance(value, Mapping):
        mended = {key: _mended(item) for key, item in value.items()}
        if _SIZE_TYPE.read(mended.get("Type")) is not None:
            mended["Type"] = _SIZE_TYPE.read(mended["Type"])
        return mended
    return [_mended(item) for item in value] if isinstance(value, list | tuple) else value


# --- writing ----------------------------------------------------------------


def _rolling_json(policy: RollingUpdatePolicy) -> dict[str, object]:
    document: dict[str, object] = {
        "MaximumBatchSize": size_document(policy.maximum_batch_size),
        "WaitIntervalInSeconds": policy.wait_interval_seconds,
        "MaximumExecutionTimeoutInSeconds": policy.maximum_execution_timeout_seconds,
    }
    if policy.rollback_maximum_batch_size is not None:
        document["RollbackMaximumBatchSize"] = size_document(policy.rollback_maximum_batch_size)
    return document


def _blue_green_json(policy: BlueGreenUpdatePolicy) -> dict[str, object]:
    routing = policy.routing
    traffic: dict[str, object] = {
        "Type": routing.type.value,
        "WaitIntervalInSeconds": routing.wait_interval_seconds,
    }
    if routing.size is not None:
        traffic[_ROUTING_SIZE[routing.type]] = size_document(routing.size)
    return {
        "TrafficRoutingConfiguration": traffic,
        "TerminationWaitInSeconds": policy.termination_wait_seconds,
        "MaximumExecutionTimeoutInSeconds": policy.maximum_execution_timeout_seconds,
    }


def size_document(size: CapacitySize) -> dict[str, object]:
    """A size as SageMaker's JSON."""
    return {"Type": size.type.value, "Value": size.value}
