"""The simulated endpoint drains first, lets others take its room, and continues gates."""

import pytest
from attrs import evolve

from rolling import (
    AlarmTripped,
    Direction,
    Failed,
    Gates,
    GateTimeoutAction,
    NotContinued,
    Operation,
    Phase,
    RollbackFailed,
    RolledBack,
    Stopped,
    Succeeded,
    due,
)
from rolling.backends.simulated import (
    NO_CAPACITY,
    Fault,
    FaultKind,
    SimulatedBackend,
    SimulationSettings,
    fault_problems,
    futile,
    misses,
)
from tests.simulated import ALARM, Drive, drain_first, rolling_update

GATES = Gates(600, GateTimeoutAction.ROLL_BACK, steps=(1,))
CONTINUING = Gates(600, GateTimeoutAction.CONTINUE, steps=(1,))
NO_ROOM = Failed(Operation.PROVISION, "config-2", NO_CAPACITY)


def limited(limit: int) -> SimulationSettings:
    return SimulationSettings(capacity_limit=limit)


def gated(gates: Gates, *faults: Fault) -> Drive:
    return Drive(drain_first(gates=gates), faults)


def continuing(**fields: object) -> Fault:
    return Fault(FaultKind.CONTINUE, **{"batch": 1, "by": "ann", **fields})  # type: ignore[arg-type]


# --- drain first --------------------------------------------------------------


def test_without_a_spare_instance_only_draining_first_succeeds() -> None:
    assert Drive(drain_first(), settings=limited(3)).end.outcome == Succeeded(0, None)
    surge = Drive(drain_first(surge=1, unavailable=0), settings=limited(3))
    assert surge.end.outcome == RolledBack(NO_ROOM, 0, None)


def test_step_0_drains_and_bakes_and_a_batch_is_launched_once_the_drained_one_is_gone() -> None:
    drive = Drive(drain_first(), settings=limited(3))
    assert drive.stages[:3] == [
        (0, "forward 0.1 baking"),
        (60, "forward 1.1 provisioning"),
        (60 + 240, "forward 1.1 shifting"),
    ]


def test_never_more_is_alive_than_the_limit_nor_less_in_service_than_the_floor() -> None:
    drive = Drive(drain_first(full=6, unavailable=2), settings=limited(6))
    sightings = [change.event.fleets for change in drive.changes if hasattr(change.event, "fleets")]
    assert max(sum(each.alive for each in fleets) for fleets in sightings) <= 6
    assert min(sum(each.in_service for each in fleets) for fleets in sightings) == 4
    assert drive.end.outcome == Succeeded(0, None)


def test_an_alarm_in_the_bake_of_step_0_turns_back_and_restores_what_was_drained() -> None:
    drive = Drive(drain_first(), [Fault(FaultKind.ALARM, batch=0, after_seconds=30)], limited(3))
    assert drive.end.outcome == RolledBack(AlarmTripped((ALARM,)), 0, None)
    assert drive.entered("back 1.1 provisioning") == 30


def test_a_fault_without_a_batch_counts_from_the_acceptance_in_step_0() -> None:
    drive = Drive(drain_first(), [Fault(FaultKind.STOP, after_seconds=10, by="ann")])
    assert drive.end.outcome == RolledBack(Stopped("ann"), 0, None)
    assert drive.entered("back 1.1 provisioning") == 10


def test_a_fault_of_a_phase_alone_is_of_batch_1_and_not_of_step_0() -> None:
    drive = Drive(drain_first(), [Fault(FaultKind.ALARM, phase=Phase.BAKING, after_seconds=1)])
    bake = drive.entered("forward 1.1 baking")
    assert drive.entered("back 1.1 provisioning") == bake + 1


# --- room that others take ----------------------------------------------------


def test_room_that_others_took_leaves_the_endpoint_at_its_floor() -> None:
    drive = Drive(drain_first(), [Fault(FaultKind.ROOM_TAKEN, batch=1)], limited(3))
    outcome = drive.end.outcome
    assert isinstance(outcome, RollbackFailed) and outcome.cause == NO_ROOM
    assert outcome.rollback_cause == Failed(Operation.PROVISION, "config-1", NO_CAPACITY)
    assert [fleet.in_service for fleet in drive.end.fleets] == [0, 2]
    assert drive.backend.unused_faults() == ()


def test_room_is_taken_as_it_becomes_free() -> None:
    """From the start nothing is free: what is drained goes to others, one by one."""
    drive = Drive(drain_first(), [Fault(FaultKind.ROOM_TAKEN, count=9)], limited(3))
    assert isinstance(drive.end.outcome, RollbackFailed)
    assert drive.end.cause == NO_ROOM


def test_room_that_nobody_needs_is_taken_without_harm() -> None:
    drive = Drive(drain_first(), [Fault(FaultKind.ROOM_TAKEN, batch=1)], limited(4))
    assert drive.end.outcome == Succeeded(0, None)
    assert drive.backend.unused_faults() == ()


def test_without_a_limit_there_is_always_room() -> None:
    drive = Drive(drain_first(), [Fault(FaultKind.ROOM_TAKEN, batch=1)])
    assert drive.end.outcome == Succeeded(0, None)
    assert [each.kind for each in drive.backend.unused_faults()] == ["RoomTaken"]


def asked_for_all(backend: SimulatedBackend) -> bool:
    """Whether the old fleet, asked for whole again by the next update, finds room."""
    whole = due(rolling_update(generation=2))
    whole = evolve(whole, fleets=(evolve(whole.fleets[0], count=0), whole.fleets[1]))
    backend.make_true(whole)
    return backend.observe(whole).failures == ()


def test_room_is_given_back_with_the_end_of_the_update() -> None:
    taken = Drive(drain_first(), [Fault(FaultKind.ROOM_TAKEN, batch=1)], limited(3)).backend
    assert not asked_for_all(taken)
    taken = Drive(drain_first(), [Fault(FaultKind.ROOM_TAKEN, batch=1)], limited(3)).backend
    assert asked_for_all(taken.next_update())


def test_room_is_given_back_when_faults_are_dropped() -> None:
    taken = Drive(drain_first(), [Fault(FaultKind.ROOM_TAKEN, batch=1)], limited(3)).backend
    taken.drop_faults()
    assert asked_for_all(taken)


def test_others_give_up_once_their_time_is_over() -> None:
    fault = Fault(FaultKind.ROOM_TAKEN, for_seconds=30)
    drive = Drive(drain_first(), [fault], limited(3))
    assert drive.end.outcome == Succeeded(0, None)


# --- gates --------------------------------------------------------------------


def test_a_gate_is_continued_at_its_moment_by_whom_it_says() -> None:
    drive = gated(GATES, continuing(after_seconds=200))
    bake = drive.entered("forward 1.1 baking")
    (continued,) = [each for each in drive.changes if each.after.continued_by == "ann"][:1]
    assert continued.at == bake + 200
    assert drive.entered("forward 1.1 cleaning") == bake + 200
    assert drive.end.outcome == Succeeded(0, None)


def test_one_that_comes_in_the_interval_does_not_shorten_it() -> None:
    drive = gated(GATES, continuing(after_seconds=10))
    assert drive.entered("forward 1.1 cleaning") == drive.entered("forward 1.1 baking") + 60


def test_a_gate_that_is_not_continued_ends_as_its_timeout_says() -> None:
    turned, passed = gated(GATES), gated(CONTINUING)
    assert turned.end.outcome == RolledBack(NotContinued(600), 0, None)
    assert passed.end.outcome == Succeeded(0, None)
    for drive, then in ((turned, "back 1.1 provisioning"), (passed, "forward 1.1 cleaning")):
        assert drive.entered(then) == drive.entered("forward 1.1 baking") + 660


def test_a_continuation_lapses_with_its_attempt_and_a_second_one_counts() -> None:
    lost = Fault(FaultKind.INSTANCE_LOST, batch=1, after_seconds=30, fleet="new")
    once = gated(GATES, continuing(after_seconds=10), lost)
    assert once.end.outcome == RolledBack(NotContinued(600), 0, None)
    again = continuing(after_seconds=400)
    assert gated(GATES, continuing(after_seconds=10), lost, again).end.outcome == Succeeded(0, None)


def test_a_continuation_away_from_a_gate_does_nothing_and_is_told_as_unused() -> None:
    early = gated(GATES, continuing(phase=Phase.PROVISIONING))
    assert early.end.outcome == RolledBack(NotContinued(600), 0, None)
    assert [each.kind for each in early.backend.unused_faults()] == ["Continue"]


def test_dropped_faults_continue_nothing() -> None:
    clock_drive = gated(CONTINUING, continuing(after_seconds=10))
    clock_drive.backend.drop_faults()
    assert clock_drive.backend.continuation() is None


def test_a_fault_that_can_find_no_gate_or_no_step_0_is_told_beforehand() -> None:
    plain, draining = rolling_update().spec, drain_first(gates=GATES).spec
    (no_gate,) = misses(continuing(), plain)
    assert (no_gate.field, no_gate.rule) == ("Fault.Kind", "this update has no gate")
    (elsewhere,) = misses(continuing(batch=2), draining)
    assert elsewhere.fix == 1
    assert elsewhere.rule == "this update has gates only after batch 1"
    assert misses(continuing(), draining) == []
    (no_drain,) = misses(Fault(FaultKind.ALARM, batch=0), plain)
    assert (no_drain.field, no_drain.fix) == ("Fault.Batch", 1)
    assert misses(Fault(FaultKind.ALARM, batch=0), draining) == []


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        (Fault(FaultKind.STOP, Direction.BACK, batch=0), "Fault.Batch"),
        (Fault(FaultKind.ROOM_TAKEN, count=0), "Fault.Count"),
        (Fault(FaultKind.ROOM_TAKEN, by="ann"), "Fault.By"),
        (Fault(FaultKind.CONTINUE, count=2), "Fault.Count"),
    ],
)
def test_what_such_a_fault_cannot_have_is_refused(fault: Fault, field: str) -> None:
    assert [problem.field for problem in fault_problems(fault)] == [field]


def test_the_way_back_has_no_gates_to_continue() -> None:
    (only,) = futile(Fault(FaultKind.CONTINUE, Direction.BACK))
    assert only.rule == "a rollback has no gates"
