"""The transitions facade: a `transitions.Machine` that follows deployments and tells callbacks.

The core decides, and the machine walks each edge that the core took. Here belongs
what keeps the two in step: nothing that a callback does, returns or raises can
change where a deployment goes, and the machine has the lifecycle's edges and no others.
"""

import inspect
import keyword
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from itertools import count
from typing import Any

from attrs import define, field
from transitions import Event as Trigger
from transitions import EventData, Machine, State

from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import Event
from rolling.core.lifecycle import EDGES, Edge
from rolling.core.transition import follow, observe
from rolling.embedding.moves import CallbacksFailed, MachineMisused, Move
from rolling.embedding.names import (
    ROLLING_BACK,
    STATES,
    Names,
    source_of,
    state_of,
    target_of,
    trigger_of,
)
from rolling.embedding.parts import EdgeTransition, PhaseState, state_within

Callbacks = str | Callable[[Move], Any] | list[str | Callable[..., Any]] | None
"""A callback, the name of a method of the model, or several of them."""


class DeploymentMachine(Machine):
    """The lifecycle as a `transitions.Machine`, for one deployment or for thousands.

    `DeploymentMachine(model, deployment)` begins with one model; `add_model` adds
    others. A model is any object that takes attributes, and is given these:
    `state` and `deployment`, which the machine alone writes; `advance(event)`;
    `is_baking()` and the like. With another `model_attribute`, say `rollout`, they
    are `rollout`, `rollout_deployment`, `advance_rollout` and `is_rollout_baking`.
    Raises InvalidInput for a model that has such attributes already.

    Callbacks take a `Move`. They are, in the order in which one edge calls them:
    `prepare_event`; `prepare_TRIGGER`; `before_state_change`; `before_TRIGGER`;
    `on_exit_STATE`; `on_enter_STATE`; `after_TRIGGER`; `after_state_change`;
    `finalize_event`. Methods of the model named `on_enter_…` and `on_exit_…` are
    found by their names and come first of their kind; all others are registered, as in
    `machine.on_enter_baking(page_me)` or `machine.before_stop_requested(log)`.
    `rolling_back` counts as a state around those of the way back: entered before
    them, left after them. The state that a model is added in is not entered.

    `model.state` and `model.deployment` are in step at every moment: up to
    `on_exit_…` they are what was before the edge, from `on_enter_…` on what is after it.

    `name` stands before what transitions logs.
    """

    _is_built = False

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
        if not (model_attribute.isidentifier() and not keyword.iskeyword(model_attribute)):
            rule = "must be the name of an attribute"
            raise InvalidInput([Problem("model_attribute", model_attribute, rule, "state")])
        self._names = Names.for_attribute(model_attribute)
        self._rolling_back = PhaseState(ROLLING_BACK)
        super().__init__(
            model=None,
            states=[state_within(name, self._rolling_back) for name in STATES],
            initial=None,
            auto_transitions=False,
            send_event=False,
            model_attribute=model_attribute,
            before_state_change=before_state_change,
            after_state_change=after_state_change,
            prepare_event=prepare_event,
            finalize_event=finalize_event,
            name=name,
        )
        for edge in EDGES:
            self.add_transition(trigger_of(edge), source_of(edge), target_of(edge), edge=edge)
        self._is_built = True
        if model is not None or deployment is not None:
            self.add_model(model, deployment)

    # --- models ---

    def add_model(self, model: object, deployment: Deployment | None) -> None:  # type: ignore[override]
        """Give `model` a deployment to hold, in whatever state that is; no callback is called.

        The machine holds on to its models until `remove_model`; to have it not, add a
        `weakref.proxy`. Raises InvalidInput, and leaves the model as it was, for a model
        that has an attribute of the names to be added, or that takes none.
        """
        problems: list[Problem] = []
        if model is None:
            rule = "must be the object that is to hold the deployment, such as Watched()"
            problems.append(Problem("model", model, rule))
        if not isinstance(deployment, Deployment):
            rule = "must be a Deployment, such as rolling.start returns"
            problems.append(Problem("deployment", deployment, rule))
        elif taken := [name for name in self._names.all if hasattr(model, name)]:
            problems.append(self._collision(model, taken))
        if problems:
            raise InvalidInput(problems)
        assert isinstance(deployment, Deployment)
        watch = _Watch(self, self._names, model, deployment)
        try:
            watch.bind()
        except (AttributeError, TypeError) as refusal:
            watch.unbind()
            rule = f"must be an object that takes new attributes, without __slots__ ({refusal})"
            raise InvalidInput([Problem("model", model, rule)]) from refusal
        self.models.append(model)

    def remove_model(self, model: object) -> None:
        """Let go of a model, and take away all that `add_model` gave it, `deployment` too.

        Raises MachineMisused for a model of no or another machine, and in a callback.
        """
        try:
            watch = self._watch_of(model)
        except ReferenceError:
            watch = None  # a proxy of what is gone already
        if watch is not None:
            if watch.walk is not None:
                raise MachineMisused("a model cannot be removed while its deployment advances")
            watch.unbind()
        self.models[:] = [known for known in self.models if known is not model]

    def advance(self, model: object, event: Event) -> Deployment:
        """What `rolling.advance` makes of a model's deployment, with callbacks for each edge.

        Returns the deployment that the model holds from now on. An event that
        opens no edge calls no callback. Raises ForeignEvent as `rolling.advance`
        does, and nothing has happened; CallbacksFailed once everything has;
        MachineMisused when a callback of this very model calls it (a callback observes:
        it may note what to do once this call is over), when another hand wrote the
        model's state or deployment, and for a model of no or another machine.
        What is no Exception, such as KeyboardInterrupt, is passed on at once; the model
        then holds the deployment of the end, and the remaining callbacks were not called.
        """
        return self._watch_of(model)(event)

    def _watch_of(self, model: object) -> "_Watch":
        watch = getattr(model, self._names.advance, None)
        if isinstance(watch, _Watch) and watch.machine is self:
            return watch
        raise MachineMisused(f"{model!r} is no model of this machine: add_model(model, deployment)")

    def _collision(self, model: object, taken: list[str]) -> Problem:
        if isinstance(getattr(model, self._names.advance, None), _Watch):
            rule = "must not be on a machine already; remove_model takes it off"
            return Problem("model", model, rule)
        for number in count(1):
            other = "rollout" if number == 1 else f"rollout_{number}"
            if not any(hasattr(model, name) for name in Names.for_attribute(other).all):
                break
        rule = (
            f"must not have attributes that the machine adds, and has {', '.join(taken)}; rename "
            f"them, or let the machine's carry another name: DeploymentMachine(model_attribute="
            f'"{other}")'
        )
        return Problem("model", model, rule)

    # --- what transitions asks while it walks an edge ---

    def callback(self, func: Any, event_data: EventData) -> None:
        """Call one callback; keep what it raises until every other was called."""
        walk = self._watch_of(event_data.model).walk
        assert walk is not None
        try:
            found = self.resolve_callable(func, event_data)
            result = found(*event_data.args, **event_data.kwargs)
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError(
                    f"{func!r} is async, and nobody would await it: a callback is a plain "
                    "function, which may create a task"
                )
        except Exception as error:
            edge = "" if walk.move is None else f" on {walk.move.edge.name}"
            error.add_note(f"in the callback {getattr(func, '__qualname__', func)}{edge}")
            walk.errors.append(error)
        except BaseException as interruption:
            # transitions swallows one that comes out of `finalize_event`.
            walk.interruption = interruption
            raise

    def set_state(self, state: Any, model: object | None = None) -> None:
        """Called by transitions between `on_exit_…` and `on_enter_…`, and by nobody else.

        Raises MachineMisused for a state that the core has not decided on.
        """
        walk = None if model is None else self._watch_of(model).walk
        name = getattr(state, "name", state)
        if walk is None or walk.move is None or walk.move.target != name:
            raise MachineMisused(
                f"the state {name!r} cannot be set: it follows from the deployment. "
                "Call advance with what happened"
            )
        self._watch_of(model).hold(walk.move.after)

    def get_state(self, state: str | Enum) -> State:
        """The state of this name, for callbacks to be added to; `rolling_back` is one too."""
        return self._rolling_back if state == ROLLING_BACK else super().get_state(state)

    def is_state(self, state: str | Enum, model: object) -> bool:
        """Whether a model is in this state; all of the way back is `rolling_back`."""
        current = str(getattr(model, self._names.state))
        return current == state or (
            state == ROLLING_BACK and current.startswith(f"{ROLLING_BACK}_")
        )

    # --- what only the table decides ---

    def add_transition(
        self, trigger: Any, source: Any, dest: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        """Refused: the lifecycle has the edges it has."""
        self._refuse_when_built(f"a transition {trigger!r} from {source!r} to {dest!r}")
        super().add_transition(trigger, source, dest, *args, **kwargs)

    def add_ordered_transitions(self, *args: Any, **kwargs: Any) -> None:
        """Refused: the lifecycle has the edges it has."""
        self._refuse_when_built("ordered transitions")

    def remove_transition(self, trigger: str, *args: Any, **kwargs: Any) -> None:
        """Refused: the lifecycle has the edges it has."""
        self._refuse_when_built(f"a machine without {trigger!r}")

    def add_states(self, states: Any, *args: Any, **kwargs: Any) -> None:
        """Refused: the lifecycle has the states it has."""
        self._refuse_when_built(f"a state {states!r}")
        super().add_states(states, *args, **kwargs)

    @property
    def on_exception(self) -> list[Any]:
        """Always empty: what callbacks raise, `advance` raises together, as CallbacksFailed."""
        return []

    @on_exception.setter
    def on_exception(self, value: Any) -> None:
        if value:
            raise MachineMisused(
                "on_exception is not called: catch CallbacksFailed where advance is called"
            )

    def _refuse_when_built(self, wish: str) -> None:
        if self._is_built:
            raise MachineMisused(
                f"{wish} is outside the lifecycle, whose edges are rolling.EDGES. Keep states "
                "of your own in another machine, on the same model if you like"
            )


class _Trigger(Trigger):
    """A trigger that only a fact pulls."""

    def trigger(self, model: object, *args: Any, **kwargs: Any) -> bool:
        """Walk the edge of the move that is under way."""
        machine = self.machine
        assert isinstance(machine, DeploymentMachine)
        walk = machine._watch_of(model).walk
        if walk is None or args != (walk.move,):
            raise MachineMisused(
                f"{self.name!r} cannot be triggered: call advance with what happened"
            )
        return super().trigger(model, *args, **kwargs)


DeploymentMachine.state_cls = PhaseState
DeploymentMachine.transition_cls = EdgeTransition
DeploymentMachine.event_cls = _Trigger


@define(eq=False)
class _Walk:
    """The edges of one `advance` while they are walked, and what went wrong on them."""

    move: Move | None = None
    errors: list[Exception] = field(factory=list)
    interruption: BaseException | None = None


@define(eq=False)
class _Watch:
    """What joins a model to the machine; called, it is the model's `advance`."""

    machine: DeploymentMachine
    names: Names
    model: Any
    deployment: Deployment
    walk: _Walk | None = None
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

    def unbind(self) -> None:
        """Take them away again."""
        for name in self.bound:
            delattr(self.model, name)
        self.bound.clear()

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
        self._demand_untouched()
        before = self.deployment
        after, edges = follow(before, event)
        walk = self.walk = _Walk()
        try:
            for walk.move in _moves(self.model, event, before, edges, after):
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

    def _take(self, walk: _Walk, move: Move) -> None:
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

    def _demand_untouched(self) -> None:
        held = getattr(self.model, self.names.deployment, None)
        shown = getattr(self.model, self.names.state, None)
        if held is self.deployment and shown == state_of(self.deployment):
            return
        raise MachineMisused(
            f"another hand wrote {self.names.state!r} or {self.names.deployment!r} of "
            f"{self.model!r}; the machine writes them. To go on from another deployment, "
            "remove_model and add_model with it"
        )


def _moves(
    model: object, event: Event, before: Deployment, edges: tuple[Edge, ...], decided: Deployment
) -> Iterator[Move]:
    """The edges that the core took, each with the deployment on its two ends."""
    left, known = before, observe(before, event)
    for place, edge in enumerate(edges, 1):
        entered = decided if place == len(edges) else edge.effect(known, event)
        yield Move(model, event, edge, left, entered, decided)
        left = known = entered
