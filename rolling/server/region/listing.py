"""Listing: pages, filters and orders, the same for every List operation.

Here belongs what the parameters NextToken, MaxResults, NameContains, SortBy,
SortOrder and the time filters mean. What is listed, and under which names, is
the caller's to say.

A token holds where the last page ended and a digest of what is listed and of the
filters, nothing else, and the server keeps nothing for it: what is made or deleted
between two pages neither repeats nor hides anything else.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from rolling.core.errors import InvalidInput, Problem
from rolling.schema.shapes import shown
from rolling.server.service import Answer, Parameters

T = TypeVar("T")

Position = tuple[float | str, str]
"""Where something stands in an order: what it is sorted by, and its name to settle ties."""

PAGE = 10
"""MaxResults where it is absent: ListEndpoints' documented default; for the others ours."""

_PAGING = ("NextToken", "MaxResults", "MaxRecords")


def list_page(
    summaries: Iterable[Answer],
    parameters: Parameters,
    called: str,
    name: str,
    status: str | None = None,
) -> Answer:
    """The answer of a List operation: the summaries asked for, under `called`.

    `name` and `status` are the summaries' fields with the name and, if they
    have one, the status: what NameContains, StatusEquals and SortBy mean. They
    are ordered by CreationTime, the latest first, unless SortBy and SortOrder
    say otherwise; by name where that is equal. Raises InvalidInput for a
    NextToken that was not given for these filters.
    """
    sorted_by = {"Name": name, "Status": status}.get(parameters.get("SortBy", ""), "CreationTime")
    kept = [each for each in summaries if _matches(each, parameters, name, status)]

    def position(summary: Answer) -> Position:
        return summary[sorted_by or "CreationTime"], summary[name]

    descending = parameters.get("SortOrder", "Descending") == "Descending"
    size = parameters.get("MaxResults", PAGE)
    items, token = page(kept, position, {**parameters, "": called}, size, descending=descending)
    return {called: items} | ({"NextToken": token} if token else {})


def page(
    items: Iterable[T],
    position: Callable[[T], Position],
    parameters: Parameters,
    size: int,
    *,
    descending: bool = False,
) -> tuple[list[T], str | None]:
    """At most `size` items in the order of their positions, and the token of the next page.

    The page is the one that `NextToken` asks for, the first without it. The
    token is None when nothing is left. Raises InvalidInput for a NextToken that
    was not given for these filters.
    """
    ordered = sorted(items, key=position, reverse=descending)
    given = parameters.get("NextToken")
    if given:
        end = _read(given, parameters)
        if ordered and isinstance(end[0], str) != isinstance(position(ordered[0])[0], str):
            raise _bad(given)
        ordered = [
            each
            for each in ordered
            if (position(each) < end if descending else position(each) > end)
        ]
    if len(ordered) <= size:
        return ordered, None
    return ordered[:size], _token(position(ordered[size - 1]), parameters)


def _matches(summary: Answer, parameters: Parameters, name: str, status: str | None) -> bool:
    if parameters.get("NameContains", "") not in summary[name]:
        return False
    if status and parameters.get("StatusEquals") not in (None, summary[status]):
        return False
    # Of AWS's words, "greater than or equal to" is the creation's and "after" the modification's.
    made, changed = summary["CreationTime"], summary.get("LastModifiedTime", 0)
    return (
        ("CreationTimeBefore" not in parameters or made < parameters["CreationTimeBefore"])
        and ("CreationTimeAfter" not in parameters or made >= parameters["CreationTimeAfter"])
        and (
            "LastModifiedTimeBefore" not in parameters
            or changed < parameters["LastModifiedTimeBefore"]
        )
        and (
            "LastModifiedTimeAfter" not in parameters
            or changed > parameters["LastModifiedTimeAfter"]
        )
    )


def _token(end: Position, parameters: Parameters) -> str:
    text = json.dumps([_digest(parameters), *end], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read(token: str, parameters: Parameters) -> Position:
    try:
        found = json.loads(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
    except (UnicodeError, binascii.Error, ValueError, RecursionError):
        raise _bad(token) from None
    match found:
        case [digest, int() | float() | str() as key, str() as name] if digest == _digest(
            parameters
        ):
            return key, name
    raise _bad(token)


def _digest(parameters: Parameters) -> str:
    filters = {key: value for key, value in parameters.items() if key not in _PAGING}
    text = json.dumps(filters, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _bad(token: object) -> InvalidInput:
    rule = "must be the NextToken of an answer to the same request"
    return InvalidInput([Problem("NextToken", shown(token), rule)])
