"""The terminal: how wide it is, what it can show, and text fitted to it.

Here belong colours, characters that may be missing, wrapping, and aligned
tables. Nothing is ever cut off: what does not fit is wrapped.
"""

import os
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TextIO

from attrs import frozen

NARROWEST_COLUMN = 15
"""The fewest characters that text is wrapped to."""


class Style(Enum):
    """How a piece of text stands out, as ANSI's number for it."""

    BOLD = 1
    DIM = 2
    RED = 31
    GREEN = 32
    YELLOW = 33


@frozen
class Terminal:
    """What text is fitted to: `width` in characters, and whether it can show these things."""

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
        """The text in these styles, where the terminal has colours."""
        if not (self.colour and styles and text.strip()):
            return text
        codes = ";".join(str(style.value) for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def plain(self, text: str) -> str:
        """The text on one line, with nothing in it that a terminal obeys or cannot show."""
        if not self.unicode:
            text = text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
        return printable(text)

    def wrap(self, text: str, first: str = "", rest: str | None = None) -> list[str]:
        """The text in lines that fit, the first after `first`, the others after `rest`.

        `rest` is by default as many spaces as `first` is long.
        """
        rest = " " * len(first) if rest is None else rest
        # A column narrower than that helps nobody: let the terminal fold it.
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
        """Lines that tell each fact beside its name, or below it where there is no room."""
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
"""The characters that a fact needs beside its name; where there are fewer, it goes below."""


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
    """What a stream can show; None is one that is closed.

    Colour: not with `no_color`, nor where NO_COLOR is set to anything; else where
    FORCE_COLOR is, or where the stream is a terminal that is not dumb. The width
    is that of COLUMNS, else of the terminal, else 80.
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
    """The cells of a table, each as wide as its column; to the right, but for the `left` ones."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        [
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]


def printable(text: str) -> str:
    """The text on one line, with nothing in it that a terminal or a log would obey."""
    return "".join([each if each.isprintable() else repr(each)[1:-1] for each in text])
