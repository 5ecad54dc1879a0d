"""Async drivers in tests: a backend that awaits on every occasion, and a loop for a moment."""

import asyncio
from collections.abc import Awaitable, Callable

from rolling import Desired
from rolling.driving import Backend, Observation


class Suspends:
    """A backend whose calls await before and after they are carried out."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.calls = 0

    async def make_true(self, desired: Desired) -> None:
        await asyncio.sleep(0)
        self.calls += 1
        self._backend.make_true(desired)
        await asyncio.sleep(0)

    async def observe(self, desired: Desired) -> Observation:
        await asyncio.sleep(0)
        self.calls += 1
        seen = self._backend.observe(desired)
        await asyncio.sleep(0)
        return seen


async def cancelled_after(turns: int, job: Callable[[], Awaitable[None]]) -> bool:
    """Run a job and cancel it when the loop has gone round so often; False if it ended before."""

    async def whole() -> None:
        await job()

    task = asyncio.ensure_future(whole())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False
