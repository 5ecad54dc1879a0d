"""The museum: each bug of the field, put into our core, is found and shown as what it is."""

import re
from collections import Counter
from functools import cache
from importlib import import_module

import pytest

from rolling import follow
from rolling.checking import DeploymentModel, explore
from tests.checking.museum.edits import OURS, RULES, Edit, core_with
from tests.checking.museum.exhibits import EXHIBITS, ROOMS, Begin, Exhibit
from tests.checking.museum.page import (
    PAGE,
    Found,
    anchor,
    broken_by,
    found_first,
    found_for_the_page,
    page,
    promise,
)

NAMES = [exhibit.name for exhibit in EXHIBITS]


@cache
def shown_of(exhibit: Exhibit) -> Found:
    return found_for_the_page(exhibit)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=NAMES)
def test_an_exhibit_breaks_exactly_what_the_page_says(exhibit: Exhibit) -> None:
    first = found_first(exhibit)
    assert tuple(violation.property for violation in first.violations) == exhibit.forbidden_by
    shown = shown_of(exhibit).violations[0]
    assert shown.trace is not None
    assert shown.property == (exhibit.in_the_world or exhibit.forbidden_by[0])


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=NAMES)
def test_it_is_the_edit_that_breaks_it(exhibit: Exhibit) -> None:
    """The same update in the same world, carried out by our core, breaks nothing so soon."""
    model = DeploymentModel(exhibit.begin.deployment(OURS), exhibit.limits)
    assert explore(model, state_limit=1_000).violations == ()


def test_the_page_is_as_the_code_is(rewrite: bool) -> None:
    written = page({exhibit.name: shown_of(exhibit) for exhibit in EXHIBITS})
    if rewrite:
        PAGE.write_text(written, "utf-8")
    assert PAGE.read_text("utf-8") == written


def test_there_are_many_exhibits_and_each_is_one_of_a_kind() -> None:
    assert len(EXHIBITS) >= 12
    assert len({exhibit.name for exhibit in EXHIBITS}) == len(EXHIBITS)
    assert len({exhibit.edit for exhibit in EXHIBITS}) == len(EXHIBITS)
    assert {exhibit.room for exhibit in EXHIBITS} == set(ROOMS)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=NAMES)
def test_an_exhibit_is_one_small_edit(exhibit: Exhibit) -> None:
    changed = Counter(line[0] for line in exhibit.edit.as_diff().splitlines()[1:])
    assert 1 <= changed["+"] + changed["-"] <= 4


def test_every_exhibit_names_where_it_was_seen() -> None:
    for exhibit in EXHIBITS:
        assert exhibit.seen_in
        assert all(address.startswith("https://") for _, address in exhibit.seen_in)


def test_every_link_within_the_page_leads_to_an_exhibit() -> None:
    text = PAGE.read_text("utf-8")
    headings = {anchor(heading) for heading in re.findall(r"^## (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) == headings


def test_an_edit_of_the_museum_leaves_the_real_core_alone() -> None:
    begin = Begin(2, 2, lambda core: core.instances(1), 1)
    before = begin.deployment(OURS)
    for exhibit in EXHIBITS:
        assert core_with(exhibit.edit).follow is not follow
    assert begin.deployment(OURS) == before
    assert import_module("rolling.core.transition").follow is follow


def test_a_core_without_an_edit_that_matters_is_our_core() -> None:
    """What is loaded a second time does the same as what is loaded once."""
    exhibit = EXHIBITS[0]
    same = core_with(Edit("transition", "is the machine: it", "is a machine: it"))
    ours = explore(DeploymentModel(exhibit.begin.deployment(OURS)))
    theirs = explore(DeploymentModel(exhibit.begin.deployment(same), follow=same.follow))
    assert (theirs.states, theirs.steps, theirs.coverage) == (
        ours.states,
        ours.steps,
        ours.coverage,
    )
    assert theirs.violations == ()


def test_an_edit_that_fits_nothing_is_refused() -> None:
    with pytest.raises(AssertionError, match="is 0 times in pace"):
        core_with(Edit("pace", "no such line", ""))
    assert "properties" not in RULES


def test_every_property_that_is_named_says_what_it_promises() -> None:
    for name in {name for exhibit in EXHIBITS for name in broken_by(exhibit)}:
        assert promise(name).endswith(".")
