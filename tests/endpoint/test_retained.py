"""What an update keeps of the endpoint, and of the last update, when it is asked to."""

import pytest
from attrs import evolve

from rolling import BlueGreenUpdatePolicy
from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint import (
    Endpoint,
    deployment_config_of,
    in_service,
    update_endpoint,
)
from tests.endpoint.examples import (
    Json,
    config,
    configs,
    driven,
    healthy,
    refused,
    request,
    rolling,
    variant,
)


def scaled() -> Endpoint:
    """config-1 has 3 instances and weight 1; autoscaling made it 7, somebody the weight 5."""
    return evolve(in_service("my-endpoint", config("config-1"), 7), desired_weight=5)


CURRENT = {"config-1": config("config-1")}
TARGET = CURRENT | {"config-2": config("config-2", variant(4, InitialVariantWeight=2))}


def excluding(*kinds: str) -> Json:
    excluded = [{"VariantPropertyType": kind} for kind in kinds]
    return request(RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=excluded)


@pytest.mark.parametrize(
    ("asked", "count", "weight"),
    [
        (request(), 4, 2),
        (request(RetainAllVariantProperties=False), 4, 2),
        (request(RetainAllVariantProperties=True), 7, 5),
        (excluding(), 7, 5),
        (excluding("DesiredInstanceCount"), 4, 5),
        (excluding("DesiredWeight"), 7, 2),
        (excluding("DataCaptureConfig"), 7, 5),
        (excluding("DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig"), 4, 2),
    ],
)
def test_count_and_weight_are_kept_unless_excluded(asked: Json, count: int, weight: int) -> None:
    updating = update_endpoint(scaled(), asked, TARGET)
    updated = driven(updating)[-1]
    assert (updated.desired_instance_count, updated.desired_weight) == (count, weight)
    assert [fleet.count for fleet in updated.fleets] == [count]


def test_the_old_fleet_is_of_the_size_that_autoscaling_gave_it() -> None:
    updating = update_endpoint(scaled(), request(), TARGET)
    assert updating.deployment is not None
    assert updating.deployment.spec.old_count == 7


def test_nothing_is_kept_of_a_variant_of_another_name() -> None:
    renamed = CURRENT | {"config-2": config("config-2", variant(4, VariantName="Other"))}
    updating = update_endpoint(scaled(), request(RetainAllVariantProperties=True), renamed)
    assert updating.update is not None
    assert updating.update.desired_instance_count == 4


def test_the_batch_is_judged_against_the_retained_count() -> None:
    asked = request(DeploymentConfig=rolling(3), RetainAllVariantProperties=True)
    update_endpoint(scaled(), asked, TARGET)
    (problem,) = refused(asked | {"RetainAllVariantProperties": False}, TARGET, scaled()).values()
    assert problem.fix == 2


def test_a_rolled_back_update_leaves_count_and_weight_as_they_were() -> None:
    updating = update_endpoint(scaled(), request(DeploymentConfig=rolling()), TARGET)
    endpoint = driven(updating, [Fault(FaultKind.ALARM)])[-1]
    assert endpoint.config_name == "config-1"
    assert (endpoint.desired_instance_count, endpoint.desired_weight) == (7, 5)


def test_the_last_attempted_deployment_config_is_reused_even_if_it_rolled_back() -> None:
    available = configs(4, 4)
    updating = update_endpoint(healthy(available), request(DeploymentConfig=rolling(2)), available)
    rolled_back = driven(updating, [Fault(FaultKind.ALARM)])[-1]
    again = update_endpoint(rolled_back, request(RetainDeploymentConfig=True), available)
    assert again.last_deployment_config == updating.last_deployment_config
    assert again.deployment is not None and updating.deployment is not None
    spec = evolve(updating.deployment.spec, generation=again.generation)
    assert again.deployment == evolve(updating.deployment, spec=spec)


def test_without_a_last_one_all_goes_at_once() -> None:
    available = configs(4, 4)
    first = update_endpoint(healthy(available), request(RetainDeploymentConfig=True), available)
    assert first.last_deployment_config is None
    assert first.deployment is not None
    assert first.deployment.spec.pace.provision_batch == 4


def test_an_update_without_a_deployment_config_leaves_the_last_one_to_be_reused() -> None:
    available = configs(4, 4, 4)
    rolled = driven(
        update_endpoint(healthy(available), request(DeploymentConfig=rolling()), available)
    )[-1]
    plain = driven(update_endpoint(rolled, request("config-3"), available))[-1]
    assert plain.deployment is not None
    assert plain.deployment.spec.pace.provision_batch == 4
    assert plain.last_deployment_config == rolled.last_deployment_config
    again = update_endpoint(plain, request(RetainDeploymentConfig=True), available)
    assert again.deployment is not None
    assert again.deployment.spec.pace.provision_batch == 1


def test_one_given_at_creation_is_stored_and_reused_but_not_carried_out() -> None:
    available = configs(4, 4)
    policy = deployment_config_of(BlueGreenUpdatePolicy(termination_wait_seconds=60))
    created = in_service("my-endpoint", available["config-1"], deployment_config=policy)
    assert created.update is None
    updating = update_endpoint(created, request(RetainDeploymentConfig=True), available)
    assert updating.deployment is not None
    assert updating.deployment.spec.pace.termination_wait_seconds == 60
