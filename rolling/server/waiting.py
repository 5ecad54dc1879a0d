"""Waiting: how boto3's waiters wait in manual time, which stands still while they sleep.

A waiter asks, sleeps, and asks again. In manual time the sleep must be what moves
the time, or the waiter would wait its hour for real and in vain. So where time is
manual its sleep takes no time, and moves the manual time by as much instead.
"""

import time
from collections.abc import Callable
from threading import local
from typing import Any

from rolling.server.timekeeping import ManualTime


class SleepingMovesTime:
    """The module `time` to a waiter, but that its `sleep` moves manual time instead."""

    def __init__(self, manual: ManualTime) -> None:
        self._manual = manual

    def sleep(self, seconds: float) -> None:
        """Let so many seconds of manual time pass, and no real ones."""
        self._manual.move_to(self._manual.now() + seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class Waiting:
    """The waiters of clients whose requests pass through here, thread by thread.

    `prepare` a client, and call `before_request` before each request is answered.
    """

    def __init__(self, manual: ManualTime) -> None:
        self._manual = manual
        self._thread = local()

    def prepare(self, client: Any) -> None:
        """Let the waiters of a boto3 client sleep through manual time."""
        made_by: Callable[[str], Any] = client.get_waiter

        def get_waiter(waiter_name: str) -> Any:
            waiter = made_by(waiter_name)
            wait = waiter.wait

            def wait_in_manual_time(**given: Any) -> None:
                config = dict(given.pop("WaiterConfig", {}))
                delay = config.get("Delay", waiter.config.delay)
                self._thread.delay, self._thread.asked = delay, False
                try:
                    wait(WaiterConfig={**config, "Delay": 0}, **given)
                finally:
                    self._thread.delay = None

            waiter.wait = wait_in_manual_time
            return waiter

        client.get_waiter = get_waiter

    def before_request(self) -> None:
        """Let the delay pass, where a waiter of this thread asks again."""
        delay = getattr(self._thread, "delay", None)
        if delay is None:
            return
        if self._thread.asked:
            self._manual.move_to(self._manual.now() + delay)
        self._thread.asked = True
