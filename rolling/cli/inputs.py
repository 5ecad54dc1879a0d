"""Inputs: the bytes of a file or of standard input, and `--instances` as two counts."""

import re
import sys
from pathlib import Path

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.errors import InvalidInput, Problem

STANDARD_INPUT = "-"
LARGEST_BYTES = 16 * 1024 * 1024
"""The longest input that is read. Ours: a scenario is a few kilobytes."""


def read_input(name: str) -> bytes:
    """What the file `name` holds, or standard input for "-".

    Raises InvalidInput for what cannot be read, or is too long.
    """
    try:
        data = _read(name)
    except ValueError:  # a null character in it
        raise _unreadable(name, "must be the name of a file") from None
    except FileNotFoundError:
        raise _unreadable(name, "there is no such file") from None
    except IsADirectoryError:
        raise _unreadable(name, "must be a file, and this is a directory") from None
    except OSError as error:
        raise _unreadable(name, f"cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_BYTES:
        raise _unreadable(name, f"must be at most {LARGEST_BYTES} bytes of JSON")
    return data


def _read(name: str) -> bytes:
    if not name:
        raise _unreadable(name, "must be the name of a file")
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise _unreadable(name, "standard input is closed")
        return sys.stdin.buffer.read(LARGEST_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(LARGEST_BYTES + 1)


def _unreadable(name: str, rule: str) -> InvalidInput:
    return InvalidInput([Problem("FILE", name, rule)])


def parse_instances(text: str | None) -> tuple[int, int]:
    """The counts of `--instances OLD[:NEW]`; NEW is OLD where it is left out.

    Raises InvalidInput unless both are whole numbers from 1 to 100,000, and where
    the option is not given (None).
    """
    if text is None:
        rule = "an UpdateEndpoint request does not say how large the fleets are: give OLD[:NEW]"
        raise InvalidInput([Problem("--instances", None, rule, "10:10")])
    old, colon, new = text.partition(":")
    parts = (old, new) if colon else (old, old)
    counts = [_count(part) for part in parts]
    if None in counts:
        rule = f"must be OLD or OLD:NEW, whole numbers of instances from 1 to {MOST_INSTANCES}"
        raise InvalidInput([Problem("--instances", text, rule, _nearest(parts))])
    first, second = counts
    assert first is not None and second is not None
    return first, second


def _count(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    count = int(text)
    return count if 1 <= count <= MOST_INSTANCES else None


def _nearest(parts: tuple[str, str]) -> str:
    """The counts that are most likely meant; one that means none is made equal to the other."""
    known = [str(count) for count in map(_meant, parts) if count is not None]
    return ":".join(dict.fromkeys(known)) or "10:10"


def _meant(text: str) -> int | None:
    number = re.fullmatch(r"\s*([+-]?)([0-9]+)(\.[0-9]*)?\s*", text, re.ASCII)
    if number is None:
        return None
    sign, digits, _ = number.groups()
    count = int(digits) if len(digits) <= 10 else MOST_INSTANCES
    return 1 if sign == "-" else min(max(count, 1), MOST_INSTANCES)
