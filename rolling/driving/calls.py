"""The calls: where a backend is called, and nowhere else.

A backend may raise anything. A `StopIteration` would end whatever iterates here, and
no future of asyncio can hold it: it becomes an ordinary error.
"""

from collections.abc import Awaitable, Callable
from inspect import iscoroutine
from typing import TypeVar

from rolling.core.desired import Desired
from rolling.driving.backend import AsyncBackend, Backend, Observation
from rolling.driving.door import mistake

_Answer = TypeVar("_Answer")


def ordinary(call: Callable[[Desired], _Answer], desired: Desired) -> _Answer:
    """What the call returns. RuntimeError for a StopIteration, which is its cause."""
    try:
        return call(desired)
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


def look(backend: Backend, desired: Desired) -> Observation:
    """Both calls. Raises what the backend does, and TypeError for what is no observation."""
    make_true: Callable[[Desired], object] = backend.make_true
    returned = ordinary(make_true, desired)
    if returned is not None and iscoroutine(returned):
        returned.close()
        rule = "must have been done when the call returns; an AsyncBackend is for tick_async"
        raise TypeError(mistake("make_true()", returned, rule))
    return _observation(ordinary(backend.observe, desired))


async def look_async(backend: AsyncBackend, desired: Desired) -> Observation:
    """`look`, of a backend whose calls are awaited."""
    try:
        await _awaitable("make_true()", backend.make_true(desired))
        return _observation(await _awaitable("observe()", backend.observe(desired)))
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


def _ordinary(error: Exception) -> RuntimeError:
    return RuntimeError(f"the backend raised {type(error).__name__}")


def _observation(seen: Observation) -> Observation:
    if not isinstance(seen, Observation):
        if iscoroutine(seen):
            seen.close()
        rule = "must be an Observation, such as Observation((Sighting(2, 2), Sighting(4, 4)))"
        raise TypeError(mistake("observe()", seen, rule))
    return seen


def _awaitable(field: str, returned: Awaitable[_Answer] | Observation | None) -> Awaitable[_Answer]:
    # What a plain backend returns; isawaitable() would cost more than it could find.
    if returned is None or isinstance(returned, Observation):
        rule = "must be something to await; directly(backend) or in_threads(backend) makes it so"
        raise TypeError(mistake(field, returned, rule))
    return returned
