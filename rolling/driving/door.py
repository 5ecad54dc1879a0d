"""The door: what a driver is given, checked before it drives anything.

Here belongs what all of them ask of an argument: its kind, and whether it is for calls
that are made or for calls that are awaited. A `TypeError` or a `ValueError` names the
argument, what stands there, the rule, and what works.
"""

from inspect import (
    isasyncgenfunction,
    iscoroutinefunction,
    isfunction,
    isgeneratorfunction,
    unwrap,
)
from typing import TypeGuard

from rolling.core.errors import Problem


def mistake(field: str, value: object, rule: str, fix: object = None) -> str:
    """The words for one mistake, as `InvalidInput` has them."""
    return str(Problem(field, value, rule, fix))


def check_kind(field: str, value: object, kind: type | tuple[type, ...], rule: str) -> None:
    """Raise TypeError unless `value` is of that kind."""
    if not isinstance(value, kind):
        raise TypeError(mistake(field, value, rule))


def check_number(field: str, value: object, rule: str, fix: object = None) -> None:
    """Raise TypeError for what is no number; True and False are none."""
    if not _is_number(value):
        raise TypeError(mistake(field, value, rule, fix))


def check_moment(field: str, moment: float) -> None:
    """Raise TypeError or ValueError for what is no moment on a clock."""
    check_number(field, moment, MOMENT_RULE)
    if not is_moment(moment):
        raise ValueError(mistake(field, moment, MOMENT_RULE))


def is_moment(value: object) -> TypeGuard[float]:
    """True for a number of seconds that a clock can show, and that a driver can add seconds to."""
    return _is_number(value) and -_FARTHEST_SECONDS <= value <= _FARTHEST_SECONDS


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# Beyond it a float does not tell one second from the next, and no wait would come to its end.
_FARTHEST_SECONDS = 2**53

MOMENT_RULE = (
    "must be a moment: a number of seconds, at most 2**53 from 0, such as clock.now() gives"
)


def check_function(field: str, value: object, such_as: str, *, awaited: bool = False) -> None:
    """Raise TypeError unless it is None or can be called; and, unless `awaited`, for `async def`.

    What a function of the kind `async def` does is done only by who awaits it, and what a
    generator does by who iterates.
    """
    if value is None:
        return
    if not callable(value):
        raise TypeError(mistake(field, value, f"must be a function, such as {such_as}"))
    if isgeneratorfunction(value) or isasyncgenfunction(value):
        rule = f"must be no generator, which nobody iterates, but a function such as {such_as}"
        raise TypeError(mistake(field, value, rule))
    if not awaited and iscoroutinefunction(value):
        rule = f"must be a plain function, whose calls are not awaited, such as {such_as}"
        raise TypeError(mistake(field, value, rule))


def check_methods(field: str, value: object, names: tuple[str, ...], protocol: str) -> None:
    """Raise TypeError for a class, and for an object without these methods."""
    if isinstance(value, type) or not all(callable(getattr(value, name, None)) for name in names):
        rule = f"must be a {protocol}: an object with the methods {' and '.join(names)}"
        raise TypeError(mistake(field, value, rule))


def check_backend(backend: object, *, awaited: bool) -> None:
    """Raise TypeError for what is no `Backend`; where it is awaited, no `AsyncBackend`."""
    check_methods("backend", backend, ("make_true", "observe"), "Backend")
    methods = (getattr(backend, "make_true"), getattr(backend, "observe"))  # noqa: B009
    if awaited and any(map(_is_plain, methods)):
        rule = (
            "its make_true and observe must be `async def` here; directly(backend), or "
            "in_threads(backend) where a call blocks, makes them so"
        )
        raise TypeError(mistake("backend", backend, rule))
    if not awaited and any(map(iscoroutinefunction, methods)):
        rule = "its make_true and observe are awaited; use run_async, AsyncWatch or tick_async"
        raise TypeError(mistake("backend", backend, rule))


def check_clock(clock: object, *, awaited: bool) -> None:
    """Raise TypeError for what is no `Clock`, or, where it is awaited, no `AsyncClock`."""
    check_methods("clock", clock, ("now", "wait_until"), "Clock")
    wait_until = getattr(clock, "wait_until")  # noqa: B009
    if awaited and (_is_plain(wait_until) or not hasattr(clock, "jumps")):
        rule = (
            "must be a clock that is awaited; use sleeping(clock), or jumping(clock) "
            "where it is a VirtualClock"
        )
        raise TypeError(mistake("clock", clock, rule))
    if not awaited and iscoroutinefunction(wait_until):
        rule = (
            "must be a plain clock, such as WallClock() or VirtualClock(); what sleeping and "
            "jumping make is for run_async and AsyncWatch"
        )
        raise TypeError(mistake("clock", clock, rule))


def _is_plain(method: object) -> bool:
    """True where what it returns surely cannot be awaited: a function of Python by `def`.

    A wrapper of what is awaited, and what was compiled, may return anything.
    """
    inner = unwrap(method) if callable(method) else method
    return isfunction(getattr(inner, "__func__", inner)) and not iscoroutinefunction(inner)
