"""Hooks: what a driver tells of its work while it does it. They look on, and decide nothing.

Here belong the hooks themselves and how they are called. Ready ones are in metrics.py
and, for logs, in rolling/view.
"""

import sys
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from attrs import frozen

from rolling.driving.tick import Change, Tick, TickFailed

_Told = TypeVar("_Told")


@frozen
class Hooks:
    """Functions to be called, each with the key of the deployment and what happened to it.

    They are called in the driver's thread once the record is stored, where the driver
    stores it, and before the tick is handed over: `on_change` for each change, then
    `on_tick`, then, once, `on_end` with the last tick; `on_error` for a tick that
    could not be made. A tick that was made although the world could not be seen is told
    as a tick, and has its `error`.

    They are plain functions, in an event loop too. What a hook raises goes to
    `sys.excepthook`, as an exception goes that ends a thread, and touches neither the
    deployment nor the other hooks; it will be called the next time too. A hook that
    blocks holds up all that its driver drives.
    """

    on_tick: Callable[[Hashable, Tick], object] | None = None
    on_change: Callable[[Hashable, Change], object] | None = None
    on_end: Callable[[Hashable, Tick], object] | None = None
    on_error: Callable[[Hashable, TickFailed], object] | None = None


def tell(hooks: Iterable[Hooks], key: Hashable, seen: Tick | TickFailed) -> None:
    """Call the hooks that are about `seen`; for drivers."""
    for each in hooks:
        if isinstance(seen, TickFailed):
            _call(each.on_error, key, seen)
            continue
        for change in seen.changes:
            _call(each.on_change, key, change)
        _call(each.on_tick, key, seen)
        if seen.wake_at is None:
            _call(each.on_end, key, seen)


def _call(hook: Callable[[Hashable, _Told], object] | None, key: Hashable, told: _Told) -> None:
    if hook is None:
        return
    try:
        hook(key, told)
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
