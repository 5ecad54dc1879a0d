"""The binding: what joins one model to the machine, and walks the edges that the core took.

Here belongs the keeping in step of a model with its deployment: who writes what
of the model, and when. What a model must be is in fitting.py.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, NoReturn

from attrs import define, field
from transitions import Machine

from rolling.core.deployment import Deployment
from rolling.core.events import Event
from rolling.core.lifecycle import Edge
from rolling.core.transition import trace
from rolling.embedding.moves import CallbacksFailed, MachineMisused, Move
from rolling.embedding.names import Names, state_of, trigger_of


@define(eq=False)
class Walk:
    """The edges of one `advance` while they are walked, and what went wrong on them."""

    move: Move | None = None
    errors: list[Exception] = field(factory=list)
    interruption: BaseException | None = None

    def failed(self, callback: object, error: Exception) -> None:
        """Keep what came of a callback, with a note that names it and the edge."""
        edge = "" if self.move is None else f" on {self.move.edge.name}"
        error.add_note(f"in the callback {getattr(callback, '__qualname__', callback)}{edge}")
        self.errors.append(error)


@define(eq=False)
class Binding:
    """What joins a model to the machine; called, it is the model's `advance`."""

    machine: Machine
    names: Names
    model: Any
    deployment: Deployment
    walk: Walk | None = None
    bound: list[str] = field(factory=list)

    def bind(self) -> None:
        """Add the machine's attributes to the model."""
        added: dict[str, object] = {
            self.names.state: state_of(self.deployment),
            self.names.deployment: self.deployment,
            self.names.advance: self,
        }
        for state, query in self.names.queries.items():
            added[query] = partial(self.machine.is_state, state, self.model)
        for name, value in added.items():
            setattr(self.model, name, value)
            self.bound.append(name)
        self._forbid_copies()

    def _forbid_copies(self) -> None:
        # What `copy` and `pickle` ask an object for: a copy would hold this very binding.
        if _ASKED_BY_COPY not in vars_of(self.model):
            setattr(self.model, _ASKED_BY_COPY, partial(_state_to_copy, self.model))
            self.bound.append(_ASKED_BY_COPY)

    def unbind(self) -> None:
        """Take them away again."""
        for name in self.bound:
            delattr(self.model, name)
        self.bound.clear()
        for each in _bindings(vars_of(self.model)):  # other machines' of the same model
            each._forbid_copies()

    def hold(self, deployment: Deployment) -> None:
        """Make the model hold a deployment, and its state with it."""
        self.deployment = deployment
        setattr(self.model, self.names.deployment, deployment)
        setattr(self.model, self.names.state, state_of(deployment))

    def __call__(self, event: Event) -> Deployment:
        """What `DeploymentMachine.advance` does."""
        if self.walk is not None:
            raise MachineMisused(
                "this deployment is advancing already: a callback of it, or another thread, "
                "cannot advance it. Note what to do, and do it when the first call is over"
            )
        if not self.is_in_step():
            raise MachineMisused(
                f"another hand wrote {self.names.state!r} or {self.names.deployment!r} of "
                f"{self.model!r}; the machine writes them. To go on from another deployment, "
                "remove_model and add_model with it"
            )
        before = self.deployment
        after, path = trace(before, event)
        walk = self.walk = Walk()
        try:
            for walk.move in _moves(self.model, event, before, path, after):
                self._take(walk, walk.move)
        except BaseException as interruption:
            for error in walk.errors:
                interruption.add_note(f"a callback had raised before: {error!r}")
            raise
        finally:
            self.walk = None
            self.hold(after)
        if walk.errors:
            raise CallbacksFailed(walk.errors, after)
        return after

    def is_in_step(self) -> bool:
        """True while the model shows what the machine wrote there."""
        held = getattr(self.model, self.names.deployment, None)
        shown = getattr(self.model, self.names.state, None)
        return held is self.deployment and bool(shown == state_of(self.deployment))

    def look_after(self, callback: object) -> None:
        """Write back what a callback wrote over, and keep that it did."""
        if self.walk is None or self.is_in_step():
            return
        self.hold(self.deployment)
        rule = (
            f"a callback wrote {self.names.state!r} or {self.names.deployment!r} of the model; "
            "the machine writes them, and has written them back"
        )
        self.walk.failed(callback, MachineMisused(rule))

    def _take(self, walk: Walk, move: Move) -> None:
        """Walk one edge; whatever was done to the machine, the model is then at its end."""
        self.hold(move.before)
        try:
            if not self.machine.events[trigger_of(move.edge)].trigger(self.model, move):
                walk.errors.append(
                    MachineMisused(
                        f"something held {move.edge.name} back; it was taken all the same"
                    )
                )
        except Exception as error:
            walk.errors.append(error)
        if walk.interruption is not None:
            raise walk.interruption
        self.hold(move.after)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refused, for a model whose class has its own way of being copied."""
        refuse_copy()


def refuse_copy() -> NoReturn:
    """Say what to do in place of copying a machine, or a model that is on one."""
    raise MachineMisused(
        "a model of a DeploymentMachine, and the machine, cannot be copied or pickled: store "
        "the deployment (rolling.serialization.dumps_deployment), and add_model again"
    )


_ASKED_BY_COPY = "__getstate__"


def vars_of(model: object) -> dict[str, Any]:
    """The attributes that a model itself has, not its class; none where that cannot be said."""
    found = getattr(model, "__dict__", None)
    return found if isinstance(found, dict) else {}


def _bindings(attributes: dict[str, Any]) -> list[Binding]:
    return [each for each in attributes.values() if isinstance(each, Binding)]


def _state_to_copy(model: object) -> object:
    """What a model's class says is to be copied, where that leaves the machine out."""
    own = model.__class__.__getstate__
    if own is object.__getstate__:
        refuse_copy()
    state = own(model)
    if isinstance(state, dict) and _bindings(state):
        refuse_copy()
    return state


def _moves(
    model: object,
    event: Event,
    before: Deployment,
    path: tuple[tuple[Edge, Deployment], ...],
    decided: Deployment,
) -> Iterator[Move]:
    """The edges that the core took, each with the deployment on its two ends."""
    left = before
    for edge, entered in path:
        yield Move(model, event, edge, left, entered, decided)
        left = entered
