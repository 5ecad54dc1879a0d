"""A scenario is read whole, or every problem of every part is told at once."""

import copy

import pytest

from rolling import Direction, InvalidInput, Phase, Problem
from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.simulation.scenario import is_scenario, parse_scenario
from tests.endpoint.examples import request
from tests.simulation.examples import Json, scenario, updates


def problems(document: object) -> dict[str, Problem]:
    with pytest.raises(InvalidInput) as refusal:
        parse_scenario(document)
    found = {problem.field: problem for problem in refusal.value.problems}
    assert len(found) == len(refusal.value.problems), "a problem is told once"
    return found


def test_every_part_is_read() -> None:
    document = scenario()
    before = copy.deepcopy(document)
    read = parse_scenario(document)
    assert document == before
    assert list(read.configs) == ["config-1", "config-2", "config-3"]
    assert (read.endpoint.name, read.endpoint.config_name) == ("my-endpoint", "config-1")
    assert [update.request for update in read.updates] == [
        update["UpdateEndpoint"] for update in document["Updates"]
    ]
    assert read.settings == SimulationSettings(7, 240, 5, 30, None, 10)
    assert read.updates[0].faults == (
        Fault(
            FaultKind.ALARM,
            batch=2,
            phase=Phase.BAKING,
            after_seconds=10,
            for_seconds=20,
            alarm_name="p99",
        ),
    )
    assert read.updates[1].faults == (Fault(FaultKind.PROVISIONING_SLOW, seconds=60, fleet="new"),)


def test_what_is_left_out_has_its_default() -> None:
    document = scenario(Updates=[{"UpdateEndpoint": request()}])
    del document["Simulation"]
    read = parse_scenario(document)
    assert read.settings == SimulationSettings()
    assert read.updates[0].faults == ()


def test_the_endpoint_may_be_scaled_away_from_its_configuration() -> None:
    endpoint = scenario()["Endpoint"] | {"DesiredInstanceCount": 17}
    assert parse_scenario(scenario(Endpoint=endpoint)).endpoint.desired_instance_count == 17


def test_what_describe_answers_may_be_pasted_in() -> None:
    """An answer of AWS's has fields that a scenario has no use for."""
    document = scenario()
    described = document | {
        "EndpointConfigs": [
            each | {"EndpointConfigArn": "arn:aws:sagemaker:…", "CreationTime": "2026-01-01"}
            for each in document["EndpointConfigs"]
        ],
        "Endpoint": {
            "EndpointName": "my-endpoint",
            "EndpointArn": "arn:aws:sagemaker:…",
            "EndpointConfigName": "config-1",
            "EndpointStatus": "InService",
            "ProductionVariants": [
                {
                    "VariantName": "AllTraffic",
                    "CurrentWeight": 1.0,
                    "CurrentInstanceCount": 12,
                    "DesiredInstanceCount": 12,
                }
            ],
            "CreationTime": "2026-01-01",
        },
    }
    read = parse_scenario(described)
    assert read.endpoint.desired_instance_count == 12
    assert read.configs == parse_scenario(document).configs


@pytest.mark.parametrize(
    ("fault", "read"),
    [
        (
            {"Kind": "AlarmUnreadable", "Direction": "Back", "Batch": 3, "ForSeconds": 9},
            Fault(FaultKind.ALARM_UNREADABLE, Direction.BACK, 3, for_seconds=9),
        ),
        (
            {"Kind": "ProvisioningFailed", "Count": 2, "Fleet": "Old", "Reason": "no capacity"},
            Fault(FaultKind.PROVISIONING_FAILED, count=2, fleet="old", reason="no capacity"),
        ),
        ({"Kind": "InstanceLost", "Count": 2}, Fault(FaultKind.INSTANCE_LOST, count=2)),
        (
            {"Kind": "ShiftFailed", "Phase": "Shifting", "Count": 2},
            Fault(FaultKind.SHIFT_FAILED, phase=Phase.SHIFTING, count=2),
        ),
        (
            {"Kind": "CleanupFailed", "Phase": "Cleaning"},
            Fault(FaultKind.CLEANUP_FAILED, phase=Phase.CLEANING),
        ),
        (
            {"Kind": "Stop", "Phase": "Provisioning", "By": "me", "Direction": "Forward"},
            Fault(FaultKind.STOP, phase=Phase.PROVISIONING, by="me"),
        ),
    ],
)
def test_every_kind_of_fault_is_read(fault: Json, read: Fault) -> None:
    assert parse_scenario(updates(fault)).updates[0].faults == (read,)


def test_a_retained_deployment_config_keeps_its_alarms() -> None:
    document = scenario()
    document["Updates"][1]["Faults"] = [{"Kind": "Alarm", "AlarmName": "p99"}]
    assert parse_scenario(document).updates[1].faults
    document["Updates"][1]["UpdateEndpoint"]["RetainDeploymentConfig"] = False
    assert "Updates[1].Faults[0].Kind" in problems(document)


def test_a_request_is_no_scenario_and_the_answer_says_what_to_do() -> None:
    (problem,) = problems(request()).values()
    assert "Updates[0].UpdateEndpoint" in problem.rule


def test_a_scenario_and_a_request_are_told_apart_by_their_fields() -> None:
    assert is_scenario(scenario())
    assert is_scenario({"Updates": 3})
    assert not is_scenario(request())
    assert not is_scenario({"DeploymentConfig": {}})


def test_the_durations_that_are_not_given_are_named() -> None:
    assert parse_scenario(scenario()).assumed == ()
    read = parse_scenario(scenario(Simulation={"ShiftSeconds": 5}))
    assert read.assumed == ("ProvisioningSeconds", "CleanupSeconds")
