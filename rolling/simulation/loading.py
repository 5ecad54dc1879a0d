"""Loading: the text of a JSON file as a value, or everything that is wrong with it.

Python's own reader forgives what hides mistakes: a field given twice, NaN,
numbers that no double holds. Here these are problems, with the place where
they stand; and no text whatever makes it fail in another way.
"""

import json
import re
from typing import NoReturn

from attrs import frozen

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.shapes import DEPTH_LIMIT, join

DIGITS_LIMIT = 19
"""The most digits of a whole number in a file: more than any field takes."""


def load_json(text: str | bytes, name: str) -> object:
    """The JSON value that `text` says; `name` is that of the file, for messages.

    Raises InvalidInput: for text that is not JSON in UTF-8 with the line and the
    column (from 1), otherwise with every repeated key and every impossible number.
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
    found: list[Problem] = []
    plain = _plain(document, "", found)
    if found:
        raise InvalidInput(found)
    return plain


@frozen
class _Pairs:
    """An object as it was read: every key, also one that came before."""

    pairs: list[tuple[str, object]]


@frozen
class _Impossible:
    """A number that is none, or that is too large to be meant."""

    text: str


def _whole_number(text: str) -> object:
    return int(text) if len(text.lstrip("-")) <= DIGITS_LIMIT else _Impossible(text)


def _number(text: str) -> object:
    number = float(text)
    return number if abs(number) < float("inf") else _Impossible(text)


def _plain(value: object, path: str, found: list[Problem]) -> object:
    """The value as plain dicts and lists. Nesting is limited, so this recursion is too."""
    if isinstance(value, _Pairs):
        plain: dict[str, object] = {}
        for key, item in value.pairs:
            at = join(path, key)
            if key in plain:
                found.append(Problem(at, key, "is given twice; one of them would be ignored"))
            plain[key] = _plain(item, at, found)
        return plain
    if isinstance(value, list):
        return [_plain(item, f"{path}[{place}]", found) for place, item in enumerate(value)]
    if isinstance(value, _Impossible):
        rule = f"must be a number of at most {DIGITS_LIMIT} digits, not NaN or Infinity"
        found.append(Problem(path or "the document", value.text[:80], rule))
        return None
    return value


def _decoded(text: str | bytes, name: str) -> str:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            rule = f"is not UTF-8 at byte {error.start}; save the file as UTF-8"
            raise InvalidInput([Problem(name, text[error.start : error.end], rule)]) from None
    if text.startswith("\ufeff"):
        rule = "begins with a byte order mark; save the file as UTF-8 without one"
        raise InvalidInput([Problem(f"{name}, line 1, column 1", "\ufeff", rule)])
    if not text.strip(" \t\r\n"):
        raise InvalidInput([Problem(name, text[:80], "is empty; it must hold a JSON object")])
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
    around = text[position : position + 40].partition("\n")[0] or "the end of the line"
    raise InvalidInput([Problem(f"{name}, line {line}, column {column}", around, rule)])
