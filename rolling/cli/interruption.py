"""Interruption: Ctrl-C asks for an end, so that what was found so far can be said first.

So may another signal, where something has to be put in order before the process ends
or sleeps.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from attrs import define


@define
class Interruption:
    """Whether Ctrl-C was pressed, or what other signal came first.

    `insisted`: another one came after it.
    """

    by: signal.Signals | None = None
    insisted: bool = False

    @property
    def requested(self) -> bool:
        """True when an end was asked for."""
        return self.by is not None


@contextmanager
def interruptible(*others: signal.Signals, patient: bool = False) -> Iterator[Interruption]:
    """Within it the first Ctrl-C is only noted; a second one ends the program as ever.

    With `patient`, for what soon ends by itself, a second one is noted as well, and
    so is any further one.

    `others`: signals that are noted as well, like a first Ctrl-C, where they are not
    ignored, as `nohup` has a hangup be. Outside the main thread, which alone hears of
    them, nothing is noted.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return

    def note(number: int, frame: FrameType | None) -> None:
        if not interruption.requested:
            interruption.by = signal.Signals(number)
            return
        interruption.insisted = True
        if not patient:
            raise KeyboardInterrupt

    heard = [each for each in others if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, note) for each in (signal.SIGINT, *heard)}
    try:
        yield interruption
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def end_as_asked(interruption: Interruption) -> NoReturn:
    """End as the signal that was noted would have ended the process."""
    if interruption.by not in (None, signal.SIGINT):
        signal.signal(interruption.by, signal.SIG_DFL)
        os.kill(os.getpid(), interruption.by)
    raise KeyboardInterrupt


ENDINGS = tuple(
    [
        getattr(signal, name)
        for name in ("SIGTERM", "SIGHUP", "SIGQUIT")  # the last two are not on Windows
        if hasattr(signal, name)
    ]
)
"""What else ends a process that somebody watches: a request, a hangup, and Ctrl-\\."""


@contextmanager
def quiet_once_hung_up(interruption: Interruption) -> Iterator[None]:
    """Within it, what cannot be written is no mistake where the terminal is gone."""
    try:
        yield
    except OSError:
        if interruption.by is getattr(signal, "SIGHUP", None) is not None:
            end_as_asked(interruption)
        raise


@define
class Suspension:
    """Whether Ctrl-Z was pressed, and has not been obeyed yet."""

    requested: bool = False


@contextmanager
def suspendable() -> Iterator[Suspension]:
    """Within it Ctrl-Z is only noted: `sleep` obeys it once all is in order.

    Nothing is noted where there is no Ctrl-Z, or outside the main thread.
    """
    suspension = Suspension()
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "SIGTSTP"):
        yield suspension
        return

    def note(number: int, frame: FrameType | None) -> None:
        suspension.requested = True

    before = signal.signal(signal.SIGTSTP, note)
    try:
        yield suspension
    finally:
        signal.signal(signal.SIGTSTP, before)


def sleep(suspension: Suspension) -> None:
    """Stop the process, as Ctrl-Z wanted it; return when it is told to go on."""
    suspension.requested = False
    os.kill(os.getpid(), signal.SIGSTOP)
