"""A bare UpdateEndpoint request becomes a scenario once the sizes of the fleets are given."""

import pytest

from rolling import InvalidInput, Problem, serving
from rolling.endpoint import update_endpoint
from rolling.simulation.scenario import parse_request
from tests.endpoint.examples import request, rolling
from tests.simulation.examples import scenario


def problems(document: object, *counts: int) -> dict[str, Problem]:
    with pytest.raises(InvalidInput) as refusal:
        parse_request(document, *counts)
    return {problem.field: problem for problem in refusal.value.problems}


def test_the_fleets_have_the_given_sizes() -> None:
    read = parse_request(request(DeploymentConfig=rolling(3)), 4, 6)
    updating = update_endpoint(read.endpoint, read.updates[0].request, read.configs)
    assert updating.deployment is not None
    assert updating.deployment.spec.old == (serving("config-old", 4),)
    assert updating.deployment.spec.new.configuration == "config-2"
    assert updating.deployment.spec.new.full == 6


def test_the_new_fleet_is_as_large_as_the_old_one_unless_given() -> None:
    read = parse_request(request(), 4)
    updating = update_endpoint(read.endpoint, read.updates[0].request, read.configs)
    assert updating.update is not None
    assert updating.update.desired_instance_count == 4


def test_retained_properties_keep_the_old_count() -> None:
    read = parse_request(request(RetainAllVariantProperties=True), 4)
    updating = update_endpoint(read.endpoint, read.updates[0].request, read.configs)
    assert updating.update is not None
    assert updating.update.desired_instance_count == 4


def test_a_new_count_beside_retained_properties_is_refused_unless_it_is_not_retained() -> None:
    (problem,) = problems(request(RetainAllVariantProperties=True), 4, 6).values()
    assert (problem.field, problem.fix) == ("--instances NEW", 4)
    same = parse_request(request(RetainAllVariantProperties=True), 4, 4)
    assert same.endpoint.desired_instance_count == 4
    excluded = [{"VariantPropertyType": "DesiredInstanceCount"}]
    read = parse_request(
        request(RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=excluded), 4, 6
    )
    updating = update_endpoint(read.endpoint, read.updates[0].request, read.configs)
    assert updating.update is not None
    assert updating.update.desired_instance_count == 6


def test_a_request_for_the_made_up_name_gets_another_one_made_up() -> None:
    assert list(parse_request(request("config-old"), 4).configs) == ["config-older", "config-old"]


def test_sizes_out_of_range_are_told_with_the_rest() -> None:
    found = problems(request(Extra=1), 0, 10**10)
    assert {field: problem.fix for field, problem in found.items()} == {
        "--instances OLD": 1,
        "--instances NEW": 100_000,
        "Extra": None,
    }
    assert set(problems(request(), 0)) == {"--instances OLD"}


def test_a_scenario_needs_no_sizes() -> None:
    (problem,) = problems(scenario(), 4).values()
    assert "remove --instances" in problem.rule
