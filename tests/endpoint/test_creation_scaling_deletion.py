"""An endpoint is created, scaled and deleted by pure rules, from what was seen alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from rolling import DesiredFleet, Direction, FleetSpec, Share, Sighting, serving
from rolling.core.capacity import NO_TRAFFIC
from rolling.endpoint import (
    Endpoint,
    EndpointStatus,
    Times,
    ValidationException,
    create_endpoint,
    delete_endpoint,
    describe,
    fleets_of,
    in_service,
    launch_due,
    scale_endpoint,
    update_endpoint,
    with_launched,
)
from tests.endpoint.examples import Json, config, configs, healthy, request, rolling, variant

AVAILABLE = {
    **configs(3, 3),
    "many": config("many", variant(2, VariantName="a"), variant(1, VariantName="b")),
}
ALL = [Share(1, 1)]
HALVES = [Share(1, 2), Share(1, 2)]


def created(**fields: object) -> Endpoint:
    """my-endpoint, being created on config-1 unless given otherwise."""
    asked = {"EndpointName": "my-endpoint", "EndpointConfigName": "config-1"} | fields
    return create_endpoint(asked, AVAILABLE)


def scaled(endpoint: Endpoint, *wanted: Json) -> Endpoint:
    asked: dict[str, object] = {
        "EndpointName": endpoint.name,
        "DesiredWeightsAndCapacities": list(wanted),
    }
    return scale_endpoint(endpoint, asked)


def only(**fields: object) -> Json:
    return {"VariantName": "AllTraffic", **fields}


def seen(
    endpoint: Endpoint,
    *counts: tuple[int, int],
    split: Sequence[Share] | None = ALL,
    failure: str | None = None,
) -> Endpoint:
    """The endpoint after so many were in service and alive, of each variant."""
    return with_launched(endpoint, [Sighting(*each) for each in counts], split, failure)


# --- creation -----------------------------------------------------------------


def test_a_creation_asks_for_all_of_it_and_knows_of_nothing() -> None:
    endpoint = created()
    assert endpoint.status is EndpointStatus.CREATING
    assert launch_due(endpoint).fleets == (DesiredFleet("config-1", 3, Share(1, 1)),)
    assert "ProductionVariants" not in describe(endpoint, Times(0, 0))


@pytest.mark.parametrize(
    ("count", "split"), [((2, 3), ALL), ((3, 4), ALL), ((3, 3), None), ((3, 3), [Share(0, 1)])]
)
def test_it_is_creating_until_all_of_it_serves(
    count: tuple[int, int], split: Sequence[Share] | None
) -> None:
    assert seen(created(), count, split=split).status is EndpointStatus.CREATING


def test_then_it_is_as_an_endpoint_in_service_is() -> None:
    assert seen(created(), (3, 3), split=[Share(3, 3)]) == healthy(AVAILABLE)


def test_a_creation_that_fails_has_failed() -> None:
    endpoint = seen(created(), (2, 2), failure="No room.")
    assert (endpoint.status, endpoint.failure_reason) == (EndpointStatus.FAILED, "No room.")
    assert not endpoint.launching
    with pytest.raises(ValueError, match="nothing is being launched"):
        seen(endpoint, (3, 3))


def test_a_failure_reason_is_never_longer_than_it_may_be() -> None:
    assert len(str(seen(created(), (0, 0), failure="x" * 3_000).failure_reason)) == 1_024


def test_several_variants_are_created_as_several_fleets() -> None:
    endpoint = created(EndpointConfigName="many")
    asked = [(fleet.configuration, fleet.count) for fleet in launch_due(endpoint).fleets]
    assert asked == [("many/a", 2), ("many/b", 1)]
    endpoint = seen(endpoint, (2, 2), (1, 1), split=HALVES)
    assert endpoint == in_service("my-endpoint", AVAILABLE["many"])
    assert [fleet.count for fleet in fleets_of(endpoint)] == [2, 1]


# --- scaling --------------------------------------------------------------------


def test_scaling_changes_what_is_wanted_and_then_what_there_is() -> None:
    endpoint = scaled(healthy(AVAILABLE), only(DesiredInstanceCount=5, DesiredWeight=2))
    assert endpoint.status is EndpointStatus.UPDATING
    assert launch_due(endpoint).fleets == (DesiredFleet("config-1", 5, Share(1, 1)),)
    assert seen(endpoint, (4, 5)).launching
    endpoint = seen(endpoint, (5, 5))
    five = in_service("my-endpoint", AVAILABLE["config-1"], 5)
    assert endpoint == evolve(five, desired_weight=2, generation=2)


def test_what_is_not_asked_for_stays() -> None:
    endpoint = scaled(in_service("my-endpoint", AVAILABLE["many"]), {"VariantName": "a",
                      "DesiredWeight": 3})  # fmt: skip
    assert launch_due(endpoint).fleets == (
        DesiredFleet("many/a", 2, Share(3, 4)),
        DesiredFleet("many/b", 1, Share(1, 4)),
    )


def test_shares_of_odd_weights_are_exact() -> None:
    wanted = ({"VariantName": "a", "DesiredWeight": 0.1}, {"VariantName": "b", "DesiredWeight": 0})
    endpoint = scaled(in_service("my-endpoint", AVAILABLE["many"]), *wanted)
    shares = [fleet.share for fleet in launch_due(endpoint).fleets]
    assert shares == [Share(1, 1), Share(0, 1)]


def test_a_scaling_that_fails_goes_back_to_what_was_wanted_before() -> None:
    endpoint = scaled(healthy(AVAILABLE), only(DesiredInstanceCount=5))
    endpoint = seen(endpoint, (4, 4), failure="No room.")
    assert endpoint.status is EndpointStatus.ROLLING_BACK
    due = launch_due(endpoint)
    assert [fleet.count for fleet in due.fleets] == [3]
    assert due.stage.direction is Direction.BACK
    assert seen(endpoint, (3, 4)).status is EndpointStatus.ROLLING_BACK
    endpoint = seen(endpoint, (3, 3))
    assert endpoint.status is EndpointStatus.IN_SERVICE
    assert endpoint.failure_reason == (
        "The change of weights and capacities was rolled back: No room."
    )
    assert endpoint.desired_instance_count == 3


def test_a_return_that_fails_too_has_failed() -> None:
    endpoint = scaled(healthy(AVAILABLE), only(DesiredInstanceCount=2))
    endpoint = seen(endpoint, (2, 3), failure="Stuck.")
    endpoint = seen(endpoint, (2, 2), failure="No room.")
    assert endpoint.status is EndpointStatus.FAILED
    assert str(endpoint.failure_reason).endswith("Stuck. Its rollback failed: No room.")
    assert describe(endpoint, Times(0, 0))["ProductionVariants"]


@pytest.mark.parametrize("status", [*EndpointStatus])
def test_only_an_endpoint_in_service_is_scaled(status: EndpointStatus) -> None:
    endpoint = evolve(healthy(AVAILABLE), status=status)
    if status is EndpointStatus.IN_SERVICE:
        assert scaled(endpoint, only(DesiredWeight=1)).launching
        return
    with pytest.raises(ValidationException):
        scaled(endpoint, only(DesiredWeight=1))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([], "must be a list of 1 or more items"),
        ([only(DesiredInstanceCount=0)], "from 1 to 100000"),
        ([only(DesiredInstanceCount=True)], "from 1 to 100000"),
        ([only(DesiredWeight=-1)], "must be a number from 0"),
        ([only(DesiredWeight="1")], "must be a number from 0"),
        ([{"DesiredWeight": 1}], "is required"),
        ([only()], "requests no change"),
        ([{"VariantName": "no", "DesiredWeight": 1}], "it has AllTraffic; use 'AllTraffic'"),
        ([only(DesiredWeight=1), only(DesiredWeight=2)], "is given twice"),
        ([only(DesiredWeight=0)], "must keep a weight above 0"),
        ([only(ServerlessUpdateConfig={"MaxConcurrency": 1})], "has no concurrency"),
        ([only(ServerlessUpdateConfig={"MaxConcurrency": 0})], "from 1 to 200"),
        (["a"], "must be an object"),
        ("a", "must be a list"),
    ],
)
def test_a_wish_at_fault_is_refused(wanted: Any, said: str) -> None:
    asked = {"EndpointName": "my-endpoint", "DesiredWeightsAndCapacities": wanted}
    with pytest.raises(ValidationException) as refused:
        scale_endpoint(healthy(AVAILABLE), asked)
    assert said in str(refused.value)


def test_a_scaled_endpoint_is_no_longer_one_with_an_update() -> None:
    updated = update_endpoint(healthy(AVAILABLE), request(DeploymentConfig=rolling()), AVAILABLE)
    with pytest.raises(ValidationException, match="in-progress"):
        scaled(updated, only(DesiredWeight=1))
    rested = evolve(updated, status=EndpointStatus.IN_SERVICE)
    endpoint = scaled(rested, only(DesiredInstanceCount=4))
    assert endpoint.pending is None
    assert endpoint.deployment is None
    assert endpoint.last_deployment_config == updated.last_deployment_config


# --- deletion ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [*EndpointStatus])
def test_who_may_be_deleted(status: EndpointStatus) -> None:
    endpoint = evolve(healthy(AVAILABLE), status=status)
    if status in ("InService", "UpdateRollbackFailed", "Failed"):
        assert delete_endpoint(endpoint).status is EndpointStatus.DELETING
        return
    with pytest.raises(ValidationException, match="Cannot update in-progress endpoint"):
        delete_endpoint(endpoint)


# --- what the last update left over ---------------------------------------------


def with_leftover() -> Endpoint:
    """On config-2 with three instances, and some of config-1 would not go."""
    gone = FleetSpec("config-1", 3, 0, NO_TRAFFIC)
    return evolve(
        in_service("my-endpoint", AVAILABLE["config-2"]), fleets=(serving("config-2", 3), gone)
    )


def messages(endpoint: Endpoint) -> list[str]:
    shown: Any = describe(endpoint, Times(0, 0))["ProductionVariants"]
    return [each["StatusMessage"] for each in shown[0].get("VariantStatus", ())]


def test_a_scaling_sees_what_the_last_update_left_over_go() -> None:
    endpoint = scaled(with_leftover(), only(DesiredInstanceCount=5))
    assert launch_due(endpoint).fleets == (
        DesiredFleet("config-2", 5, Share(1, 1)),
        DesiredFleet("config-1", 0, NO_TRAFFIC),
    )
    split = [Share(1, 1), NO_TRAFFIC]
    endpoint = seen(endpoint, (3, 5), (0, 2), split=split)
    assert messages(endpoint) == [
        "Scaling out desired instance count to 5.",
        "Terminating 2 instance(s).",
    ]
    endpoint = seen(endpoint, (5, 5), (0, 2), split=split)
    assert endpoint.status is EndpointStatus.UPDATING
    assert messages(endpoint) == ["Terminating 2 instance(s)."]
    endpoint = seen(endpoint, (5, 5), (0, 0), split=split)
    assert endpoint.status is EndpointStatus.IN_SERVICE
    assert endpoint.fleets == (serving("config-2", 5),)
    assert messages(endpoint) == []
