"""A simulated backend reads alarms from elsewhere, and takes faults and limits while it runs."""

import pytest

from rolling import InvalidInput, Reading
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend, SimulationSettings
from rolling.core.deployment import Deployment
from rolling.core.stage import Phase
from rolling.driving import Record, VirtualClock, accept, tick
from tests.simulated import rolling_update


class Drive:
    """A deployment of three instances that is driven as far as a test wants."""

    def __init__(self, faults: tuple[Fault, ...] = (), limit: int | None = None) -> None:
        deployment = rolling_update()
        self.clock = VirtualClock()
        self.state = Reading.OK
        self.backend = SimulatedBackend(
            deployment.spec.fleets,
            SimulationSettings(capacity_limit=limit),
            faults,
            self.clock,
            alarms=lambda name: self.state,
        )
        self.record: Record = accept(deployment, 0)

    def look(self) -> float | None:
        """Tick now; when to look again."""
        stop = self.backend.stop_requested()
        made = tick(self.record, self.backend, self.clock.now(), stop=stop)
        self.record = made.record
        return made.wake_at

    def until(self, phase: Phase) -> Deployment:
        """Drive on to the next stage of that phase, or to the end."""
        while True:
            wake_at = self.look()
            if wake_at is None or self.record.deployment.phase is phase:
                return self.record.deployment
            self.clock.wait_until(wake_at)

    def end(self) -> Deployment:
        """Drive to the end."""
        return self.until(Phase.ROLLBACK_FAILED)


@pytest.mark.parametrize("state", [Reading.OK, Reading.INSUFFICIENT_DATA])
def test_a_quiet_alarm_elsewhere_is_quiet_here(state: Reading) -> None:
    drive = Drive()
    drive.state = state
    assert drive.end().phase is Phase.SUCCEEDED


def test_an_alarm_elsewhere_trips_when_somebody_looks() -> None:
    drive = Drive()
    drive.until(Phase.BAKING)
    drive.look()
    drive.state = Reading.ALARM
    drive.look()
    assert drive.end().phase is Phase.ROLLED_BACK
    assert drive.clock.now() < 2 * 240


def test_a_fault_lies_over_the_alarm_elsewhere() -> None:
    drive = Drive((Fault(FaultKind.ALARM_UNREADABLE, batch=1, for_seconds=90),))
    drive.state = Reading.ALARM
    drive.until(Phase.BAKING)
    bake_began_at = drive.clock.now()
    drive.until(Phase.CLEANING)
    drive.end()
    assert drive.record.deployment.phase is Phase.ROLLED_BACK
    assert drive.clock.now() > bake_began_at + 90


def test_the_alarms_are_those_of_the_next_update_too() -> None:
    drive = Drive()
    drive.end()
    drive.state = Reading.ALARM
    drive.backend = drive.backend.next_update()
    drive.record = accept(rolling_update(generation=2), drive.clock.now())
    assert drive.end().phase is Phase.ROLLED_BACK


def test_an_added_fault_whose_beginning_has_passed_begins_now() -> None:
    drive = Drive()
    drive.until(Phase.BAKING)
    drive.look()
    drive.backend.add_faults([Fault(FaultKind.ALARM, after_seconds=10)])
    began_at = drive.clock.now()
    wake_at = drive.look()
    assert wake_at == began_at + 10


def test_an_added_fault_that_is_still_to_begin_begins_in_its_place() -> None:
    drive = Drive()
    drive.until(Phase.BAKING)
    drive.backend.add_faults([Fault(FaultKind.STOP, batch=2, by="somebody")])
    deployment = drive.end()
    assert deployment.phase is Phase.ROLLED_BACK
    assert str(deployment.cause) == "stopped by somebody"
    assert drive.backend.struck == {0}


def test_added_faults_have_the_places_after_the_first() -> None:
    drive = Drive((Fault(FaultKind.INSTANCE_LOST, batch=3), Fault(FaultKind.ALARM, batch=9)))
    drive.backend.add_faults([Fault(FaultKind.PROVISIONING_FAILED, batch=1)])
    drive.backend.add_faults([Fault(FaultKind.STOP, batch=8)])
    drive.end()
    assert drive.backend.struck == {2}


def test_added_faults_at_fault_are_refused_and_none_is_added() -> None:
    drive = Drive()
    wrong = [Fault(FaultKind.STOP), Fault(FaultKind.STOP, after_seconds=-1)]
    with pytest.raises(InvalidInput, match=r"Faults\[1\]"):
        drive.backend.add_faults(wrong)
    assert drive.end().phase is Phase.SUCCEEDED


def test_dropped_faults_strike_no_more() -> None:
    drive = Drive((Fault(FaultKind.STOP, after_seconds=100), Fault(FaultKind.ALARM)))
    drive.look()
    drive.backend.drop_faults()
    assert drive.end().phase is Phase.SUCCEEDED


def test_a_limit_counts_from_now_on() -> None:
    drive = Drive(limit=4)
    drive.until(Phase.BAKING)
    drive.backend.limit_capacity(3)
    deployment = drive.end()
    # With 2 old ones and 1 new there is room for no other, on the way back neither.
    assert deployment.phase is Phase.ROLLBACK_FAILED
    assert "InsufficientInstanceCapacity" in str(deployment.cause)
    with pytest.raises(InvalidInput, match="CapacityLimit"):
        drive.backend.limit_capacity(0)


def test_a_world_keeps_nothing_of_fleets_that_are_gone() -> None:
    drive = Drive()
    drive.end()
    following = drive.backend.next_update()
    assert list(following.world.fleets) == ["config-2"]
