"""Listing: pages, filters and orders, the same for all List operations.

It implements the parameters NextToken, MaxResults, NameContains, SortBy, SortOrder and the
time filters. The caller says what is listed, and under which names.

A token contains only the end of the last page and a digest of the list and its filters;
the server stores nothing. Items made or deleted between two pages neither repeat nor hide
others.
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
"""The position of an item: its sort key, and its name for ties."""

PAGE = 10
"""The default MaxResults: documented for ListEndpoints, our own for the others."""

_PAGING = ("NextToken", "MaxResults", "MaxRecords")


def list_page(
    summaries: Iterable[Answer],
    parameters: Parameters,
    called: str,
    name: str,
    status: str | None = None,
) -> Answer:
    """The answer of a List operation: the requested summaries, under `called`.

    `name`, `status`: the summaries' fields for NameContains, StatusEquals and SortBy. By
    default the latest CreationTime comes first; ties are ordered by name. Raises
    InvalidInput for a NextToken from other filters.
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

    `NextToken` selects the page; without it, the first. The token is None if nothing is
    left. Raises InvalidInput for a NextToken from other filters.
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
    # AWS writes "greater than or equal to" for the creation, "after" for the modification.
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
