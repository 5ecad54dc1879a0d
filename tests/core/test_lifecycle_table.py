"""The table of edges: one edge for each thing that can happen, each with its reason."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    EDGES,
    ENDS,
    DeadlineElapsed,
    Deployment,
    Direction,
    Edge,
    Phase,
    StopRequested,
    follow,
)
from rolling.checking.strategies import (
    HistoryStep,
    histories,
    plausible_events,
    reachable_deployments,
)
from rolling.core.lifecycle import Trigger
from rolling.core.transition import observe, trace, trigger_of


def open_edges(deployment: Deployment, trigger: Trigger | None) -> list[Edge]:
    return [
        edge
        for edge in EDGES
        if (edge.direction, edge.phase, edge.trigger)
        == (deployment.direction, deployment.phase, trigger)
        and edge.guard(deployment)
    ]


def test_every_edge_has_a_name_of_its_own() -> None:
    names = Counter(edge.name for edge in EDGES)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_edge_says_why_in_a_sentence() -> None:
    for edge in EDGES:
        assert edge.why.endswith(".") and edge.why[0].isupper() and len(edge.why) > 15, edge.name


def test_every_guard_says_what_it_asks() -> None:
    for edge in EDGES:
        assert (edge.guard.__doc__ or "").strip().endswith("."), edge.name


def test_ends_have_no_way_out() -> None:
    assert [edge.name for edge in EDGES if edge.phase in ENDS] == []


def test_every_way_back_stays_a_way_back() -> None:
    back = [edge for edge in EDGES if edge.direction is Direction.BACK]
    assert {edge.target_direction for edge in back} == {Direction.BACK}
    assert all(edge.phase is not Phase.BAKING for edge in back)


@given(reachable_deployments(), st.data())
def test_no_two_edges_are_open_for_one_state_and_event(
    deployment: Deployment, data: st.DataObject
) -> None:
    event = data.draw(plausible_events(deployment))
    trigger = trigger_of(deployment, event)
    if trigger is not None:
        assert len(open_edges(observe(deployment, event), trigger)) <= 1
    assert len(open_edges(deployment, None)) <= 1


@given(histories())
def test_no_silent_edge_is_left_open(steps: tuple[HistoryStep, ...]) -> None:
    """`advance` follows all of them; only a deployment just started may have one."""
    for step in steps:
        if step.after is not step.before:
            observed_at_start = step.after.stage == steps[0].before.stage
            assert observed_at_start or open_edges(step.after, None) == []


@given(histories())
def test_every_move_is_along_the_edges_it_says(steps: tuple[HistoryStep, ...]) -> None:
    for step in steps:
        after, followed = follow(step.before, step.event)
        assert after == step.after
        traced, path = trace(step.before, step.event)
        assert traced == after
        assert [edge for edge, _ in path] == list(followed)
        place = (step.before.direction, step.before.phase)
        for number, (edge, entered) in enumerate(path):
            assert edge.event in ((None, type(step.event)) if number == 0 else (None,))
            assert (edge.direction, edge.phase) == place
            place = (edge.target_direction, edge.target)
            assert (entered.direction, entered.phase) == place
        assert place == (step.after.direction, step.after.phase)
        holds_what_it_saw = step.before.phase is Phase.ROLLBACK_FAILED
        assert bool(followed) == (step.after.stage != step.before.stage) or holds_what_it_saw


@given(reachable_deployments())
def test_every_state_but_an_end_has_a_way_out_by_stop_or_deadline(deployment: Deployment) -> None:
    events = (StopRequested("me"), DeadlineElapsed(deployment.direction))
    ways = [edge for event in events for edge in open_edges(deployment, type(event))]
    assert deployment.ended == (ways == [])
