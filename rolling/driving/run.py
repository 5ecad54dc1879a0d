"""The plain loop: tick, hand over what happened, wait, tick again."""

from collections.abc import Callable, Iterator

from rolling.core.events import StopRequested
from rolling.driving.backend import Backend
from rolling.driving.clock import Clock
from rolling.driving.record import Record
from rolling.driving.tick import POLL_INTERVAL_SECONDS, Tick, tick


def run(
    record: Record,
    backend: Backend,
    clock: Clock,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop_requested: Callable[[], StopRequested | None] | None = None,
) -> Iterator[Tick]:
    """Drive a deployment to its end, a tick at a time.

    Each tick is handed over before the next is made: store its record then.
    `stop_requested` is asked before each tick, and answers with a stop or None.
    To leave off iterating stops the driver and not the deployment; `run` with the
    last record goes on. What the backend raises is passed on, for the caller
    to decide whether to run again.
    """
    while True:
        stop = None if stop_requested is None else stop_requested()
        made = tick(record, backend, clock.now(), poll_interval_seconds, stop)
        yield made
        if made.wake_at is None:
            return
        record = made.record
        clock.wait_until(made.wake_at)
