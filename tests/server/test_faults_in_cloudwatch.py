"""While a fault holds an alarm in ALARM, CloudWatch shows it so, and to everybody."""

from typing import Any

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint.arns import REGION
from tests.server.clouds import NAME, Sky


@pytest.fixture
def sky() -> Sky:
    """A sky with an endpoint in service and a composite alarm over p99."""
    sky = Sky()
    sky.watch("PutCompositeAlarm", AlarmName="any", AlarmRule="ALARM(p99)")
    sky.create()
    return sky


def state(sky: Sky, name: str = "p99") -> str:
    types = ["MetricAlarm", "CompositeAlarm"]
    answer: Any = sky.watch("DescribeAlarms", AlarmNames=[name], AlarmTypes=types)
    [alarm] = answer["MetricAlarms"] + answer["CompositeAlarms"]
    return str(alarm["StateValue"])


def test_an_alarm_shows_the_fault_while_it_holds(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM, for_seconds=20)])
    sky.update()
    assert (state(sky), state(sky, "any")) == ("ALARM", "ALARM")
    [shown] = sky.watch("DescribeAlarms", StateValue="ALARM")["MetricAlarms"]
    assert shown["StateReason"].startswith("An injected fault")
    assert shown["StateTransitionedTimestamp"] == sky.now()
    sky.advance(19)
    assert state(sky) == "ALARM"
    sky.advance(1)
    assert (state(sky), state(sky, "any")) == ("OK", "OK")


def test_an_alarm_that_trips_an_update_goes_back_when_it_has_ended(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM, batch=2, after_seconds=10)])
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    assert state(sky) == "OK"
    sky.advance_until(NAME, direction="Back")
    assert state(sky) == "ALARM"
    sky.advance_to_rest(NAME)
    assert "alarm p99 tripped" in sky.shown()["FailureReason"]
    assert (state(sky), state(sky, "any")) == ("OK", "OK")


def test_a_state_that_is_set_meanwhile_is_seen_afterwards(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM, for_seconds=20)])
    sky.update()
    sky.alarm("INSUFFICIENT_DATA")
    assert state(sky) == "ALARM"
    sky.advance(20)
    assert state(sky) == "INSUFFICIENT_DATA"
    sky.alarm("ALARM")
    assert (state(sky), state(sky, "any")) == ("ALARM", "ALARM")


def test_another_endpoint_that_watches_the_alarm_reads_what_is_shown(sky: Sky) -> None:
    sky.create(name="other")
    sky.update(name="other")
    sky.advance_until("other", batch=1, phase="Baking")
    sky.update()
    sky.inject(NAME, [Fault(FaultKind.ALARM)], "Now")
    sky.advance_to_rest("other")
    assert "alarm p99 tripped" in sky.shown("other")["FailureReason"]


def test_an_alarm_that_lapses_before_the_bake_trips_nothing(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM, for_seconds=245)])
    sky.update()
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


def test_an_alarm_that_cannot_be_read_shows_its_state(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM_UNREADABLE)])
    sky.update()
    sky.advance_until(NAME, batch=1, phase="Baking")
    assert state(sky) == "OK"
    assert sky.pending()["VariantStatus"][0]["Status"] == "Baking"


def test_nothing_of_an_endpoint_that_tripped_an_alarm_is_kept_once_it_is_over(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM)])
    sky.update()
    sky.advance_to_rest(NAME)
    assert sky.cloud.region(REGION)._tripped == {}
