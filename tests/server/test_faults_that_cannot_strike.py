"""A fault that cannot strike where it is asked for is refused, and strikes nowhere else."""

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.errors import InvalidInput, Problem
from rolling.core.stage import Direction, Phase
from tests.server.clouds import NAME, Sky


@pytest.fixture
def sky() -> Sky:
    """A sky whose endpoint is updated, in three batches, and is in the bake of the second."""
    sky = Sky()
    sky.create()
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    return sky


def refused(sky: Sky, fault: Fault, when: str = "Now") -> Problem:
    with pytest.raises(InvalidInput) as error:
        sky.inject(NAME, [fault], when)
    [problem] = error.value.problems
    return problem


def test_a_batch_that_is_over_cannot_be_struck(sky: Sky) -> None:
    assert refused(sky, Fault(FaultKind.PROVISIONING_FAILED, batch=1)) == Problem(
        "Faults[0].Batch", 1, "is over: the update is in batch 2, Baking", 3
    )
    assert refused(sky, Fault(FaultKind.ALARM, batch=1)).fix == 2
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


def test_a_batch_that_there_is_not_cannot_be_struck(sky: Sky) -> None:
    assert refused(sky, Fault(FaultKind.PROVISIONING_FAILED, batch=99)) == Problem(
        "Faults[0].Batch", 99, "the update has 3 batches", 3
    )


def test_a_phase_that_is_over_cannot_be_struck_in_its_batch(sky: Sky) -> None:
    gone = Fault(FaultKind.PROVISIONING_SLOW, batch=2, phase=Phase.SHIFTING, seconds=9)
    problem = refused(sky, gone)
    assert (problem.field, problem.value) == ("Faults[0].Phase", "Shifting")
    natural = refused(sky, Fault(FaultKind.SHIFT_FAILED, batch=2))
    assert (natural.field, natural.fix) == ("Faults[0].Batch", 3)


def test_a_phase_alone_is_the_next_of_its_kind(sky: Sky) -> None:
    no_shift = Fault(FaultKind.SHIFT_FAILED, phase=Phase.SHIFTING)
    sky.inject(NAME, [no_shift], "Now")
    happened = sky.advance_until(NAME, direction="Back")
    forward = [each.stage for each in happened if each.stage]
    forward = [each for each in forward if each.direction is Direction.FORWARD]
    assert (forward[-1].step, forward[-1].phase) == (3, Phase.SHIFTING)


def test_in_the_last_batch_a_phase_that_is_over_has_no_next(sky: Sky) -> None:
    sky.advance_until(NAME, batch=3, phase="Baking")
    problem = refused(sky, Fault(FaultKind.SHIFT_FAILED, phase=Phase.SHIFTING))
    assert problem.rule == "is over: the update is in batch 3 (the last), Baking"
    assert refused(sky, Fault(FaultKind.SHIFT_FAILED, batch=3)).fix is None


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        (Fault(FaultKind.STOP, Direction.BACK), "Faults[0].Direction"),
        (Fault(FaultKind.ALARM, Direction.BACK), "Faults[0].Direction"),
        (Fault(FaultKind.ALARM_UNREADABLE, Direction.BACK), "Faults[0].Direction"),
        (Fault(FaultKind.CONTINUE), "Faults[0].Kind"),
        (Fault(FaultKind.ALARM, batch=0), "Faults[0].Batch"),
        (Fault(FaultKind.SHIFT_FAILED, phase=Phase.BAKING), "Faults[0].Phase"),
        (Fault(FaultKind.SHIFT_FAILED, phase=Phase.CLEANING), "Faults[0].Phase"),
    ],
)
def test_what_no_update_has_is_refused_for_the_next_one_too(
    sky: Sky, fault: Fault, field: str
) -> None:
    assert refused(sky, fault, "NextUpdate").field == field


def test_a_creation_has_no_second_batch(sky: Sky) -> None:
    sky.call("CreateEndpoint", EndpointName="new", EndpointConfigName="config-1")
    with pytest.raises(InvalidInput, match="has no batches"):
        sky.inject("new", [Fault(FaultKind.PROVISIONING_FAILED, batch=2)], "Now")


def test_others_take_the_room_that_a_rollback_needs(sky: Sky) -> None:
    sky.limit_capacity(4, NAME)
    sky.inject(NAME, [Fault(FaultKind.ROOM_TAKEN, count=9)], "Now")
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointStatus"] == "UpdateRollbackFailed"
