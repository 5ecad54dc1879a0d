"""Every kind of fault does what it says, at the moment it says, and to whom it says."""

import pytest

from rolling import (
    AlarmTripped,
    BlueGreenUpdatePolicy,
    Direction,
    Failed,
    Operation,
    Phase,
    RollbackFailed,
    RolledBack,
    RoutingType,
    Stopped,
    Succeeded,
    TrafficRouting,
    instances,
    percent,
)
from rolling.backends.simulated import Fault, FaultKind
from tests.simulated import ALARM, Drive, begun, rolling_update

BACK = Direction.BACK


def test_an_alarm_trips_at_its_moment() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.ALARM, batch=2, after_seconds=30)])
    assert drive.end.cause == AlarmTripped((ALARM,))
    bake = drive.entered("forward 2.1 baking")
    assert drive.entered("back 1.1 provisioning") == bake + 30


def test_an_alarm_that_nobody_watches_trips_nothing() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.ALARM, alarm_name="another")])
    assert drive.end.outcome == Succeeded(0, None)


def test_an_alarm_in_alarm_from_the_start_trips_as_the_first_bake_begins() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.ALARM, alarm_name=ALARM)])
    assert drive.entered("back 1.1 provisioning") == drive.entered("forward 1.1 baking")


def test_an_alarm_that_falls_before_the_bake_begins_is_never_seen() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.ALARM, for_seconds=244)])
    assert drive.entered("forward 1.1 baking") == 245
    assert drive.end.outcome == Succeeded(0, None)


def test_failed_provisioning_turns_back_for_its_reason() -> None:
    drive = Drive(
        rolling_update(), [Fault(FaultKind.PROVISIONING_FAILED, batch=2, reason="no ping")]
    )
    assert drive.end.cause == Failed(Operation.PROVISION, "config-2", "no ping")
    assert drive.entered("back 1.1 provisioning") == drive.entered("forward 2.1 provisioning")


def test_provisioning_that_fails_later_strikes_those_launching_then() -> None:
    drive = Drive(
        rolling_update(),
        [Fault(FaultKind.PROVISIONING_FAILED, batch=2, after_seconds=100)],
    )
    began = drive.entered("forward 2.1 provisioning")
    assert drive.entered("back 1.1 provisioning") == began + 100


def test_a_failure_that_lapses_before_anything_is_launched_strikes_nobody() -> None:
    fault = Fault(FaultKind.PROVISIONING_FAILED, phase=Phase.BAKING, after_seconds=1, for_seconds=5)
    assert Drive(rolling_update(), [fault]).end.outcome == Succeeded(0, None)


def test_slow_provisioning_takes_so_much_longer() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.PROVISIONING_SLOW, batch=1, seconds=900)])
    assert drive.entered("forward 1.1 shifting") == 240 + 900
    second = drive.entered("forward 2.1 shifting") - drive.entered("forward 2.1 provisioning")
    assert second == 240


def test_slow_provisioning_that_strikes_later_delays_those_launching_then() -> None:
    fault = Fault(FaultKind.PROVISIONING_SLOW, batch=1, after_seconds=200, seconds=900)
    assert Drive(rolling_update(), [fault]).entered("forward 1.1 shifting") == 240 + 900


def test_a_lost_instance_is_replaced_and_its_bake_begins_again() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.INSTANCE_LOST, batch=1, after_seconds=10)])
    lost = drive.entered("forward 1.1 baking") + 10
    assert drive.entered("forward 1.2 provisioning") == lost
    assert drive.entered("forward 1.2 baking") == lost + 240
    assert drive.end.outcome == Succeeded(0, None)


@pytest.mark.parametrize("phase", [None, Phase.PROVISIONING])
def test_a_loss_before_there_is_an_instance_strikes_the_first_one(phase: Phase | None) -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.INSTANCE_LOST, phase=phase)])
    assert drive.entered("forward 1.1 shifting") == 240 + 240
    assert drive.end.outcome == Succeeded(0, None)


def test_a_loss_in_the_old_fleet_is_replaced_and_holds_no_bake_up() -> None:
    fault = Fault(FaultKind.INSTANCE_LOST, batch=1, after_seconds=10, fleet="old", count=2)
    drive = Drive(rolling_update(), [fault])
    counts = [change.after.old[0].in_service for change in drive.changes]
    assert 1 in counts
    assert drive.ticks[-1].record == Drive(rolling_update()).ticks[-1].record


def test_a_failed_shift_leaves_traffic_where_it_was_and_turns_back() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.SHIFT_FAILED, batch=2, after_seconds=3)])
    assert isinstance(drive.end.cause, Failed) and drive.end.cause.operation is Operation.SHIFT
    assert drive.entered("back 1.1 provisioning") == drive.entered("forward 2.1 shifting") + 3


def test_a_failed_cleanup_turns_back_before_the_last_bake() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.CLEANUP_FAILED, batch=1)])
    assert isinstance(drive.end.outcome, RolledBack)
    assert isinstance(drive.end.cause, Failed)
    assert drive.end.cause.operation is Operation.CLEAN_UP
    assert drive.end.cause.configuration == "config-1"


def test_a_failed_cleanup_after_the_last_bake_is_a_leftover() -> None:
    drive = Drive(
        rolling_update(), [Fault(FaultKind.CLEANUP_FAILED, batch=3, after_seconds=5, reason="x")]
    )
    assert drive.end.outcome == Succeeded(1, Failed(Operation.CLEAN_UP, "config-1", "x"))


def test_a_stop_turns_back_at_its_moment() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.STOP, batch=1, after_seconds=100, by="ann")])
    assert drive.entered("back 1.1 provisioning") == 100
    assert drive.end.outcome == RolledBack(Stopped("ann"), 0, None)


def test_a_stop_at_the_very_beginning_of_a_phase_is_not_put_off() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.STOP, phase=Phase.BAKING)])
    assert drive.entered("back 1.1 provisioning") == drive.entered("forward 1.1 baking")


ROLLBACK_FAULTS = {
    "provisioning": Fault(FaultKind.PROVISIONING_FAILED, BACK, batch=2, reason="none left"),
    "shift": Fault(FaultKind.SHIFT_FAILED, BACK, batch=1),
    "cleanup": Fault(FaultKind.CLEANUP_FAILED, BACK, batch=1),
}


@pytest.mark.parametrize("case", ROLLBACK_FAULTS)
def test_a_failure_on_the_way_back_fails_the_rollback(case: str) -> None:
    forward = Fault(FaultKind.ALARM, batch=2, after_seconds=30)
    deployment = rolling_update(rollback_batch=instances(1))
    drive = Drive(deployment, [forward, ROLLBACK_FAULTS[case]])
    outcome = drive.end.outcome
    assert isinstance(outcome, RollbackFailed)
    assert outcome.cause == AlarmTripped((ALARM,))
    assert isinstance(outcome.rollback_cause, Failed)
    # The mix that is told is the mix that is there.
    settled = drive.backend.world.splits
    assert settled == [{"config-2": drive.end.split[0], "config-1": drive.end.split[1]}]


def test_a_loss_on_the_way_back_only_takes_longer() -> None:
    stop = Fault(FaultKind.STOP, batch=2)
    deployment = rolling_update(rollback_batch=instances(1))
    lost = Fault(FaultKind.INSTANCE_LOST, BACK, batch=2, after_seconds=100)
    plain, drive = Drive(deployment, [stop]), Drive(deployment, [stop, lost])
    assert drive.end.outcome == plain.end.outcome
    assert drive.clock.now() > plain.clock.now()


def test_an_alarm_on_the_way_back_changes_nothing() -> None:
    stop = Fault(FaultKind.STOP, batch=2)
    alarm = Fault(FaultKind.ALARM, BACK)
    plain, drive = Drive(rolling_update(), [stop]), Drive(rolling_update(), [stop, alarm])
    assert drive.ticks[-1].record == plain.ticks[-1].record


def test_a_fault_whose_place_is_passed_by_begins_at_the_next_stage() -> None:
    # Canary provisioned everything in its first step: the second one begins with its shift.
    canary = TrafficRouting(RoutingType.CANARY, 60, percent(20))
    deployment = begun(BlueGreenUpdatePolicy(canary), old=5, new=5)
    drive = Drive(deployment, [Fault(FaultKind.STOP, batch=2, phase=Phase.PROVISIONING)])
    assert "forward 2.1 provisioning" not in [stage for _, stage in drive.stages]
    assert drive.entered("back 1.1 provisioning") == drive.entered("forward 2.1 shifting")


def test_a_fault_in_a_batch_that_never_comes_changes_nothing() -> None:
    drive = Drive(rolling_update(), [Fault(FaultKind.INSTANCE_LOST, batch=4)])
    assert drive.ticks == Drive(rolling_update()).ticks
