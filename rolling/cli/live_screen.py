"""The screen: pictures drawn over one another on a terminal, and the last one left standing.

The pictures are drawn on the terminal's other screen, the one that editors use:
a change of size spoils nothing, and what stood there before comes back.
"""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.live import Live

from rolling.cli.live_frame import Picture, frame, frame_lines
from rolling.cli.terminal import Terminal


class Screen:
    """A terminal, `stream`, that pictures are shown on within a `with`.

    `terminal`: what it can show; its width is looked up afresh for each picture.
    """

    def __init__(self, terminal: Terminal, stream: TextIO | None = None) -> None:
        self._terminal = terminal
        self._console = Console(
            file=sys.stdout if stream is None else stream,
            force_terminal=True,
            color_system="standard" if terminal.colour else None,
            highlight=False,
            markup=False,
            emoji=False,
        )
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

    def show(self, picture: Picture) -> None:
        """Draw a picture over the one before it."""
        self._live.update(frame(picture, self.terminal, self._console.height), refresh=True)

    def give_back(self, meanwhile: Callable[[], None]) -> None:
        """Leave the terminal as it was before, do something, and take it again."""
        self._live.stop()
        meanwhile()
        self._live.start()

    def leave(self, picture: Picture) -> None:
        """Print a picture for good, once the `with` is over."""
        for line in frame_lines(picture, self.terminal, max(self._console.height - 1, 16)):
            self._console.print(line, no_wrap=True, overflow="ignore", crop=False)
