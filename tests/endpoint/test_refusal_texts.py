"""A refusal that SageMaker is known to make is made in its words."""

from typing import Any

import pytest
from attrs import evolve

from rolling.endpoint import EndpointStatus, update_endpoint
from tests.endpoint.examples import configs, driven, healthy, refused, request, rolling

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


def test_an_endpoint_in_progress() -> None:
    available = configs(10, 10)
    updating = update_endpoint(healthy(available), request(), available)
    problems = refused(request(), available, updating)
    assert [str(problem) for problem in problems.values()] == [
        f'Cannot update in-progress endpoint "{ARN}:endpoint/my-endpoint".'
    ]


@pytest.mark.parametrize("status", [EndpointStatus.CREATING, EndpointStatus.DELETING])
def test_an_endpoint_that_comes_or_goes(status: EndpointStatus) -> None:
    available = configs(10, 10)
    problems = refused(request(), available, evolve(healthy(available), status=status))
    assert str(problems["EndpointStatus"]).startswith("Cannot update in-progress endpoint")


def test_an_endpoint_in_progress_still_hears_what_else_is_wrong() -> None:
    available = configs(10, 10)
    updating = update_endpoint(healthy(available), request(), available)
    slow = rolling(WaitIntervalInSeconds=3601)
    assert set(refused(request(DeploymentConfig=slow), available, updating)) == {
        "EndpointStatus",
        "DeploymentConfig.RollingUpdatePolicy.WaitIntervalInSeconds",
    }


def test_a_failed_endpoint_can_only_be_deleted() -> None:
    available = configs(10, 10)
    failed = evolve(healthy(available), status=EndpointStatus.FAILED)
    problems = refused(request(), available, failed)
    assert "can only be deleted" in problems["EndpointStatus"].rule


def test_the_configuration_in_use() -> None:
    problems = refused(request("config-1"))
    assert [str(problem) for problem in problems.values()] == [
        'Cannot update endpoint with the currently in use endpoint configuration "config-1"'
    ]


def test_an_unknown_configuration() -> None:
    problems = refused(request("config-9"))
    assert [str(problem) for problem in problems.values()] == [
        f'Could not find endpoint configuration "{ARN}:endpoint-config/config-9".'
    ]


def test_another_endpoint() -> None:
    problems = refused(request(EndpointName="other"))
    assert [str(problem) for problem in problems.values()] == [
        f'Could not find endpoint "{ARN}:endpoint/other".'
    ]


def test_region_and_account_are_the_endpoints_own() -> None:
    available = configs(10, 10)
    abroad = evolve(healthy(available), region="eu-west-1", account="000000000001")
    problems = refused(request("config-9"), available, abroad)
    assert "arn:aws:sagemaker:eu-west-1:000000000001:" in str(problems["EndpointConfigName"])


def test_an_endpoint_scaled_to_nothing_has_nothing_to_update_from() -> None:
    available = configs(10, 10)
    empty = evolve(healthy(available), desired_instance_count=0)
    for asked in (request(), request(RetainAllVariantProperties=True)):
        problems = refused(asked, available, empty)
        assert problems["DesiredInstanceCount"].fix == 1


def test_a_request_that_is_no_object() -> None:
    available = configs(10, 10)
    strangers: list[Any] = [[], "x", None, 3]
    for asked in strangers:
        problems = refused(asked, available)
        assert list(problems) == ["UpdateEndpoint"]


def test_after_an_update_the_former_configuration_may_be_requested_again() -> None:
    available = configs(3, 3)
    updated = driven(update_endpoint(healthy(available), request(), available))[-1]
    assert str(refused(request("config-2"), available, updated)["EndpointConfigName"]).startswith(
        "Cannot update endpoint with the currently in use"
    )
    again = update_endpoint(updated, request("config-1"), available)
    assert driven(again)[-1].config_name == "config-1"
