"""The named properties hold in every history, and progress has a measure."""

import pytest
from hypothesis import given

from rolling import Deployment, Direction, StopRequested, advance
from rolling.checking.strategies import (
    HistoryStep,
    deployments,
    healthy_starts,
    histories,
    mixed_starts,
)
from rolling.core.plan import ideal_event
from rolling.core.properties import EDGE_PROPERTIES, STATE_PROPERTIES, measure
from tests.core.walking import end_of, states


def broken(steps: tuple[HistoryStep, ...]) -> list[str]:
    """The names of the properties that a history breaks."""
    found = [rule.__name__ for rule in STATE_PROPERTIES if not rule(steps[0].before)]
    for step in steps:
        found += [rule.__name__ for rule in STATE_PROPERTIES if not rule(step.after)]
        found += [
            rule.__name__
            for rule in EDGE_PROPERTIES
            if not rule(step.before, step.event, step.after)
        ]
    return found


@given(histories(healthy_starts()))
def test_every_property_holds_from_a_healthy_start(steps: tuple[HistoryStep, ...]) -> None:
    assert broken(steps) == []


@given(histories(mixed_starts(largest=5)))
def test_every_property_holds_from_a_mixed_start(steps: tuple[HistoryStep, ...]) -> None:
    assert broken(steps) == []


@given(histories())
def test_in_a_perfect_world_every_state_leads_to_a_good_end(
    steps: tuple[HistoryStep, ...],
) -> None:
    """L1: forward to Succeeded, back to RolledBack, and no state is stuck."""
    deployment = steps[-1].after
    end = end_of(deployment)
    assert end.ended
    if not deployment.ended:
        assert end.direction is deployment.direction
        assert end.phase.name == (
            "SUCCEEDED" if end.direction is Direction.FORWARD else "ROLLED_BACK"
        )


@given(histories())
def test_from_every_state_a_stop_leads_to_an_end(steps: tuple[HistoryStep, ...]) -> None:
    """L3."""
    assert end_of(advance(steps[-1].after, StopRequested("me"))).ended


@given(deployments())
def test_the_measure_falls_with_every_step_of_progress(deployment: Deployment) -> None:
    """L2: both on the way forward and on the way back from any of its states."""
    for begun in (deployment, *(turned(state) for state in states(deployment))):
        while not begun.ended:
            after = advance(begun, ideal_event(begun))
            assert measure(after) < measure(begun), (begun, after)
            begun = after


def turned(deployment: Deployment) -> Deployment:
    after = advance(deployment, StopRequested("me"))
    if after is not deployment:
        assert measure(after) < measure(deployment)
    return after


@pytest.mark.parametrize("rules", [STATE_PROPERTIES, EDGE_PROPERTIES])
def test_every_property_is_named_and_explained(rules: tuple[object, ...]) -> None:
    for rule in rules:
        assert (rule.__doc__ or "").strip()
    assert len({getattr(rule, "__name__", "") for rule in rules}) == len(rules)
