"""The `transitions` machine: it walks the edges that the core took and calls the callbacks.

The core decides first. Then the machine walks each edge, and the model holds the
deployment of that edge. No callback can change where the deployment goes.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from enum import Enum
from functools import partial
from typing import Any, NoReturn

from attrs import define, field
from transitions import EventData, Machine, State, Transition

from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import Event
from rolling.core.lifecycle import EDGES, Edge
from rolling.core.transition import trace
from rolling.embedding.moves import CallbacksFailed, MachineMisused, Move
from rolling.embedding.names import (
    METHODS,
    ROLLING_BACK,
    STATES,
    Names,
    is_on_the_way_back,
    source_of,
    state_of,
    target_of,
    trigger_name,
)

Callbacks = str | Callable[[Move], Any] | list[str | Callable[[Move], Any]] | None
"""A callback, the name of a method of the model, or several of them."""


class DeploymentMachine(Machine):
    """The lifecycle as a `transitions.Machine`, for one deployment or for thousands.

    `DeploymentMachine(model, deployment)` begins with one model; `add_model` adds
    others. A model is any object that has a `__dict__`. The machine gives it these
    attributes: `state` and `deployment`, which only the machine writes;
    `advance(event)`; `is_baking()` and the like. With another `model_attribute`, say
    `rollout`, they are `rollout`, `rollout_deployment`, `advance_rollout` and
    `is_rollout_baking`.

    Each callback takes a `Move`. One edge calls them in this order:
    `prepare_event`; `prepare_TRIGGER`; `before_state_change`; `before_TRIGGER`;
    `on_exit_STATE`; `on_enter_STATE`; `after_TRIGGER`; `after_state_change`;
    `finalize_event`. The machine finds methods of the model named `on_enter_STATE` and
    `on_exit_STATE` by their names, and calls them before the registered ones. You
    register all others, as in `machine.on_enter_baking(page_me)` or
    `machine.before_stop_requested(log)`. `rolling_back` is a state around those of the way
    back: it is entered before them and left after them. Adding a model calls no callback.

    Up to `on_exit_STATE`, `model.state` and `model.deployment` are what was before the
    edge. From `on_enter_STATE` on, they are what is after it.

    `name` stands before what transitions logs.
    """

    def __init__(
        self,
        model: object | None = None,
        deployment: Deployment | None = None,
        *,
        model_attribute: str = "state",
        before_state_change: Callbacks = None,
        after_state_change: Callbacks = None,
        prepare_event: Callbacks = None,
        finalize_event: Callbacks = None,
        name: str = "",
    ) -> None:
        self._names = Names.for_attribute(model_attribute)
        self._walks: dict[int, _Walk] = {}  # by the id of the model: a model may be unhashable
        super().__init__(
            model=None,
            initial=None,
            auto_transitions=False,
            model_attribute=model_attribute,
            before_state_change=before_state_change,
            after_state_change=after_state_change,
            prepare_event=prepare_event,
            finalize_event=finalize_event,
        )
        self.name = f"{name}: " if name else ""
        super().add_states([*STATES, ROLLING_BACK])
        for edge in EDGES:
            super().add_transition(trigger_name(edge), source_of(edge), target_of(edge), edge=edge)
        if model is not None and deployment is not None:
            self.add_model(model, deployment)
        elif model is not None or deployment is not None:
            raise TypeError("give a model together with its deployment")

    # --- models ---

    def add_model(self, model: object, deployment: Deployment) -> None:  # type: ignore[override]
        """Give `model` a deployment to hold, in any state.

        Raises InvalidInput, and leaves the model as it was, if it has one of the attributes
        that the machine adds, or a method `on_enter_…` or `on_exit_…` named after no state.
        """
        if problems := [*_collisions(model, self._names), *_misnamed_methods(model)]:
            raise InvalidInput(problems)
        self._hold(model, deployment)
        setattr(model, self._names.advance, partial(self.advance, model))
        for state, query in self._names.queries.items():
            setattr(model, query, partial(self.is_state, state, model))
        self.models.append(model)

    def remove_model(self, model: object) -> None:
        """Let go of a model, and take away all that `add_model` gave it, `deployment` too.

        Raises MachineMisused if the model's deployment is advancing.
        """
        if id(model) in self._walks:
            raise MachineMisused("a model cannot be removed while its deployment advances")
        for name in self._names.all:
            delattr(model, name)
        # By identity: two models may be equal.
        self.models[:] = [known for known in self.models if known is not model]

    def is_state(self, state: str | Enum, model: object) -> bool:
        """True if a model is in this state; `rolling_back` is true on all of the way back."""
        current: str = getattr(model, self._names.state)
        return current == state or (state == ROLLING_BACK and is_on_the_way_back(current))

    def _hold(self, model: object, deployment: Deployment) -> None:
        setattr(model, self._names.deployment, deployment)
        setattr(model, self._names.state, state_of(deployment))

    # --- advancing ---

    def advance(self, model: object, event: Event) -> Deployment:
        """Do what `rolling.advance` does to a model's deployment, and call the callbacks.

        Returns the deployment that the model holds from now on. An event that opens no
        edge calls no callback.

        Raises ForeignEvent as `rolling.advance` does, and then nothing has happened.
        Raises CallbacksFailed if callbacks raised: after every callback has run.
        Raises MachineMisused if this model is advancing already. A callback that wants a
        further step must note it, and take it when this call is over.
        An exception such as KeyboardInterrupt, which is no Exception, is raised at once. The
        model then holds the new deployment, and the remaining callbacks were not called.
        """
        walk = _Walk()
        if self._walks.setdefault(id(model), walk) is not walk:
            raise MachineMisused(
                "this deployment is advancing already: neither a callback of it nor another "
                "thread can advance it. Note what to do, and do it when the first call is over"
            )
        try:
            after = self._walk(walk, model, event)
        finally:
            del self._walks[id(model)]
        if walk.errors:
            raise CallbacksFailed(walk.errors, after)
        return after

    def _walk(self, walk: "_Walk", model: object, event: Event) -> Deployment:
        before: Deployment = getattr(model, self._names.deployment)
        decided, path = trace(before, event)
        try:
            for edge, after in path:
                self._hold(model, before)  # whatever a callback wrote there
                walk.move = Move(model, event, edge, before, after, decided)
                self.events[trigger_name(edge)].trigger(model, walk.move)
                if walk.interruption is not None:
                    raise walk.interruption
                before = after
        except BaseException as interruption:
            for error in walk.errors:
                interruption.add_note(f"a callback had raised before: {error!r}")
            raise
        finally:
            self._hold(model, decided)
        return decided

    # --- what transitions asks while it walks an edge ---

    def callback(self, func: Any, event_data: EventData) -> None:
        """Call one callback, and keep what it raises until all others have run."""
        walk = self._walks[id(event_data.model)]
        try:
            super().callback(func, event_data)
        except Exception as error:
            name = getattr(func, "__qualname__", func)
            error.add_note(f"in the callback {name} on {_move_of(event_data).edge.name}")
            walk.errors.append(error)
        except BaseException as interruption:
            walk.interruption = interruption  # transitions swallows those of `finalize_event`
            raise

    def set_state(self, state: Any, model: object | None = None) -> None:
        """Make the model hold what is after the edge. transitions calls it while it walks one.

        Raises MachineMisused at any other time.
        """
        walk = self._walks.get(id(model))
        if walk is None or walk.move is None:
            self._refuse()
        self._hold(model, walk.move.after)

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise MachineMisused: the states and transitions are those of the lifecycle."""
        raise MachineMisused(
            "the states and transitions are those of rolling.EDGES, and only advance(event) "
            "takes one. Keep states of your own in another machine, on the same model if you like"
        )

    add_states = add_transition = remove_transition = _refuse


@define(eq=False)
class _Walk:
    """The edges of one `advance` while they are walked, and what callbacks raised."""

    move: Move | None = None
    errors: list[Exception] = field(factory=list)
    interruption: BaseException | None = None


# --- the states and transitions of the machine ---


def _move_of(event_data: EventData) -> Move:
    (move,) = event_data.args
    assert isinstance(move, Move)
    return move


class _PhaseState(State):
    """A state that calls the model's methods named after it, and those of `rolling_back`."""

    def enter(self, event_data: EventData) -> None:
        """Enter `rolling_back` first if the edge begins the way back."""
        if is_on_the_way_back(self.name) and not is_on_the_way_back(_move_of(event_data).source):
            event_data.machine.get_state(ROLLING_BACK).enter(event_data)
        self._call_method("on_enter", event_data)
        super().enter(event_data)

    def exit(self, event_data: EventData) -> None:
        """Leave `rolling_back` last if the edge ends the way back."""
        self._call_method("on_exit", event_data)
        super().exit(event_data)
        if is_on_the_way_back(self.name) and not is_on_the_way_back(_move_of(event_data).target):
            event_data.machine.get_state(ROLLING_BACK).exit(event_data)

    def _call_method(self, kind: str, event_data: EventData) -> None:
        # By model: transitions would call for all models what one of them has.
        name = f"{kind}_{self.name}"
        if hasattr(event_data.model, name):
            event_data.machine.callbacks([name], event_data)


class _EdgeTransition(Transition):
    """The transition of one edge: it is executed if the core took that edge."""

    def __init__(self, *args: Any, edge: Edge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edge = edge

    def execute(self, event_data: EventData) -> bool:
        """Walk the edge if the core took it. Other edges may have the same trigger."""
        return _move_of(event_data).edge == self.edge and super().execute(event_data)


DeploymentMachine.state_cls = _PhaseState
DeploymentMachine.transition_cls = _EdgeTransition


# --- what a model must not have ---


def _collisions(model: object, names: Names) -> Iterable[Problem]:
    if taken := [name for name in names.all if hasattr(model, name)]:
        rule = (
            f"must not have the attributes that the machine adds, and has {', '.join(taken)}. "
            "Rename them; or give the machine's another name, as in "
            'DeploymentMachine(model_attribute="rollout"); or, if a machine added them, '
            "remove_model there first"
        )
        yield Problem("model", model, rule)


def _misnamed_methods(model: object) -> Iterable[Problem]:
    """Methods that look like callbacks, but that no machine would ever call."""
    # transitions gives a model partials of its machine's methods, such as `trigger`.
    owners = [
        getattr(getattr(each, "func", None), "__self__", None) for each in vars(model).values()
    ]
    elsewhere = {state for each in owners if isinstance(each, Machine) for state in each.states}
    for name in dir(model):
        callback, state = name.startswith(("on_enter_", "on_exit_")), name.split("_", 2)[-1]
        if callback and name not in METHODS and state not in elsewhere:
            (nearest,) = get_close_matches(name.lower(), METHODS, n=1, cutoff=0)
            rule = (
                "must be named after a state. If the state is one of another machine of "
                "transitions, add the model to that one first"
            )
            yield Problem("model", name, rule, nearest)
