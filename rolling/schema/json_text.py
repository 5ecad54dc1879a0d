"""Reads JSON text strictly, and reports everything wrong with it.

Python's own reader accepts things that hide mistakes: repeated fields, NaN, numbers
beyond a double. Here these are problems, with their place. No text makes this reader
fail in another way.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

from attrs import evolve, frozen

from rolling.core.errors import InvalidInput, Problem
from rolling.schema.shapes import DEPTH_LIMIT, join, problem

DIGITS_LIMIT = 19
"""The most digits of a whole number in a file: more than any field takes."""

Judged = TypeVar("Judged")


_EMPTY = "is empty; it must hold JSON"


class Literal(str):
    """A literal piece of a file: `NaN`, not the string "NaN"."""


@frozen
class Loaded:
    """The JSON value of a file, and the problems of its text.

    `value`: a repeated key has its last value; an unreadable number is replaced by a
    float or a whole number that no field accepts.
    `repeated`, `impossible`: the problems of repeated keys and of unreadable numbers.
    """

    value: object
    repeated: tuple[Problem, ...]
    impossible: tuple[Problem, ...]

    def judged(self, judge: Callable[[object], Judged]) -> Judged:
        """Apply `judge` to the value and return its result.

        Raises InvalidInput with its problems and those of the text, one per place: for
        an unreadable number, the rule of its field.
        """
        try:
            made = judge(self.value)
        except InvalidInput as refused:
            raise InvalidInput(self._beside(refused.problems)) from None
        if self.repeated or self.impossible:
            raise InvalidInput(self._beside(()))
        return made

    def _beside(self, problems: Iterable[Problem]) -> list[Problem]:
        written = {each.field: each.value for each in self.impossible}
        known = {each.field for each in self.repeated}
        judged = [
            evolve(each, value=written.get(each.field, each.value))
            for each in problems
            if each.field not in known
        ]
        told = known | {each.field for each in judged}
        unsaid = [each for each in self.impossible if each.field not in told]
        return [*self.repeated, *unsaid, *judged]


def load_json(text: str | bytes, name: str) -> object:
    """The JSON value in `text`; `name` is the file's name for messages.

    Raises InvalidInput as `read_json` does, and for every repeated key and every
    number that cannot be read.
    """
    return read_json(text, name).judged(lambda value: value)


def read_json(text: str | bytes, name: str) -> Loaded:
    """The JSON value in `text`, with the problems of the text.

    Raises InvalidInput for text that is not JSON in UTF-8, with the line and the
    column (from 1).
    """
    decoded = _decoded(text, name)
    _check_depth(decoded, name)
    try:
        document: object = json.loads(
            decoded,
            object_pairs_hook=_Pairs,
            parse_int=_whole_number,
            parse_float=_number,
            parse_constant=_Impossible,
        )
    except json.JSONDecodeError as error:
        _refuse(name, decoded, error.pos, f"is not JSON here: {error.msg}")
    repeated: dict[str, Problem] = {}
    impossible: dict[str, Problem] = {}
    plain = _plain(document, "", repeated, impossible)
    return Loaded(plain, tuple(repeated.values()), tuple(impossible.values()))


@frozen
class _Pairs:
    """An object as read: all its keys, including repeated ones."""

    pairs: list[tuple[str, object]]


@frozen
class _Impossible:
    """A NaN, an infinity, or a number that is too large."""

    text: str

    @property
    def stand_in(self) -> object:
        """A value of its kind that no field accepts."""
        if re.fullmatch("-?[0-9]+", self.text):
            return -(10**DIGITS_LIMIT) if self.text.startswith("-") else 10**DIGITS_LIMIT
        return float(self.text)


def _whole_number(text: str) -> object:
    return int(text) if len(text.lstrip("-")) <= DIGITS_LIMIT else _Impossible(text)


def _number(text: str) -> object:
    number = float(text)
    return number if abs(number) < float("inf") else _Impossible(text)


def _plain(
    value: object, path: str, repeated: dict[str, Problem], impossible: dict[str, Problem]
) -> object:
    """The value as plain dicts and lists. Nesting is limited, so this recursion is too."""
    if isinstance(value, _Pairs):
        plain: dict[str, object] = {}
        for key, item in value.pairs:
            at = join(path, key)
            again = key in plain
            plain[key] = _plain(item, at, repeated, impossible)
            if again:
                rule = "is given twice; one of them would be ignored"
                repeated[at] = problem(at, plain[key], rule)
        return plain
    if isinstance(value, list):
        return [
            _plain(item, f"{path}[{place}]", repeated, impossible)
            for place, item in enumerate(value)
        ]
    if isinstance(value, _Impossible):
        at = path or "the document"
        rule = f"is not a readable number: at most {DIGITS_LIMIT} digits, no NaN or Infinity"
        impossible[at] = Problem(at, Literal(value.text[:80]), rule)
        return value.stand_in
    return value


def _decoded(text: str | bytes, name: str) -> str:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            rule = f"is not UTF-8 at byte {error.start}; save the file as UTF-8"
            found = Literal(f"0x{error.object[error.start : error.end].hex()}")
            raise InvalidInput([Problem(name, found, rule)]) from None
    # Some editors put a byte order mark first. It is not part of the content.
    text = text.removeprefix("\ufeff")
    if not text.strip(" \t\r\n"):
        raise InvalidInput([Problem(name, None, _EMPTY)])
    return text


_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)


def _check_depth(text: str, name: str) -> None:
    """Refuse deep nesting before the reader sees it, which would run out of stack."""
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        token = found.group()
        if token in ("[", "{"):
            depth += 1
            if depth > DEPTH_LIMIT:
                rule = f"nests deeper than {DEPTH_LIMIT} levels"
                _refuse(name, text, found.start(), rule)
        elif token in ("]", "}"):
            depth -= 1


def _refuse(name: str, text: str, position: int, rule: str) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    around = text[position : position + 40].partition("\n")[0]
    if not around:
        rule += ", at the end of the line" if position < len(text) else ", at the end of the file"
    raise InvalidInput([Problem(f"{name}, line {line}, column {column}", around or None, rule)])
