"""Faults that never struck are told, so that no test is green in silence."""

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.backends.simulated.faults import UnusedFault
from rolling.server.control_json import endpoint_document, read_endpoint
from tests.server.clouds import NAME, Sky, rolling

PROVISIONING = Fault(FaultKind.PROVISIONING_FAILED, batch=9)
OTHER_ALARM = Fault(FaultKind.ALARM, alarm_name="p50")
LATE = Fault(FaultKind.ALARM, batch=3, after_seconds=61)


@pytest.fixture
def sky() -> Sky:
    """A sky with an endpoint in service, whose creation nobody asks about any more."""
    sky = Sky()
    sky.create()
    sky.events()
    return sky


def unused(sky: Sky) -> tuple[UnusedFault, ...]:
    [endpoint] = sky.endpoints()
    return endpoint.unused_faults


def test_what_cannot_strike_an_update_is_told_when_it_is_accepted(sky: Sky) -> None:
    sky.inject(NAME, [OTHER_ALARM, PROVISIONING])
    sky.update()
    told = [each.why for each in sky.events()][1:]
    assert told == [
        "Alarm cannot strike this update: "
        "Faults[0].AlarmName = 'p50': is not an alarm that this update watches (p99); use 'p99'.",
        "ProvisioningFailed cannot strike this update: "
        "Faults[1].Batch = 9: the update has 3 batches; use 3.",
    ]
    assert unused(sky) == (
        UnusedFault("Faults[0]", "Alarm"),
        UnusedFault("Faults[1]", "ProvisioningFailed"),
    )


def test_an_alarm_of_an_update_without_alarms_is_told(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM)])
    config = rolling()
    del config["AutoRollbackConfiguration"]
    sky.update(DeploymentConfig=config)
    assert "this update watches no alarms" in sky.events()[1].why


def test_what_never_struck_is_told_when_the_update_has_ended(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.PROVISIONING_SLOW, seconds=5), LATE])
    sky.update()
    assert unused(sky) == ()
    last = sky.advance_to_rest(NAME)[-1]
    assert (last.why, last.status) == ("Never struck: Faults[1] (Alarm).", "InService")
    assert unused(sky) == (UnusedFault("Faults[1]", "Alarm"),)


def test_a_fault_that_struck_is_not_told(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM, batch=2)])
    sky.update()
    assert not [each for each in sky.advance_to_rest(NAME) if "struck" in each.why]
    assert unused(sky) == ()


def test_the_next_update_begins_without_them(sky: Sky) -> None:
    sky.inject(NAME, [LATE])
    sky.update()
    sky.advance_to_rest(NAME)
    sky.update("config-1")
    assert unused(sky) == ()


def test_a_creation_tells_them_too() -> None:
    sky = Sky()
    slow = Fault(FaultKind.PROVISIONING_SLOW, seconds=5, after_seconds=10_000)
    sky.inject(NAME, [slow], "Creation")
    sky.create()
    assert unused(sky) == (UnusedFault("Faults[0]", "ProvisioningSlow"),)


def test_they_survive_the_control_calls(sky: Sky) -> None:
    sky.inject(NAME, [LATE])
    sky.update()
    sky.advance_to_rest(NAME)
    [endpoint] = sky.endpoints()
    assert read_endpoint(endpoint_document(endpoint)) == endpoint


def test_those_that_wait_are_shown_until_their_update(sky: Sky) -> None:
    sky.inject(NAME, [OTHER_ALARM, PROVISIONING])
    sky.inject(NAME, [])
    sky.inject(NAME, [LATE])
    [endpoint] = sky.endpoints()
    assert endpoint.waiting_faults == (("Alarm", "ProvisioningFailed"), (), ("Alarm",))
    assert read_endpoint(endpoint_document(endpoint)) == endpoint
    sky.update()
    assert sky.endpoints()[0].waiting_faults == ((), ("Alarm",))
    sky.withdraw_faults(NAME)
    assert sky.endpoints()[0].waiting_faults == ()
