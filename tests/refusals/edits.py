"""Inputs as small changes of a right document: `PATH = JSON`, or `without PATH`.

A path is such as `Updates[0].Faults`. Its beginning may be left out where that
names one place of the document. The JSON stays as it is written, so it may
be a number that no JSON has, or one key given twice. `<64 × a>` stands for 64 times a.
"""

import copy
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_MARK = "the-{}th-value"


def edited(document: Any, changes: Iterable[str]) -> str:
    """The text of the document after these changes."""
    document, raw = copy.deepcopy(document), []
    for change in changes:
        if change.startswith("without "):
            parent, last = place(document, change.removeprefix("without "))
            del parent[last]
            continue
        path, _, value = change.partition("= ")
        raw.append(repeated(value))
        mark = _MARK.format(len(raw))
        if not path.strip():
            document = mark
            continue
        parent, last = place(document, path.strip())
        if isinstance(parent, list) and last == len(parent):
            parent.append(mark)
        else:
            parent[last] = mark
    text = json.dumps(document)
    for number, value in enumerate(raw, 1):
        text = text.replace(f'"{_MARK.format(number)}"', value)
    return text


def repeated(text: str) -> str:
    """The text with `<64 × a>` written out."""
    return re.sub(r"<(\d+) × (.*?)>", lambda found: int(found[1]) * found[2], text)


def place(document: Any, path: str) -> tuple[Any, Any]:
    """What holds the place, and its key there."""
    keys = tuple(int(each) if each.isdigit() else each for each in re.findall(r"[^.\[\]]+", path))
    found = [each for each in _paths(document) if each[-len(keys) :] == keys]
    assert len(found) <= 1 or keys in found, f"{path} is in several places: {found}"
    *way, last = keys if keys in found or not found else found[0]
    parent = document
    for key in way:
        parent = parent[key]
    return parent, last


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else items:
        yield from _paths(inner, (*at, key))
