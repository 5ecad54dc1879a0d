"""Progress says in one record what a view of a deployment shows."""

import pytest

from rolling import (
    AlarmTripped,
    BlueGreenUpdatePolicy,
    Direction,
    FleetSpec,
    Phase,
    Reading,
    RolledBack,
    RollingUpdatePolicy,
    Share,
    instances,
    start,
)
from rolling.backends.simulated import Fault, FaultKind
from rolling.driving import FleetProgress, Progress, accept, progress
from tests.simulated import ALARM, Drive, begun, rolling_update

UPDATE = rolling_update(rollback_batch=instances(1))
TRIPS = (Fault(FaultKind.ALARM, batch=3, after_seconds=30),)


def shown(drive: Drive) -> list[Progress]:
    return [progress(made.record, made.at, made.seen) for made in drive.ticks]


def test_an_update_that_was_just_accepted() -> None:
    found = progress(accept(UPDATE, 100), 130)
    assert found.fleets == (
        FleetProgress("config-2", 3, 1, 0, 1, Share(0, 1), None),
        FleetProgress("config-1", 3, 3, 3, 3, Share(1, 1), None),
    )
    assert (found.stage.step, found.batches) == (1, 3)
    assert (found.stage_seconds, found.deadline_seconds_left) == (30, 28_770)
    assert (found.bake_seconds_left, found.alarms) == (None, {})
    assert (found.cause, found.outcome) == (None, None)


def test_every_batch_is_one_of_those_that_there_are_in_its_direction() -> None:
    drive = Drive(UPDATE, TRIPS)
    forward = {each.stage.step: each.batches for each in shown(drive) if not each.stage.direction}
    back = [each for each in shown(drive) if each.stage.direction is Direction.BACK]
    assert forward == {1: 3, 2: 3, 3: 3}
    last = back[-1].stage.step
    assert last > 1 and {each.batches for each in back} == {last}
    assert {each.stage.step for each in back} == set(range(1, last + 1))


def test_the_termination_wait_counts_as_a_batch() -> None:
    policy = BlueGreenUpdatePolicy(termination_wait_seconds=60)
    found = shown(Drive(begun(policy, 2, 2)))
    assert {each.batches for each in found} == {2} and found[-1].stage.step == 2


def test_a_repair_has_fewer_batches_where_the_new_fleet_serves_already() -> None:
    half = Share(1, 2)
    new, old = FleetSpec("config-2", 4, 2, half), FleetSpec("config-1", 4, 2, half)
    repair = start(old, new, RollingUpdatePolicy(instances(1), 60))
    found = [each.batches for each in shown(Drive(repair))]
    assert found == [2] * len(found)


def test_a_rollback_that_failed_is_still_in_one_of_its_batches() -> None:
    faults = (
        Fault(FaultKind.ALARM, batch=3, after_seconds=30),
        Fault(FaultKind.PROVISIONING_FAILED, Direction.BACK, batch=2),
    )
    found = shown(Drive(UPDATE, faults))
    back = [each for each in found if each.stage.direction is Direction.BACK]
    assert back[-1].stage.phase is Phase.ROLLBACK_FAILED
    assert {each.batches for each in back} == {3} and back[-1].stage.step == 2


def test_a_bake_counts_down_and_shows_its_alarms() -> None:
    baking = [
        (made, found)
        for made, found in zip(Drive(UPDATE, TRIPS).ticks, shown(Drive(UPDATE, TRIPS)), strict=True)
        if found.stage.phase is Phase.BAKING
    ]
    made, found = baking[0]
    assert found.bake_seconds_left == 60
    later = progress(made.record, made.at + 45, made.seen)
    assert (later.bake_seconds_left, later.stage_seconds) == (15, 45)
    assert progress(made.record, made.at + 100).bake_seconds_left == 0
    assert found.alarms == {ALARM: Reading.UNREADABLE}, "none was read before the bake began"
    assert {each.alarms[ALARM] for _, each in baking} == {Reading.UNREADABLE, Reading.OK}


def test_the_share_that_was_seen_is_none_while_traffic_is_in_motion() -> None:
    shifting = [each for each in shown(Drive(UPDATE)) if each.stage.phase is Phase.SHIFTING]
    assert shifting[0].fleets[0].share == Share(1, 3)
    assert [each.fleets[0].seen_share for each in shifting[:2]] == [Share(0, 1), None]


def test_an_end_has_its_outcome_and_no_deadline() -> None:
    found = shown(Drive(UPDATE, TRIPS))[-1]
    assert found.outcome == RolledBack(AlarmTripped((ALARM,)), 0, None)
    assert found.cause == AlarmTripped((ALARM,))
    assert found.deadline_seconds_left is None


@pytest.mark.parametrize("late", [28_800, 30_000])
def test_a_deadline_that_has_passed_leaves_nothing(late: float) -> None:
    assert progress(accept(UPDATE, 0), late).deadline_seconds_left == 0
