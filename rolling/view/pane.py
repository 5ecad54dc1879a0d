"""The pane: pictures at the bottom of a terminal, below the lines that are printed meanwhile.

Lines go up into the scrollback as ever, so that what a server prints can be read and
copied while its pictures move. The cursor is neither moved away nor hidden, so
there is nothing to put in order when the process ends.
"""

import sys
from contextlib import ExitStack, redirect_stderr
from io import TextIOBase
from threading import RLock
from types import TracebackType
from typing import TextIO

from rolling.view.picture import Picture, stacked_lines
from rolling.view.screen import console_of
from rolling.view.terminal import Terminal, terminal_of

LINES_ABOVE = 5
"""The lines of the terminal that pictures leave free."""


class Pane:
    """The bottom of a terminal, `stream`, which pictures are shown on within a `with`.

    `stream` is standard output unless given. `terminal`: what it can show, found out
    unless given; its size is looked up afresh for each picture. What is printed
    meanwhile goes through `write`; on a terminal, standard error does so by itself.
    The last pictures are left standing.
    """

    def __init__(self, terminal: Terminal | None = None, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._terminal = terminal_of(self._stream) if terminal is None else terminal
        self._console = console_of(self._terminal, self._stream)
        self._standing = ""  # the pictures as they stand on the terminal now
        self._lock = RLock()  # for the threads that write to standard error
        self._redirected = ExitStack()

    @property
    def terminal(self) -> Terminal:
        """The terminal as it is now."""
        return Terminal(self._console.width, self._terminal.colour, self._terminal.unicode)

    @property
    def height(self) -> int:
        """The most lines that pictures have."""
        return max(1, self._console.height - LINES_ABOVE)

    def __enter__(self) -> "Pane":
        if sys.stderr is not None and sys.stderr.isatty():
            self._redirected.enter_context(redirect_stderr(_Above(self)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._redirected.close()

    def show(self, *pictures: Picture) -> None:
        """Draw pictures, below one another, over those before them; without any, none stand."""
        with self._lock, self._console.capture() as drawn:
            for line in stacked_lines(pictures, self.terminal, self.height):
                self._console.print(line, no_wrap=True, overflow="ignore", crop=False)
        self._put("", drawn.get())

    def write(self, text: str) -> None:
        """Print whole lines above the pictures."""
        with self._lock:
            self._put(text, self._standing)

    def leave(self) -> None:
        """Leave the pictures standing: the next ones are drawn below what comes after."""
        self._standing = ""

    def _put(self, above: str, pictures: str) -> None:
        """Write lines, and the pictures below them, over the pictures that stand there."""
        with self._lock:
            if not above and pictures == self._standing:
                return
            height = self._standing.count("\n")
            over = f"\r\x1b[{height}A\x1b[J" if height else ""
            self._standing = pictures
            self._stream.write(f"{over}{above}{pictures}")
            self._stream.flush()


class _Above(TextIOBase):
    """Standard error, a line at a time, above the pictures."""

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._begun = ""

    def write(self, text: str) -> int:
        lines, newline, self._begun = (self._begun + text).rpartition("\n")
        if newline:
            self._pane.write(lines + newline)
        return len(text)
