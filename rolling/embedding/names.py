"""What the machine calls things: states and triggers, read off the lifecycle table.

Here belong names alone, so that the machine, the diagrams and the documents
say the same. A name added here is one that a user's method may be called by.
"""

import re

from attrs import frozen

from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem
from rolling.core.lifecycle import EDGES, Edge
from rolling.core.stage import ENDS, Direction, Phase

ROLLING_BACK = "rolling_back"
"""The superstate of all that happens on the way back, up to its end. No model is ever in
it alone; it is entered with the turn and left with the end."""


def state_name(direction: Direction, phase: Phase) -> str:
    """The name of a state: the phase, and on the way back what `ROLLING_BACK` stands before.

    Two places of one name would be one state; so the way back needs names of
    its own, and the ends, which are reached by one way each, need none.
    """
    name = phase.name.lower()
    on_the_way_back = direction is Direction.BACK and phase not in ENDS
    return f"{ROLLING_BACK}_{name}" if on_the_way_back else name


def state_of(deployment: Deployment) -> str:
    """The name of the state that a deployment is in: one of `STATES`.

    Raises InvalidInput for what is no Deployment.
    """
    if not isinstance(deployment, Deployment):
        rule = "must be a Deployment, such as rolling.start returns"
        raise InvalidInput([Problem("deployment", deployment, rule)])
    return state_name(deployment.direction, deployment.phase)


def source_of(edge: Edge) -> str:
    """The name of the state that an edge leaves."""
    return state_name(edge.direction, edge.phase)


def target_of(edge: Edge) -> str:
    """The name of the state that an edge enters."""
    return state_name(edge.target_direction, edge.target)


SILENT = "silent"
"""The trigger of the edges that are taken without an event of their own."""


def trigger_of(edge: Edge) -> str:
    """The name of an edge's trigger: its event's, as in `stop_requested`, or `SILENT`."""
    if edge.event is None:
        return SILENT
    return re.sub(r"(?<!^)(?=[A-Z])", "_", edge.event.__name__).lower()


def guard_of(edge: Edge) -> str:
    """What opens an edge beside its event, in words; empty when the event is enough."""
    return "" if edge.condition == "always" else edge.condition


def _places() -> list[tuple[Direction, Phase]]:
    places = {(edge.direction, edge.phase) for edge in EDGES}
    places |= {(edge.target_direction, edge.target) for edge in EDGES}
    return sorted(places)


STATES: tuple[str, ...] = tuple([state_name(*place) for place in _places()])
"""Every state of the machine, the way forward first."""

TRIGGERS: tuple[str, ...] = tuple(dict.fromkeys([trigger_of(edge) for edge in EDGES]))
"""Every trigger of the machine, in the order of the table."""

ASKABLE = frozenset([*STATES, ROLLING_BACK])
"""Every state that a model can be asked to be in, and that takes callbacks."""

BY_NAME: tuple[str, ...] = tuple(
    [f"{kind}_{state}" for kind in ("on_enter", "on_exit") for state in (*STATES, ROLLING_BACK)]
)
"""Every method of a model that is called because of its name."""

REGISTRATIONS: tuple[str, ...] = (
    *BY_NAME,
    *[f"{kind}_{trigger}" for kind in ("prepare", "before", "after") for trigger in TRIGGERS],
)
"""Every method of the machine that registers a callback for a state or a trigger."""


@frozen
class Names:
    """The attributes that the machine adds to a model.

    `queries`: for each state, and for `ROLLING_BACK`, the method that asks for it.
    """

    state: str
    deployment: str
    advance: str
    queries: dict[str, str]

    @classmethod
    def for_attribute(cls, model_attribute: str) -> "Names":
        """The names beside a state that is kept in `model_attribute`.

        For another attribute than `state` all of them carry its name, which is how
        transitions names its own.
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
