"""From UpdateRollbackFailed an endpoint is repaired to any configuration, in any way."""

import pytest
from attrs import evolve

from rolling import ALL_TRAFFIC, Direction, FleetSpec, Share
from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint import Endpoint, EndpointStatus, update_endpoint
from tests.endpoint.examples import Json, blue_green, configs, driven, healthy, request, rolling

AVAILABLE = configs(3, 3, 6)
HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}
WAYS: dict[str, Json] = {
    "rolling": {"DeploymentConfig": rolling()},
    "blue/green": {"DeploymentConfig": blue_green("CANARY", CanarySize=HALF)},
    "neither": {},
}
ALARM_AT_ONCE = Fault(FaultKind.ALARM)
MIX = (FleetSpec("config-2", 3, 2, Share(2, 3)), FleetSpec("config-1", 3, 2, Share(1, 3)))


def mixed() -> Endpoint:
    """Two instances on config-2 with two thirds of the traffic, two on config-1 with the rest."""
    asked = request(
        DeploymentConfig=rolling(RollbackMaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 1})
    )
    faults = [
        Fault(FaultKind.ALARM, batch=2),
        Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=9),
    ]
    endpoint = driven(update_endpoint(healthy(AVAILABLE), asked, AVAILABLE), faults)[-1]
    assert endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED
    assert endpoint.fleets == MIX
    return endpoint


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("config_name", "count"), [("config-1", 3), ("config-2", 3), ("config-3", 6)]
)
def test_any_configuration_by_any_policy(config_name: str, count: int, way: str) -> None:
    repairing = update_endpoint(mixed(), request(config_name, **WAYS[way]), AVAILABLE)
    repaired = driven(repairing)[-1]
    assert repaired.status is EndpointStatus.IN_SERVICE
    assert (repaired.config_name, repaired.failure_reason) == (config_name, None)
    assert [(fleet.configuration, fleet.count) for fleet in repaired.fleets] == [
        (config_name, count)
    ]


@pytest.mark.parametrize("way", ["rolling", "blue/green"])
@pytest.mark.parametrize("config_name", ["config-1", "config-2", "config-3"])
def test_a_repair_that_rolls_back_is_back_at_the_mix(config_name: str, way: str) -> None:
    repairing = update_endpoint(mixed(), request(config_name, **WAYS[way]), AVAILABLE)
    endpoint = driven(repairing, [ALARM_AT_ONCE])[-1]
    assert endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED
    assert endpoint.config_name == "config-1"
    assert endpoint.fleets == MIX
    assert endpoint.failure_reason is not None
    assert "alarm p99 tripped" in endpoint.failure_reason
    assert endpoint.failure_reason.endswith("The endpoint serves the same mix as before.")


def test_the_receiving_fleet_starts_from_what_its_configuration_serves() -> None:
    for config_name in ("config-1", "config-2"):
        repairing = update_endpoint(mixed(), request(config_name), AVAILABLE)
        assert repairing.deployment is not None
        served = {fleet.configuration: fleet for fleet in MIX}
        assert repairing.deployment.spec.new == served.pop(config_name)
        assert repairing.deployment.spec.old == tuple(served.values())


def test_a_third_configuration_drains_the_newest_first() -> None:
    repairing = update_endpoint(mixed(), request("config-3"), AVAILABLE)
    assert repairing.deployment is not None
    assert repairing.deployment.spec.new == FleetSpec("config-3", 6, 0, Share(0, 1))
    assert repairing.deployment.spec.old == MIX


def test_a_repair_may_want_another_count_than_the_mix_was_made_with() -> None:
    available = AVAILABLE | {"config-2": configs(1, 5)["config-2"]}
    repairing = update_endpoint(mixed(), request("config-2"), available)
    assert repairing.deployment is not None
    assert repairing.deployment.spec.new == FleetSpec("config-2", 5, 2, Share(2, 3))
    assert driven(repairing)[-1].desired_instance_count == 5


def test_the_retained_count_is_the_one_the_endpoint_wants() -> None:
    asked = request("config-3", RetainAllVariantProperties=True)
    repaired = driven(update_endpoint(mixed(), asked, AVAILABLE))[-1]
    assert repaired.desired_instance_count == 3


def test_the_deployment_config_of_the_failed_attempt_may_be_retained() -> None:
    endpoint = mixed()
    repairing = update_endpoint(
        endpoint, request("config-1", RetainDeploymentConfig=True), AVAILABLE
    )
    assert repairing.last_deployment_config == endpoint.last_deployment_config


@pytest.mark.parametrize("way", WAYS)
def test_one_fleet_that_is_all_of_the_mix_is_filled_up(way: str) -> None:
    alone = evolve(mixed(), fleets=(FleetSpec("config-1", 3, 2, ALL_TRAFFIC),))
    repairing = update_endpoint(alone, request("config-1", **WAYS[way]), AVAILABLE)
    assert repairing.deployment is not None
    assert repairing.deployment.spec.old == ()
    repaired = driven(repairing)[-1]
    assert repaired.status is EndpointStatus.IN_SERVICE
    assert [(fleet.configuration, fleet.count) for fleet in repaired.fleets] == [("config-1", 3)]


def test_a_repair_that_fails_to_roll_back_leaves_a_mix_that_can_be_repaired() -> None:
    repairing = update_endpoint(mixed(), request("config-3", DeploymentConfig=rolling()), AVAILABLE)
    faults = [
        Fault(FaultKind.ALARM, batch=4),
        Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=9),
    ]
    endpoint = driven(repairing, faults)[-1]
    assert endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED
    assert [fleet.configuration for fleet in endpoint.fleets] == [
        "config-3",
        "config-2",
        "config-1",
    ]
    repaired = driven(update_endpoint(endpoint, request("config-1"), AVAILABLE))[-1]
    assert repaired.status is EndpointStatus.IN_SERVICE
    assert [(fleet.configuration, fleet.count) for fleet in repaired.fleets] == [("config-1", 3)]
