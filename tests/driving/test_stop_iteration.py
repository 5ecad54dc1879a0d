"""A StopIteration is an error like any other: no driver ends by it, and none hangs."""

import asyncio
from collections.abc import Callable

import pytest

from rolling import Desired, due
from rolling.driving import (
    AsyncBackend,
    AsyncWatch,
    Backend,
    Observation,
    TickFailed,
    VirtualClock,
    Watch,
    accept,
    directly,
    in_threads,
    jumping,
    run,
    run_async,
    tick,
)
from tests.driving.scripted import Scripted
from tests.simulated import rolling_update

UPDATE = rolling_update()
QUICK_SECONDS = 20

adapters = pytest.mark.parametrize("adapter", [directly, in_threads])
raised = pytest.mark.parametrize("error", [StopIteration, StopAsyncIteration])
Adapter = Callable[[Backend], AsyncBackend]
Error = type[StopIteration] | type[StopAsyncIteration]


class Exhausted(Scripted):
    """A look is `next` of an iterator that has no more."""

    def __init__(self, error: Error) -> None:
        super().__init__()
        self._error = error

    def observe(self, desired: Desired) -> Observation:
        raise self._error("no more")


def is_ordinary(error: BaseException, cause: Error) -> bool:
    told = f"the backend raised {cause.__name__}"
    return type(error) is RuntimeError and str(error) == told and type(error.__cause__) is cause


@adapters
@raised
def test_awaited_it_is_an_error_and_no_hang(adapter: Adapter, error: Error) -> None:
    async def observe() -> None:
        backend = adapter(Exhausted(error))
        await asyncio.wait_for(backend.observe(due(UPDATE)), QUICK_SECONDS)

    with pytest.raises(RuntimeError) as found:
        asyncio.run(observe())
    assert is_ordinary(found.value, error)


@raised
def test_one_deployment_alone_passes_it_on(error: Error) -> None:
    with pytest.raises(RuntimeError) as found:
        tick(accept(UPDATE, 0), Exhausted(error), 0)
    assert is_ordinary(found.value, error)
    with pytest.raises(RuntimeError) as found:
        next(run(accept(UPDATE, 0), Exhausted(error), VirtualClock()))
    assert is_ordinary(found.value, error)


@adapters
@raised
def test_one_deployment_alone_in_a_loop_passes_it_on(adapter: Adapter, error: Error) -> None:
    async def first() -> None:
        backend = adapter(Exhausted(error))
        await anext(run_async(accept(UPDATE, 0), backend, jumping(VirtualClock())))

    with pytest.raises(RuntimeError) as found:
        asyncio.run(first())
    assert is_ordinary(found.value, error)


@raised
def test_an_awaited_backend_of_its_own_kind_passes_it_on(error: Error) -> None:
    class Awaited:
        async def make_true(self, desired: Desired) -> None:
            pass

        async def observe(self, desired: Desired) -> Observation:
            raise error

    async def first() -> None:
        await anext(run_async(accept(UPDATE, 0), Awaited(), jumping(VirtualClock())))

    with pytest.raises(RuntimeError) as found:
        asyncio.run(first())
    assert type(found.value.__cause__) is error


@raised
def test_watched_it_is_trouble(error: Error) -> None:
    watch = Watch[str](VirtualClock())
    watch.add("a", accept(UPDATE, 0), Exhausted(error))
    _, seen = next(watch.run())
    assert isinstance(seen, TickFailed) and is_ordinary(seen.error, error)


@adapters
@raised
def test_watched_in_a_loop_it_is_trouble(adapter: Adapter, error: Error) -> None:
    async def first() -> object:
        watch = AsyncWatch[str](jumping(VirtualClock()))
        watch.add("a", accept(UPDATE, 0), adapter(Exhausted(error)))
        async for _, seen in watch.run():
            return seen
        return None

    seen = asyncio.run(first())
    assert isinstance(seen, TickFailed) and is_ordinary(seen.error, error)
