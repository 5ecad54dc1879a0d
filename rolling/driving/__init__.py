"""Drivers connect the pure core to a world: the backend protocol, clocks, and one tick.

The rules of a deployment are in the core. A driver turns observations and the time
into events, and the core decides what follows. Every driver makes the same tick:

| you have | drive with |
|---|---|
| one deployment | `run`, or in an asyncio event loop `run_async` |
| many | `Watch`, or in an event loop `AsyncWatch` |
| your own loop | `tick` or `tick_async`, at the times they return |
| an engine that makes the calls | `record.desired`, `after_looking`, `without_looking` |

Stopping the driver does not stop the deployment: nothing is sent, and a driver can
resume from the last record. To stop the deployment, use `Stop` or `AsyncWatch.stop`.
To continue it at a gate, use `Approval` or `AsyncWatch.continue_stage`.

Two updates in one event loop, in virtual time; in production use `sleeping(WallClock())`
and `in_threads(backend)`:

>>> import asyncio
>>> from rolling import RollingUpdatePolicy, instances, serving, start, wanted
>>> from rolling.backends.simulated import SimulatedBackend
>>> from rolling.driving import AsyncWatch, Hooks, VirtualClock, accept, directly, jumping
>>> async def update_both():
...     clock, stored = VirtualClock(), {}  # for real, a database
...     def store(name, tick):
...         stored[name] = tick.record
...     ends = Hooks(on_end=lambda name, tick: print(name, tick.record.deployment.outcome))
...     watch = AsyncWatch(jumping(clock), store=store, hooks=[ends])
...     for name in ("search", "ads"):
...         old, new = serving("config-1", 4), wanted("config-2", 4)
...         update = start(old, new, RollingUpdatePolicy(instances(2), wait_interval_seconds=300))
...         stored[name] = accept(update, clock.now())
...         backend = SimulatedBackend([new, old], clock=clock)
...         watch.add(name, stored[name], directly(backend))
...     async for name, seen in watch.run():
...         if name == "ads" and seen.record.deployment.stage.step == 2:
...             watch.stop("ads", by="ann")
>>> asyncio.run(update_both())
ads RolledBack(cause=Stopped(by='ann'), leftover=0, cut_short=None)
search Succeeded(leftover=0, cut_short=None)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rolling.driving.adapters import directly, in_threads
from rolling.driving.approval import Approval
from rolling.driving.async_watch import AsyncWatch
from rolling.driving.backend import (
    AsyncBackend,
    Backend,
    Failure,
    Observation,
    ObservedFleet,
    Superseded,
)
from rolling.driving.clock import (
    POLL_INTERVAL_SECONDS,
    AsyncClock,
    Clock,
    SystemClock,
    VirtualClock,
    WallClock,
    jumping,
    sleeping,
)
from rolling.driving.hooks import Hooks
from rolling.driving.metrics import Metrics, measure_to
from rolling.driving.record import Record, accept
from rolling.driving.run import run, run_async
from rolling.driving.stopping import Stop
from rolling.driving.tick import (
    Change,
    Tick,
    TickFailed,
    after_looking,
    new_notes,
    tick,
    tick_async,
    without_looking,
)
from rolling.driving.watch import Watch

if TYPE_CHECKING:
    from rolling.driving.stored_record import dumps_record, loads_record

__all__ = [
    "POLL_INTERVAL_SECONDS",
    "Approval",
    "AsyncBackend",
    "AsyncClock",
    "AsyncWatch",
    "Backend",
    "Change",
    "Clock",
    "Failure",
    "Hooks",
    "Metrics",
    "Observation",
    "ObservedFleet",
    "Record",
    "Stop",
    "Superseded",
    "SystemClock",
    "Tick",
    "TickFailed",
    "VirtualClock",
    "WallClock",
    "Watch",
    "accept",
    "after_looking",
    "directly",
    "dumps_record",
    "in_threads",
    "jumping",
    "loads_record",
    "measure_to",
    "new_notes",
    "run",
    "run_async",
    "sleeping",
    "tick",
    "tick_async",
    "without_looking",
]


def __getattr__(name: str) -> Any:
    # Imported only on use: not every driver stores records.
    if name in ("dumps_record", "loads_record"):
        return getattr(import_module("rolling.driving.stored_record"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
