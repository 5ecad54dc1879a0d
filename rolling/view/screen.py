"""The screen: pictures drawn over one another on a terminal, and the last one left standing.

The pictures are drawn on the terminal's other screen, the one that editors use:
a change of size spoils nothing, and what stood there before comes back.
"""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live

from rolling.view.picture import Picture, picture_lines, stacked_lines
from rolling.view.terminal import Terminal, terminal_of


def console_of(terminal: Terminal, stream: TextIO | None) -> Console:
    """What draws pictures on a stream, with what its terminal can show."""
    return Console(
        file=stream,
        color_system="standard" if terminal.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


class Screen:
    """A terminal, `stream`, that pictures are shown on within a `with`.

    `stream` is standard output unless given. `terminal`: what it can show, found out
    unless given; its width is looked up afresh for each picture. On a stream that is
    not a terminal, the last picture alone is printed.
    """

    def __init__(self, terminal: Terminal | None = None, stream: TextIO | None = None) -> None:
        stream = sys.stdout if stream is None else stream
        terminal = terminal_of(stream) if terminal is None else terminal
        self._terminal = terminal
        self._console = console_of(terminal, stream)
        self._live = Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    @property
    def terminal(self) -> Terminal:
        """The terminal as it is now."""
        return Terminal(self._console.width, self._terminal.colour, self._terminal.unicode)

    def __enter__(self) -> "Screen":
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, *pictures: Picture) -> None:
        """Draw pictures, below one another, over those before them."""
        lines = stacked_lines(pictures, self.terminal, self._console.height)
        self._live.update(Group(*lines), refresh=True)

    def give_back(self, meanwhile: Callable[[], None]) -> None:
        """Leave the terminal as it was before, do something, and take it again."""
        self._live.stop()
        meanwhile()
        self._live.start()

    def leave(self, picture: Picture) -> None:
        """Print a picture for good, once the `with` is over."""
        for line in picture_lines(picture, self.terminal, max(self._console.height - 1, 16)):
            self._console.print(line, no_wrap=True, overflow="ignore", crop=False)
