"""DescribeEndpoint shows every phase of an update in SageMaker's words."""

from typing import Any

import pytest

from rolling import Direction, Phase
from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint import Endpoint, Times, describe, in_service, update_endpoint
from tests.endpoint.examples import (
    Json,
    blue_green,
    config,
    configs,
    driven,
    healthy,
    request,
    rolling,
    variant,
)

AVAILABLE = configs(3, 3)
TIMES = Times(creation=100, last_modified=200, update_start=300, stage_start=400.5)
ONE_BACK = {"Type": "INSTANCE_COUNT", "Value": 1}
TRIP_IN_BAKE_2 = Fault(FaultKind.ALARM, batch=2)


def shown(endpoint: Endpoint) -> dict[str, Any]:
    return describe(endpoint, TIMES)


def states(config: Json, *faults: Fault) -> list[Endpoint]:
    asked = request(DeploymentConfig=config)
    return driven(update_endpoint(healthy(AVAILABLE), asked, AVAILABLE), faults)


def at(found: list[Endpoint], direction: Direction, step: int, phase: Phase) -> dict[str, Any]:
    """The endpoint as it is shown when it first comes to a stage."""
    for endpoint in found:
        assert endpoint.deployment is not None
        stage = endpoint.deployment.stage
        if (stage.direction, stage.step, stage.phase) == (direction, step, phase):
            return shown(endpoint)
    raise AssertionError(f"never {direction.name} {step} {phase.name}")


def statuses(described: dict[str, Any], *, pending: bool) -> list[tuple[str, str]]:
    place = described["PendingDeploymentSummary"] if pending else described
    entries = place["ProductionVariants"][0].get("VariantStatus", [])
    assert all(entry["StartTime"] == 400.5 for entry in entries)
    return [(entry["Status"], entry["StatusMessage"]) for entry in entries]


def counts(described: dict[str, Any]) -> tuple[int, int]:
    old = described["ProductionVariants"][0]["CurrentInstanceCount"]
    new = described["PendingDeploymentSummary"]["ProductionVariants"][0]["CurrentInstanceCount"]
    return old, new


def test_a_healthy_endpoint() -> None:
    assert describe(healthy(AVAILABLE, 7), Times(100, 200)) == {
        "EndpointName": "my-endpoint",
        "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/my-endpoint",
        "EndpointConfigName": "config-1",
        "ProductionVariants": [
            {
                "VariantName": "AllTraffic",
                "CurrentWeight": 1.0,
                "DesiredWeight": 1.0,
                "CurrentInstanceCount": 7,
                "DesiredInstanceCount": 7,
            }
        ],
        "EndpointStatus": "InService",
        "CreationTime": 100,
        "LastModifiedTime": 200,
    }


def test_while_updating_the_old_configuration_is_named_and_the_new_one_is_pending() -> None:
    found = states(rolling(), TRIP_IN_BAKE_2)
    for endpoint in found:
        described = shown(endpoint)
        updating = endpoint.deployment is not None and not endpoint.deployment.ended
        assert (described["EndpointStatus"] == "Updating") is updating
        assert ("PendingDeploymentSummary" in described) is updating
        assert described["EndpointConfigName"] == "config-1"
        assert described["LastDeploymentConfig"] == rolling()
        if updating:
            summary = described["PendingDeploymentSummary"]
            assert summary["EndpointConfigName"] == "config-2"
            assert summary["StartTime"] == 300
            assert summary["ProductionVariants"][0]["InstanceType"] == "ml.g5.2xlarge"


def test_forward_creating_activating_baking_deleting() -> None:
    found = states(rolling())
    forward = Direction.FORWARD
    creating = at(found, forward, 2, Phase.PROVISIONING)
    assert statuses(creating, pending=True) == [("Creating", "Launching 1 instance(s).")]
    assert statuses(creating, pending=False) == []
    assert counts(creating) == (2, 1)
    activating = at(found, forward, 2, Phase.SHIFTING)
    assert statuses(activating, pending=True) == [
        ("ActivatingTraffic", "Activating traffic on batch capacity of 2 instance(s).")
    ]
    baking = at(found, forward, 2, Phase.BAKING)
    assert statuses(baking, pending=True) == [
        (
            "Baking",
            "Baking for 60 seconds (WaitIntervalInSeconds) "
            "with traffic enabled on batch capacity of 2 instance(s).",
        )
    ]
    assert counts(baking) == (2, 2)
    deleting = at(found, forward, 2, Phase.CLEANING)
    assert statuses(deleting, pending=False) == [("Deleting", "Terminating 1 instance(s).")]
    assert statuses(deleting, pending=True) == []
    full = at(found, forward, 3, Phase.SHIFTING)
    assert statuses(full, pending=True) == [
        ("ActivatingTraffic", "Activating traffic on full capacity of 3 instance(s).")
    ]


def test_the_pending_count_leaves_out_what_has_no_traffic_yet() -> None:
    found = states(blue_green("CANARY", CanarySize=ONE_BACK))
    canary = at(found, Direction.FORWARD, 1, Phase.BAKING)
    assert counts(canary) == (3, 1)
    launched = [endpoint.deployment for endpoint in found if endpoint.deployment is not None]
    assert max(each.new.in_service for each in launched if each.stage.step == 1) == 3


def test_a_canary_and_the_termination_wait_are_named() -> None:
    document = blue_green("CANARY", CanarySize=ONE_BACK)
    policy = document["BlueGreenUpdatePolicy"]
    assert isinstance(policy, dict)
    found = states(document | {"BlueGreenUpdatePolicy": policy | {"TerminationWaitInSeconds": 9}})
    canary = at(found, Direction.FORWARD, 1, Phase.SHIFTING)
    assert statuses(canary, pending=True) == [
        ("ActivatingTraffic", "Activating traffic on canary capacity of 1 instance(s).")
    ]
    waiting = at(found, Direction.FORWARD, 3, Phase.BAKING)
    assert statuses(waiting, pending=True) == [
        (
            "Baking",
            "Baking for 9 seconds (TerminationWaitInSeconds) "
            "with traffic enabled on full capacity of 3 instance(s).",
        )
    ]


def test_a_linear_step_is_named() -> None:
    found = states(blue_green("LINEAR", LinearStepSize=ONE_BACK))
    step = at(found, Direction.FORWARD, 1, Phase.SHIFTING)
    assert statuses(step, pending=True) == [
        ("ActivatingTraffic", "Activating traffic on linear step capacity of 1 instance(s).")
    ]


def test_on_the_way_back_the_old_variant_receives_and_the_new_one_goes() -> None:
    found = states(rolling(RollbackMaximumBatchSize=ONE_BACK), TRIP_IN_BAKE_2)
    back = Direction.BACK
    first = at(found, back, 1, Phase.SHIFTING)
    assert statuses(first, pending=False) == [
        ("ActivatingTraffic", "Activating traffic on batch capacity of 2 instance(s).")
    ]
    deleting = at(found, back, 1, Phase.CLEANING)
    assert statuses(deleting, pending=True) == [("Deleting", "Terminating 1 instance(s).")]
    launching = at(found, back, 2, Phase.PROVISIONING)
    assert statuses(launching, pending=False) == [("Creating", "Launching 1 instance(s).")]
    last = at(found, back, 2, Phase.SHIFTING)
    assert statuses(last, pending=False) == [
        ("ActivatingTraffic", "Activating traffic on full capacity of 3 instance(s).")
    ]


@pytest.mark.parametrize("weight", [1, 0.5, 4])
def test_current_weights_are_the_split_of_the_weight_in_use(weight: float) -> None:
    available = {
        "config-1": config("config-1", variant(3, InitialVariantWeight=weight)),
        "config-2": config("config-2", variant(3, InitialVariantWeight=9)),
    }
    asked = request(DeploymentConfig=rolling())
    updating = update_endpoint(in_service("my-endpoint", available["config-1"]), asked, available)
    seen = set()
    for endpoint in driven(updating):
        described = shown(endpoint)
        (old,) = described["ProductionVariants"]
        if "PendingDeploymentSummary" not in described:
            assert (old["CurrentWeight"], old["DesiredWeight"]) == (9, 9)
            continue
        (new,) = described["PendingDeploymentSummary"]["ProductionVariants"]
        assert (old["DesiredWeight"], new["DesiredWeight"]) == (weight, 9)
        assert old["CurrentWeight"] + new["CurrentWeight"] == pytest.approx(weight)
        seen.add(round(new["CurrentWeight"] / weight, 3))
    assert seen == {0, 0.333, 0.667, 1}


def test_a_mix_is_one_variant_with_the_counts_of_its_fleets_added_up() -> None:
    no_shift_back = Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=9)
    slow_back = rolling(RollbackMaximumBatchSize=ONE_BACK)
    described = shown(states(slow_back, TRIP_IN_BAKE_2, no_shift_back)[-1])
    assert described["EndpointStatus"] == "UpdateRollbackFailed"
    assert "alarm p99 tripped" in described["FailureReason"]
    assert described["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "CurrentWeight": 1.0,
            "DesiredWeight": 1.0,
            "CurrentInstanceCount": 4,
            "DesiredInstanceCount": 3,
        }
    ]


def test_a_leftover_is_shown_as_terminating() -> None:
    described = shown(states(rolling(), Fault(FaultKind.CLEANUP_FAILED, batch=3))[-1])
    assert described["EndpointStatus"] == "InService"
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 3
    assert statuses(described, pending=False) == [("Deleting", "Terminating 1 instance(s).")]


def test_times_that_are_not_known_are_left_out() -> None:
    updating = update_endpoint(healthy(AVAILABLE), request(), AVAILABLE)
    described: dict[str, Any] = describe(updating, Times(100, 200))
    summary = described["PendingDeploymentSummary"]
    assert "StartTime" not in summary
    assert "StartTime" not in summary["ProductionVariants"][0]["VariantStatus"][0]


def test_an_endpoint_that_cannot_be_updated_here_is_described_by_its_configuration() -> None:
    several = config("config-1", variant(2, VariantName="a"), variant(3, VariantName="b"))
    described = shown(in_service("my-endpoint", several))
    assert [
        (each["VariantName"], each["CurrentInstanceCount"])
        for each in described["ProductionVariants"]
    ] == [("a", 2), ("b", 3)]
