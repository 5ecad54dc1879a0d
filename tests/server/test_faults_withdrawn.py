"""Faults that were injected can be taken back."""

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.errors import InvalidInput
from tests.server.clouds import NAME, Sky


@pytest.fixture
def sky() -> Sky:
    """A sky with an endpoint in service."""
    sky = Sky()
    sky.create()
    return sky


def test_faults_of_updates_to_come_are_taken_back(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM)])
    sky.inject(NAME, [Fault(FaultKind.STOP)])
    sky.withdraw_faults(NAME)
    for target in ("config-2", "config-1"):
        sky.update(target)
        sky.advance_to_rest(NAME)
        assert sky.shown()["EndpointConfigName"] == target


def test_faults_of_the_update_in_progress_are_taken_back(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM), Fault(FaultKind.ALARM, alarm_name="p50")])
    sky.update()
    sky.withdraw_faults(NAME)
    [alarm] = sky.watch("DescribeAlarms", AlarmNames=["p99"])["MetricAlarms"]
    assert alarm["StateValue"] == "OK"
    assert sky.endpoints()[0].unused_faults == ()
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"
    assert sky.endpoints()[0].unused_faults == ()


def test_faults_of_a_creation_to_come_are_taken_back(sky: Sky) -> None:
    sky.inject("new", [Fault(FaultKind.PROVISIONING_FAILED)], "Creation")
    sky.withdraw_faults("new")
    sky.create(name="new")
    with pytest.raises(InvalidInput, match="Could not find endpoint"):
        sky.withdraw_faults("newer")


def test_of_a_creation_they_are_taken_back_by_the_name_in_any_case(sky: Sky) -> None:
    sky.inject("New", [Fault(FaultKind.PROVISIONING_FAILED)], "Creation")
    sky.withdraw_faults("NEW")
    sky.create(name="new")
