"""The pane: pictures at the bottom of a terminal, below the printed lines.

Printed lines scroll up as usual, so the output of a server can be read and copied while
its pictures move. The cursor is neither hidden nor left elsewhere, so nothing needs to be
restored when the process ends.
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
"""How many lines of the terminal the pictures leave free."""


class Pane:
    """Shows pictures at the bottom of a terminal, within a `with` block.

    `stream`: the terminal; standard output by default. `terminal`: what it can show; by
    default found out. Its size is looked up for each picture. Print through `write`; on a
    terminal, standard error is redirected there. The last pictures stay on the screen.
    """

    def __init__(self, terminal: Terminal | None = None, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._terminal = terminal_of(self._stream) if terminal is None else terminal
        self._console = console_of(self._terminal, self._stream)
        self._standing = ""  # the pictures now on the terminal
        self._lock = RLock()  # for the threads that write to standard error
        self._redirected = ExitStack()

    @property
    def terminal(self) -> Terminal:
        """The terminal with its current size."""
        return Terminal(self._console.width, self._terminal.colour, self._terminal.unicode)

    @property
    def height(self) -> int:
        """The most lines that the pictures may have."""
        return max(1, self._console.height - LINES_ABOVE)

    def __enter__(self) -> "Pane":
        if sys.stderr is not None and sys.stderr.isatty():
            above = _Above(self)
            self._redirected.callback(above.finish)
            self._redirected.enter_context(redirect_stderr(above))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._redirected.close()

    def show(self, *pictures: Picture) -> None:
        """Replace the pictures with these, one below the other; without any, clear them."""
        with self._lock, self._console.capture() as drawn:
            for line in stacked_lines(pictures, self.terminal, self.height):
                self._console.print(line, no_wrap=True, overflow="ignore", crop=False)
        self._put("", drawn.get())

    def write(self, text: str) -> None:
        """Print whole lines above the pictures."""
        with self._lock:
            self._put(text, self._standing)

    def leave(self) -> None:
        """Keep the pictures on the screen: the next ones are drawn further down."""
        self._standing = ""

    def _put(self, above: str, pictures: str) -> None:
        """Overwrite the current pictures with these lines, and pictures below them."""
        with self._lock:
            if not above and pictures == self._standing:
                return
            height = self._standing.count("\n")
            over = f"\r\x1b[{height}A\x1b[J" if height else ""
            self._standing = pictures
            self._stream.write(f"{over}{above}{pictures}")
            self._stream.flush()


class _Above(TextIOBase):
    """Standard error, written line by line above the pictures."""

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._begun = ""

    def write(self, text: str) -> int:
        lines, newline, self._begun = (self._begun + text).rpartition("\n")
        if newline:
            self._pane.write(lines + newline)
        return len(text)

    def finish(self) -> None:
        """Write an unfinished line, so that it is not lost."""
        if self._begun:
            self.write("\n")
