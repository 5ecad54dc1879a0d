"""Progress: a bar that is redrawn in place on a terminal; nothing without a terminal."""

import os
import shutil
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TextIO

from rolling.view.figures import clock

REDRAWN_EVERY_SECONDS = 0.1
_BAR, _SHORTEST_BAR = 24, 5

_ENOUGH_PART, _ENOUGH_SECONDS = 0.02, 3.0
"""The part that must be done, and the seconds passed, before the time left is estimated."""


class Progress:
    """A line on `stream`, shown only if that is a terminal, and not a dumb one.

    `stream` is None if it is closed. The estimate of the time left ignores everything
    before the first `show`.
    """

    def __init__(
        self,
        stream: TextIO | None,
        environment: Mapping[str, str] = os.environ,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._stream = stream
        tty = stream is not None and stream.isatty()
        self._shown = tty and environment.get("TERM") != "dumb"
        self._now = now
        self._next = now()
        self._drawn = False
        self._began: tuple[float, float] | None = None

    def show(self, part: float | None, text: str) -> None:
        """Redraw it, unless it was just drawn. `part`: the part done, of 1; None if unknown."""
        now = self._now()
        if self._began is None and part is not None:
            self._began = now, part
        if self._stream is None or not self._shown or now < self._next:
            return
        self._next = now + REDRAWN_EVERY_SECONDS
        # A line as wide as the terminal would wrap, and could not be redrawn in place.
        width = shutil.get_terminal_size().columns - 1
        said = text if part is None else self._with_bar(part, text, now, width)
        self._drawn = True
        self._write(f"\r\x1b[K{said[:width]}")

    def _with_bar(self, part: float, text: str, now: float, width: int) -> str:
        said = f"{int(part * 100):3}%  {text}"
        assert self._began is not None
        passed, done = now - self._began[0], part - self._began[1]
        if passed >= _ENOUGH_SECONDS and done >= _ENOUGH_PART:
            said += f", about {clock(round(passed / done * (1 - part)))} left"
        return _bar(part, min(_BAR, width - len(said) - len("[] "))) + said

    def clear(self) -> None:
        """Clear the line."""
        if self._drawn:
            self._drawn = False
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        assert self._stream is not None
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # The terminal is gone, but the results may go elsewhere.
            self._shown = self._drawn = False


def _bar(part: float, width: int) -> str:
    """The bar; empty if there is no room, because the figures matter more."""
    if width < _SHORTEST_BAR:
        return ""
    filled = round(part * width)
    return f"[{'#' * filled}{'.' * (width - filled)}] "
