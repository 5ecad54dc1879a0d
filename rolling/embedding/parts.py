"""The machine's states and transitions: those of `transitions`, made to follow a move.

Here belongs what differs from what `transitions` brings: a state tells the model by the
names of its methods, and a transition is executed when the core took its edge.
"""

from typing import Any

from transitions import EventData, State, Transition

from rolling.core.lifecycle import Edge
from rolling.embedding.moves import Move


def move_of(event_data: EventData) -> Move:
    """What a trigger was pulled with."""
    (move,) = event_data.args
    assert isinstance(move, Move)
    return move


class PhaseState(State):
    """A state that knows the one around it, and the model's methods named after it."""

    around: "PhaseState | None" = None

    def enter(self, event_data: EventData) -> None:
        """Enter what is around it, where that is new; then tell the model, then the others."""
        if self.around is not None and not _is_within(self.around, move_of(event_data).source):
            self.around.enter(event_data)
        self._tell_model("on_enter", event_data)
        super().enter(event_data)

    def exit(self, event_data: EventData) -> None:
        """Tell the model, then the others; then leave what is around it, where that ends."""
        self._tell_model("on_exit", event_data)
        super().exit(event_data)
        if self.around is not None and not _is_within(self.around, move_of(event_data).target):
            self.around.exit(event_data)

    def _tell_model(self, kind: str, event_data: EventData) -> None:
        # Looked up for each model: transitions would ask all models for what one has.
        name = f"{kind}_{self.name}"
        if callable(getattr(event_data.model, name, None)):
            event_data.machine.callbacks([name], event_data)


def state_within(name: str, rolling_back: PhaseState) -> PhaseState:
    """A state, inside of `rolling_back` if its name says so."""
    state = PhaseState(name)
    if _is_within(rolling_back, name):
        state.around = rolling_back
    return state


def _is_within(around: PhaseState, name: str) -> bool:
    return name.startswith(f"{around.name}_")


class EdgeTransition(Transition):
    """The transition of one edge: executed when the core took that edge."""

    def __init__(self, *args: Any, edge: Edge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edge = edge

    def execute(self, event_data: EventData) -> bool:
        """Walk the edge if it is the one that was taken; the trigger has others."""
        return move_of(event_data).edge is self.edge and super().execute(event_data)
