"""Settings and faults that make no sense are refused, all their problems at once."""

import pytest

from rolling import InvalidInput, Phase
from rolling.backends.simulated import (
    Fault,
    FaultKind,
    SimulatedBackend,
    SimulationSettings,
    fault_problems,
    settings_problems,
)
from tests.simulated import rolling_update


def test_the_settings_that_are_given_by_default_are_sound() -> None:
    assert settings_problems(SimulationSettings()) == []


@pytest.mark.parametrize("kind", FaultKind)
def test_a_plain_fault_of_every_kind_is_sound(kind: FaultKind) -> None:
    seconds = 600 if kind is FaultKind.PROVISIONING_SLOW else None
    assert fault_problems(Fault(kind, seconds=seconds)) == []


def test_a_fault_made_in_python_is_judged_as_one_in_json_is() -> None:
    silent = Fault(FaultKind.SHIFT_FAILED, reason="")
    ended = Fault(FaultKind.ALARM, phase=Phase.SUCCEEDED)
    assert [each.field for each in fault_problems(silent, "Faults[0]")] == ["Faults[0].Reason"]
    assert [each.field for each in fault_problems(ended, "Faults[0]")] == ["Faults[0].Phase"]


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
