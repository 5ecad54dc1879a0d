"""Capacity: everything alive counts together, and an ask beyond the limit fails as AWS says it."""

import pytest

from rolling import (
    BlueGreenUpdatePolicy,
    Failed,
    Operation,
    RollbackFailed,
    RolledBack,
    Succeeded,
    instances,
)
from rolling.backends.simulated import NO_CAPACITY, Fault, FaultKind, SimulationSettings
from tests.simulated import Drive, begun, rolling_update


def limited(limit: int) -> SimulationSettings:
    return SimulationSettings(capacity_limit=limit)


def test_a_rolling_update_needs_room_for_a_batch_and_no_more() -> None:
    deployment = rolling_update(old=6, batch=instances(2))
    assert Drive(deployment, settings=limited(8)).end.outcome == Succeeded(0, None)
    short = Drive(deployment, settings=limited(7)).end
    cause = Failed(Operation.PROVISION, "config-2", NO_CAPACITY)
    assert short.outcome == RolledBack(cause, 0, None)


def test_a_blue_green_update_needs_room_for_the_whole_fleet_twice() -> None:
    deployment = begun(BlueGreenUpdatePolicy(), old=6, new=6)
    assert Drive(deployment, settings=limited(12)).end.outcome == Succeeded(0, None)
    assert isinstance(Drive(deployment, settings=limited(11)).end.outcome, RolledBack)


def test_the_reason_is_in_the_words_of_sagemaker() -> None:
    assert NO_CAPACITY == (
        "Unable to provision requested ML compute capacity "
        "due to InsufficientInstanceCapacity error."
    )


@pytest.mark.parametrize("limit", range(6, 13))
def test_never_more_is_alive_than_the_limit(limit: int) -> None:
    deployment = rolling_update(old=6, batch=instances(3), rollback_batch=instances(1))
    fault = Fault(FaultKind.ALARM, batch=2, after_seconds=1)
    drive = Drive(deployment, [fault], limited(limit))
    alive = [
        sum(sighting.alive for sighting in change.event.fleets)
        for change in drive.changes
        if hasattr(change.event, "fleets")
    ]
    assert alive and max(alive) <= limit


def test_a_rollback_that_needs_more_than_there_is_fails() -> None:
    # All at once, the rollback wants the old fleet whole beside what the new one has.
    deployment = rolling_update(old=6, batch=instances(1))
    fault = Fault(FaultKind.ALARM, batch=5, after_seconds=1)
    assert isinstance(Drive(deployment, [fault]).end.outcome, RolledBack)
    outcome = Drive(deployment, [fault], limited(7)).end.outcome
    assert isinstance(outcome, RollbackFailed)
    assert outcome.rollback_cause == Failed(Operation.PROVISION, "config-1", NO_CAPACITY)


def test_a_batched_rollback_fits_where_one_at_once_does_not() -> None:
    deployment = rolling_update(old=6, batch=instances(1), rollback_batch=instances(1))
    fault = Fault(FaultKind.ALARM, batch=5, after_seconds=1)
    assert isinstance(Drive(deployment, [fault], limited(7)).end.outcome, RolledBack)
