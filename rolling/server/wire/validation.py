"""An input against botocore's model of it: everything that is wrong, in one answer.

Here belongs the reading of a tree of plain values (as JSON, a form or CBOR gave
it) by a shape: types, required members, ranges, lengths, patterns, enums. What
the values mean together is the operation's business.

Two things differ from AWS on purpose. A member that the model does not have is
an error, where AWS ignores it: it is a slip, or of a newer model than botocore's.
And the spelling CAPACITY_PERCENTAGE of a page of AWS's is let through, as
`rolling.endpoint` understands it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any

from attrs import frozen
from botocore.model import Shape

from rolling.core.errors import InvalidInput
from rolling.endpoint.engine import ROOM, nearest_in_words
from rolling.schema.shapes import problem
from rolling.server.service import LATEST, Parameters
from rolling.server.wire.patterns import matches
from rolling.server.wire.wording import (
    Path,
    aws_path,
    field_path,
    not_readable,
    not_valid,
    violation,
)

DEEPEST = 64
"""The deepest nesting of an input. Ours; the deepest model needs about 20."""

MOST_ITEMS = 10_000
"""The items of a list that has no limit of its own, or a smaller one, before none is looked at."""

MOST_PROBLEMS = 100
"""The problems that one message names. Ours."""

_NEAR_AN_ENGINE = ("UpdateEndpointInput", "DeploymentConfig", "RollingUpdatePolicy")
"""Where somebody may try what only a scenario has."""

ALIASES = {"CapacitySizeType": frozenset({"CAPACITY_PERCENTAGE"})}
"""Values that are let through beside those of an enum."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WHOLE = {"integer": 31, "long": 63}
_TYPE_NAMES = {
    "integer": "an Integer",
    "long": "a Long",
    "float": "a Float",
    "double": "a Double",
    "boolean": "a Boolean",
    "string": "a String",
    "timestamp": "a Timestamp",
}
_MUST_NOT_BE_NULL = "Member must not be null"


def accepted(shape: Shape | None, tree: object) -> Parameters:
    """The parameters that `tree` says, by the input `shape` of an operation.

    Nulls are left out, timestamps are seconds since the epoch. No input has blobs.
    Raises a ServiceError, SerializationException when values are of the wrong
    types, else ValidationException, with every problem.
    """
    reading = _Reading(shape, tree)
    if reading.unreadable:
        raise not_readable([_unreadable(each) for each in reading.unreadable[:MOST_PROBLEMS]])
    if reading.invalid:
        raise not_valid(
            [
                violation(each.value, aws_path(each.path), each.rule)
                for each in reading.invalid[:MOST_PROBLEMS]
            ]
        )
    return reading.parameters


def accepted_at(shape: Shape | None, tree: object, at: str) -> Parameters:
    """The same of a document that stands at `at` of another one.

    Raises InvalidInput with every problem, its fields as the document has them.
    """
    reading = _Reading(shape, tree)
    found = reading.unreadable or reading.invalid
    if found:
        raise InvalidInput(
            [
                problem(field_path(at, each.path), each.value, each.rule)
                for each in found[:MOST_PROBLEMS]
            ]
        )
    return reading.parameters


@frozen
class _Wrong:
    """What is wrong with the value at `path`."""

    path: Path
    value: object
    rule: str


def _unreadable(wrong: _Wrong) -> str:
    return f"{wrong.rule} at '{aws_path(wrong.path)}'" if wrong.path else wrong.rule


class _Reading:
    """One reading of a tree: the parameters that it says, and what is wrong with it."""

    def __init__(self, shape: Shape | None, tree: object) -> None:
        self.unreadable: list[_Wrong] = []
        self.invalid: list[_Wrong] = []
        self.parameters: Parameters = {}
        self._readers: Mapping[str, Callable[[Any, Any, Path, int], object]] = {
            "structure": self._structure,
            "list": self._list,
            "map": self._map,
        }
        if shape is not None:
            value = self._read(shape, tree, (), 0)
            self.parameters = value if isinstance(value, dict) else {}
        elif tree != {}:
            self.invalid.append(_Wrong((), tree, "The operation has no parameters"))

    def _read(self, shape: Shape, value: object, path: Path, depth: int) -> object:
        """The value by `shape`, its own constraints checked."""
        if depth > DEEPEST:
            self.unreadable.append(_Wrong(path, value, f"Nested deeper than {DEEPEST} levels"))
            return None
        reader = self._readers.get(shape.type_name)
        if reader is not None:
            return reader(shape, value, path, depth)
        read = self._scalar(shape, value, path)
        if read is not None:
            self._note(path, read, *broken(shape, read))
        return read

    def _structure(self, shape: Any, value: object, path: Path, depth: int) -> object:
        if not isinstance(value, Mapping):
            self._misplaced(value, path, "Expected a structure")
            return None
        members = shape.members
        for name in shape.required_members:
            if value.get(name) is None:
                self._note((*path, name), None, _MUST_NOT_BE_NULL)
        read: dict[str, object] = {}
        for name, each in value.items():
            if name not in members:
                self._unknown(shape, str(name), each, value, path)
            elif each is not None:
                read[name] = self._read(members[name], each, (*path, name), depth + 1)
        if getattr(shape, "is_tagged_union", False) and len(read) != 1:
            rule = f"Member must have exactly one of: [{', '.join(members)}]"
            self._note(path, value, rule)
        return read

    def _list(self, shape: Any, value: object, path: Path, depth: int) -> object:
        if not isinstance(value, list):
            self._misplaced(value, path, "Expected a list")
            return None
        if len(value) > max(MOST_ITEMS, shape.metadata.get("max", 0)):
            self._note(path, value, _at_most(shape, MOST_ITEMS))
            return None
        item = shape.member
        nested = item.type_name in self._readers
        read: list[object] = []
        good = True
        for place, each in enumerate(value):
            at = (*path, place)
            if each is None:
                self._note(at, None, _MUST_NOT_BE_NULL)
            elif nested:
                read.append(self._read(item, each, at, depth + 1))
            else:
                one = self._scalar(item, each, at)
                good = good and (one is None or not any(broken(item, one)))
                read.append(one)
        if not good:
            # AWS shows the whole list and every constraint, whichever item broke one.
            rule = f"Member must satisfy constraint: [{', '.join(constraints(item))}]"
            self._note(path, value, rule)
        self._note(path, value, *broken(shape, value))
        return read

    def _map(self, shape: Any, value: object, path: Path, depth: int) -> object:
        if not isinstance(value, Mapping):
            self._misplaced(value, path, "Expected a map")
            return None
        nested = shape.value.type_name in self._readers
        read: dict[object, object] = {}
        good_keys = good_values = True
        for name, each in value.items():
            at = (*path, str(name))
            key = self._scalar(shape.key, name, at)
            good_keys = good_keys and (key is None or not any(broken(shape.key, key)))
            if each is None:
                self._note(at, None, _MUST_NOT_BE_NULL)
            elif nested:
                read[key] = self._read(shape.value, each, (*at, "member"), depth + 1)
            else:
                one = self._scalar(shape.value, each, at)
                good_values = good_values and (one is None or not any(broken(shape.value, one)))
                read[key] = one
        for good, what, part in (
            (good_keys, "Map keys", shape.key),
            (good_values, "Map value", shape.value),
        ):
            if not good:
                rule = f"{what} must satisfy constraint: [{', '.join(constraints(part))}]"
                self._note(path, value, rule)
        self._note(path, value, *broken(shape, value))
        return read

    def _scalar(self, shape: Shape, value: object, path: Path) -> object:
        """The value as its type; None where it has another, which is then noted."""
        read = _SCALARS[shape.type_name](shape.type_name, value)
        if read is None:
            called = _TYPE_NAMES[shape.type_name]
            token = f"{_token(value)} with a lone surrogate" if _is_torn(value) else _token(value)
            self._misplaced(value, path, f"{token} can not be converted to {called}")
        return read

    def _misplaced(self, value: object, path: Path, otherwise: str) -> None:
        if isinstance(value, Mapping):
            otherwise = "Start of structure or map found where not expected"
        elif isinstance(value, list):
            otherwise = "Start of list found where not expected"
        self.unreadable.append(_Wrong(path, value, otherwise))

    def _unknown(
        self, shape: Any, name: str, value: object, beside: Mapping[str, object], path: Path
    ) -> None:
        if len(self.invalid) >= MOST_PROBLEMS:
            return  # it would not be told, and looking for what was meant takes long
        if shape.name in _NEAR_AN_ENGINE and name in ("Engine", *ROOM):
            instead = nearest_in_words(value if name == "Engine" else beside)
            rule = f"{shape.name} has no such member, here as at AWS{instead}"
            self._note((*path, name), value, rule)
            return
        near = get_close_matches(name, shape.members, n=1) if len(name) <= 100 else []
        advice = f"; did you mean {near[0]}?" if near else ""
        rule = f"{shape.name} has no such member{advice}"
        self._note((*path, name), value, rule)

    def _note(self, path: Path, value: object, *rules: str) -> None:
        """The value at `path` breaks these rules."""
        self.invalid += [_Wrong(path, value, each) for each in rules]


def broken(shape: Shape, value: Any) -> Iterator[str]:
    """The constraints of `shape` that `value`, which is of its type, breaks."""
    limits = shape.metadata
    low, high = limits.get("min"), limits.get("max")
    measured: Any = len(value) if _is_measured(shape) else value
    if "enum" in limits and not _in_enum(shape, value):
        yield _enum(shape)
    if high is not None and measured > high:
        yield _at_most(shape)
    if low is not None and measured < low:
        yield _at_least(shape)
    if "pattern" in limits and shape.type_name == "string":
        # A text that is too long is told so above, and costs no more time.
        fits = (high is not None and measured > high) or matches(limits["pattern"], value)
        if not fits:
            yield _pattern(shape)


def constraints(shape: Shape) -> list[str]:
    """Every constraint of `shape`, in AWS's order."""
    limits = shape.metadata
    writers = (("max", _at_most), ("min", _at_least), ("pattern", _pattern), ("enum", _enum))
    return [write(shape) for key, write in writers if key in limits] + [_MUST_NOT_BE_NULL]


def _is_measured(shape: Shape) -> bool:
    return shape.type_name in ("string", "list", "map")


def _in_enum(shape: Shape, value: object) -> bool:
    return value in shape.metadata["enum"] or value in ALIASES.get(shape.name, ())


def _enum(shape: Shape) -> str:
    return f"Member must satisfy enum value set: [{', '.join(shape.metadata['enum'])}]"


def _pattern(shape: Shape) -> str:
    return f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"


def _at_most(shape: Shape, otherwise: int | None = None) -> str:
    what = "length" if _is_measured(shape) else "value"
    high = shape.metadata.get("max", otherwise)
    return f"Member must have {what} less than or equal to {high}"


def _at_least(shape: Shape) -> str:
    what = "length" if _is_measured(shape) else "value"
    return f"Member must have {what} greater than or equal to {shape.metadata['min']}"


def _token(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, bytes):
        return "BLOB_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _whole(kind: str, value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    limit = 1 << _WHOLE[kind]
    return value if -limit <= value < limit else None


def _fraction(kind: str, value: object) -> float | int | None:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value.bit_length() < 1_000 else None


def _boolean(kind: str, value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _is_torn(value: object) -> bool:
    return isinstance(value, str) and _LONE_SURROGATE.search(value) is not None


def _string(kind: str, value: object) -> str | None:
    return value if isinstance(value, str) and not _is_torn(value) else None


def _timestamp(kind: str, value: object) -> float | int | None:
    number = _fraction(kind, value)
    return number if number is not None and 0 <= number <= LATEST else None


_SCALARS: Mapping[str, Callable[[str, object], object]] = {
    "integer": _whole,
    "long": _whole,
    "float": _fraction,
    "double": _fraction,
    "boolean": _boolean,
    "string": _string,
    "timestamp": _timestamp,
}
