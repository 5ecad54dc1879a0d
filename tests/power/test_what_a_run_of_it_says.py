"""A run fails for too few caught, for one that passes unexplained, and for a stale reason."""

import ast
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.power.mutants import Mutant, Place
from tests.power.running import CAUGHT, CRASHED, PASSED, Judgement, Verdict
from tests.power.verdict import ALIKE, UNSEEN, Explained, complaints, explained, table

pytestmark = pytest.mark.slow

NOTHING = Explained(Counter(), Counter())


def verdict(what: str, name: str = "a", *, alike: bool = False) -> Verdict:
    place = Place(ast.Pass(), "", None)
    mutant = Mutant("pace", "rule", name, "b", place, None)
    return Verdict(mutant, Judgement(what, "", "s1" if what == CAUGHT else "", 0, 0), alike)


def said(verdicts: list[Verdict], listed: Explained, *, whole: bool = True) -> list[str]:
    return list(complaints(verdicts, listed, whole=whole))


def test_too_few_caught_is_told_and_what_crashes_or_is_alike_does_not_count() -> None:
    many = [verdict(CAUGHT)] * 19 + [verdict(CRASHED)] * 9 + [verdict(PASSED, alike=True)]
    alike = Explained(Counter({"pace.rule: a => b": 1}), Counter())
    assert said(many, alike) == []
    unseen = Explained(alike.alike, Counter({"pace.rule: a => b": 1}))
    assert said([*many, verdict(PASSED)], unseen) == []
    twice = Explained(alike.alike, Counter({"pace.rule: a => b": 2}))
    assert said([*many, verdict(PASSED), verdict(PASSED)], twice) == [
        "90.5% were caught by a property, not 95%."
    ]


def test_what_passes_unexplained_and_what_is_explained_and_does_not_pass_are_told() -> None:
    caught = [verdict(CAUGHT)] * 99
    assert said([*caught, verdict(PASSED)], NOTHING) == [
        "unseen, without an explanation: pace.rule: a => b"
    ]
    assert said([*caught, verdict(PASSED, alike=True)], NOTHING) == [
        "alike, without an explanation: pace.rule: a => b"
    ]
    stale = Explained(Counter({"pace.rule: c => d": 1}), Counter())
    assert said(caught, stale) == ["listed as alike, and is not: pace.rule: c => d"]
    assert said(caught, stale, whole=False) == []


def test_the_table_counts_by_module_and_by_property() -> None:
    lines = list(table([verdict(CAUGHT), verdict(CAUGHT), verdict(PASSED)]))
    assert lines[1].split() == ["pace", "2", "1", "0", "0", "0", "0"]
    assert lines[-1].split() == ["2", "s1"]


def test_every_listed_mutant_has_a_reason() -> None:
    path = Path(__file__).with_name("survivors.toml")
    kinds = tomllib.loads(path.read_text("utf-8"))
    assert set(kinds) == {ALIKE, UNSEEN}
    for word in (ALIKE, UNSEEN):
        assert all(kind["reason"].strip() and kind["mutants"] for kind in kinds[word])
    listed = explained(path)
    assert not listed.alike & listed.unseen


def test_a_few_mutants_are_judged_as_they_are() -> None:
    """In a process of its own, which must not have loaded the core before."""
    only = "desired.due: baking = "
    command = [sys.executable, "-m", "tests.power", "--only", only, "--verbose"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    found = sorted(line.split(" | ")[0] for line in done.stdout.splitlines() if only in line)
    assert found == ["caught", "caught", "crashed"]
