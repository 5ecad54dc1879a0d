"""Settings and faults that make no sense are refused, all their problems at once."""

import pytest

from rolling import Direction, InvalidInput, Phase
from rolling.backends.simulated import (
    Fault,
    FaultKind,
    SimulatedBackend,
    SimulationSettings,
    fault_problems,
    settings_problems,
)
from tests.simulated import rolling_update


def test_all_problems_of_settings_are_found_each_with_a_value_that_works() -> None:
    settings = SimulationSettings(-1, -1, 2_000_000, -5, 0, 101)
    found = {problem.field: problem.fix for problem in settings_problems(settings)}
    assert found == {
        "Simulation.Seed": 0,
        "Simulation.ProvisioningSeconds": 0,
        "Simulation.ShiftSeconds": 1_000_000,
        "Simulation.CleanupSeconds": 0,
        "Simulation.CapacityLimit": 1,
        "Simulation.JitterPercent": 100,
    }


def test_the_settings_that_are_given_by_default_are_sound() -> None:
    assert settings_problems(SimulationSettings()) == []


@pytest.mark.parametrize("kind", FaultKind)
def test_a_plain_fault_of_every_kind_is_sound(kind: FaultKind) -> None:
    seconds = 600 if kind is FaultKind.PROVISIONING_SLOW else None
    assert fault_problems(Fault(kind, seconds=seconds)) == []


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        (Fault(FaultKind.ALARM, after_seconds=-1), "AfterSeconds"),
        (Fault(FaultKind.ALARM, for_seconds=0), "ForSeconds"),
        (Fault(FaultKind.ALARM, batch=-1), "Batch"),
        (Fault(FaultKind.ALARM, phase=Phase.SUCCEEDED), "Phase"),
        (Fault(FaultKind.ALARM, Direction.BACK, phase=Phase.BAKING), "Phase"),
        (Fault(FaultKind.ALARM, by="ann"), "By"),
        (Fault(FaultKind.INSTANCE_LOST, count=0), "Count"),
        (Fault(FaultKind.INSTANCE_LOST, for_seconds=5), "ForSeconds"),
        (Fault(FaultKind.PROVISIONING_SLOW), "Seconds"),
        (Fault(FaultKind.SHIFT_FAILED, fleet="new"), "Fleet"),
        (Fault(FaultKind.SHIFT_FAILED, reason=""), "Reason"),
        (Fault(FaultKind.STOP, count=2), "Count"),
        (Fault(FaultKind.STOP, alarm_name="p99"), "AlarmName"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_a_problem(fault: Fault, field: str) -> None:
    assert [problem.field for problem in fault_problems(fault, "Faults[0]")] == [
        f"Faults[0].{field}"
    ]


def test_a_backend_refuses_settings_and_faults_with_problems() -> None:
    fleets = rolling_update().spec.fleets
    with pytest.raises(InvalidInput, match=r"Simulation\.Seed"):
        SimulatedBackend(fleets, SimulationSettings(seed=-1))
    with pytest.raises(InvalidInput) as refused:
        SimulatedBackend(
            fleets,
            faults=[Fault(FaultKind.STOP), Fault(FaultKind.STOP, after_seconds=-1, batch=-1)],
        )
    assert [problem.field for problem in refused.value.problems] == [
        "Faults[1].Batch",
        "Faults[1].AfterSeconds",
    ]
