"""The plan of a later update counts what the ones before it left alive: it then comes true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling.simulation.plan import UpdatePlan, plan
from rolling.simulation.run import simulate
from rolling.simulation.scenario import parse_scenario
from rolling.view.report import UpdateReport
from tests.simulation.scenarios import ALARM_IN_BAKE_2, NO_OLD_BATCH, Document, scenario, update

pytestmark = pytest.mark.slow

ALL_AT_ONCE = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {
    "Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 60}}}  # fmt: skip


def last(*updates: Document, **simulation: object) -> tuple[UpdatePlan, UpdateReport]:
    """The plan of the last of these updates, and what becomes of it."""
    read = parse_scenario(scenario(*updates, **simulation))
    return plan(read)[-1], simulate(read).updates[-1].report


def all_at_once(to: str, *faults: Document) -> Document:
    made = update(to, *faults)
    made["UpdateEndpoint"]["DeploymentConfig"] = {
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "p99"}]},
        **ALL_AT_ONCE,
    }
    return made


def test_what_a_failed_rollback_left_terminating_is_in_the_peak_of_its_repair() -> None:
    half = {"Type": "CAPACITY_PERCENT", "Value": 100}
    broken = update(
        "config-2",
        {**ALARM_IN_BAKE_2, "Batch": 3},
        {**NO_OLD_BATCH, "Count": 1},
        RollbackMaximumBatchSize=half,
    )
    planned, report = last(broken, update("config-1"))
    assert planned.forecast.leftover_instances > 0
    assert report.peak_instances == planned.forecast.forward.peak_instances
    assert report.seconds == planned.forecast.forward.least_seconds


def test_what_is_left_over_is_counted_against_the_capacity() -> None:
    stuck = all_at_once("config-2", {"Kind": "CleanupFailed", "Count": 3})
    planned, report = last(stuck, update("config-3"), CleanupSeconds=300, CapacityLimit=6)
    (problem,) = planned.problems
    assert "7 instances exist at the peak" in problem.rule
    assert "3 are left over from an earlier update" in problem.rule
    assert [(fix.field, fix.value) for fix in problem.fixes] == [("Simulation.CapacityLimit", 7)]
    assert report.outcome == "RolledBack"
    planned, report = last(stuck, update("config-3"), CleanupSeconds=300, CapacityLimit=7)
    assert (planned.problems, report.outcome) == ((), "Succeeded")
    assert report.peak_instances == 7


FAULTS: list[Document] = [
    {"Kind": "CleanupFailed", "Batch": 3},
    {"Kind": "CleanupFailed", "Batch": 3, "Count": 2},
    {"Kind": "CleanupFailed", "Batch": 1, "Reason": "stuck"},
    {"Kind": "CleanupFailed", "Direction": "Back", "Phase": "Cleaning"},
    {"Kind": "CleanupFailed", "Direction": "Back", "Batch": 2, "Phase": "Cleaning"},
    {"Kind": "ShiftFailed", "Direction": "Back"},
    {"Kind": "Stop", "Batch": 3},
    {"Kind": "Stop", "Batch": 3, "Phase": "Cleaning", "AfterSeconds": 7},
    ALARM_IN_BAKE_2,
    NO_OLD_BATCH,
]
BATCH = {"Type": "CAPACITY_PERCENT", "Value": 50}
durations = st.integers(0, 400)


@given(
    st.lists(st.sampled_from(FAULTS), max_size=3),
    st.booleans(),
    st.sampled_from(["config-1", "config-2", "config-3"]),
    st.sampled_from([{}, {"RollbackMaximumBatchSize": BATCH}]),
    st.integers(0, 100),
    st.tuples(durations, durations, durations),
)
def test_whatever_an_update_left_the_plan_of_the_next_comes_true(
    faults: list[Document],
    at_once: bool,
    to: str,
    policy: Document,
    wait: int,
    seconds: tuple[int, int, int],
) -> None:
    names = ("ProvisioningSeconds", "ShiftSeconds", "CleanupSeconds")
    given_seconds = dict(zip(names, seconds, strict=True))
    if at_once:
        faults = [each for each in faults if "Direction" in each or each["Batch"] == 1]
    first = all_at_once("config-2", *faults) if at_once else update("config-2", *faults, **policy)
    _, before = last(first, **given_seconds)
    in_use = "config-2" if before.outcome == "Succeeded" else "config-1"
    if to == in_use and before.endpoint_status == "InService":
        return
    planned, report = last(first, update(to, WaitIntervalInSeconds=wait), **given_seconds)
    assert planned.problems == ()
    assert report.outcome == "Succeeded"
    assert report.peak_instances == planned.forecast.forward.peak_instances
    assert report.seconds == planned.forecast.forward.least_seconds


@pytest.mark.parametrize("cleanup_seconds", [30, 400, 2_000])
def test_a_rollback_beside_leftovers_needs_what_was_forecast(cleanup_seconds: int) -> None:
    stuck = all_at_once("config-2", {"Kind": "CleanupFailed", "Count": 3})
    alarm = {"Kind": "Alarm", "AlarmName": "p99", "Batch": 2}
    planned, report = last(stuck, update("config-3", alarm), CleanupSeconds=cleanup_seconds)
    forecast = planned.forecast.batches[1].rollback
    turned = next(row for row in report.timeline if row.stage.direction.name == "BACK")
    assert report.seconds - turned.at == forecast.least_seconds
