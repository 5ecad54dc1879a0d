"""`rolling check --sweep` goes through every legal policy of a range of fleets, on all cores."""

import json
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rolling.checking.sweep import HowToCheck, Pairing
from rolling.cli.check_text import sweep_text
from rolling.cli.checking import Asked, check_sweep
from rolling.cli.terminal import Terminal
from tests.checking.test_sweep import FILE
from tests.cli import wrong_cores
from tests.cli.command import Command

SCHEMA = json.loads(
    resources.files("rolling.checking").joinpath("schemas/sweep.schema.json").read_text("utf-8")
)


def valid(document: Any) -> Any:
    Draft202012Validator.check_schema(SCHEMA)
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    return document


def test_every_policy_of_the_range_is_checked(rolling: Command) -> None:
    result = rolling("check", "--sweep", "1..4", "-o", "json")
    assert (result.exit_code, result.err) == (0, "")
    document = valid(result.document)
    assert document["Verdict"] == "Holds"
    rows = [
        (fleet["Old"], fleet["New"], fleet["PoliciesChecked"], fleet["States"])
        for fleet in document["Fleets"]
    ]
    # The sums of what is pinned one by one.
    cases = [tuple(map(int, line.split())) for line in FILE.read_text().splitlines()[1:]]
    pinned = {size: [case[4] for case in cases if case[0] == size] for size in range(1, 5)}
    assert rows == [(size, size, len(found), sum(found)) for size, found in pinned.items()]
    assert document["Policies"] == document["PoliciesChecked"] == 14
    assert document["States"] == sum(states for *_, states in rows)


def test_one_size_is_a_range_too(rolling: Command) -> None:
    document = rolling("check", "--sweep", "3", "-o", "json").document
    assert [(fleet["Old"], fleet["New"]) for fleet in document["Fleets"]] == [(3, 3)]


@pytest.mark.parametrize(
    ("pairing", "pairs"),
    [
        ("equal", [(2, 2), (3, 3)]),
        ("unequal", [(2, 3), (3, 2)]),
        ("all", [(2, 2), (2, 3), (3, 2), (3, 3)]),
    ],
)
def test_which_old_fleets_go_to_which_new_ones_can_be_chosen(
    rolling: Command, pairing: str, pairs: list[tuple[int, int]]
) -> None:
    result = rolling("check", "--sweep", "2..3", "--fleets", pairing, "-o", "json")
    assert result.exit_code == 0
    assert [(fleet["Old"], fleet["New"]) for fleet in valid(result.document)["Fleets"]] == pairs


def test_the_text_has_a_row_for_each_fleet_and_fits(rolling: Command) -> None:
    text = rolling("check", "--sweep", "1..3").out
    assert "6 policies: every property holds in every reachable state." in text
    rows = [line.split()[:4] for line in text.splitlines() if "→" in line]
    assert rows == [["1", "→", "1", "1"], ["2", "→", "2", "2"], ["3", "→", "3", "3"]]
    assert max(map(len, text.splitlines())) <= 80


def test_a_broken_property_is_shown_by_the_smallest_policy_that_breaks_it() -> None:
    how = HowToCheck(follow=wrong_cores.gives_up_the_old_batch_at_the_shift)
    document, exit_code = check_sweep(Asked(None, (1, 3), Pairing.EQUAL, how, confirmed=False))
    assert exit_code == 1
    valid(json.loads(json.dumps(document)))
    assert document["Verdict"] == "Broken"
    assert document["PoliciesChecked"] == document["Policies"] == 6
    violation = next(
        violation
        for violation in document["Violations"]
        if violation["Property"] == "s3_no_real_traffic_to_nothing_in_service"
    )
    smallest = [violation[key] for key in ("Old", "New", "BatchSize", "RollbackBatchSize")]
    assert smallest == [1, 1, 1, 1]
    text = sweep_text(document, Terminal())
    assert "6 of them broken" in text
    assert "the smallest: 1 → 1 instances by 1, back by 1." in " ".join(text.split())


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ("20..1", "1..20"),
        ("0..4", "1..4"),
        ("1..101", "1..100"),
        ("0", "1..1"),
        ("300..200", "100..100"),
        ("1-20", "1..20"),
        ("1..", "1..20"),
        ("x", "1..20"),
        ("", "1..20"),
        ("1..5..9", "1..20"),
    ],
)
def test_a_bad_range_is_answered_with_one_that_works(
    rolling: Command, given: str, fix: str
) -> None:
    result = rolling("check", f"--sweep={given}", "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    (problem,) = result.error["Problems"]
    assert (problem["Field"], problem["Value"], problem["Fix"]) == ("--sweep", given, fix)


def test_a_range_without_a_pair_is_answered(rolling: Command) -> None:
    result = rolling("check", "--sweep", "3", "--fleets", "unequal")
    assert (result.exit_code, result.out) == (2, "")
    assert "no pair of unequal fleets" in " ".join(result.err.split())


def test_a_sweep_takes_no_file_and_a_file_or_a_sweep_is_needed(rolling: Command) -> None:
    result = rolling("check", "a.json", "--sweep", "1..2", "--instances", "3", "-o", "json")
    assert result.exit_code == 2
    assert [problem["Field"] for problem in result.error["Problems"]] == ["FILE", "--instances"]
    result = rolling("check", "-o", "json")
    assert result.exit_code == 2
    assert result.error["Problems"][0]["Fix"] == "--sweep 1..5"


def test_a_sweep_too_large_is_refused_with_an_estimate_and_a_range_that_is_not(
    rolling: Command,
) -> None:
    result = rolling("check", "--sweep", "1..100", "--fleets", "all", "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    (problem,) = result.error["Problems"]
    assert problem["Field"] == "--sweep"
    for said in ("states", "days", "--yes", "a smaller range: 1.."):
        assert said in problem["Rule"]


@pytest.mark.parametrize("pairing", ["equal", "unequal", "all"])
def test_where_no_part_of_a_range_is_small_enough_none_is_advised(
    rolling: Command, pairing: str
) -> None:
    sweep = ("check", "--sweep", "99..100", "--fleets", pairing, "-o", "json")
    for told, advice in (
        ((), "or a range that begins with smaller fleets"),
        (("--losses", "3", "--granularity", "exact"), "or --granularity coarse or fewer --losses"),
    ):
        (problem,) = rolling(*sweep, *told).error["Problems"]
        assert advice in problem["Rule"]


def test_a_pipe_sees_no_progress(rolling: Command) -> None:
    assert rolling("check", "--sweep", "1..2").err == ""
