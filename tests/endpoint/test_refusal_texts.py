"""What a refusal says depends on the endpoint; the words are in specs/refusals."""

from typing import Any

import pytest
from attrs import evolve

from rolling import InvalidInput
from rolling.endpoint import ValidationException, update_endpoint
from tests.endpoint.examples import Json, configs, driven, healthy, refused, request


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


def test_a_request_is_an_object() -> None:
    strangers: list[Any] = [[], "x", None, 3]
    for asked in strangers:
        assert list(refused(asked)) == ["UpdateEndpoint"]


def test_after_an_update_the_former_configuration_may_be_requested_again() -> None:
    available = configs(3, 3)
    updated = driven(update_endpoint(healthy(available), request(), available))[-1]
    assert str(refused(request("config-2"), available, updated)["EndpointConfigName"]).startswith(
        "Cannot update endpoint with the currently in use"
    )
    again = update_endpoint(updated, request("config-1"), available)
    assert driven(again)[-1].config_name == "config-1"


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
