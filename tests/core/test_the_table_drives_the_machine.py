"""The table alone says what `advance` does: read again, it drives the machine the same way."""

from collections.abc import Iterable

import pytest

from rolling import (
    EDGES,
    DeadlineElapsed,
    Deployment,
    Direction,
    Edge,
    Operation,
    OperationFailed,
    Phase,
    StopRequested,
    advance,
)
from tests.core.afresh import read_afresh
from tests.core.walking import rolling, run_to, seen, states, trip


def walks() -> Iterable[list[Deployment]]:
    """Walks forward and back, turned by each kind of cause, to every end."""
    yield states(rolling())
    baking = run_to(rolling(4, 4, 1, back=2), "forward 2.1 baking")
    yield states(trip(baking))
    yield states(advance(baking, StopRequested("me")))
    yield states(advance(baking, DeadlineElapsed(Direction.FORWARD)))
    short = advance(baking, seen(baking, (1, 2), (3, 3)))
    yield [short, *states(advance(short, seen(short, (2, 2), (3, 3))))]
    cleaning = run_to(rolling(), "forward 3.1 cleaning")
    stuck = OperationFailed(cleaning.stage, Operation.CLEAN_UP, 1, "stuck")
    yield states(advance(cleaning, stuck))
    back = run_to(trip(baking), "back 1.1 cleaning")
    yield states(advance(back, OperationFailed(back.stage, Operation.CLEAN_UP, 0, "stuck")))
    home = states(trip(baking))[-2]
    yield states(advance(home, OperationFailed(home.stage, Operation.CLEAN_UP, 0, "stuck")))


def test_the_walks_come_to_every_end() -> None:
    assert {walk[-1].phase for walk in walks()} == {
        Phase.SUCCEEDED,
        Phase.ROLLED_BACK,
        Phase.ROLLBACK_FAILED,
    }


def test_a_table_read_again_drives_the_machine_the_same_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = list(walks())
    again = read_afresh("rolling.core.lifecycle")
    edges: tuple[Edge, ...] = again.EDGES
    assert [edge.name for edge in edges] == [edge.name for edge in EDGES]
    monkeypatch.setattr("rolling.core.transition.open_edge", again.open_edge)
    assert list(walks()) == expected


def test_what_gives_no_cause_turns_nothing_back() -> None:
    """No edge does it; were one added, it must not turn back for no reason."""
    turns = [edge for edge in EDGES if edge.target_direction is not edge.direction]
    with pytest.raises(AssertionError, match=r"^what interrupts a deployment gives its cause"):
        turns[0].effect(rolling(), None)
