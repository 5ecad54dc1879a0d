"""DeleteEndpoint and ListEndpoints: who is there, in which order, and who is no more."""

from typing import Any

import pytest

from tests.server.clouds import START, Sky, arn


def names(sky: Sky, **parameters: Any) -> list[str]:
    found = sky.call("ListEndpoints", **parameters)["Endpoints"]
    return [each["EndpointName"] for each in found]


@pytest.fixture
def sky() -> Sky:
    """A sky with b in service, then a, then c, which is being updated."""
    sky = Sky()
    for name in ("b", "a", "c"):
        sky.create(name=name)
    sky.update(name="c")
    return sky


def test_a_deleted_endpoint_is_deleting_and_then_gone(sky: Sky) -> None:
    assert sky.call("DeleteEndpoint", EndpointName="a") == {}
    assert sky.status("a") == "Deleting"
    assert sky.refusal("DeleteEndpoint", EndpointName="a") == (
        f'Cannot update in-progress endpoint "{arn("a")}".'
    )
    exists = sky.refusal("CreateEndpoint", EndpointName="a", EndpointConfigName="config-1")
    assert exists == f'Cannot create already existing endpoint "{arn("a")}".'
    sky.advance(30)
    assert sky.refusal("DescribeEndpoint", EndpointName="a") == (
        f'Could not find endpoint "{arn("a")}".'
    )
    assert names(sky) == ["c", "b"]


def test_the_latest_created_comes_first_unless_asked_otherwise(sky: Sky) -> None:
    assert names(sky) == ["c", "a", "b"]
    assert names(sky, SortOrder="Ascending") == ["b", "a", "c"]
    assert names(sky, SortBy="Name", SortOrder="Ascending") == ["a", "b", "c"]
    assert names(sky, SortBy="Status", SortOrder="Descending")[0] == "c"


def test_filters_choose(sky: Sky) -> None:
    assert names(sky, StatusEquals="Updating") == ["c"]
    assert names(sky, StatusEquals="Failed") == []
    assert names(sky, NameContains="a") == ["a"]
    assert names(sky, CreationTimeAfter=START + 240) == ["c", "a"]
    assert names(sky, CreationTimeBefore=START + 240) == ["b"]
    assert names(sky, LastModifiedTimeAfter=START + 480) == ["c"]


def test_pages_follow_each_other(sky: Sky) -> None:
    first = sky.call("ListEndpoints", MaxResults=2)
    assert [each["EndpointName"] for each in first["Endpoints"]] == ["c", "a"]
    second = sky.call("ListEndpoints", MaxResults=2, NextToken=first["NextToken"])
    assert [each["EndpointName"] for each in second["Endpoints"]] == ["b"]
    assert "NextToken" not in second


def test_regions_do_not_see_each_other(sky: Sky) -> None:
    assert sky.call("ListEndpoints", "eu-west-1") == {"Endpoints": []}
