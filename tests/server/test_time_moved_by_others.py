"""Manual time that somebody else has moved is the time that advancing goes on from."""

import pytest

from rolling.core.errors import InvalidInput
from rolling.server.clients import local_sagemaker
from rolling.server.cloud import Cloud
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime
from tests.server.clouds import NAME, START, Sky


def updating() -> tuple[ManualTime, Sky]:
    """A manual time, and a sky in it whose update has just been accepted."""
    time = ManualTime(START)
    sky = Sky(time)
    sky.create()
    sky.update()
    return time, sky


def test_to_advance_goes_on_from_there() -> None:
    time = ManualTime(1000)
    cloud = SteeredCloud(Cloud(time))
    time.move_to(2000)
    cloud.advance(10)
    assert (cloud.now(), time.now()) == (2010, 2010)


def test_a_moment_before_it_is_past() -> None:
    time = ManualTime(1000)
    cloud = SteeredCloud(Cloud(time))
    time.move_to(2000)
    with pytest.raises(InvalidInput, match="not before now"):
        cloud.advance_to(1500)


def test_what_was_due_meanwhile_has_happened_and_is_over() -> None:
    time, sky = updating()
    time.move_to(time.now() + 400)  # past the first bake, and into the second batch
    with pytest.raises(InvalidInput, match="Batch = 1: is over: the update is in batch 2"):
        sky.advance_until(NAME, batch=1, phase="Baking")


def test_the_next_event_is_the_next_from_there() -> None:
    time, sky = updating()
    began_at = time.now()
    time.move_to(began_at + 250)
    moments = [each.at - began_at for each in sky.advance_to_next_event() if each.stage]
    assert moments == [0, 240, 245, 305]
    assert sky.now() == time.now() == began_at + 305


def test_rest_is_not_before_it() -> None:
    time, sky = updating()
    time.move_to(time.now() + 100_000)
    moved_to = time.now()
    sky.advance_to_rest(NAME)
    assert sky.now() == time.now() == moved_to
    assert sky.status() == "InService"


def test_a_waiter_leaves_what_happens_meanwhile_to_whoever_asks() -> None:
    with local_sagemaker(time=ManualTime(START)) as local:
        local.sagemaker.create_model(ModelName="m", PrimaryContainer={"Image": "i"})
        variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large"}
        variants = [{**variant, "InitialInstanceCount": 1}]
        local.sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=variants)
        local.sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName="c")
        local.sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME)
        assert [each.status for each in local.events()] == ["Creating", "InService"]
        assert local.now() == START + 240
        local.advance(10)
        assert local.now() == START + 250
