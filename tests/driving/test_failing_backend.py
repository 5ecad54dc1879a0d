"""A backend that raises leaves the record as it was, so that the same tick again is right."""

import pytest

from rolling import Desired, ForeignEvent, Phase
from rolling.driving import Observation, ObservedFleet, accept, tick
from tests.driving.scripted import Scripted
from tests.simulated import rolling_update


class Unreachable(Exception):
    """What a network gives."""


class Unsteady(Scripted):
    """Every other call of one kind raises."""

    def __init__(self, failing: str) -> None:
        super().__init__()
        self._failing = failing
        self._turn = 0

    def _maybe_raise(self, call: str) -> None:
        if call == self._failing:
            self._turn += 1
            if self._turn % 2:
                raise Unreachable(call)

    def make_true(self, desired: Desired) -> None:
        self._maybe_raise("make_true")
        super().make_true(desired)

    def observe(self, desired: Desired) -> Observation:
        self._maybe_raise("observe")
        return super().observe(desired)


@pytest.mark.parametrize("failing", ["make_true", "observe"])
def test_the_exception_is_passed_on_and_the_same_tick_again_goes_on(failing: str) -> None:
    record = accept(rolling_update(alarms=(), wait_seconds=0), 0)
    backend, raised = Unsteady(failing), 0
    for _ in range(60):
        try:
            made = tick(record, backend, 0)
        except Unreachable:
            raised += 1
            continue
        record = made.record
        if made.wake_at is None:
            break
    assert raised > 10
    assert record.deployment.phase is Phase.SUCCEEDED


def test_an_observation_of_other_fleets_is_refused() -> None:
    three = Observation((ObservedFleet(0, 0), ObservedFleet(3, 3), ObservedFleet(1, 1)))
    with pytest.raises(ForeignEvent, match=r"each of the 2 .* it returned 3"):
        tick(accept(rolling_update(), 0), Scripted([three]), 0)
