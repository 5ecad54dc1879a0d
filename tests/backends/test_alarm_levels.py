"""Alarms as the world gives them: levels that rise, fall, flap, and cannot be read."""

from rolling import (
    AlarmsRead,
    AlarmTripped,
    Deployment,
    Phase,
    Reading,
    RolledBack,
    Succeeded,
    TimedOut,
    due,
)
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend
from rolling.driving import Record, VirtualClock, accept, tick
from tests.simulated import ALARM, Drive, rolling_update

SLOW = (ALARM, "5xx")


def readings(faults: list[Fault], moments: list[int]) -> list[Reading]:
    """The level of the alarm at these moments after the beginning of the first bake."""
    deployment = rolling_update(wait_seconds=3600)
    clock = VirtualClock()
    backend = SimulatedBackend(deployment.spec.fleets, faults=faults, clock=clock)
    record: Record = accept(deployment, 0)
    while record.deployment.phase is not Phase.BAKING:
        made = tick(record, backend, clock.now())
        assert made.wake_at is not None
        record = made.record
        clock.wait_until(made.wake_at)
    baking: Deployment = record.deployment
    backend.make_true(due(baking))
    began, seen = clock.now(), []
    for moment in moments:
        clock.wait_until(began + moment)
        seen.append(backend.observe(due(baking)).alarms[ALARM])
    return seen


def test_an_alarm_rises_and_falls() -> None:
    fault = Fault(FaultKind.ALARM, batch=1, after_seconds=10, for_seconds=20)
    seen = readings([fault], [0, 9, 10, 29, 30])
    assert seen == [Reading.OK, Reading.OK, Reading.ALARM, Reading.ALARM, Reading.OK]


def test_an_alarm_flaps() -> None:
    flaps = [
        Fault(FaultKind.ALARM, batch=1, after_seconds=seconds, for_seconds=10)
        for seconds in (10, 40)
    ]
    seen = readings(flaps, [5, 15, 25, 45, 55])
    assert seen == [Reading.OK, Reading.ALARM, Reading.OK, Reading.ALARM, Reading.OK]


def test_an_alarm_that_cannot_be_read_hides_that_it_is_in_alarm() -> None:
    faults = [
        Fault(FaultKind.ALARM, batch=1),
        Fault(FaultKind.ALARM_UNREADABLE, batch=1, for_seconds=20),
    ]
    assert readings(faults, [0, 19, 20]) == [
        Reading.UNREADABLE,
        Reading.UNREADABLE,
        Reading.ALARM,
    ]


def test_a_flap_shorter_than_any_poll_still_trips() -> None:
    flap = Fault(FaultKind.ALARM, batch=1, after_seconds=31, for_seconds=1)
    drive = Drive(rolling_update(), [flap])
    assert drive.end.cause == AlarmTripped((ALARM,))
    assert drive.entered("back 1.1 provisioning") == drive.entered("forward 1.1 baking") + 31
    (trip,) = [change.event for change in drive.changes if isinstance(change.event, AlarmsRead)]
    assert not trip.after_interval


def test_a_flap_between_two_bakes_is_not_seen() -> None:
    flap = Fault(FaultKind.ALARM, phase=Phase.CLEANING, after_seconds=1, for_seconds=20)
    assert Drive(rolling_update(), [flap]).end.outcome == Succeeded(0, None)


def test_one_of_several_alarms_is_named() -> None:
    drive = Drive(rolling_update(alarms=SLOW), [Fault(FaultKind.ALARM, batch=1, alarm_name="5xx")])
    assert drive.end.cause == AlarmTripped(("5xx",))


def test_an_unreadable_alarm_holds_the_bake_until_it_can_be_read() -> None:
    fault = Fault(FaultKind.ALARM_UNREADABLE, batch=1, after_seconds=50, for_seconds=500)
    drive = Drive(rolling_update(), [fault])
    assert drive.entered("forward 1.1 cleaning") == drive.entered("forward 1.1 baking") + 550
    assert drive.end.outcome == Succeeded(0, None)


def test_an_alarm_that_is_unreadable_for_good_is_ended_by_the_deadline() -> None:
    drive = Drive(
        rolling_update(timeout_seconds=3_000), [Fault(FaultKind.ALARM_UNREADABLE, batch=2)]
    )
    assert drive.end.outcome == RolledBack(TimedOut(3_000), 0, None)
    assert drive.entered("back 1.1 provisioning") == 3_000
