"""Adapters: a backend with plain calls, for a driver that awaits them."""

from collections.abc import Callable
from typing import TypeVar

from rolling.core.desired import Desired
from rolling.driving.backend import AsyncBackend, Backend, Observation, ordinary

_Answer = TypeVar("_Answer")


def directly(backend: Backend) -> AsyncBackend:
    """A backend whose calls are made at once, in the event loop.

    For calls that wait for nothing, as those of a simulated backend: while one
    of them runs, nothing else in the loop does.
    """
    return _Directly(backend)


def in_threads(backend: Backend) -> AsyncBackend:
    """A backend whose calls are made in the event loop's pool of threads, one at a time.

    For calls that block, as those of a client of a cloud. Cancelled, a call that
    is under way is waited for, so that afterwards nothing of it is still to come;
    who cannot wait, because it hangs, cancels a second time.
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
    import asyncio  # only who drives in an event loop pays for it

    under_way = asyncio.ensure_future(asyncio.to_thread(ordinary, call, desired))
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        # A thread cannot be cancelled. What it comes to is of no interest any more.
        under_way.add_done_callback(lambda future: future.cancelled() or future.exception())
        await asyncio.wait({under_way})
        raise
