"""A core that differs from the spec in one step is told apart from it, in words."""

from collections.abc import Mapping

import pytest
from attrs import evolve

from rolling import Deployment, Event, FleetsSeen, Phase, Sighting, StopRequested
from rolling.core.transition import advance
from tests.specs.cases import CASES, Case
from tests.specs.core import Advance, core_counts, core_graph
from tests.specs.graphs import Graph, Label, Node, first_difference

pytestmark = pytest.mark.slow

FAILING = CASES["no alarms, the rollback fails: two by one"]
ALARMED = CASES["three by one, back by one, after an alarm"]
ALL = CASES["one instance, everything that may go wrong"]


def believes_in_a_shift_once_asked(deployment: Deployment, event: Event) -> Deployment:
    after = advance(deployment, event)
    return after if after == deployment else evolve(after, settled=True)


def believes_in_instances_once_asked(deployment: Deployment, event: Event) -> Deployment:
    if isinstance(event, FleetsSeen):
        asked = tuple([Sighting(fleet.asked, fleet.alive) for fleet in deployment.fleets])
        event = FleetsSeen(event.stage, asked)
    return advance(deployment, event)


def ignores_a_stop_while_cleaning(deployment: Deployment, event: Event) -> Deployment:
    if isinstance(event, StopRequested) and deployment.phase is Phase.CLEANING:
        return deployment
    return advance(deployment, event)


def test_a_graph_does_not_differ_from_itself() -> None:
    assert first_difference(core_graph(FAILING), "one", core_graph(FAILING), "other") is None


@pytest.mark.parametrize(
    ("case", "wrong"),
    [
        (FAILING, believes_in_a_shift_once_asked),
        (FAILING, believes_in_instances_once_asked),
        (ALL, ignores_a_stop_while_cleaning),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_wrong_core_is_told_apart(case: Case, wrong: Advance) -> None:
    assert first_difference(core_graph(case), "right", core_graph(case, wrong), "wrong")


def test_the_first_difference_is_a_way_there_the_event_and_both_ends() -> None:
    graph = core_graph(FAILING)
    way: tuple[Label, ...] = (
        ("OperationFailed", "stage=forward 1 1 provisioning", "operation=shift", "fleet=old"),
    )
    node = graph.edges[graph.initial][way[0]]
    label = early_reading("back 1 1 provisioning")
    told = first_difference(graph, "A", redirected(graph, node, label, graph.initial), "B")
    assert told is not None
    assert told.startswith(
        "They agree until after\n  OperationFailed(stage=forward 1 1 provisioning, "
    )
    assert "then comes AlarmsRead(stage=back 1 1 provisioning, " in told
    assert told.endswith(f"A goes to\n{node}\nB goes to\n{graph.initial}")


def test_an_event_that_only_one_lets_come_is_a_difference() -> None:
    graph = core_graph(FAILING)
    gone = early_reading("forward 1 1 provisioning")
    assert gone in graph.edges[graph.initial]
    kept = {to: at for to, at in graph.edges[graph.initial].items() if to != gone}
    other = evolve(graph, edges={**graph.edges, graph.initial: kept})
    told = first_difference(graph, "A", other, "B")
    assert told is not None
    assert "A lets this event come, B does not: AlarmsRead(" in told


def test_another_start_is_a_difference() -> None:
    graph = core_graph(FAILING)
    other = evolve(graph, initial=graph.initial._replace(up=0))
    told = first_difference(graph, "A", other, "B")
    assert told is not None and told.startswith("They start differently.")


def early_reading(place: str) -> Label:
    """A reading before the interval is over, where there are no alarms to read."""
    return ("AlarmsRead", f"stage={place}", "readings=", "after_interval=False")


def redirected(graph: Graph, node: Node, label: Label, target: Node) -> Graph:
    """The graph with one edge that leads elsewhere."""
    assert label in graph.edges[node]
    edges: Mapping[Node, Mapping[Label, Node]] = {
        **graph.edges,
        node: {**graph.edges[node], label: target},
    }
    return evolve(graph, edges=edges)


@pytest.mark.parametrize(
    ("case", "states", "steps"),
    [(ALARMED, 460, 11_712), (FAILING, 590, 12_538), (ALL, 831, 21_885)],
    ids=lambda value: value.name if isinstance(value, Case) else "",
)
def test_the_number_of_states_and_steps_is_pinned(case: Case, states: int, steps: int) -> None:
    graph = core_graph(case)
    assert (len(graph.edges), graph.edge_count) == (states, steps)
    assert core_counts(case) == (states, steps)
