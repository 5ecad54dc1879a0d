"""A tick says first and looks then; what it sees becomes events in one fixed order."""

from attrs import evolve

from rolling import (
    Deployment,
    FleetsSeen,
    Operation,
    OperationFailed,
    Phase,
    Reading,
    RollbackFailed,
    RolledBack,
    Stopped,
    StopRequested,
    TimedOut,
    due,
)
from rolling.driving import Failure, Observation, ObservedFleet, Record, accept, tick
from tests.driving.scripted import Scripted, all_true
from tests.simulated import ALARM, rolling_update


def in_phase(phase: Phase) -> Record:
    """A record of the first forward stage in this phase, at second 0."""
    record = accept(rolling_update(), 0)
    while record.deployment.phase is not phase:
        record = tick(record, Scripted(), 0).record
    return record


def quiet(deployment: Deployment) -> Observation:
    return evolve(all_true(due(deployment)), alarms={ALARM: Reading.OK})


def test_what_is_due_is_said_before_the_world_is_observed() -> None:
    record, backend = accept(rolling_update(), 0), Scripted()
    tick(record, backend, 0)
    assert backend.calls == ["make_true", "observe"]
    assert backend.told == [due(record.deployment)]


def test_everything_that_was_seen_is_labelled_with_the_stage_that_the_tick_began_in() -> None:
    record = in_phase(Phase.PROVISIONING)
    made = tick(record, Scripted(), 0)
    # The split is seen as well, but it is the old one: it does not settle the new shift.
    assert [type(change.event) for change in made.changes] == [FleetsSeen]
    assert made.record.deployment.phase is Phase.SHIFTING


def test_a_deadline_goes_before_a_failure() -> None:
    record = in_phase(Phase.SHIFTING)
    failing = Observation(
        (ObservedFleet(1, 1), ObservedFleet(3, 3)), failures=(Failure(Operation.SHIFT, 0, "no"),)
    )
    outcome_cause = tick(record, Scripted([failing]), 28_800).record.deployment.cause
    assert outcome_cause == TimedOut(28_800)


def test_a_failure_goes_before_the_fleets() -> None:
    record = in_phase(Phase.PROVISIONING)
    failing = evolve(
        all_true(due(record.deployment)), failures=(Failure(Operation.PROVISION, 0, "no"),)
    )
    changes = tick(record, Scripted([failing]), 0).changes
    assert [type(change.event) for change in changes] == [OperationFailed]


def test_a_lost_instance_goes_before_the_end_of_its_bake() -> None:
    record = in_phase(Phase.BAKING)
    lost = Observation((ObservedFleet(0, 0), ObservedFleet(3, 3)), alarms={ALARM: Reading.OK})
    after = tick(record, Scripted([lost]), 60).record.deployment
    assert after.phase is Phase.PROVISIONING and after.stage.attempt == 2


def test_a_stop_goes_before_everything_that_would_commit_the_deployment() -> None:
    record = in_phase(Phase.BAKING)
    made = tick(record, Scripted([quiet(record.deployment)]), 60, stop=StopRequested("ann"))
    assert made.record.deployment.cause == Stopped("ann")


def test_a_stop_that_is_repeated_in_every_tick_is_one_stop() -> None:
    record = in_phase(Phase.SHIFTING)
    for _ in range(20):
        record = tick(record, Scripted(), 0, stop=StopRequested("ann")).record
    outcome = record.deployment.outcome
    assert outcome == RolledBack(Stopped("ann"), leftover=0, cut_short=None)


def test_alarms_are_read_in_every_tick_of_a_bake_also_where_there_are_none() -> None:
    record = accept(rolling_update(alarms=()), 0)
    while record.deployment.phase is not Phase.BAKING:
        record = tick(record, Scripted(), 0).record
    assert tick(record, Scripted(), 59).record.deployment.phase is Phase.BAKING
    assert tick(record, Scripted(), 60).record.deployment.phase is Phase.CLEANING


def test_a_change_tells_what_it_was_from_and_to_and_by_which_edges() -> None:
    record = in_phase(Phase.PROVISIONING)
    (change,) = tick(record, Scripted(), 7).changes
    assert change.at == 7
    assert change.before == record.deployment
    assert [edge.target for edge in change.edges] == [Phase.SHIFTING]
    assert change.after.phase is Phase.SHIFTING


def test_a_tick_that_learns_nothing_changes_nothing() -> None:
    record = in_phase(Phase.BAKING)
    made = tick(record, Scripted(), 30)
    assert made.record is record and made.changes == ()


def test_a_deadline_on_the_way_back_is_counted_from_the_turn() -> None:
    record = in_phase(Phase.SHIFTING)
    turned = tick(record, Scripted(), 100, stop=StopRequested("ann")).record
    assert turned.direction_began_at == 100
    waiting = Scripted([Observation((ObservedFleet(1, 1), ObservedFleet(3, 3)))])
    back = tick(turned, waiting, 100).record
    assert not tick(back, waiting, 28_899).record.deployment.ended
    assert isinstance(tick(back, waiting, 28_900).record.deployment.outcome, RollbackFailed)
