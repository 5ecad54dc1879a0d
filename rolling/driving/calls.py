"""The calls: where a backend is called, and nowhere else.

A backend may raise anything. A `StopIteration` would end whatever iterates here, and
no future of asyncio can hold it: it becomes an ordinary error.
"""

from collections.abc import Callable
from typing import TypeVar

from rolling.core.desired import Desired
from rolling.driving.backend import AsyncBackend, Backend, Observation

_Answer = TypeVar("_Answer")


def ordinary(call: Callable[[Desired], _Answer], desired: Desired) -> _Answer:
    """What the call returns. RuntimeError for a StopIteration, which is its cause."""
    try:
        return call(desired)
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


def look(backend: Backend, desired: Desired) -> Observation:
    """Both calls. Raises what the backend does."""
    try:
        backend.make_true(desired)
        return backend.observe(desired)
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


async def look_async(backend: AsyncBackend, desired: Desired) -> Observation:
    """`look`, of a backend whose calls are awaited."""
    try:
        await backend.make_true(desired)
        return await backend.observe(desired)
    except (StopIteration, StopAsyncIteration) as error:
        raise _ordinary(error) from error


def _ordinary(error: Exception) -> RuntimeError:
    return RuntimeError(f"the backend raised {type(error).__name__}")
