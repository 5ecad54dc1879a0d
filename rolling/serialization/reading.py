"""Reading: take a value out of JSON, or note what is wrong with it.

Here belongs what knows JSON and nothing of deployments. A `Field` is a value
at a path. Its methods return what they promise in any case: for a value that
is wrong they note a problem and return a stand-in, so that one reading finds
every mistake. Whoever reads calls `Findings.check` before using the result.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import ClassVar, TypeVar

from attrs import field, frozen

from rolling.core.errors import InvalidInput, Problem, range_problem

EnumT = TypeVar("EnumT", bound=Enum)

Upgrade = Callable[[dict[str, object]], dict[str, object]]
"""Makes a document of the major version before this one a document of this version."""


class UnreadableRecord(InvalidInput):
    """A stored record that cannot be read; `problems` says everything that is wrong in it."""

    code: ClassVar[str] = "unreadable-record"


@frozen
class Findings:
    """What is known while one record is read: its problems, and how strict to be.

    `newer`: the record is of a newer minor version, whose further fields are left out.
    """

    newer: bool = False
    problems: list[Problem] = field(factory=list)

    def check(self) -> None:
        """Raise UnreadableRecord when anything was wrong."""
        if self.problems:
            raise UnreadableRecord(self.problems)


class _Absent:
    """Stands where a value should: its problem has been noted already."""


_ABSENT = _Absent()


@frozen
class Field:
    """The value at `path` of a record."""

    findings: Findings
    path: str
    value: object

    def wrong(self, rule: str, fix: object = None) -> None:
        """Note that the value breaks `rule`; `fix` is a value that would not."""
        if self.value is not _ABSENT:
            self.findings.problems.append(Problem(self.path, shown(self.value), rule, fix))

    def members(
        self, required: Iterable[str], optional: Mapping[str, object] | None = None
    ) -> dict[str, "Field"]:
        """The fields of an object; those in `optional` have the given value when absent."""
        required, optional = tuple(required), optional or {}
        if not isinstance(self.value, dict):
            self.wrong("must be an object")
            return {name: Field(self.findings, self._at(name), _ABSENT) for name in required} | {
                name: Field(self.findings, self._at(name), value)
                for name, value in optional.items()
            }
        given: Mapping[object, object] = self.value
        found: dict[str, Field] = {}
        for name in (*required, *optional):
            value = given.get(name, optional.get(name, _ABSENT))
            if value is _ABSENT:
                self.findings.problems.append(
                    Problem(self._at(name), None, "is missing, and has no default")
                )
            found[name] = Field(self.findings, self._at(name), value)
        if not self.findings.newer:
            rule = f"is not known here; the fields are {', '.join(found)}"
            self.findings.problems.extend(
                Problem(self._at(shown(key)), shown(given[key]), rule)
                for key in given
                if key not in found
            )
        return found

    def items(self) -> list["Field"]:
        """The values of a list."""
        if not isinstance(self.value, list | tuple):
            self.wrong("must be a list")
            return []
        return [
            Field(self.findings, f"{self.path}[{place}]", value)
            for place, value in enumerate(self.value)
        ]

    def whole_number(self, low: int, high: int, unit: str = "") -> int:
        """A whole number from `low` to `high`."""
        if self.value is _ABSENT:
            return low
        problem = range_problem(self.path, shown(self.value), low, high, unit)
        if problem is not None:
            self.findings.problems.append(problem)
            return low
        assert isinstance(self.value, int)
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.wrong("must be true or false")
            return False
        return self.value

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            self.wrong("must be a string")
            return ""
        return self.value

    def member_of(self, enum: type[EnumT]) -> EnumT:
        """A member of `enum`, by name."""
        if isinstance(self.value, str) and self.value in enum.__members__:
            return enum[self.value]
        self.wrong(f"must be one of {', '.join(enum.__members__)}")
        return next(iter(enum))

    def _at(self, name: object) -> str:
        return f"{self.path}.{name}" if self.path else str(name)


def shown(value: object) -> object:
    """A value fit to stand in a problem, however large or deep it is."""
    if isinstance(value, dict):
        return f"an object with {len(value)} fields"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)} values"
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a number of {value.bit_length()} bits"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return f"a {type(value).__name__}"


def read_header(
    document: object, kind: str, version: str, upgrade: Upgrade | None = None
) -> tuple[Findings, Field]:
    """The record of a `document` that must be of this `kind`, and its field.

    `version` is the version known here. `upgrade` makes a document of the major
    version before it one of this version. Raises UnreadableRecord at once for another
    format or major version: there is no telling what the rest would mean.
    """
    known_major, known_minor = (int(number) for number in version.split("."))
    record = Findings()
    top = Field(record, "", document)
    if not isinstance(document, dict):
        raise UnreadableRecord([Problem("record", shown(document), "must be an object")])
    found = Field(record, "format", document.get("format"))
    if found.value != kind:
        found.wrong("must be this format", kind)
        record.check()
    found = Field(record, "version", document.get("version"))
    major, minor = _version_numbers(found.value)
    if major > known_major:
        found.wrong("was written by newer software, and only that reads it: upgrade this one")
        record.check()
    if upgrade is not None and major == known_major - 1:
        record = Findings(newer=minor > 0)
        return record, Field(record, top.path, upgrade(document))
    if major != known_major:
        found.wrong(f"must be a version {known_major}.x", version)
        record.check()
    record = Findings(newer=minor > known_minor)
    return record, Field(record, top.path, document)


def _version_numbers(value: object) -> tuple[int, int]:
    """Major and minor; (-1, 0) for what is no version."""
    if not isinstance(value, str) or len(value) > 20:
        return -1, 0
    major, dot, minor = value.partition(".")
    numbers = (major, minor)
    if not dot or not all(text.isascii() and text.isdigit() for text in numbers):
        return -1, 0
    return int(major), int(minor)
