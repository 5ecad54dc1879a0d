"""A scenario's configurations are judged as CreateEndpointConfig judges them, all at once."""

from typing import Any

import pytest

from rolling.core.errors import InvalidInput
from rolling.endpoint.arns import REGION
from rolling.server.clients import local_sagemaker
from rolling.server.cloud import Cloud
from rolling.simulation.scenario import parse_request, parse_scenario
from tests.server.clouds import NAME, config


def scenario(of_variant: dict[str, Any] | None = None, **of_config: Any) -> dict[str, Any]:
    """A scenario, with more in its second configuration than a simulation has a use for."""
    second = config("config-2", 3) | of_config
    second["ProductionVariants"][0] |= of_variant or {}
    request = {"EndpointName": NAME, "EndpointConfigName": "config-2"}
    return {
        "EndpointConfigs": [config("config-1", 3), second],
        "Endpoint": {"EndpointName": NAME, "EndpointConfigName": "config-1"},
        "Updates": [{"UpdateEndpoint": request}],
    }


def fields(document: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidInput) as refused, local_sagemaker(scenario=document):
        pass
    return [each.field for each in refused.value.problems]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (scenario(DataCaptureConfig=5), "DataCaptureConfig"),
        (scenario(AsyncInferenceConfig={"Foo": 1, "OutputConfig": {}}), "AsyncInferenceConfig.Foo"),
        (scenario({"VolumeSizeInGB": "x"}), "ProductionVariants[0].VolumeSizeInGB"),
        (scenario(Tags=5), "Tags"),
        (scenario(Tags=[{"Value": "v"}]), "Tags[0].Key"),
        (scenario(Tags=[{"Key": "aws:x", "Value": "v"}]), "Tags[0].Key"),
        (scenario(ShadowProductionVariants=5), "ShadowProductionVariants"),
        (scenario(ShadowProductionVariants=[5]), "ShadowProductionVariants[0]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_it_would_refuse_is_refused_with_its_place(
    document: dict[str, Any], field: str
) -> None:
    assert fields(document) == [f"EndpointConfigs[1].{field}"]


def test_the_problems_of_all_are_told_at_once() -> None:
    document = scenario({"VolumeSizeInGB": 0}, Tags=[{"Key": "", "Value": "v"}])
    document["EndpointConfigs"][0]["KmsKeyId"] = 5
    assert fields(document) == [
        "EndpointConfigs[0].KmsKeyId",
        "EndpointConfigs[1].ProductionVariants[0].VolumeSizeInGB",
        "EndpointConfigs[1].Tags[0].Key",
    ]


def test_a_null_is_left_out_as_on_the_wire() -> None:
    nulls = {"Tags": None, "ShadowProductionVariants": None, "KmsKeyId": None}
    read = parse_scenario(scenario({"VolumeSizeInGB": None}, **nulls))
    cloud = Cloud(scenario=read)
    asked = {"EndpointConfigName": "config-2"}
    shown = cloud.call("sagemaker", "DescribeEndpointConfig", asked, REGION)
    assert not shown.keys() & nulls.keys()
    assert "VolumeSizeInGB" not in shown["ProductionVariants"][0]


def test_what_it_would_take_is_kept_and_shown() -> None:
    shadow = config("shadow", 1, image="another")["ProductionVariants"]
    document = scenario(
        {"VolumeSizeInGB": 10},
        Tags=[{"Key": "team", "Value": "blue"}],
        ShadowProductionVariants=shadow,
    )
    with local_sagemaker(scenario=document) as local:
        shown = local.sagemaker.describe_endpoint_config(EndpointConfigName="config-2")
        assert shown["ProductionVariants"][0]["VolumeSizeInGB"] == 10
        assert shown["ShadowProductionVariants"] == shadow
        tags = local.sagemaker.list_tags(ResourceArn=shown["EndpointConfigArn"])["Tags"]
        assert tags == [{"Key": "team", "Value": "blue"}]
        assert local.sagemaker.describe_model(ModelName="another")["ModelName"] == "another"


def test_the_fleets_of_a_bare_request_are_kept_too() -> None:
    request = {"EndpointName": NAME, "EndpointConfigName": "config-2"}
    with local_sagemaker(scenario=parse_request(request, 3)) as local:
        local.sagemaker.update_endpoint(**request)
        local.advance_to_rest(NAME)
        shown = local.sagemaker.describe_endpoint(EndpointName=NAME)
    assert shown["EndpointConfigName"] == "config-2"


def test_an_injected_fault_strikes_the_next_update_also_where_a_scenario_is_loaded() -> None:
    with local_sagemaker(scenario=scenario()) as local:
        local.inject(NAME, [{"Kind": "Stop"}])
        local.sagemaker.update_endpoint(EndpointName=NAME, EndpointConfigName="config-2")
        local.advance_to_rest(NAME)
        shown = local.sagemaker.describe_endpoint(EndpointName=NAME)
    assert shown["EndpointConfigName"] == "config-1"


def test_an_injected_fault_joins_those_of_the_scenarios_update() -> None:
    document = scenario()
    document["Updates"][0]["Faults"] = [{"Kind": "ProvisioningSlow", "Seconds": 60}]
    document["Updates"].append({**document["Updates"][0], "Faults": [{"Kind": "Stop"}]})
    with local_sagemaker(scenario=document) as local:
        local.inject(NAME, [{"Kind": "InstanceLost", "Batch": 99}])
        [endpoint] = local.endpoints()
        assert endpoint.waiting_faults == (("ProvisioningSlow", "InstanceLost"), ("Stop",))
        local.sagemaker.update_endpoint(EndpointName=NAME, EndpointConfigName="config-2")
        [endpoint] = local.endpoints()
    assert endpoint.waiting_faults == (("Stop",),)
    assert [each.field for each in endpoint.unused_faults] == ["Faults[1]"]


def test_an_engine_is_refused_with_the_nearest_policy_and_all_else() -> None:
    document = scenario(Tags=5)
    policy = {
        "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1},
        "WaitIntervalInSeconds": 0,
    }
    (update,) = document["Updates"]
    update["UpdateEndpoint"]["DeploymentConfig"] = {"RollingUpdatePolicy": policy}
    update["Engine"] = {"MaximumUnavailable": {"Type": "CAPACITY_PERCENT", "Value": 60}}
    with pytest.raises(InvalidInput) as refused, local_sagemaker(scenario=document):
        pass
    tags, engine = refused.value.problems
    assert (tags.field, engine.field) == ("EndpointConfigs[1].Tags", "Updates[0].Engine")
    assert engine.rule.endswith('MaximumBatchSize {"Type": "CAPACITY_PERCENT", "Value": 50}')
