"""Every change of a simulation is told in one sentence: what happened, and what follows."""

import re

from tests.simulation.scenarios import ALARM_IN_BAKE_2, NO_OLD_BATCH, simulated, update


def sentences(*faults: dict[str, object], **policy: object) -> list[str]:
    (report,) = simulated(update("config-2", *faults, **policy))["Updates"]
    return [row["Why"] for row in report["Timeline"]]


def test_a_success_is_told_from_acceptance_to_the_end() -> None:
    assert sentences(MaximumBatchSize={"Type": "CAPACITY_PERCENT", "Value": 50})[:6] == [
        "The update to config-2 is accepted while "
        "3 instances of config-1 carry all of the traffic.",
        "Batch 1 of 3 is in service, "
        "so traffic shifts until the new fleet carries 1/3 of the traffic.",
        "The new fleet carries 1/3 of the traffic, "
        "so the baking period of batch 1 begins and lasts 60 s.",
        "The baking period of batch 1 ended after 60 s with alarm p99 quiet, "
        "so 1 old instance is cleaned up.",
        "The cleanup of batch 1 of 3 is done, so batch 2 of 3 launches 1 new instance.",
        "Batch 2 of 3 is in service, "
        "so traffic shifts until the new fleet carries 2/3 of the traffic.",
    ]
    assert sentences()[-1] == "The cleanup of batch 3 of 3 is done, so the update has succeeded."


def test_a_trip_is_told_with_its_moment() -> None:
    assert (
        "Alarm p99 tripped after 30 s of the baking period of batch 2, "
        "so traffic returns to the old fleet." in sentences(ALARM_IN_BAKE_2)
    )


def test_an_alarm_that_fired_before_is_told_so() -> None:
    assert (
        "Alarm p99 tripped as the baking period of batch 1 began, "
        "so traffic returns to the old fleet." in sentences({"Kind": "Alarm", "AlarmName": "p99"})
    )


def test_a_way_back_is_told() -> None:
    told = sentences(ALARM_IN_BAKE_2)
    assert told[-6:] == [
        "2 old instances are still in service, "
        "so traffic shifts until the old fleet carries 2/3 of the traffic.",
        "The old fleet carries 2/3 of the traffic, so 1 new instance is cleaned up.",
        "The cleanup of batch 1 of the rollback is done, "
        "so batch 2 of the rollback launches 1 old instance.",
        "Batch 2 of the rollback is in service, "
        "so traffic shifts until the old fleet carries all of the traffic.",
        "The old fleet carries all of the traffic, so 1 new instance is cleaned up.",
        "The cleanup of batch 2 of the rollback is done, so the update is rolled back.",
    ]


def test_a_failed_rollback_is_told_with_its_reason() -> None:
    assert sentences(ALARM_IN_BAKE_2, NO_OLD_BATCH)[-1] == (
        'Provisioning config-1 failed with "none", '
        "so the rollback has failed and the endpoint stays in service as it is."
    )


def test_a_failure_before_any_traffic_moved_is_told_so() -> None:
    told = sentences({"Kind": "ProvisioningFailed", "Batch": 1, "Reason": "no ping"})
    assert told[1] == (
        'Provisioning config-2 failed with "no ping", '
        "so the update is rolled back before any traffic has moved."
    )
    assert told[2] == "3 old instances are still in service, so the traffic stays as it is."


def test_an_unreadable_alarm_is_told_when_it_held_a_bake_and_when_the_deadline_ends_it() -> None:
    unreadable = {"Kind": "AlarmUnreadable", "AlarmName": "p99", "Batch": 1}
    assert (
        "The baking period of batch 1 ended after 100 s, when alarm p99 could be read, "
        "so 1 old instance is cleaned up." in sentences(unreadable | {"ForSeconds": 100})
    )
    assert (
        "The time limit of 600 s passed during the baking period of batch 1, "
        "held open by an alarm that could not be read, so traffic returns to the old fleet."
        in sentences(unreadable, MaximumExecutionTimeoutInSeconds=600)
    )


def test_a_loss_a_stop_and_a_leftover_are_told() -> None:
    lost = sentences({"Kind": "InstanceLost", "Batch": 1, "AfterSeconds": 10})
    assert (
        "1 new instance was lost during the baking period of batch 1, "
        "so the batch is made whole and its baking period begins again." in lost
    )
    stopped = sentences({"Kind": "Stop", "Batch": 2, "Phase": "Shifting", "By": "ann"})
    assert (
        "ann asked during the shift of batch 2 of 3 to stop, "
        "so traffic returns to the old fleet." in stopped
    )
    left = sentences({"Kind": "CleanupFailed", "Batch": 3, "Reason": "stuck"})
    assert left[-1] == (
        'Cleaning up config-1 failed with "stuck", '
        "so the update has succeeded with 1 old instance still alive."
    )


def test_nobody_is_said_to_be_cleaned_up_who_is_only_waited_for() -> None:
    broken = update("config-2", {"Kind": "CleanupFailed", "Batch": 3})
    beyond = update("config-3")
    second = simulated(broken, beyond, CleanupSeconds=300, CapacityLimit=4)["Updates"][1]
    told = [row["Why"] for row in second["Timeline"]]
    assert not any(re.search(r"\b0 \w+ instances", each) for each in told)
    assert (
        "The old fleets carry all of the traffic, "
        "so 1 old instance still on the way out is waited for." in told
    )


def test_a_turn_says_that_traffic_returns_only_when_it_does() -> None:
    told = sentences({"Kind": "ProvisioningFailed", "Batch": 3, "Reason": "no"})
    assert (
        'Provisioning config-2 failed with "no", '
        "so traffic returns to the old fleet once more of it is in service." in told
    )
    assert (
        "1 old instance is still in service, so the traffic stays as it is until more are launched."
        in told
    )


def test_every_sentence_is_one_sentence() -> None:
    told = [
        *sentences(ALARM_IN_BAKE_2, NO_OLD_BATCH),
        *sentences({"Kind": "ShiftFailed", "Batch": 2, "Reason": "no"}),
        *sentences({"Kind": "CleanupFailed", "Batch": 1, "Reason": "no"}),
    ]
    for sentence in told:
        assert re.fullmatch(r"[A-Z0-9][^\n]*[^.]\.", sentence), sentence
