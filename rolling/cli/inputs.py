"""Reads FILE and `--instances`, and collects all their problems."""

import re
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import evolve

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.update import request_problems
from rolling.schema.json_text import read_json
from rolling.simulation.scenario import Scenario, is_scenario, parse_request, parse_scenario

STANDARD_INPUT = "-"
LARGEST_BYTES = 16 * 1024 * 1024
"""The longest input accepted. Our own limit: a scenario is a few kilobytes."""


def read_scenario(file: str, instances: str | None) -> Scenario:
    """The scenario in a file, or the request in it combined with `--instances`.

    Raises InvalidInput with all problems of both.
    """
    named = "standard input" if file == STANDARD_INPUT else file
    try:
        loaded = read_json(read_input(file), named)
    except InvalidInput as wrong:
        miscounted = () if instances is None else problems_of(lambda: parse_instances(instances))
        raise InvalidInput([*wrong.problems, *miscounted]) from None
    try:
        return loaded.judged(lambda document: _parsed(document, instances))
    except InvalidInput as wrong:
        whole = {"the document": named}
        raise InvalidInput(
            [evolve(each, field=whole.get(each.field, each.field)) for each in wrong.problems]
        ) from None


def _parsed(document: object, instances: str | None) -> Scenario:
    if is_scenario(document) and instances is None:
        return parse_scenario(document)
    try:
        counts = parse_instances(instances)
    except InvalidInput as wrong:
        raise InvalidInput([*wrong.problems, *_request_problems(document)]) from None
    return parse_request(document, *counts)


def _request_problems(document: object) -> Sequence[Problem]:
    if not is_scenario(document):
        return request_problems(document)
    # Any valid count will do: only the request's own problems are wanted.
    return problems_of(lambda: parse_request(document, 1))


def read_input(name: str) -> bytes:
    """The content of the file `name`, or of standard input for "-".

    Raises InvalidInput if it cannot be read, or is too long.
    """
    try:
        data = _read(name)
    except ValueError:  # a null character in it
        raise _unreadable(name, "must be the name of a file") from None
    except FileNotFoundError:
        raise _unreadable(name, "there is no such file") from None
    except IsADirectoryError:
        raise _unreadable(name, "must be a file, not a directory") from None
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
    with open(name, "rb") as file:
        return file.read(LARGEST_BYTES + 1)


def _unreadable(name: str, rule: str) -> InvalidInput:
    return InvalidInput([Problem("FILE", name, rule)])


def parse_instances(text: str | None) -> tuple[int, int]:
    """The counts of `--instances OLD[:NEW]`; NEW defaults to OLD.

    Raises InvalidInput if the option is not given (None), or if a count is not a
    whole number from 1 to 100,000.
    """
    if text is None:
        rule = "is required: an UpdateEndpoint request has no fleet sizes; give OLD[:NEW]"
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
    """The counts that are most likely meant; an unreadable one becomes equal to the other."""
    known = [str(count) for count in map(_meant, parts) if count is not None]
    return ":".join(dict.fromkeys(known)) or "10:10"


def _meant(text: str) -> int | None:
    number = re.fullmatch(r"\s*([+-]?)([0-9]+)(\.[0-9]*)?\s*", text, re.ASCII)
    if number is None:
        return None
    sign, digits, _ = number.groups()
    count = int(digits) if len(digits) <= 10 else MOST_INSTANCES
    return 1 if sign == "-" else min(max(count, 1), MOST_INSTANCES)


# --- several inputs -----------------------------------------------------------


_A = TypeVar("_A")
_B = TypeVar("_B")


def together(first: Callable[[], _A], second: Callable[[], _B]) -> tuple[_A, _B]:
    """Both results. Raises InvalidInput with the problems of both."""
    try:
        found = first()
    except InvalidInput as wrong:
        raise InvalidInput([*wrong.problems, *problems_of(second)]) from None
    return found, second()


def problems_of(read: Callable[[], object]) -> Sequence[Problem]:
    """The problems that `read` raises; empty if it raises none."""
    try:
        read()
    except InvalidInput as wrong:
        return wrong.problems
    return ()
