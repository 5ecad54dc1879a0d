"""The options of a local SageMaker: what can be given, and what is said of what cannot."""

import json
from typing import Any

import pytest

from rolling.backends.simulated import SimulationSettings
from rolling.core.errors import InvalidInput
from rolling.server.clients import local_sagemaker
from rolling.server.local_server import ITS_ENDPOINTS, local_sagemaker_server
from rolling.server.timekeeping import ManualTime
from rolling.simulation.scenario import parse_scenario
from tests.source import ROOT

SCENARIO = json.loads((ROOT / "specs/scenarios/seed-success.json").read_text("utf-8"))
EVERY = pytest.mark.parametrize("make", [local_sagemaker, local_sagemaker_server])


@EVERY
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"settings": {"provisioning_seconds": 30}}, "settings.provisioning_seconds"),
        ({"settings": {"ProvisioningSeconds": "30"}}, "settings.ProvisioningSeconds"),
        ({"settings": {"ShiftSeconds": None}}, "settings.ShiftSeconds"),
        ({"settings": SimulationSettings(shift_seconds=-1)}, "settings.ShiftSeconds"),
        ({"account": "1"}, "account"),
        ({"region": "mars"}, "region"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make: Any, wrong: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught, make(**wrong):
        pass
    assert [each.field for each in caught.value.problems] == [field]


@EVERY
def test_all_that_is_wrong_is_said_at_once(make: Any) -> None:
    with (
        pytest.raises(InvalidInput) as caught,
        make(region="mars", settings={"Speed": 1}, account="1"),
    ):
        pass
    assert [each.field for each in caught.value.problems] == ["region", "account", "settings.Speed"]


@EVERY
def test_settings_are_taken_in_a_scenarios_spelling_too(make: Any) -> None:
    scenario = parse_scenario(SCENARIO)
    assert scenario.settings.provisioning_seconds != 30
    given = {"ProvisioningSeconds": 30, "CapacityLimit": None}
    for settings in (given, SimulationSettings(provisioning_seconds=30)):
        with make(scenario=scenario, settings=settings, time=ManualTime(1000)) as local:
            request = SCENARIO["Updates"][0]["UpdateEndpoint"]
            local.cloud.call("sagemaker", "UpdateEndpoint", request, local.region)
            local.advance_until("my-endpoint", phase="Shifting")
            assert local.now() == 1030


def test_only_its_services_leads_no_other_service_here() -> None:
    with (
        local_sagemaker_server() as everything,
        local_sagemaker_server(only_its_services=True) as only,
    ):
        assert everything.environment["AWS_ENDPOINT_URL"] == everything.url
        led = {name for name, value in only.environment.items() if value == only.url}
    assert led == set(ITS_ENDPOINTS)


@pytest.mark.parametrize(("port", "fix"), [(80_000, 65_535), (-1, 0)])
def test_a_port_that_there_is_not_is_refused(port: Any, fix: int) -> None:
    with pytest.raises(InvalidInput) as refused, local_sagemaker_server(port=port):
        pass
    [problem] = refused.value.problems
    assert (problem.field, problem.fix) == ("port", fix)
