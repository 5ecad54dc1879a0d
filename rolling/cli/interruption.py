"""Interruption: Ctrl-C requests an end, so that the results so far can be printed first.

Other signals can do the same, where the process must clean up before it ends or
sleeps.
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
    """Which signal came first, if any.

    `insisted`: another one came after it.
    """

    by: signal.Signals | None = None
    insisted: bool = False

    @property
    def requested(self) -> bool:
        """True after a signal requested an end."""
        return self.by is not None


@contextmanager
def interruptible(*others: signal.Signals, patient: bool = False) -> Iterator[Interruption]:
    """Within it the first Ctrl-C is only recorded; a second one raises KeyboardInterrupt.

    With `patient`, for work that soon ends by itself, all further ones are only
    recorded too.

    `others`: signals handled like Ctrl-C, unless the process ignores them (as
    `nohup` makes it ignore a hangup). Outside the main thread nothing is recorded,
    because only the main thread receives signals.
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
    """End the process as the recorded signal would have ended it."""
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
"""The other signals that end an interactive process: SIGTERM, a hangup and Ctrl-\\."""


@contextmanager
def quiet_once_hung_up(interruption: Interruption) -> Iterator[None]:
    """Within it, a failed write after a hangup ends the process without an error message."""
    try:
        yield
    except OSError:
        if interruption.by is getattr(signal, "SIGHUP", None) is not None:
            end_as_asked(interruption)
        raise


@define
class Suspension:
    """Whether Ctrl-Z was pressed and is still pending."""

    requested: bool = False


@contextmanager
def suspendable() -> Iterator[Suspension]:
    """Within it Ctrl-Z is only recorded; call `sleep` when the screen is restored.

    Nothing is recorded on a system without SIGTSTP, or outside the main thread.
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
    """Suspend the process, as Ctrl-Z requested; return when it is resumed."""
    suspension.requested = False
    os.kill(os.getpid(), signal.SIGSTOP)
