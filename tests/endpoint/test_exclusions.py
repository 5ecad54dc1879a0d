"""Endpoints that deployment guardrails are not for are refused, and it is said why."""

import pytest

from rolling.endpoint import EndpointConfig, in_service, update_endpoint
from tests.endpoint.examples import (
    Json,
    blue_green,
    config,
    driven,
    refused,
    request,
    rolling,
    variant,
)

PLAIN = config("config-1", variant(10))
AVAILABLE = {"config-1": PLAIN}
SERVERLESS = variant(
    InitialInstanceCount=None,
    InstanceType=None,
    ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1},
)

GUARDED: list[Json] = [
    rolling(),
    blue_green(),
    {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "p99"}]}},
]
UNGUARDED: list[Json] = [
    request(),
    request(DeploymentConfig={}),
    request(DeploymentConfig={"AutoRollbackConfiguration": {}}),
]


def rule(old: EndpointConfig, new: EndpointConfig, asked: Json) -> str:
    problems = refused(asked, {new.name: new}, in_service("my-endpoint", old))
    return " ".join(problem.rule for problem in problems.values())


@pytest.mark.parametrize("asked", [*UNGUARDED, request(DeploymentConfig=rolling())])
def test_several_variants_are_refused_whatever_the_policy(asked: Json) -> None:
    several = [variant(2, VariantName="a"), variant(2, VariantName="b")]
    assert "has 2 production variants" in rule(PLAIN, config("config-2", *several), asked)
    assert "has 2 production variants" in rule(
        config("config-1", *several), config("config-2", variant(10)), asked
    )


@pytest.mark.parametrize("asked", [*UNGUARDED, request(DeploymentConfig=blue_green())])
def test_serverless_is_refused_whatever_the_policy(asked: Json) -> None:
    assert "is serverless" in rule(PLAIN, config("config-2", SERVERLESS), asked)
    assert "is serverless" in rule(
        config("config-1", SERVERLESS), config("config-2", variant(10)), asked
    )


@pytest.mark.parametrize("guard", GUARDED)
def test_another_variant_name_is_refused_with_guardrails(guard: Json) -> None:
    renamed = config("config-2", variant(10, VariantName="Other"))
    found = rule(PLAIN, renamed, request(DeploymentConfig=guard))
    assert 'its variant is "Other" and the endpoint\'s is "AllTraffic"' in found
    assert "remove DeploymentConfig" in found


@pytest.mark.parametrize("guard", GUARDED)
def test_inf1_is_refused_with_guardrails_on_either_side(guard: Json) -> None:
    inf1 = variant(10, InstanceType="ml.inf1.xlarge")
    asked = request(DeploymentConfig=guard)
    assert "Inf1" in rule(PLAIN, config("config-2", inf1), asked)
    assert "Inf1" in rule(config("config-1", inf1), config("config-2", variant(10)), asked)


def test_a_guardrail_that_cannot_be_read_is_one() -> None:
    renamed = config("config-2", variant(10, VariantName="Other"))
    unreadable: list[Json] = [
        {"RollingUpdatePolicy": {}},
        {"AutoRollbackConfiguration": {"Alarms": []}},
    ]
    for wrong in unreadable:
        assert "same variant name" in rule(PLAIN, renamed, request(DeploymentConfig=wrong))


def test_inf2_is_not_excluded() -> None:
    new = config("config-2", variant(10, InstanceType="ml.inf2.xlarge"))
    asked = request(DeploymentConfig=rolling())
    updating = update_endpoint(in_service("my-endpoint", PLAIN), asked, AVAILABLE | {new.name: new})
    assert updating.status == "Updating"


@pytest.mark.parametrize("asked", UNGUARDED)
@pytest.mark.parametrize("fields", [{"VariantName": "Other"}, {"InstanceType": "ml.inf1.xlarge"}])
def test_without_guardrails_both_are_updated_all_at_once(asked: Json, fields: Json) -> None:
    new = config("config-2", variant(10, **fields))
    updating = update_endpoint(in_service("my-endpoint", PLAIN), asked, AVAILABLE | {new.name: new})
    assert driven(updating)[-1].config_name == "config-2"


def test_a_retained_configuration_is_a_guardrail_too() -> None:
    available = {each.name: each for each in (PLAIN, config("config-2", variant(10)))}
    asked = request(DeploymentConfig=rolling())
    updated = driven(update_endpoint(in_service("my-endpoint", PLAIN), asked, available))[-1]
    renamed = config("config-3", variant(10, VariantName="Other"))
    problems = refused(
        request("config-3", RetainDeploymentConfig=True), {"config-3": renamed}, updated
    )
    assert "same variant name" in problems["EndpointConfigName"].rule
