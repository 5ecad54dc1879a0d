"""Faults that were injected can be taken back."""

from typing import Any

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
    sky.cloud.inject(NAME, [Fault(FaultKind.ALARM)])
    sky.cloud.inject(NAME, [Fault(FaultKind.STOP)])
    sky.cloud.withdraw_faults(NAME)
    for target in ("config-2", "config-1"):
        sky.update(target)
        sky.cloud.advance_to_rest(NAME)
        assert sky.shown()["EndpointConfigName"] == target


def test_faults_of_the_update_in_progress_are_taken_back(sky: Sky) -> None:
    sky.cloud.inject(NAME, [Fault(FaultKind.ALARM), Fault(FaultKind.ALARM, alarm_name="p50")])
    sky.update()
    sky.cloud.withdraw_faults(NAME)
    [alarm] = sky.watch("DescribeAlarms", AlarmNames=["p99"])["MetricAlarms"]
    assert alarm["StateValue"] == "OK"
    assert sky.cloud.endpoints()[0].unused_faults == ()
    sky.cloud.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"
    assert sky.cloud.endpoints()[0].unused_faults == ()


def test_faults_of_a_creation_to_come_are_taken_back(sky: Sky) -> None:
    sky.cloud.inject("new", [Fault(FaultKind.PROVISIONING_FAILED)], "Creation")
    sky.cloud.withdraw_faults("new")
    sky.create(name="new")
    with pytest.raises(InvalidInput, match="Could not find endpoint"):
        sky.cloud.withdraw_faults("newer")


def test_what_is_no_name_is_refused(sky: Sky) -> None:
    sky.cloud.inject("new", [Fault(FaultKind.PROVISIONING_FAILED)], "Creation")
    name: Any = ["x"]
    with pytest.raises(InvalidInput, match="Could not find endpoint"):
        sky.cloud.withdraw_faults(name)


def test_of_a_creation_they_are_taken_back_by_the_name_in_any_case(sky: Sky) -> None:
    sky.cloud.inject("New", [Fault(FaultKind.PROVISIONING_FAILED)], "Creation")
    sky.cloud.withdraw_faults("NEW")
    sky.create(name="new")
