"""UpdateEndpoint as a client sees it: while it goes on, when it ends, when it is refused."""

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.stage import Direction
from tests.server.account import metric_alarm
from tests.server.clouds import ALARM, NAME, Sky, config, rolling


@pytest.fixture
def sky() -> Sky:
    """A sky with an endpoint in service on config-1, created 240 seconds ago."""
    sky = Sky()
    sky.create()
    return sky


def test_while_updating_the_old_fleet_is_shown_and_the_new_one_is_pending(sky: Sky) -> None:
    accepted_at = sky.now()
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    shown = sky.shown()
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("Updating", "config-1")
    assert shown["LastDeploymentConfig"] == rolling()
    assert shown["LastModifiedTime"] == accepted_at
    pending = shown["PendingDeploymentSummary"]
    assert (pending["EndpointConfigName"], pending["StartTime"]) == ("config-2", accepted_at)
    # Provisioning, shifting, baking, cleaning of batch 1; provisioning, shifting of batch 2.
    baking_since = accepted_at + (240 + 5 + 60 + 30) + (240 + 5)
    assert sky.pending()["VariantStatus"] == [
        {
            "Status": "Baking",
            "StatusMessage": "Baking for 60 seconds (WaitIntervalInSeconds) "
            "with traffic enabled on batch capacity of 2 instance(s).",
            "StartTime": baking_since,
        }
    ]
    assert (sky.pending()["CurrentInstanceCount"], sky.pending()["InstanceType"]) == (
        2,
        "ml.m5.large",
    )


def test_it_succeeds_on_the_new_configuration(sky: Sky) -> None:
    sky.update("config-5", DeploymentConfig=rolling(2))
    sky.advance_to_rest(NAME)
    shown = sky.shown()
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", "config-5")
    assert shown["ProductionVariants"][0]["CurrentInstanceCount"] == 5
    assert "FailureReason" not in shown
    assert "PendingDeploymentSummary" not in shown
    assert shown["LastModifiedTime"] == sky.now()


def test_an_alarm_set_in_cloudwatch_rolls_it_back_at_once(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    sky.alarm("ALARM")
    assert sky.status() == "Updating"
    assert sky.variant()["VariantStatus"][0]["Status"] == "ActivatingTraffic"
    sky.advance_to_rest(NAME)
    shown = sky.shown()
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", "config-1")
    assert shown["FailureReason"] == (
        'The update to endpoint configuration "config-2" was rolled back: alarm p99 tripped.'
    )
    assert shown["LastDeploymentConfig"] == rolling()


def test_a_failure_reason_clears_when_a_new_update_is_accepted(sky: Sky) -> None:
    sky.alarm("ALARM")
    sky.update()
    sky.advance_to_rest(NAME)
    assert "FailureReason" in sky.shown()
    sky.alarm("OK")
    sky.update()
    assert "FailureReason" not in sky.shown()
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_a_quiet_alarm_lets_bakes_pass(sky: Sky, state: str) -> None:
    sky.alarm(state)
    sky.update()
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


def test_an_alarm_outside_a_bake_changes_nothing(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=1, phase="Provisioning")
    sky.alarm("ALARM")
    sky.advance(100)
    sky.alarm("OK")
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


def test_an_alarm_deleted_in_a_bake_holds_it_until_the_alarm_is_back(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=1, phase="Baking")
    sky.watch("DeleteAlarms", AlarmNames=[ALARM])
    sky.advance(3_600)
    assert sky.pending()["VariantStatus"][0]["Status"] == "Baking"
    sky.watch("PutMetricAlarm", **metric_alarm(ALARM))
    assert sky.shown()["ProductionVariants"][0]["VariantStatus"][0]["Status"] == "Deleting"


def test_an_alarm_that_stays_unreadable_ends_in_the_deadline(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=1, phase="Baking")
    sky.watch("DeleteAlarms", AlarmNames=[ALARM])
    sky.advance_to_rest(NAME)
    assert "not done within 28800 seconds" in sky.shown()["FailureReason"]


def test_a_composite_alarm_rolls_it_back_when_one_below_it_fires(sky: Sky) -> None:
    sky.watch("PutCompositeAlarm", AlarmName="any", AlarmRule=f"ALARM({ALARM})")
    sky.update(DeploymentConfig=rolling(1, 60, "any"))
    sky.advance_until(NAME, batch=1, phase="Baking")
    sky.alarm("ALARM")
    sky.advance_to_rest(NAME)
    assert "alarm any tripped" in sky.shown()["FailureReason"]


def test_alarms_of_another_region_are_none_of_this_ones(sky: Sky) -> None:
    sky.furnish("eu-west-1")
    sky.update()
    sky.advance_until(NAME, batch=1, phase="Baking")
    sky.alarm("ALARM", region="eu-west-1")
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


def test_a_rollback_that_fails_leaves_a_mix_that_another_update_repairs(sky: Sky) -> None:
    sky.inject(
        NAME,
        [
            Fault(FaultKind.ALARM, batch=2, after_seconds=10),
            Fault(FaultKind.PROVISIONING_FAILED, direction=Direction.BACK, reason="No room."),
        ],
    )
    sky.update()
    sky.advance_to_rest(NAME)
    shown = sky.shown()
    assert shown["EndpointStatus"] == "UpdateRollbackFailed"
    assert "Its rollback failed: provisioning config-1 failed: No room." in shown["FailureReason"]
    scaled = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 4}]
    refused = sky.refusal(
        "UpdateEndpointWeightsAndCapacities", EndpointName=NAME, DesiredWeightsAndCapacities=scaled
    )
    assert "call UpdateEndpoint" in refused
    sky.update()
    sky.advance_to_rest(NAME)
    shown = sky.shown()
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", "config-2")
    assert "FailureReason" not in shown


def test_a_deleted_configuration_goes_on_serving(sky: Sky) -> None:
    sky.update()
    sky.call("DeleteEndpointConfig", EndpointConfigName="config-1")
    sky.call("DeleteEndpointConfig", EndpointConfigName="config-2")
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


def test_an_image_that_two_configurations_have_is_shown_once(sky: Sky) -> None:
    sky.update("config-2")
    sky.advance_until(NAME, batch=2, phase="Baking")
    sky.inject(NAME, [Fault(FaultKind.PROVISIONING_FAILED, direction=Direction.BACK)], "Now")
    sky.alarm("ALARM")
    sky.advance_to_rest(NAME)
    assert sky.status() == "UpdateRollbackFailed"
    assert sky.variant()["DeployedImages"] == [{"SpecifiedImage": "image:1"}]


def test_a_mix_shows_the_images_of_all_that_serve(sky: Sky) -> None:
    sky.call("CreateModel", ModelName="next", PrimaryContainer={"Image": "image:2"})
    sky.call("CreateEndpointConfig", **config("next", 3, image="next"))
    sky.update("next")
    sky.advance_until(NAME, batch=2, phase="Baking")
    failing = Fault(FaultKind.PROVISIONING_FAILED, direction=Direction.BACK)
    sky.inject(NAME, [failing], "Now")
    sky.alarm("ALARM")
    sky.advance_to_rest(NAME)
    assert sky.status() == "UpdateRollbackFailed"
    images = [{"SpecifiedImage": "image:2"}, {"SpecifiedImage": "image:1"}]
    assert sky.variant()["DeployedImages"] == images
    sky.alarm("OK")
    sky.update("next")
    assert sky.variant()["DeployedImages"] == images[1:]
    sky.advance_to_rest(NAME)
    assert sky.variant()["DeployedImages"] == images[:1]


def test_what_an_update_left_over_is_shown_until_it_is_gone(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=3, phase="Cleaning")
    sky.advance(10)
    sky.stop_update(NAME)
    assert sky.status() == "InService"
    assert sky.variant()["VariantStatus"][0]["StatusMessage"] == "Terminating 1 instance(s)."
    assert sky.running() == ()
    sky.advance(20)
    assert "VariantStatus" not in sky.variant()


def test_an_alarm_that_is_named_twice_is_watched_as_one(sky: Sky) -> None:
    sky.update(DeploymentConfig=rolling(1, 60, "p99", "p99"))
    sky.advance_until(NAME, phase="Baking")
    sky.alarm("ALARM")
    sky.advance_to_rest(NAME)
    assert sky.shown()["FailureReason"].count("p99") == 1
