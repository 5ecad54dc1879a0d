"""A cloud hands out what is going on in each update, as `rolling simulate` shows it."""

import pytest
from attrs import evolve

from rolling.core.stage import Direction
from rolling.endpoint.arns import REGION
from rolling.server.cloud import Cloud
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime
from rolling.simulation.run import snapshots
from rolling.view.picture import Picture
from rolling.view.snapshots import Snapshot
from tests.server.clouds import NAME, START, Sky
from tests.test_scenarios import OF_SAGEMAKER, load
from tests.view.pictures import text_of


def only(sky: Sky) -> Snapshot:
    """The one snapshot there is."""
    (found,) = sky.cloud.snapshots()
    return found


@pytest.mark.parametrize("name", OF_SAGEMAKER)
def test_the_end_of_each_update_is_drawn_as_it_is_simulated(name: str) -> None:
    scenario = load(name)
    steering = SteeredCloud(Cloud(ManualTime(START), scenario=scenario))
    for place, update in enumerate(scenario.updates):
        steering.cloud.call("sagemaker", "UpdateEndpoint", update.request, REGION)
        steering.advance_to_rest(scenario.endpoint.name)
        (shown,) = steering.cloud.snapshots()
        *_, simulated = [
            each
            for each in snapshots(scenario)
            if isinstance(each, Snapshot) and each.subject.place == place + 1
        ]
        simulated = evolve(simulated, subject=evolve(simulated.subject, place=1, updates=1))
        assert text_of(Picture(shown)) == text_of(Picture(simulated))


def test_what_turning_back_would_take_is_known() -> None:
    sky = Sky()
    sky.create()
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    estimate = only(sky).rollback_estimate()
    assert estimate is not None and estimate.provisioned_instances == 1
    sky.stop_update(NAME)
    assert only(sky).deployment.direction is Direction.BACK


def test_there_is_none_of_a_creation_a_scaling_or_a_deletion() -> None:
    sky = Sky()
    sky.create()
    assert sky.cloud.snapshots() == []
    sky.update()
    sky.advance_to_rest(NAME)
    assert only(sky).deployment.ended
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 5}]
    sky.call(
        "UpdateEndpointWeightsAndCapacities", EndpointName=NAME, DesiredWeightsAndCapacities=wanted
    )
    assert sky.cloud.snapshots() == []
    sky.advance_to_rest(NAME)
    sky.update("config-1")
    sky.advance_to_rest(NAME)
    assert only(sky).subject.accepted_at > START
    sky.call("DeleteEndpoint", EndpointName=NAME)
    assert sky.cloud.snapshots() == []
