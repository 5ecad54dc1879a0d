"""Interruption: Ctrl-C asks for an end, so that what was found so far can be said first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from attrs import define


@define
class Interruption:
    """Whether Ctrl-C was pressed."""

    requested: bool = False


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Within it the first Ctrl-C is only noted; a second one ends the program as ever.

    Outside the main thread, which alone hears of it, nothing is noted.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return

    def note(number: int, frame: FrameType | None) -> None:
        if interruption.requested:
            raise KeyboardInterrupt
        interruption.requested = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, before)
