"""A scenario is read whole, or every problem of every part is told at once."""

import copy

import pytest

from rolling import Direction, InvalidInput, Phase, Problem
from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.simulation.scenario import is_scenario, parse_scenario
from tests.endpoint.examples import request, rolling
from tests.simulation.examples import Json, config, scenario, updates


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


def test_a_duration_in_words_is_answered_with_its_seconds() -> None:
    document = updates()
    policy = document["Updates"][0]["UpdateEndpoint"]["DeploymentConfig"]["RollingUpdatePolicy"]
    policy |= {"WaitIntervalInSeconds": "10m", "MaximumExecutionTimeoutInSeconds": "2h"}
    found = problems(document)
    fixes = {field.rpartition(".")[2]: problem.fix for field, problem in found.items()}
    assert fixes == {"WaitIntervalInSeconds": 600, "MaximumExecutionTimeoutInSeconds": 7200}


def test_the_name_of_an_alarm_alone_is_answered_with_the_form_of_an_alarm() -> None:
    document = updates()
    guards = {"Alarms": ["p99"]}
    config = document["Updates"][0]["UpdateEndpoint"]["DeploymentConfig"]
    config["AutoRollbackConfiguration"] = guards
    (problem,) = problems(document).values()
    assert problem.fix == {"AlarmName": "p99-latency"}


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


def test_mistakes_in_every_part_are_told_at_once() -> None:
    document = scenario(
        EndpointConfigs=[config("config-1", 0), config("config-2"), config("config-2"), 5],
        Endpoint={"EndpointName": "my endpoint", "EndpointConfigName": "config-2"},
        Simulation={"Seed": -1, "Speed": 2, "JitterPercent": 101, "ShiftSeconds": None},
        Extra=1,
    )
    first, second = document["Updates"]
    first["UpdateEndpoint"]["DeploymentConfig"]["RollingUpdatePolicy"]["WaitIntervalInSeconds"] = (
        9e9
    )
    first["Faults"].append({"Kind": "Quake"})
    second["UpdateEndpoint"]["RetainDeploymentConfig"] = "yes"
    second["Faults"][0] |= {"Batch": 0, "AlarmName": "p99", "Seconds": 1.0}
    found = problems(document)
    assert set(found) == {
        "Extra",
        "EndpointConfigs[0].ProductionVariants[0].InitialInstanceCount",
        "EndpointConfigs[2].EndpointConfigName",
        "EndpointConfigs[3]",
        "Endpoint.EndpointName",
        "Simulation.Seed",
        "Simulation.Speed",
        "Simulation.JitterPercent",
        "Simulation.ShiftSeconds",
        "Updates[0].UpdateEndpoint.EndpointConfigName",
        "Updates[0].UpdateEndpoint.DeploymentConfig.RollingUpdatePolicy.WaitIntervalInSeconds",
        "Updates[0].Faults[1].Kind",
        "Updates[1].UpdateEndpoint.EndpointConfigName",
        "Updates[1].UpdateEndpoint.RetainDeploymentConfig",
        "Updates[1].Faults[0].Batch",
        "Updates[1].Faults[0].AlarmName",
        "Updates[1].Faults[0].Seconds",
    }


def test_a_configuration_at_fault_is_not_said_to_be_missing() -> None:
    configs = [config("config-1", -3), config("config-2"), config("config-3")]
    assert [*problems(scenario(EndpointConfigs=configs))] == [
        "EndpointConfigs[0].ProductionVariants[0].InitialInstanceCount"
    ]
    configs = [config("config-1"), config("config-2", -3), config("config-3")]
    assert [*problems(scenario(EndpointConfigs=configs))] == [
        "EndpointConfigs[1].ProductionVariants[0].InitialInstanceCount"
    ]


@pytest.mark.parametrize("named", ["bad_name", 5])
def test_an_endpoint_that_is_named_badly_is_not_said_to_be_another(named: object) -> None:
    endpoint = {"EndpointName": named, "EndpointConfigName": "config-1"}
    assert [*problems(scenario(Endpoint=endpoint))] == ["Endpoint.EndpointName"]


@pytest.mark.parametrize("part", ["EndpointConfigs", "Endpoint", "Updates"])
def test_no_part_may_be_missing(part: str) -> None:
    document = scenario()
    del document[part]
    assert "is required" in problems(document)[part].rule


@pytest.mark.parametrize("part", ["EndpointConfigs", "Endpoint", "Updates", "Simulation"])
@pytest.mark.parametrize("wrong", [None, 3, "x", True])
def test_no_part_may_be_of_another_type(part: str, wrong: object) -> None:
    assert part in problems(scenario(**{part: wrong}))


@pytest.mark.parametrize("part", ["EndpointConfigs", "Updates"])
def test_there_is_something_to_do(part: str) -> None:
    assert part in problems(scenario(**{part: []}))


def test_the_endpoint_serves_one_of_the_configurations() -> None:
    endpoint = {"EndpointName": "my-endpoint", "EndpointConfigName": "confg-1"}
    (problem,) = problems(scenario(Endpoint=endpoint)).values()
    assert (problem.field, problem.fix) == ("Endpoint.EndpointConfigName", "config-1")


@pytest.mark.parametrize(("count", "fix"), [(0, 1), (2.0, 2), (10**10, 100_000), (None, 1)])
def test_the_endpoint_has_a_whole_number_of_instances(count: object, fix: int) -> None:
    endpoint = scenario()["Endpoint"] | {"DesiredInstanceCount": count}
    found = problems(scenario(Endpoint=endpoint))
    assert found["Endpoint.DesiredInstanceCount"].fix == fix


def test_the_first_update_is_judged_against_the_endpoint() -> None:
    found = problems(updates(EndpointConfigName="config-1", DeploymentConfig=rolling(6)))
    path = "Updates[0].UpdateEndpoint"
    assert set(found) == {
        f"{path}.EndpointConfigName",
        f"{path}.DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Value",
    }
    assert "currently in use" in found[f"{path}.EndpointConfigName"].rule


def test_a_later_update_is_judged_by_itself() -> None:
    document = scenario()
    document["Updates"][1]["UpdateEndpoint"] = {
        "EndpointName": "other",
        "EndpointConfigName": "config-4",
        "DeploymentConfig": rolling(WaitIntervalInSeconds=3601),
    }
    document["Updates"].append({"UpdateEndpoint": request("config-3", DeploymentConfig=rolling(6))})
    second, third = "Updates[1].UpdateEndpoint", "Updates[2].UpdateEndpoint"
    policy = "DeploymentConfig.RollingUpdatePolicy"
    assert {field: problem.fix for field, problem in problems(document).items()} == {
        f"{second}.EndpointName": "my-endpoint",
        f"{second}.EndpointConfigName": "config-3",
        f"{second}.{policy}.WaitIntervalInSeconds": 3600,
        f"{third}.{policy}.MaximumBatchSize.Value": 5,
    }


@pytest.mark.parametrize("kind", ["Alarm", "AlarmUnreadable"])
def test_an_alarm_that_the_update_does_not_watch_cannot_trip(kind: str) -> None:
    (problem,) = problems(updates({"Kind": kind, "AlarmName": "p98"})).values()
    assert (problem.field, problem.fix) == ("Updates[0].Faults[0].AlarmName", "p99")
    for name in ({}, {"AlarmName": "p99"}):
        (problem,) = problems(updates({"Kind": kind} | name, DeploymentConfig={})).values()
        assert problem.rule == "this update watches no alarms"


def test_a_retained_deployment_config_keeps_its_alarms() -> None:
    document = scenario()
    document["Updates"][1]["Faults"] = [{"Kind": "Alarm", "AlarmName": "p99"}]
    assert parse_scenario(document).updates[1].faults
    document["Updates"][1]["UpdateEndpoint"]["RetainDeploymentConfig"] = False
    assert "Updates[1].Faults[0].Kind" in problems(document)


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({}, "Kind"),
        ({"Kind": "alarm"}, "Kind"),
        ({"Kind": "Stop", "Direction": "Sideways"}, "Direction"),
        ({"Kind": "Stop", "Phase": "Succeeded"}, "Phase"),
        ({"Kind": "Stop", "Batch": 0}, "Batch"),
        ({"Kind": "Stop", "Batch": 1.0}, "Batch"),
        ({"Kind": "Stop", "Batch": None}, "Batch"),
        ({"Kind": "Stop", "AfterSeconds": -1}, "AfterSeconds"),
        ({"Kind": "Stop", "AfterSeconds": True}, "AfterSeconds"),
        ({"Kind": "Stop", "Seconds": 5}, "Seconds"),
        ({"Kind": "Stop", "AlarmName": "p99"}, "AlarmName"),
        ({"Kind": "Stop", "By": ""}, "By"),
        ({"Kind": "Alarm", "By": "me"}, "By"),
        ({"Kind": "Alarm", "ForSeconds": 0}, "ForSeconds"),
        ({"Kind": "Alarm", "Direction": "Back", "Phase": "Baking"}, "Phase"),
        ({"Kind": "ProvisioningSlow"}, "Seconds"),
        ({"Kind": "ProvisioningFailed", "Count": 0}, "Count"),
        ({"Kind": "ProvisioningFailed", "Fleet": "new"}, "Fleet"),
        ({"Kind": "ProvisioningFailed", "Reason": "x" * 1025}, "Reason"),
        ({"Kind": "InstanceLost", "Reason": "x"}, "Reason"),
        ({"Kind": "InstanceLost", "Cause": "x"}, "Cause"),
    ],
)
def test_a_wrong_fault_is_refused(fault: Json, field: str) -> None:
    assert list(problems(updates(fault))) == [f"Updates[0].Faults[0].{field}"]


def test_a_request_is_no_scenario_and_the_answer_says_what_to_do() -> None:
    (problem,) = problems(request()).values()
    assert "Updates[0].UpdateEndpoint" in problem.rule


@pytest.mark.parametrize("document", [{}, {"Hello": 1}, [], [scenario()], None, 3, "x"])
def test_what_is_neither_is_told_what_both_look_like(document: object) -> None:
    (problem,) = problems(document).values()
    assert "neither a scenario (EndpointConfigs, Endpoint, Updates)" in problem.rule
    assert not is_scenario(problem.fix)


def test_a_scenario_and_a_request_are_told_apart_by_their_fields() -> None:
    assert is_scenario(scenario())
    assert is_scenario({"Updates": 3})
    assert not is_scenario(request())
    assert not is_scenario({"DeploymentConfig": {}})


def test_an_endpoint_in_service_has_the_capacity_that_it_serves_with() -> None:
    (problem,) = problems(scenario(Simulation={"CapacityLimit": 9})).values()
    assert (problem.field, problem.fix) == ("Simulation.CapacityLimit", 10)
    assert parse_scenario(scenario(Simulation={"CapacityLimit": 10})).settings.capacity_limit == 10


def test_the_durations_that_are_not_given_are_named() -> None:
    assert parse_scenario(scenario()).assumed == ()
    read = parse_scenario(scenario(Simulation={"ShiftSeconds": 5}))
    assert read.assumed == ("ProvisioningSeconds", "CleanupSeconds")
