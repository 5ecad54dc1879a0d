"""The terminal: its width and capabilities, and text that fits it.

This file has colours, replacements for missing characters, wrapping and aligned
tables. Text is never cut off: it wraps.
"""

import os
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TextIO

from attrs import frozen

NARROWEST_COLUMN = 15
"""The narrowest width for wrapped text, in characters."""


class Style(Enum):
    """A text style, as its ANSI code."""

    BOLD = 1
    DIM = 2
    RED = 31
    GREEN = 32
    YELLOW = 33


@frozen
class Terminal:
    """The size and capabilities that text must fit: `width` in characters, and what it can show."""

    width: int = 80
    colour: bool = False
    unicode: bool = True

    @property
    def arrow(self) -> str:
        """An arrow to the right."""
        return "→" if self.unicode else "->"

    @property
    def back_arrow(self) -> str:
        """An arrow to the left."""
        return "←" if self.unicode else "<-"

    def paint(self, text: str, *styles: Style) -> str:
        """The text in these styles, if the terminal has colours."""
        if not (self.colour and styles and text.strip()):
            return text
        codes = ";".join(str(style.value) for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def plain(self, text: str) -> str:
        """The text on one line, without control characters or characters it cannot show."""
        if not self.unicode:
            text = text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
        return printable(text)

    def wrap(self, text: str, first: str = "", rest: str | None = None) -> list[str]:
        """The text in lines that fit; `first` starts the first line, `rest` the others.

        `rest` is by default as many spaces as `first` is long.
        """
        rest = " " * len(first) if rest is None else rest
        # A narrower column would be unreadable: let the terminal wrap it.
        width = max(self.width, len(rest) + NARROWEST_COLUMN)
        lines = textwrap.wrap(
            self.plain(text),
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [first.rstrip()]

    def facts(self, facts: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Lines with each fact beside its name, or below it if there is no room."""
        width = max(len(name) for name, _ in facts) + 2
        for name, fact in facts:
            if self.width < width + _LEAST_BESIDE:
                yield self.paint(name, Style.DIM)
                yield from self.wrap(fact, "  ")
                continue
            first, *rest = self.wrap(fact, name.ljust(width))
            yield self.paint(name, Style.DIM) + first[len(name) :]
            yield from rest


_LEAST_BESIDE = 24
"""The characters that a fact needs beside its name; with fewer, it goes below."""


_ASCII = str.maketrans({
    "→": "->",
    "←": "<-",
    "–": "-",
    "—": "-",
    "…": "...",
    "≤": "<=",
    "≥": ">=",
    "×": "x",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
})  # fmt: skip


def terminal_of(
    stream: TextIO | None, environment: Mapping[str, str] = os.environ, *, no_color: bool = False
) -> Terminal:
    """The terminal of a stream; None means a closed stream.

    No colour with `no_color`, or if NO_COLOR is set to anything; otherwise colour if
    FORCE_COLOR is set, or if the stream is a terminal and not dumb. The width is COLUMNS,
    or the terminal's, or 80.
    """
    if no_color or environment.get("NO_COLOR"):
        colour = False
    elif environment.get("FORCE_COLOR"):
        colour = True
    else:
        colour = stream is not None and stream.isatty() and environment.get("TERM") != "dumb"
    return Terminal(shutil.get_terminal_size().columns, colour, _shows_unicode(stream))


def _shows_unicode(stream: TextIO | None) -> bool:
    if stream is None:
        return False
    try:
        "→←–…≤≥".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def align(rows: Sequence[Sequence[str]], left: frozenset[int] = frozenset()) -> list[list[str]]:
    """The cells of a table, padded to their columns; right-aligned, except the `left` ones."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        [
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]


def printable(text: str) -> str:
    """The text on one line, without control characters."""
    return "".join([each if each.isprintable() else repr(each)[1:-1] for each in text])
