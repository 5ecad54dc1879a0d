"""The transitions facade: a `transitions.Machine` that follows deployments and tells callbacks.

The core decides, and the machine walks each edge that the core took. Here belongs
what keeps the two in step: nothing that a callback does, returns or raises can
change where a deployment goes, and the machine has the lifecycle's edges and no others.
"""

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from itertools import chain
from typing import Any, NoReturn

from transitions import Event as Trigger
from transitions import EventData, Machine, State
from transitions.core import listify

from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import Event
from rolling.core.lifecycle import EDGES
from rolling.embedding.binding import Binding, refuse_copy
from rolling.embedding.fitting import (
    NoSuchCallback,
    attribute_problem,
    callback_problems,
    missing_methods,
    model_problems,
    nearest_name,
)
from rolling.embedding.moves import MachineMisused, Move
from rolling.embedding.names import (
    ASKABLE,
    REGISTRATIONS,
    ROLLING_BACK,
    STATES,
    Names,
    source_of,
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

    A callback's name stands for the method that each model has, or for a function by
    its path. What cannot be called, and a method of the model that is named after no
    state, is refused when it is registered or added, with InvalidInput.

    `name` stands before what transitions logs. The machine and its models cannot be
    copied or pickled: their deployments can.
    """

    _is_built = False

    def __init_subclass__(cls) -> None:
        """Refuse the extensions of transitions."""
        super().__init_subclass__()
        for each in cls.__mro__:
            if each.__module__.startswith("transitions.") and each.__name__ in _EXTENSIONS:
                why = _EXTENSIONS[each.__name__]
                raise MachineMisused(f"{each.__name__} is not supported: {why}")

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
        wrong = attribute_problem(model_attribute)
        problems = [] if wrong is None else [wrong]
        if not isinstance(name, str):
            problems.append(Problem("name", name, "must be a text", str(name)))
        if problems:
            raise InvalidInput(problems)
        self._names = Names.for_attribute(model_attribute)
        self._rolling_back = PhaseState(ROLLING_BACK)
        self._by_name: list[str] = []
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
        that has an attribute of the names to be added, takes none, has methods named
        `on_enter_…` or `on_exit_…` after no state, or answers for every name, as mocks do.
        """
        problems = model_problems(model, self._names)
        if not isinstance(deployment, Deployment):
            rule = "must be a Deployment, such as rolling.start returns"
            problems.append(Problem("deployment", deployment, rule))
        if problems := problems or missing_methods(model, self._all_callbacks()):
            raise InvalidInput(problems)
        assert isinstance(deployment, Deployment)
        binding = Binding(self, self._names, model, deployment)
        try:
            binding.bind()
        except (AttributeError, TypeError) as refusal:
            binding.unbind()
            rule = f"must be an object that takes new attributes, without __slots__ ({refusal})"
            raise InvalidInput([Problem("model", model, rule)]) from refusal
        except BaseException:
            binding.unbind()
            raise
        self.models.append(model)

    def remove_model(self, model: object) -> None:
        """Let go of a model, and take away all that `add_model` gave it, `deployment` too.

        Raises MachineMisused for a model of no or another machine, and in a callback.
        """
        try:
            binding = self._binding_of(model)
        except ReferenceError:
            binding = None  # a proxy of what is gone already
        if binding is not None:
            if binding.walk is not None:
                raise MachineMisused("a model cannot be removed while its deployment advances")
            binding.unbind()
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
        return self._binding_of(model)(event)

    def _binding_of(self, model: object) -> Binding:
        binding = getattr(model, self._names.advance, None)
        if isinstance(binding, Binding) and binding.machine is self:
            return binding
        raise MachineMisused(f"{model!r} is no model of this machine: add_model(model, deployment)")

    # --- callbacks ---

    def __getattr__(self, name: str) -> Any:
        """A method that registers callbacks, such as `on_enter_baking`.

        Raises InvalidInput for one of a state or trigger that is not there.
        """
        kind, _ = self._identify_callback(name)
        if kind is not None and name not in REGISTRATIONS:
            rule = "must be of a state or a trigger of the lifecycle"
            fix = nearest_name(name, REGISTRATIONS)
            raise NoSuchCallback([Problem("callback", name, rule, fix)])
        found = super().__getattr__(name)
        return found if kind is None else partial(self._register, name, found)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute. Raises InvalidInput for callbacks that cannot be called."""
        if name in _LISTS:
            self._demand_callbacks(name, list(listify(value)))
        super().__setattr__(name, value)

    def _register(self, name: str, add: Callable[[Any], None], callback: Any) -> None:
        self._demand_callbacks(name, [callback])
        add(callback)
        if isinstance(callback, str):
            self._by_name.append(callback)

    def _demand_callbacks(self, registration: str, callbacks: list[Any]) -> None:
        models = self.models if self._is_built else []
        if problems := callback_problems(registration, callbacks, models):
            raise InvalidInput(problems)

    def _all_callbacks(self) -> Iterator[Any]:
        """Those of the whole machine, and the names among those of a state or a trigger."""
        yield from chain(*[getattr(self, name) for name in _LISTS], self._by_name)

    # --- what transitions asks while it walks an edge ---

    def callback(self, func: Any, event_data: EventData) -> None:
        """Call one callback; keep what it raises until every other was called."""
        binding = self._binding_of(event_data.model)
        walk = binding.walk
        assert walk is not None
        try:
            found = self.resolve_callable(func, event_data)
            result: object = found(*event_data.args, **event_data.kwargs)
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError(
                    f"{func!r} is async, and nobody would await it: a callback is a plain "
                    "function, which may create a task"
                )
            if inspect.isgenerator(result) or inspect.isasyncgen(result):
                raise TypeError(
                    f"{func!r} is a generator, and nobody would iterate it: a callback is a "
                    "plain function"
                )
        except Exception as error:
            walk.failed(func, error)
        except BaseException as interruption:
            # transitions swallows one that comes out of `finalize_event`.
            walk.interruption = interruption
            raise
        binding.look_after(func)

    def set_state(self, state: Any, model: object | None = None) -> None:
        """Called by transitions between `on_exit_…` and `on_enter_…`, and by nobody else.

        Raises MachineMisused for a state that the core has not decided on.
        """
        walk = None if model is None else self._binding_of(model).walk
        name = getattr(state, "name", state)
        if walk is None or walk.move is None or walk.move.target != name:
            raise MachineMisused(
                f"the state {name!r} cannot be set: it follows from the deployment. "
                "Call advance with what happened"
            )
        self._binding_of(model).hold(walk.move.after)

    def get_state(self, state: str | Enum) -> State:
        """The state of this name, for callbacks to be added to; `rolling_back` is one too."""
        _demand_state(state)
        return self._rolling_back if state == ROLLING_BACK else super().get_state(state)

    def is_state(self, state: str | Enum, model: object) -> bool:
        """Whether a model is in this state; all of the way back is `rolling_back`.

        Raises InvalidInput for what is no name of a state.
        """
        _demand_state(state)
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

    def dispatch(self, trigger: str, *args: Any, **kwargs: Any) -> bool:
        """Refused: only a fact pulls a trigger."""
        raise MachineMisused(_no_trigger(trigger))

    @property
    def initial(self) -> None:
        """Always None: a model begins in the state of its deployment."""
        return None

    @initial.setter
    def initial(self, value: Any) -> None:
        self._refuse_when_built(f"an initial state {value!r}")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refused: a copy would move the models of this one."""
        refuse_copy()

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
        walk = machine._binding_of(model).walk
        if walk is None or args != (walk.move,):
            raise MachineMisused(_no_trigger(self.name))
        return super().trigger(model, *args, **kwargs)


DeploymentMachine.state_cls = PhaseState
DeploymentMachine.transition_cls = EdgeTransition
DeploymentMachine.event_cls = _Trigger


_EXTENSIONS = {
    "LockedMachine": "its lock would be held while callbacks run; take a lock around advance",
    "AsyncMachine": (
        "what is true of a deployment must not change while a callback is awaited; a callback "
        "may create a task"
    ),
    "HierarchicalMachine": "rolling_back is the one state around others",
    "GraphMachine": "state_diagram() draws the table, which no machine changes",
}

_LISTS = ("prepare_event", "before_state_change", "after_state_change", "finalize_event")


def _no_trigger(name: str) -> str:
    return f"{name!r} cannot be triggered: call advance with what happened"


def _demand_state(state: object) -> None:
    if not (isinstance(state, str) and state in ASKABLE):
        rule = "must be the name of a state"
        raise InvalidInput([Problem("state", state, rule, nearest_name(state, ASKABLE))])
