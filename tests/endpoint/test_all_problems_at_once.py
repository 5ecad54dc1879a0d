"""A request with several mistakes gets one answer that names them all."""

import pytest

from rolling import InvalidInput
from rolling.endpoint import ValidationException, update_endpoint
from tests.endpoint.examples import Json, configs, healthy, refused, request

ROLLING = "DeploymentConfig.RollingUpdatePolicy"


def test_every_mistake_is_named_under_the_path_that_it_was_written_at() -> None:
    problems = refused(
        {
            "EndpointName": "my_endpoint",
            "EndpointConfigNam": "config-2",
            "RetainAllVariantProperties": "true",
            "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "desiredweight"}, {}],
            "DeploymentConfig": {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": {"Type": "percent", "Value": "10"},
                    "WaitIntervalInSeconds": 3601,
                    "MaximumExecutionTimeoutInSecond": 600,
                    "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT"},
                },
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "p99"}, {"Name": "x"}]},
            },
        }
    )
    alarm = "DeploymentConfig.AutoRollbackConfiguration.Alarms[1]"
    assert {field: problem.fix for field, problem in problems.items()} == {
        "EndpointName": "my-endpoint",
        "EndpointConfigName": "config-2",
        "EndpointConfigNam": None,
        "RetainAllVariantProperties": True,
        "ExcludeRetainedVariantProperties[0].VariantPropertyType": "DesiredWeight",
        "ExcludeRetainedVariantProperties[1].VariantPropertyType": None,
        f"{ROLLING}.MaximumBatchSize.Type": "CAPACITY_PERCENT",
        f"{ROLLING}.MaximumBatchSize.Value": 10,
        f"{ROLLING}.WaitIntervalInSeconds": 3600,
        f"{ROLLING}.MaximumExecutionTimeoutInSecond": None,
        f"{ROLLING}.RollbackMaximumBatchSize.Value": 100,
        f"{alarm}.AlarmName": None,
        f"{alarm}.Name": None,
    }


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("Deploymentconfig", "DeploymentConfig"),
        ("retain_deployment_config", "RetainDeploymentConfig"),
        ("DeploymentConfiguration", "DeploymentConfig"),
    ],
)
def test_a_misspelt_field_gets_the_one_that_was_meant(field: str, meant: str) -> None:
    problems = refused(request() | {field: {}})
    assert problems[field].rule.endswith(f'did you mean "{meant}"?')


def test_a_field_like_no_other_gets_no_suggestion() -> None:
    problems = refused(request(Zzz=1))
    assert problems["Zzz"].rule == "is not a field of UpdateEndpoint"


def test_each_line_of_the_text_names_field_value_rule_and_fix() -> None:
    available = configs(10, 10)
    size = {"Type": "CAPACITY_PERCENT", "Value": 60}
    policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": 4000}
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(
            healthy(available),
            request(DeploymentConfig={"RollingUpdatePolicy": policy}),
            available,
        )
    assert str(refusal.value).splitlines() == [
        f"{ROLLING}.MaximumBatchSize.Value = 60: "
        "must be a whole number from 5 to 50 percent; use 50",
        f"{ROLLING}.WaitIntervalInSeconds = 4000: "
        "must be a whole number from 0 to 3600 seconds; use 3600",
    ]


def test_a_refusal_is_an_invalid_input_with_sagemakers_code() -> None:
    assert issubclass(ValidationException, InvalidInput)
    assert ValidationException.code == "ValidationException"


def test_a_refused_request_changes_nothing() -> None:
    available = configs(10, 10)
    endpoint, asked = healthy(available), request(DeploymentConfig={"RollingUpdatePolicy": {}})
    before: tuple[object, Json] = (endpoint, {**asked})
    with pytest.raises(ValidationException):
        update_endpoint(endpoint, asked, available)
    assert (endpoint, asked) == before


def test_both_policies_are_one_too_many_and_both_are_judged() -> None:
    both: Json = {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 99},
            "WaitIntervalInSeconds": 0,
        },
        "BlueGreenUpdatePolicy": {"TerminationWaitInSeconds": 9999},
    }
    problems = refused(request(DeploymentConfig=both))
    assert problems["DeploymentConfig"].rule == "Only one update policy should be used."
    assert set(problems) == {
        "DeploymentConfig",
        f"{ROLLING}.MaximumBatchSize.Value",
        "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration",
        "DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds",
    }


@pytest.mark.parametrize(
    ("traffic", "field"),
    [
        ({"Type": "CANARY"}, "CanarySize"),
        ({"Type": "LINEAR"}, "LinearStepSize"),
        ({"Type": "LINEAR", "CanarySize": {}}, "CanarySize"),
        ({"Type": "ROLLING"}, "Type"),
    ],
)
def test_a_routing_has_the_size_of_its_type_and_no_other(traffic: Json, field: str) -> None:
    policy = {"TrafficRoutingConfiguration": {"WaitIntervalInSeconds": 0} | traffic}
    problems = refused(request(DeploymentConfig={"BlueGreenUpdatePolicy": policy}))
    path = "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration"
    assert f"{path}.{field}" in problems


def test_all_at_once_has_no_size() -> None:
    size = {"Type": "CAPACITY_PERCENT", "Value": 10}
    traffic = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0, "CanarySize": size}
    policy = {"TrafficRoutingConfiguration": traffic}
    problems = refused(request(DeploymentConfig={"BlueGreenUpdatePolicy": policy}))
    (problem,) = problems.values()
    assert "takes neither CanarySize nor LinearStepSize" in problem.rule
