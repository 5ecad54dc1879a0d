"""Lists come in pages, filtered and ordered as asked, whatever changes between two pages."""

import base64
import json
from typing import Any

import pytest

from rolling.core.errors import InvalidInput
from rolling.server.region.listing import list_page
from rolling.server.service import Answer
from tests.server.clouds import Sky


def things(count: int, *, at: float | None = None) -> list[Answer]:
    """Things named t00, t01, …, made a second apart, or all `at` once."""
    return [
        {
            "Name": f"t{each:02}",
            "CreationTime": float(each) if at is None else at,
            "LastModifiedTime": float(each),
            "Status": "Odd" if each % 2 else "Even",
        }
        for each in range(count)
    ]


def listed(items: list[Answer], **parameters: Any) -> Answer:
    return list_page(items, parameters, "Things", "Name", "Status")


def names(answer: Answer) -> list[str]:
    return [each["Name"] for each in answer["Things"]]


def all_pages(items: list[Answer], **parameters: Any) -> list[str]:
    found: list[str] = []
    answer = listed(items, **parameters)
    while True:
        found += names(answer)
        if "NextToken" not in answer:
            return found
        answer = listed(items, **parameters, NextToken=answer["NextToken"])


def test_the_latest_comes_first_and_a_page_has_ten() -> None:
    answer = listed(things(12))
    assert names(answer) == [f"t{each:02}" for each in range(11, 1, -1)]
    rest = listed(things(12), NextToken=answer["NextToken"])
    assert names(rest) == ["t01", "t00"]
    assert "NextToken" not in rest


def test_a_page_that_is_just_full_has_no_token() -> None:
    assert "NextToken" not in listed(things(10))
    assert listed([]) == {"Things": []}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", ["Name", "CreationTime", "Status"])
@pytest.mark.parametrize("at", [None, 5.0])
def test_pages_of_any_size_hold_everything_once_in_order(
    size: int, order: str, by: str, at: float | None
) -> None:
    items = things(7, at=at)
    found = all_pages(items[::-1], MaxResults=size, SortBy=by, SortOrder=order)
    field = {"Name": "Name", "CreationTime": "CreationTime", "Status": "Status"}[by]
    expected = sorted(items, key=lambda each: (each[field], each["Name"]))
    in_order = [each["Name"] for each in expected]
    assert found == (in_order if order == "Ascending" else in_order[::-1])


def test_what_is_made_and_deleted_between_pages_hides_and_repeats_nothing_else() -> None:
    items = things(6)
    first = listed(items, MaxResults=3)
    assert names(first) == ["t05", "t04", "t03"]
    later = [*items[:1], *items[2:3], *items[4:], {**items[0], "Name": "new", "CreationTime": 9.0}]
    second = listed(later, MaxResults=3, NextToken=first["NextToken"])
    assert names(second) == ["t02", "t00"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"NameContains": "t1"}, ["t10", "t11"]),
        ({"NameContains": "T1"}, []),
        ({"CreationTimeBefore": 2.0}, ["t00", "t01"]),
        ({"CreationTimeAfter": 10.0}, ["t10", "t11"]),
        ({"CreationTimeAfter": 3, "CreationTimeBefore": 5}, ["t03", "t04"]),
        ({"LastModifiedTimeBefore": 1.0}, ["t00"]),
        ({"LastModifiedTimeAfter": 10.0}, ["t11"]),
        ({"StatusEquals": "Odd", "CreationTimeAfter": 8}, ["t09", "t11"]),
    ],
)
def test_filters_keep_what_they_name(filters: dict[str, Any], expected: list[str]) -> None:
    assert names(listed(things(12), SortBy="Name", SortOrder="Ascending", **filters)) == expected


def test_a_token_is_refused_under_other_filters_but_not_under_another_page_size() -> None:
    token = listed(things(12), NameContains="t")["NextToken"]
    assert names(listed(things(12), NameContains="t", NextToken=token, MaxResults=1)) == ["t01"]
    with pytest.raises(InvalidInput, match="NextToken"):
        listed(things(12), NameContains="t0", NextToken=token)


def forged(change: object) -> str:
    token = listed(things(12))["NextToken"]
    digest = json.loads(base64.urlsafe_b64decode(token))[0]
    return base64.urlsafe_b64encode(json.dumps([digest, *change]).encode()).decode()  # type: ignore[misc]


@pytest.mark.parametrize(
    "token",
    [
        "0",
        "not a token",
        "é",
        "AAAA",
        base64.b64encode(b"[" * 5_000).decode(),
        base64.b64encode(b"{}").decode(),
        forged(["a string where a time should be", "t01"]),
        forged([1.0]),
        forged([1.0, 2.0]),
        forged([None, "t01"]),
    ],
)
def test_a_token_that_nobody_gave_is_refused(token: str) -> None:
    with pytest.raises(InvalidInput, match="must be the NextToken of an answer"):
        listed(things(12), NextToken=token)


def test_a_token_of_another_list_is_refused() -> None:
    sky = Sky()
    token = sky.call("ListEndpointConfigs", MaxResults=1)["NextToken"]
    assert "NextToken" in sky.refusal("ListModels", NextToken=token)
