"""Both drivers of many deployments, driven alike, for tests that promise the same of each."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from rolling import Deployment, StopRequested
from rolling.driving import (
    AsyncWatch,
    Backend,
    Hooks,
    Record,
    Tick,
    TickFailed,
    VirtualClock,
    Watch,
    accept,
    directly,
    jumping,
)

Seen = Tick | TickFailed
Store = Callable[[str, Tick], Awaitable[object] | object]


class Watched(Protocol):
    """Deployments that are to be driven, or are being driven, in virtual time."""

    clock: VirtualClock
    watch: Watch[str] | AsyncWatch[str]

    def add(
        self,
        key: str,
        deployment: Deployment | Record,
        backend: Backend,
        stop_requested: Callable[[], StopRequested | None] | None = None,
        **options: Any,
    ) -> None:
        """Watch one, from the present moment on unless `at` is among the options."""

    def drive(self, each: Callable[[str, Seen], object] = ...) -> list[tuple[str, Seen]]:
        """Everything that is handed over; `each` is called before more is asked for."""


class _Both:
    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = VirtualClock() if clock is None else clock

    def accepted(self, deployment: Deployment | Record) -> Record:
        if isinstance(deployment, Record):
            return deployment
        return accept(deployment, self.clock.now(), "a")


class Plain(_Both):
    """`Watch`."""

    def __init__(
        self,
        store: Store | None = None,
        hooks: tuple[Hooks, ...] = (),
        clock: VirtualClock | None = None,
    ) -> None:
        super().__init__(clock)
        self.watch: Watch[str] = Watch(self.clock, store=store, hooks=hooks)

    def add(
        self,
        key: str,
        deployment: Deployment | Record,
        backend: Backend,
        stop_requested: Callable[[], StopRequested | None] | None = None,
        **options: Any,
    ) -> None:
        self.watch.add(key, self.accepted(deployment), backend, stop_requested, **options)

    def drive(
        self, each: Callable[[str, Seen], object] = lambda *_: None
    ) -> list[tuple[str, Seen]]:
        found = []
        for key, seen in self.watch.run():
            found.append((key, seen))
            each(key, seen)
        return found


class InLoop(_Both):
    """`AsyncWatch`, of backends that are called directly."""

    def __init__(
        self,
        store: Store | None = None,
        hooks: tuple[Hooks, ...] = (),
        clock: VirtualClock | None = None,
        **options: Any,
    ) -> None:
        super().__init__(clock)
        self.watch: AsyncWatch[str] = AsyncWatch(
            jumping(self.clock), store=store, hooks=hooks, **options
        )

    def add(
        self,
        key: str,
        deployment: Deployment | Record,
        backend: Backend,
        stop_requested: Callable[[], StopRequested | None] | None = None,
        **options: Any,
    ) -> None:
        self.watch.add(key, self.accepted(deployment), directly(backend), stop_requested, **options)

    def drive(
        self, each: Callable[[str, Seen], object] = lambda *_: None
    ) -> list[tuple[str, Seen]]:
        async def all_of_it() -> list[tuple[str, Seen]]:
            found = []
            async for key, seen in self.watch.run():
                found.append((key, seen))
                each(key, seen)
            return found

        return asyncio.run(all_of_it())


def ticks_of(key: str, handed_over: list[tuple[str, Seen]]) -> list[Tick]:
    """The ticks of one deployment, in order."""
    return [seen for whose, seen in handed_over if whose == key and isinstance(seen, Tick)]


def troubles_of(key: str, handed_over: list[tuple[str, Seen]]) -> list[TickFailed]:
    """The troubles of one deployment, in order."""
    return [seen for whose, seen in handed_over if whose == key and isinstance(seen, TickFailed)]
