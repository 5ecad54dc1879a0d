"""Java's regular expressions, which the service models are written in, as Python's.

A pattern is not checked (everything matches) if it has no translation, or if its time
could grow faster than the square of the text's length. In botocore 1.44 these are four
patterns, none of them in an operation of endpoints or alarms. A text longer than LONGEST is
never checked.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby
from sys import maxunicode

LONGEST = 8_192
"""The longest text that is matched. Our own limit, far above the limited lengths."""

# A repeated group that ends in a repeated `.`: its text can be split in too many ways.
_EXPLOSIVE = re.compile(r"\.[*+]\)[*+{]")

_PIECE = re.compile(r"\\p\{(\w+)\}|\\u[0-9A-Fa-f]{4}|\\.|.", re.DOTALL)

_LAST_OF_ASCII = 0x7F

# A pair of surrogates is one character here; Java's classes name its halves.
_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"
_ASTRAL = r"\U00010000-\U0010FFFF"

# Java's dot stops at every line terminator, Python's at one.
_DOT = r"[^\n\r\u0085\u2028\u2029]"


def matches(pattern: str, text: str) -> bool:
    """True if the whole `text` matches `pattern`, or if that is not checked."""
    if len(text) > LONGEST:
        return True
    # Telling the categories of all of Unicode takes a quarter of a second; of ASCII, nothing.
    compiled = translated(pattern, _LAST_OF_ASCII if text.isascii() else maxunicode)
    return compiled is None or compiled.fullmatch(text) is not None


@cache
def translated(pattern: str, last: int = maxunicode) -> re.Pattern[str] | None:
    """The equivalent Python pattern; None if it is not checked.

    `last`: the highest character in the texts to match.
    """
    if _EXPLOSIVE.search(pattern):
        return None
    try:
        # In Java \d, \s and \w are those of ASCII.
        return re.compile(_python(pattern.replace(_SURROGATES, _ASTRAL), last), re.ASCII)
    except re.error:
        return None


def _python(pattern: str, last: int) -> str:
    out: list[str] = []
    in_class = False
    for piece in _PIECE.finditer(pattern):
        text = piece[0]
        if piece[1]:
            inside = _category(piece[1], last)
            text = inside if in_class else f"[{inside}]"
        elif text == "[":
            text = r"\[" if in_class else text
            in_class = True
        elif text == "]":
            in_class = False
        elif text == "." and not in_class:
            text = _DOT
        elif text == "-" and in_class and out[-1] == "-":
            text = r"\-"
        out.append(text)
    return "".join(out)


@cache
def _category(name: str, last: int) -> str:
    """The inside of a class: a Unicode category up to the character `last`, or Java's Alnum."""
    if name == "Alnum":
        return "0-9A-Za-z"
    if not re.fullmatch("[A-Z][a-z]?", name):
        raise re.error(f"no category {name!r}")
    inside = [
        f"\\U{first:08x}-\\U{end:08x}" for kind, first, end in _runs(last) if kind.startswith(name)
    ]
    # A class must not be empty: where the category begins later, a noncharacter stands for it.
    return "".join(inside) or r"\U0010ffff"


@cache
def _runs(last: int) -> tuple[tuple[str, int, int], ...]:
    """Unicode as runs of one category each: the category, the first and the last character."""
    runs = []
    first = 0
    for kind, points in groupby(map(unicodedata.category, map(chr, range(last + 1)))):
        after = first + sum(1 for _ in points)
        runs.append((kind, first, after - 1))
        first = after
    return tuple(runs)
