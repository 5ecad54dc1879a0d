"""The museum: each bug of the field, put into our code, is found and shown as what it is."""

import re
from functools import cache

import pytest

from rolling.checking import explore
from tests.checking.museum.exhibit import Exhibit, Found
from tests.checking.museum.exhibits import EXHIBITS, ROOMS
from tests.checking.museum.page import PAGE, anchor, page, promise

pytestmark = pytest.mark.slow

NAMES = [exhibit.name for exhibit in EXHIBITS]


@cache
def shown_of(exhibit: Exhibit) -> Found:
    return exhibit.found_for_the_page()


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=NAMES)
def test_an_exhibit_breaks_exactly_what_the_page_says(exhibit: Exhibit) -> None:
    first = exhibit.found_first()
    assert tuple(violation.property for violation in first.violations) == exhibit.forbidden_by
    shown = shown_of(exhibit).violations[0]
    assert shown.trace is not None
    assert shown.property == (exhibit.in_the_world or exhibit.forbidden_by[0])


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=NAMES)
def test_it_is_the_change_that_breaks_it(exhibit: Exhibit) -> None:
    """The same update in the same world, carried out by our code, breaks nothing so soon."""
    found = explore(exhibit.begin.model(None), state_limit=2_000)
    assert found.states > shown_of(exhibit).states or found.complete
    assert found.violations == ()


def test_the_page_is_as_the_code_is(rewrite: bool) -> None:
    written = page({exhibit.name: shown_of(exhibit) for exhibit in EXHIBITS})
    if rewrite:
        PAGE.write_text(written, "utf-8")
    assert PAGE.read_text("utf-8") == written


def test_there_are_many_exhibits_and_each_is_one_of_a_kind() -> None:
    assert len(EXHIBITS) >= 12
    assert len({exhibit.name for exhibit in EXHIBITS}) == len(EXHIBITS)
    assert len({exhibit.change.diff() for exhibit in EXHIBITS}) == len(EXHIBITS)
    assert all(room.exhibits for room in ROOMS)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=NAMES)
def test_an_exhibit_is_one_small_change(exhibit: Exhibit) -> None:
    """A few lines or edges differ. All the rest is ours, word for word."""
    lines = exhibit.change.diff().splitlines()[2:]
    assert 1 <= sum(line.startswith("-") for line in lines) <= 6
    assert sum(line.startswith("+") for line in lines) <= 3


def test_every_exhibit_names_where_it_was_seen() -> None:
    for exhibit in EXHIBITS:
        assert exhibit.seen_in
        assert all(address.startswith("https://") for _, address in exhibit.seen_in)


def test_every_link_within_the_page_leads_to_an_exhibit() -> None:
    text = PAGE.read_text("utf-8")
    headings = {anchor(heading) for heading in re.findall(r"^## (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) == headings


def test_every_property_that_is_named_says_what_it_promises() -> None:
    for name in {name for exhibit in EXHIBITS for name in exhibit.breaks}:
        assert promise(name).endswith(".")
