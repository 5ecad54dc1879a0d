"""The server and `rolling simulate` agree: the same updates and faults, the same moments, ends."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.endpoint import in_service, parse_endpoint_config
from rolling.endpoint.arns import REGION
from rolling.server.cloud import Cloud
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime
from rolling.simulation.report import Report
from rolling.simulation.run import simulate
from rolling.simulation.scenario import Scenario, ScenarioUpdate
from tests.server.clouds import NAME, START, config, rolling
from tests.test_scenarios import OF_SAGEMAKER, load

Played = list[list[tuple[float, str, str]]]


def played(scenario: Scenario) -> tuple[Played, dict[str, Any]]:
    """Each update's moments, stages and sentences in a cloud, and the endpoint after the last."""
    cloud = Cloud(ManualTime(START), scenario=scenario)
    steering = SteeredCloud(cloud)
    name = scenario.endpoint.name
    moments = []
    for update in scenario.updates:
        began_at = steering.now()
        steering.events()
        cloud.call("sagemaker", "UpdateEndpoint", update.request, REGION)
        happened = steering.advance_to_rest(name)
        moments.append([moment for each in happened for moment in in_stage(each, began_at)])
    shown = cloud.call("sagemaker", "DescribeEndpoint", {"EndpointName": name}, REGION)
    return moments, timeless(shown)


def in_stage(event: EndpointEvent, began_at: float) -> list[tuple[float, str, str]]:
    stage = event.stage
    if stage is None:
        return []
    place = f"{stage.direction.name} {stage.step} {stage.phase.name}"
    return [(event.at - began_at, place, event.why)]


def simulated(report: Report) -> tuple[Played, dict[str, Any]]:
    """The same of a report."""
    moments = [
        [
            (row.at, f"{row.stage.direction.name} {row.stage.step} {row.stage.phase.name}", row.why)
            for row in update.report.timeline
        ]
        for update in report.updates
    ]
    return moments, timeless(report.endpoint)


def timeless(value: Any) -> Any:
    """What is shown without the times, which count from another moment in a cloud."""
    if isinstance(value, list):
        return [timeless(each) for each in value]
    if not isinstance(value, dict):
        return value
    times = ("CreationTime", "LastModifiedTime", "StartTime")
    return {key: timeless(each) for key, each in value.items() if key not in times}


@pytest.mark.parametrize("name", OF_SAGEMAKER)
def test_a_scenario_goes_in_the_cloud_as_it_is_simulated(name: str) -> None:
    scenario = load(name)
    assert played(scenario) == simulated(simulate(scenario))


FAULTS = st.builds(
    Fault,
    kind=st.sampled_from(
        [
            FaultKind.ALARM,
            FaultKind.ALARM_UNREADABLE,
            FaultKind.PROVISIONING_FAILED,
            FaultKind.INSTANCE_LOST,
            FaultKind.SHIFT_FAILED,
            FaultKind.CLEANUP_FAILED,
            FaultKind.STOP,
        ]
    ),
    batch=st.none() | st.integers(1, 4),
    after_seconds=st.integers(0, 400),
)


@given(
    old=st.integers(2, 8),
    new=st.integers(2, 8),
    wait=st.sampled_from([0, 60, 300]),
    faults=st.lists(FAULTS, max_size=3),
    jitter=st.sampled_from([0, 30]),
    seed=st.integers(0, 9),
)
@settings(max_examples=60)
def test_whatever_goes_wrong_goes_wrong_alike(
    old: int, new: int, wait: int, faults: list[Fault], jitter: int, seed: int
) -> None:
    configs = {
        each.name: each
        for each in (
            parse_endpoint_config(config("config-1", old)),
            parse_endpoint_config(config("config-2", new)),
        )
    }
    request = {
        "EndpointName": NAME,
        "EndpointConfigName": "config-2",
        "DeploymentConfig": rolling(1, wait),
    }
    scenario = Scenario(
        configs,
        in_service(NAME, configs["config-1"]),
        (ScenarioUpdate(request, tuple(faults)),),
        SimulationSettings(seed=seed, jitter_percent=jitter),
    )
    assert played(scenario) == simulated(simulate(scenario))
