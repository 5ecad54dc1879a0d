"""Hooks: functions that observe a driver's work. They never affect a deployment.

This file defines hooks and calls them. Ready-made hooks are in metrics.py and, for
logs, in rolling/view.
"""

import sys
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from attrs import frozen

from rolling.driving.tick import Change, Tick, TickFailed

_Told = TypeVar("_Told")


@frozen
class Hooks:
    """Functions that are called with the key of the deployment and what happened to it.

    They run in the driver's thread, after the driver has stored the record (if it
    does) and before it yields the tick: `on_change` for each change, then `on_tick`,
    then, once, `on_end` with the last tick; `on_error` for a tick that could not be
    made. A tick of a stop or deadline that could not see the world goes to `on_tick`,
    with its `error`.

    They are plain functions, in an event loop too. An exception from a hook goes to
    `sys.excepthook`, and affects neither the deployment nor the other hooks; the hook
    is called again next time. A hook that blocks holds up its whole driver.
    """

    on_tick: Callable[[Hashable, Tick], object] | None = None
    on_change: Callable[[Hashable, Change], object] | None = None
    on_end: Callable[[Hashable, Tick], object] | None = None
    on_error: Callable[[Hashable, TickFailed], object] | None = None


def tell(hooks: Iterable[Hooks], key: Hashable, seen: Tick | TickFailed) -> None:
    """Call the hooks for `seen`; for drivers."""
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
