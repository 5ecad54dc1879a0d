"""Diagrams: the lifecycle table as Mermaid's `stateDiagram-v2`.

States have the names that the machine gives them. What stands on an arrow comes from
the edges.
"""

from collections.abc import Iterable
from enum import Enum

from rolling.core.lifecycle import EDGES, Edge
from rolling.core.stage import ENDS, Direction
from rolling.embedding.names import STATES, guard_of, source_of, state_name, target_of


class View(Enum):
    """Which edges a diagram shows: those that begin on the way forward, on the way back, or all."""

    FORWARD = "forward"
    BACK = "back"
    ALL = "all"

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that the diagram shows, in the order of the table."""
        if self is View.ALL:
            return EDGES
        return tuple([edge for edge in EDGES if edge.direction is Direction[self.name]])


AT_ONCE = "at once"
"""What stands on a silent edge in place of an event."""


def state_diagram(view: View = View.ALL) -> str:
    """The lifecycle as text for Mermaid, one arrow for all edges between the same two states.

    On an arrow stand the events, then in brackets the guard that they share. A dash
    separates one guard from the next.
    """
    arrows: dict[tuple[str, str], list[Edge]] = {}
    # In this order, Mermaid lays out the arrows so that no label covers another.
    for edge in sorted(view.edges, key=lambda edge: STATES.index(source_of(edge))):
        arrows.setdefault((source_of(edge), target_of(edge)), []).append(edge)
    met = [name for name in STATES if any(name in arrow for arrow in arrows)]
    lines = ["stateDiagram-v2", f"accTitle: {_TITLES[view]}", f"[*] --> {met[0]}"]
    lines += [f'state "{name.replace("_", " ")}" as {name}' for name in met]
    lines += [
        f"{source} --> {target}: {_label(edges)}" for (source, target), edges in arrows.items()
    ]
    lines += [f"{name} --> [*]" for name in met if name in _ENDS]
    return "\n    ".join(lines) + "\n"


_TITLES = {
    View.FORWARD: "A deployment on its way forward, up to the turn",
    View.BACK: "A deployment on its way back",
    View.ALL: "The whole life of a deployment",
}

_ENDS = frozenset([state_name(direction, phase) for direction in Direction for phase in ENDS])


def _label(edges: Iterable[Edge]) -> str:
    events: dict[str, list[str]] = {}
    for edge in edges:
        event = AT_ONCE if edge.event is None else edge.event.__name__
        events.setdefault(guard_of(edge), []).append(event)
    return "<br/>—<br/>".join([_part(names, guard) for guard, names in events.items()])


def _part(events: list[str], guard: str) -> str:
    *others, last = events
    named = f"{', '.join(others)} or {last}" if others else last
    # A line holds two events, or a guard: longer ones make the picture wide.
    return named.replace(", ", ",<br/>") + (f"<br/>[{guard}]" if guard else "")
