"""The report of a simulation says what happened, row by row, and where it left the endpoint."""

import json
from itertools import pairwise

import pytest

from rolling.core.errors import InvalidInput
from rolling.endpoint import ValidationException
from tests.simulation.scenarios import (
    ALARM_IN_BAKE_2,
    NO_OLD_BATCH,
    Document,
    simulated,
    update,
)

ROW = [
    "At",
    "Direction",
    "Phase",
    "Batch",
    "Old",
    "New",
    "OldShare",
    "NewShare",
    "Settled",
    "Event",
    "Why",
]
UPDATE = [
    "Outcome",
    "Cause",
    "CutShort",
    "EndpointStatus",
    "FailureReason",
    "PeakInstances",
    "Leftover",
    "Seconds",
    "Timeline",
    "UnusedFaults",
]


def only(document: Document) -> Document:
    (one,) = document["Updates"]
    assert isinstance(one, dict)
    return one


def test_a_success() -> None:
    document = simulated(update())
    report = only(document)
    assert list(document) == ["Updates", "Endpoint", "Durations"]
    assert list(report) == UPDATE
    assert [list(row) for row in report["Timeline"]] == [ROW] * len(report["Timeline"])
    assert report["Outcome"] == "Succeeded"
    assert report["EndpointStatus"] == "InService"
    assert (report["Cause"], report["CutShort"], report["FailureReason"]) == (None, None, None)
    assert (report["Leftover"], report["UnusedFaults"]) == (0, [])
    assert report["PeakInstances"] == 4
    assert report["Seconds"] == 3 * (240 + 5 + 60 + 30)
    assert document["Endpoint"]["EndpointConfigName"] == "config-2"
    assert document["Endpoint"]["EndpointStatus"] == "InService"


def test_an_alarm_rolls_back() -> None:
    document = simulated(update("config-2", ALARM_IN_BAKE_2))
    report = only(document)
    assert report["Outcome"] == "RolledBack"
    assert report["Cause"] == "alarm p99 tripped"
    assert "alarm p99 tripped" in report["FailureReason"]
    assert document["Endpoint"]["EndpointConfigName"] == "config-1"
    assert document["Endpoint"]["FailureReason"] == report["FailureReason"]


def test_a_failed_rollback_names_both_causes_and_shows_the_mix() -> None:
    document = simulated(update("config-2", ALARM_IN_BAKE_2, NO_OLD_BATCH))
    report = only(document)
    assert report["Outcome"] == "RollbackFailed"
    assert report["EndpointStatus"] == "UpdateRollbackFailed"
    assert report["Cause"] == "alarm p99 tripped"
    assert report["CutShort"] == "provisioning config-1 failed: none"
    assert "alarm p99" in report["FailureReason"] and "none" in report["FailureReason"]
    last = report["Timeline"][-1]
    assert (last["Old"], last["New"]) == (2, 1)
    assert (last["OldShare"], last["NewShare"]) == ("2/3", "1/3")


def test_the_first_row_is_acceptance_before_anything_is_asked() -> None:
    first = only(simulated(update()))["Timeline"][0]
    assert first == {
        "At": 0,
        "Direction": "Forward",
        "Phase": "Provisioning",
        "Batch": 1,
        "Old": 3,
        "New": 0,
        "OldShare": "1",
        "NewShare": "0",
        "Settled": True,
        "Event": "UpdateEndpoint",
        "Why": "The update to config-2 is accepted while "
        "3 instances of config-1 carry all of the traffic.",
    }


def test_the_last_row_is_the_end() -> None:
    for faults in ([], [ALARM_IN_BAKE_2], [ALARM_IN_BAKE_2, NO_OLD_BATCH]):
        report = only(simulated(update("config-2", *faults)))
        last = report["Timeline"][-1]
        assert last["Phase"] == report["Outcome"]
        assert last["At"] == report["Seconds"]


def test_the_end_of_a_failed_rollback_shows_the_split_that_was_seen_and_not_the_one_asked() -> None:
    stuck = {"Kind": "ShiftFailed", "Direction": "Back", "Count": 9}
    report = only(simulated(update("config-2", ALARM_IN_BAKE_2, stuck)))
    *_, shifting, last = report["Timeline"]
    assert (shifting["Phase"], shifting["NewShare"]) == ("Shifting", "1/3")
    assert (last["Phase"], last["NewShare"]) == ("RollbackFailed", "2/3")


def test_every_row_but_the_first_is_another_stage() -> None:
    rows = only(simulated(update("config-2", ALARM_IN_BAKE_2)))["Timeline"]
    stages = [(row["Direction"], row["Batch"], row["Phase"]) for row in rows]
    assert all(before != after for before, after in pairwise(stages))
    assert all(before["At"] <= after["At"] for before, after in pairwise(rows))


def test_a_walk_of_three_by_one_shows_aws_own_table() -> None:
    rows = only(simulated(update()))["Timeline"]
    shown = [(row["Phase"], row["Old"], row["New"], row["NewShare"]) for row in rows]
    assert shown == [
        ("Provisioning", 3, 0, "0"),
        ("Shifting", 3, 1, "1/3"),
        ("Baking", 3, 1, "1/3"),
        ("Cleaning", 2, 1, "1/3"),
        ("Provisioning", 2, 1, "1/3"),
        ("Shifting", 2, 2, "2/3"),
        ("Baking", 2, 2, "2/3"),
        ("Cleaning", 1, 2, "2/3"),
        ("Provisioning", 1, 2, "2/3"),
        ("Shifting", 1, 3, "1"),
        ("Baking", 1, 3, "1"),
        ("Cleaning", 0, 3, "1"),
        ("Succeeded", 0, 3, "1"),
    ]


def test_updates_run_one_after_the_other_and_each_counts_from_its_own_acceptance() -> None:
    first, second = simulated(update("config-2"), update("config-3"))["Updates"]
    assert first["Timeline"][0]["At"] == second["Timeline"][0]["At"] == 0
    assert second["Timeline"][0]["Old"] == 3
    assert second["Timeline"][-1]["New"] == 4
    # With a quarter of the traffic gone the old fleet of 3 gives up none: one cleanup fewer.
    assert second["Timeline"][-1]["At"] == second["Seconds"] == 4 * (240 + 5 + 60 + 30) - 30


REPAIRS = {"to the old": "config-1", "to the new": "config-2", "to a third": "config-3"}


@pytest.mark.parametrize("repair", REPAIRS)
def test_a_failed_rollback_is_repaired(repair: str) -> None:
    broken = update("config-2", ALARM_IN_BAKE_2, NO_OLD_BATCH)
    document = simulated(broken, update(REPAIRS[repair]))
    second = document["Updates"][1]
    assert second["Outcome"] == "Succeeded"
    assert document["Endpoint"]["EndpointStatus"] == "InService"
    assert document["Endpoint"]["EndpointConfigName"] == REPAIRS[repair]
    assert "FailureReason" not in document["Endpoint"]


def test_the_faults_of_an_update_end_with_it() -> None:
    alarm = {"Kind": "Alarm", "AlarmName": "p99"}
    first, second = simulated(update("config-2", alarm), update("config-2"))["Updates"]
    assert (first["Outcome"], second["Outcome"]) == ("RolledBack", "Succeeded")


def test_a_share_is_settled_once_it_was_seen() -> None:
    rows = only(simulated(update("config-2", ALARM_IN_BAKE_2)))["Timeline"]
    assert {row["Phase"] for row in rows if not row["Settled"]} == {"Shifting", "Provisioning"}
    turned = next(row for row in rows if row["Direction"] == "Back")
    # What is asked for on the way back must be seen anew before anything moves.
    assert not turned["Settled"]
    assert all(row["Settled"] for row in rows if row["Phase"] in ("Baking", "Cleaning"))


def test_what_is_left_over_is_reported_and_why() -> None:
    stuck = {"Kind": "CleanupFailed", "Batch": 3, "Reason": "stuck"}
    report = only(simulated(update("config-2", stuck)))
    assert (report["Outcome"], report["Cause"], report["Leftover"]) == ("Succeeded", None, 1)
    assert report["CutShort"] == "cleaning up config-1 failed: stuck"


def test_a_fault_that_never_strikes_is_reported() -> None:
    never: list[Document] = [
        {"Kind": "Alarm", "AlarmName": "p99", "Batch": 3},
        {"Kind": "CleanupFailed", "Direction": "Back"},
        {"Kind": "Stop", "Batch": 1, "Phase": "Baking", "AfterSeconds": 5000},
        {"Kind": "ProvisioningFailed", "Batch": 3, "Phase": "Baking"},
    ]
    found = only(simulated(update("config-2", never[0], ALARM_IN_BAKE_2, *never[1:])))
    assert [fault["Field"] for fault in found["UnusedFaults"]] == [
        f"Updates[0].Faults[{place}]" for place in (0, 3, 4)
    ]
    assert [fault["Kind"] for fault in found["UnusedFaults"]] == [
        "Alarm",
        "Stop",
        "ProvisioningFailed",
    ]


STRIKING: list[Document] = [
    ALARM_IN_BAKE_2,
    {"Kind": "AlarmUnreadable", "AlarmName": "p99", "Batch": 1, "ForSeconds": 90},
    {"Kind": "ProvisioningFailed", "Batch": 1},
    {"Kind": "ProvisioningSlow", "Batch": 1, "Seconds": 9},
    {"Kind": "InstanceLost", "Batch": 1},
    {"Kind": "ShiftFailed", "Batch": 1},
    {"Kind": "CleanupFailed", "Batch": 1},
    {"Kind": "Stop", "Batch": 1},
]


@pytest.mark.parametrize("fault", STRIKING, ids=lambda fault: str(fault["Kind"]))
def test_a_fault_of_any_kind_that_strikes_is_not_reported_as_unused(fault: Document) -> None:
    assert only(simulated(update("config-2", fault)))["UnusedFaults"] == []


def test_what_an_update_left_over_counts_until_it_is_gone() -> None:
    stuck = {"Kind": "CleanupFailed", "Batch": 3}
    document = simulated(update("config-2", stuck), update("config-3"), CleanupSeconds=2_000)
    first, second = document["Updates"]
    assert first["Outcome"] == "Succeeded"
    assert "still alive" in first["Timeline"][-1]["Why"]
    # 3 of config-2, 1 of config-1 still terminating, 1 of config-3 launched.
    assert second["PeakInstances"] == 5


def test_an_update_that_the_endpoint_refuses_is_bad_input_with_its_place() -> None:
    with pytest.raises(ValidationException) as refused:
        simulated(update("config-2"), update("config-2"))
    (problem,) = refused.value.problems
    assert isinstance(refused.value, InvalidInput)
    assert problem.field == "Updates[1].UpdateEndpoint.EndpointConfigName"
    assert "currently in use" in problem.rule


def test_a_simulation_is_the_same_to_the_byte() -> None:
    updates = [update("config-2", ALARM_IN_BAKE_2, NO_OLD_BATCH), update("config-3")]
    runs = {json.dumps(simulated(*updates, JitterPercent=25)) for _ in range(3)}
    assert len(runs) == 1
    other = json.dumps(simulated(*updates, JitterPercent=25, Seed=8))
    assert other not in runs


def test_a_seed_without_jitter_changes_nothing() -> None:
    assert simulated(update(), Seed=1) == simulated(update(), Seed=2)


def test_times_are_whole_numbers_in_json() -> None:
    text = json.dumps(simulated(update("config-2", ALARM_IN_BAKE_2), JitterPercent=33)["Updates"])
    assert ".0," not in text and ".5," not in text
