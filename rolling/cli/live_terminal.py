"""Where a picture that moves can be shown, and what is said where it cannot."""

import math
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TextIO

from rolling.cli.streams import write_complaint
from rolling.view.terminal import Terminal

NARROWEST = 40
"""The fewest columns that a picture is drawn in; it would be cut."""

_HOW_TO_INSTALL = "the live view needs rich: pip install 'rolling-deployments[cli]'"


def can_show_live(
    asked: bool | None, stream: TextIO | None, columns: int, environment: Mapping[str, str]
) -> bool:
    """True where a live view can be shown and is not refused; None asks for it where it can be.

    Where it was asked for and cannot be shown, it says why on standard error.
    """
    missing = None
    if stream is None or not stream.isatty():
        missing = "the live view needs a terminal, and standard output is none"
    elif environment.get("TERM") in ("dumb", "unknown"):
        term = environment["TERM"]
        missing = f"the live view needs a terminal that can move its cursor, and TERM is {term}"
    elif columns < NARROWEST:
        missing = f"the live view needs {NARROWEST} columns, and there are {columns}"
    elif find_spec("rich") is None:
        missing = _HOW_TO_INSTALL
    if asked and missing:
        write_complaint(f"rolling: {missing}\n")
    return asked is not False and missing is None


def pace_text(speed: float, terminal: Terminal) -> str:
    """A speed, for the picture; nothing where everything is over at once."""
    if math.isinf(speed):
        return ""
    times = "×" if terminal.unicode else "x"
    return f"{speed:.0f}{times}" if speed >= 10 else f"{speed:.3g}{times}"
