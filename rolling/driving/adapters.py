"""Adapters: use a synchronous backend with an asynchronous driver."""

from collections.abc import Callable
from typing import TypeVar

from rolling.core.desired import Desired
from rolling.driving.backend import AsyncBackend, Backend, Observation, ordinary

_Answer = TypeVar("_Answer")


def directly(backend: Backend) -> AsyncBackend:
    """A backend whose calls run directly in the event loop.

    For calls that never block, like those of a simulated backend: a running call
    holds up the whole loop.
    """
    return _Directly(backend)


def in_threads(backend: Backend) -> AsyncBackend:
    """A backend whose calls run in the event loop's thread pool, one at a time.

    For calls that block, like those of a cloud client. Cancelling waits for the call
    in progress, so that none of its effects come later. If the call hangs, cancel a
    second time.
    """
    return _InThreads(backend)


class _Directly:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def make_true(self, desired: Desired) -> None:
        ordinary(self._backend.make_true, desired)

    async def observe(self, desired: Desired) -> Observation:
        return ordinary(self._backend.observe, desired)


class _InThreads:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def make_true(self, desired: Desired) -> None:
        await _in_thread(self._backend.make_true, desired)

    async def observe(self, desired: Desired) -> Observation:
        return await _in_thread(self._backend.observe, desired)


async def _in_thread(call: Callable[[Desired], _Answer], desired: Desired) -> _Answer:
    import asyncio  # here, so that synchronous drivers do not load it

    under_way = asyncio.ensure_future(asyncio.to_thread(ordinary, call, desired))
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        # A thread cannot be cancelled. Its result no longer matters.
        under_way.add_done_callback(lambda future: future.cancelled() or future.exception())
        await asyncio.wait({under_way})
        raise
