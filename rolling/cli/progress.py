"""Progress: a bar on a terminal that is drawn over itself, and nothing anywhere else."""

import os
import shutil
from collections.abc import Mapping
from time import monotonic
from typing import TextIO

from rolling.cli.figures import clock

REDRAWN_EVERY_SECONDS = 0.1
_BAR = 24


class Progress:
    """A line on `stream`, shown only where that is a terminal that is not dumb.

    None is a stream that is closed.
    """

    def __init__(self, stream: TextIO | None, environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        tty = stream is not None and stream.isatty()
        self._shown = tty and environment.get("TERM") != "dumb"
        self._began = monotonic()
        self._next = self._began
        self._drawn = False

    def show(self, part: float, text: str) -> None:
        """Draw it afresh, unless it just was: `part` of 1 is done."""
        now = monotonic()
        if self._stream is None or not self._shown or now < self._next:
            return
        self._next = now + REDRAWN_EVERY_SECONDS
        self._drawn = True
        part = min(max(part, 0.0), 1.0)
        filled = round(part * _BAR)
        line = f"[{'#' * filled}{'.' * (_BAR - filled)}] {int(part * 100):3}%  {text}"
        passed = now - self._began
        if part > 0 and passed > 1:
            line += f", about {clock(round(passed / part - passed))} left"
        # A line as wide as the terminal would wrap, and could not be drawn over.
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[K{line[:width]}")
        self._stream.flush()

    def clear(self) -> None:
        """Leave the line empty, as if it had never been."""
        if self._stream is not None and self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
