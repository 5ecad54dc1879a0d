"""The names of states, triggers and attributes of the machine, read off the lifecycle table.

The machine, the diagrams and the documents take their names from here. Each name may be
part of the name of a user's method.
"""

import re

from attrs import frozen

from rolling.core.deployment import Deployment
from rolling.core.lifecycle import EDGES, Edge
from rolling.core.stage import ENDS, Direction, Phase

ROLLING_BACK = "rolling_back"
"""The state around those of the way back, except the ends. A model is never in it alone: it
is entered with the turn and left with the end."""


def state_name(direction: Direction, phase: Phase) -> str:
    """The name of a state: the phase, with `ROLLING_BACK` before it on the way back.

    The ends have the name of their phase alone: each is reached in one direction only.
    """
    name = phase.name.lower()
    on_the_way_back = direction is Direction.BACK and phase not in ENDS
    return f"{ROLLING_BACK}_{name}" if on_the_way_back else name


def is_on_the_way_back(state: str) -> bool:
    """True if a state is one of those inside `ROLLING_BACK`."""
    return state.startswith(f"{ROLLING_BACK}_")


def state_of(deployment: Deployment) -> str:
    """The name of the state that a deployment is in: one of `STATES`."""
    return state_name(deployment.direction, deployment.phase)


def source_of(edge: Edge) -> str:
    """The name of the state that an edge leaves."""
    return state_name(edge.direction, edge.phase)


def target_of(edge: Edge) -> str:
    """The name of the state that an edge enters."""
    return state_name(edge.target_direction, edge.target)


SILENT = "silent"
"""The trigger of the edges that need no event."""


def trigger_name(edge: Edge) -> str:
    """The name of an edge's trigger: its event's, as in `stop_requested`, or `SILENT`."""
    if edge.event is None:
        return SILENT
    return re.sub(r"(?<!^)(?=[A-Z])", "_", edge.event.__name__).lower()


def guard_of(edge: Edge) -> str:
    """What opens an edge beside its event, in words; empty if the event is enough."""
    return "" if edge.condition == "always" else edge.condition


def _places() -> list[tuple[Direction, Phase]]:
    places = {(edge.direction, edge.phase) for edge in EDGES}
    places |= {(edge.target_direction, edge.target) for edge in EDGES}
    return sorted(places)


STATES: tuple[str, ...] = tuple([state_name(*place) for place in _places()])
"""Every state of the machine, the way forward first."""

TRIGGERS: tuple[str, ...] = tuple(dict.fromkeys([trigger_name(edge) for edge in EDGES]))
"""Every trigger of the machine, in the order of the table."""

METHODS: tuple[str, ...] = tuple(
    [f"{kind}_{state}" for kind in ("on_enter", "on_exit") for state in (*STATES, ROLLING_BACK)]
)
"""Every method of a model that the machine calls because of its name."""


@frozen
class Names:
    """The attributes that the machine adds to a model.

    `queries`: for each state, and for `ROLLING_BACK`, the name of the `is_…` method.
    """

    state: str
    deployment: str
    advance: str
    queries: dict[str, str]

    @classmethod
    def for_attribute(cls, model_attribute: str) -> "Names":
        """The names if the machine keeps the state in `model_attribute`.

        If that is not `state`, all of them contain it, as transitions names its own.
        """
        states = (*STATES, ROLLING_BACK)
        if model_attribute == "state":
            return cls("state", "deployment", "advance", {name: f"is_{name}" for name in states})
        return cls(
            model_attribute,
            f"{model_attribute}_deployment",
            f"advance_{model_attribute}",
            {name: f"is_{model_attribute}_{name}" for name in states},
        )

    @property
    def all(self) -> tuple[str, ...]:
        """Every one of them."""
        return (self.state, self.deployment, self.advance, *self.queries.values())
