"""Fitting: what a model, an attribute's name and a callback must be, before anything is joined.

The one place where what cannot work is found out. Nothing is changed here: each
function says what is wrong.
"""

import keyword
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pkgutil import resolve_name

from transitions import Machine

from rolling.core.errors import InvalidInput, Problem
from rolling.embedding.binding import Binding, vars_of
from rolling.embedding.names import BY_NAME, Names


class NoSuchCallback(InvalidInput, AttributeError):
    """A machine's attribute named like a registration of callbacks, for no state or trigger."""


def nearest_name(name: object, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant."""
    meant = str(name)[:100].lower()
    known = list(known)
    begun = [each for each in known if each.startswith(meant)]
    near = get_close_matches(meant, begun or known, n=1, cutoff=0)
    return near[0] if near else None


def attribute_problem(model_attribute: object) -> Problem | None:
    """What is wrong with a `model_attribute`."""
    if not (
        isinstance(model_attribute, str)
        and model_attribute.isidentifier()
        and not keyword.iskeyword(model_attribute)
    ):
        rule = "must be the name of an attribute"
    elif model_attribute in ("deployment", "advance"):
        rule = "must be another name than the attributes beside `state` have"
    else:
        return None
    return Problem("model_attribute", model_attribute, rule, "state")


def model_problems(model: object, names: Names) -> list[Problem]:
    """Everything that keeps a model from being watched under these names."""
    if model is None:
        rule = "must be the object that is to hold the deployment, such as Watched()"
        return [Problem("model", model, rule)]
    if isinstance(model, type):
        rule = f"must be an instance, and this is the class; use {model.__name__}()"
        return [Problem("model", model, rule)]
    if hasattr(model, _NOBODY_HAS_THIS):
        rule = (
            "must not answer for attributes that it does not have, as a mock does and a "
            "__getattr__ for every name: nothing could be found by its name"
        )
        return [Problem("model", model, rule)]
    problems = list(_misnamed(model))
    if taken := [name for name in names.all if hasattr(model, name)]:
        problems.append(_collision(model, names, taken))
    return problems


_NOBODY_HAS_THIS = "an_attribute_that_nobody_has"


def _collision(model: object, names: Names, taken: list[str]) -> Problem:
    if isinstance(getattr(model, names.advance, None), Binding):
        rule = "must not be on a machine already; remove_model takes it off"
        return Problem("model", model, rule)
    rule = (
        f"must not have attributes that the machine adds, and has {', '.join(taken)}; rename them"
    )
    for other in ("rollout", *[f"rollout_{number}" for number in range(2, 100)]):
        if not any(hasattr(model, name) for name in Names.for_attribute(other).all):
            rule += (
                ", or let the machine's carry another name: DeploymentMachine(model_attribute="
                f'"{other}")'
            )
            break
    return Problem("model", model, rule)


def _misnamed(model: object) -> Iterator[Problem]:
    """The methods that are named like callbacks, and would never be called."""
    named = [name for name in dir(model) if name.startswith(("on_enter_", "on_exit_"))]
    if not named:
        return
    elsewhere = _states_of_other_machines(model)
    for name in named:
        if name in BY_NAME:
            found = getattr(model, name, None)
            if found is not None and not callable(found):
                yield Problem(f"model.{name}", found, "must be a method that takes a Move")
        elif name.split("_", 2)[2] not in elsewhere:
            rule = (
                "must be named after a state; for a state of another machine of transitions, "
                "add the model to that one first"
            )
            yield Problem("model", name, rule, nearest_name(name, BY_NAME))


def _states_of_other_machines(model: object) -> frozenset[str]:
    # transitions gives a model partials of the machine's methods: `trigger`, `is_…`.
    owners = [
        getattr(getattr(each, "func", None), "__self__", None) for each in vars_of(model).values()
    ]
    return frozenset([name for each in owners if isinstance(each, Machine) for name in each.states])


# --- callbacks ----------------------------------------------------------------


def callback_problems(
    registration: str, callbacks: Iterable[object], models: Iterable[object]
) -> list[Problem]:
    """What is wrong with callbacks that are to be registered on a machine of these models."""
    watched = list(models)
    return [
        Problem(registration, each, "must be callable, or the name of a method that each model has")
        for each in callbacks
        if not (
            all([_resolves(each, model) for model in watched])
            if isinstance(each, str)
            else callable(each)
        )
    ]


def missing_methods(model: object, callbacks: Iterable[object]) -> list[Problem]:
    """The names among registered callbacks that stand for nothing of this model."""
    rule = "must have a method of this name: it is registered as a callback"
    names = dict.fromkeys([each for each in callbacks if isinstance(each, str)])
    return [Problem(f"model.{name}", None, rule) for name in names if not _resolves(name, model)]


def _resolves(name: str, model: object) -> bool:
    """Whether transitions makes something to be called of a name."""
    try:
        found = getattr(model, name, None)
        if found is None:  # It may be the path of a function in a module.
            found = resolve_name(name) if "." in name else None
    except ReferenceError:  # a proxy of what is gone already
        return True
    except (AttributeError, ImportError, ValueError):
        return False
    return callable(found)
