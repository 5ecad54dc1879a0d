"""Labelled state graphs, and the first difference between two of them, in words.

A node is all that a deployment knows, in terms that belong neither to the core
nor to a spec. An edge is a node, a label (an event, as text) and the node after
it. Events that change nothing are edges too.
"""

from collections.abc import Mapping
from typing import NamedTuple

from attrs import field, frozen

Place = tuple[str, int, int, str]
"""Direction, step, attempt, phase."""

Counts = tuple[int, int, int]
"""Of one fleet: asked for, in service, alive."""


class Node(NamedTuple):
    """One state of a deployment.

    `traffic` is what the new and the old fleet should be sent, in units of which
    all traffic is the product of the two floors.
    """

    stage: Place
    up: int
    new: Counts
    old: Counts
    traffic: tuple[int, int]
    settled: bool
    cause: str
    cut_short: str
    continued: bool

    def __str__(self) -> str:
        direction, step, attempt, phase = self.stage
        return "\n".join(
            [
                f"  {direction} {step}.{attempt} {phase}, up {self.up}",
                *[
                    f"  {name}: {asked} asked for, {serving} in service, {alive} alive, "
                    f"{units} of {sum(self.traffic)} units of the traffic"
                    for name, (asked, serving, alive), units in zip(
                        ("new", "old"), (self.new, self.old), self.traffic, strict=True
                    )
                ],
                f"  split {'settled' if self.settled else 'not seen'}, "
                f"cause {self.cause}, cut short by {self.cut_short}"
                f"{', gate continued' if self.continued else ''}",
            ]
        )


Label = tuple[str, ...]
"""An event as text: its kind, then each part of its data as `name=value`."""


@frozen
class Graph:
    """All that can happen from `initial`: for each node, where each label leads."""

    initial: Node
    edges: Mapping[Node, Mapping[Label, Node]] = field(repr=False)

    @property
    def edge_count(self) -> int:
        """The number of labelled edges."""
        return sum(map(len, self.edges.values()))


def first_difference(graph: Graph, name: str, other: Graph, other_name: str) -> str | None:
    """What the two disagree on first, on a shortest way to it; None when they are equal.

    Two graphs without a difference have the same nodes and the same labelled edges.
    """
    if graph.initial != other.initial:
        return f"They start differently.\n{name}:\n{graph.initial}\n{other_name}:\n{other.initial}"
    # How each node was first reached.
    ways: dict[Node, tuple[Node, Label] | None] = {graph.initial: None}
    frontier = [graph.initial]
    for node in frontier:
        here, there = graph.edges[node], other.edges[node]
        for label in sorted({*here, *there}):
            if label not in here or label not in there:
                has, lacks = (name, other_name) if label in here else (other_name, name)
                return _told(
                    ways, node, f"{has} lets this event come, {lacks} does not: {_said(label)}"
                )
            if here[label] != there[label]:
                return _told(
                    ways,
                    node,
                    f"then comes {_said(label)}\n"
                    f"{name} goes to\n{here[label]}\n{other_name} goes to\n{there[label]}",
                )
            if here[label] not in ways:
                ways[here[label]] = node, label
                frontier.append(here[label])
    # Equal from the start on: what else there is in either cannot be reached.
    assert graph.edges.keys() == other.edges.keys() == ways.keys(), "a graph has unreachable nodes"
    return None


def _told(ways: Mapping[Node, tuple[Node, Label] | None], node: Node, end: str) -> str:
    labels: list[str] = []
    at, way = node, ways[node]
    while way is not None:
        at, label = way
        labels.append(_said(label))
        way = ways[at]
    way_there = "".join(f"\n  {said}" for said in reversed(labels)) or " nothing at all"
    return f"They agree until after{way_there}\nwhich leads to\n{node}\n{end}"


def _said(label: Label) -> str:
    kind, *data = label
    return f"{kind}({', '.join(data)})"
