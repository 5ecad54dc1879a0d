"""Reads FILE and `--instances`, and collects all their problems."""

import re
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import evolve, frozen

from rolling.core.capacity import MOST_INSTANCES, SizeType
from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.update import request_problems
from rolling.schema.json_text import read_json
from rolling.simulation.scenario import Scenario, is_scenario, parse_request, parse_scenario

STANDARD_INPUT = "-"
LARGEST_BYTES = 16 * 1024 * 1024
"""The longest input accepted. Our own limit: a scenario is a few kilobytes."""


@frozen
class GivenSizes:
    """The sizes of an update given by options; None for an option that is not given.

    `instances`: of the fleets. `surge`, `unavailable`: of a rolling update.
    """

    instances: str | None = None
    surge: str | None = None
    unavailable: str | None = None


def given_sizes(chosen: Namespace) -> GivenSizes:
    """The sizes among the arguments; `serve` has no options for surge and unavailable."""
    return GivenSizes(
        chosen.instances, getattr(chosen, "surge", None), getattr(chosen, "unavailable", None)
    )


def read_scenario(file: str, sizes: GivenSizes) -> Scenario:
    """The scenario in a file, or the request in it combined with `--instances`.

    Raises InvalidInput with all problems of both.
    """
    named = "standard input" if file == STANDARD_INPUT else file
    try:
        loaded = read_json(read_input(file), named)
    except InvalidInput as wrong:
        counts = (
            () if sizes.instances is None else problems_of(lambda: parse_instances(sizes.instances))
        )
        room = problems_of(lambda: parse_room(sizes))
        raise InvalidInput([*wrong.problems, *counts, *room]) from None
    try:
        return loaded.judged(lambda document: _parsed(document, sizes))
    except InvalidInput as wrong:
        whole = {"the document": named}
        raise InvalidInput(
            [evolve(each, field=whole.get(each.field, each.field)) for each in wrong.problems]
        ) from None


def _parsed(document: object, sizes: GivenSizes) -> Scenario:
    if is_scenario(document) and sizes.instances is None:
        misplaced = [
            Problem(name, value, "does not go with a scenario; put it into the Engine of an update")
            for name, value in (("--surge", sizes.surge), ("--unavailable", sizes.unavailable))
            if value is not None
        ]
        if not misplaced:
            return parse_scenario(document)
        raise InvalidInput([*misplaced, *problems_of(lambda: parse_scenario(document))])
    try:
        counts, engine = together(
            lambda: parse_instances(sizes.instances), lambda: parse_room(sizes)
        )
    except InvalidInput as wrong:
        raise InvalidInput([*wrong.problems, *_request_problems(document)]) from None
    try:
        return parse_request(document, *counts, engine=engine)
    except InvalidInput as wrong:
        raise InvalidInput([_of_option(each, sizes) for each in wrong.problems]) from None


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


# --- room ---------------------------------------------------------------------


_ROOM = {"MaximumSurge": "--surge", "MaximumUnavailable": "--unavailable"}
"""The option for each field of an engine that has one."""


def parse_room(sizes: GivenSizes) -> dict[str, object] | None:
    """The engine given by `--surge` and `--unavailable`; None without either.

    Raises InvalidInput unless each is a whole number or percentage.
    """
    given = {"MaximumSurge": sizes.surge, "MaximumUnavailable": sizes.unavailable}
    engine: dict[str, object] = {}
    found: list[Problem] = []
    for name, text in given.items():
        if text is None:
            continue
        number = re.fullmatch(r"([0-9]{1,10})(%?)", text, re.ASCII)
        if number is None:
            rule = "must be a whole number of instances, or a percentage of the new fleet"
            found.append(Problem(_ROOM[name], text, rule, "1"))
            continue
        size_type = SizeType.CAPACITY_PERCENT if number[2] else SizeType.INSTANCE_COUNT
        engine[name] = {"Type": size_type.value, "Value": int(number[1])}
    if found:
        raise InvalidInput(found)
    return engine or None


def _of_option(problem: Problem, sizes: GivenSizes) -> Problem:
    """A problem of an engine, reported for its option."""
    if not problem.field.startswith("Engine."):
        return problem
    option, fix = _option(problem.field, problem.fix, sizes)
    text = sizes.surge if option == "--surge" else sizes.unavailable
    return Problem(option, text, problem.rule, fix)


def finding_of_options(finding: Mapping[str, Any], sizes: GivenSizes) -> dict[str, Any]:
    """A finding of the plan of a bare request, or one of its fixes, as JSON.

    Fields of an engine, which the request does not have, become options.
    """
    field, value = _option(finding["Field"], finding["Value"], sizes)
    changed = {**finding, "Field": field, "Value": value}
    if "Fixes" in finding:
        changed["Fixes"] = [finding_of_options(fix, sizes) for fix in finding["Fixes"]]
    return changed


def _option(field: str, value: object, sizes: GivenSizes) -> tuple[str, object]:
    """The option for a field of an engine, with the value to give to it; others as they are."""
    if not field.startswith("Engine."):
        return field, value
    option = _ROOM[field.split(".")[1]]
    text = sizes.surge if option == "--surge" else sizes.unavailable
    is_percent = text is not None and text.endswith("%")
    if isinstance(value, Mapping):
        is_percent = value["Type"] == SizeType.CAPACITY_PERCENT.value
        value = value["Value"]
    return option, f"{value}%" if is_percent and isinstance(value, int) else value


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
