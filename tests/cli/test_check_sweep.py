"""`rolling check --sweep` goes through every legal policy of a range of fleets, on all cores."""

import json
import sys
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rolling.checking import Granularity, estimate
from rolling.checking.sweep import Case, HowToCheck, Pairing
from rolling.cli.check_arguments import Asked
from rolling.cli.check_size import Reach, refuse_large_sweep
from rolling.cli.check_text import sweep_text
from rolling.cli.checking import check_sweep
from rolling.cli.interruption import Interruption
from rolling.core.errors import InvalidInput
from rolling.view.terminal import Terminal
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
    asked = Asked(None, (1, 3), Pairing.EQUAL, how, confirmed=False)
    document, exit_code = check_sweep(asked, Interruption())
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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_what_was_found_before_a_process_was_killed_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    how = HowToCheck(follow=wrong_cores.is_killed_with_its_process)
    asked = Asked(None, (1, 4), Pairing.EQUAL, how, confirmed=False)
    document, exit_code = check_sweep(asked, Interruption(), processes=2)
    valid(json.loads(json.dumps(document)))
    assert exit_code == 5
    assert document["Verdict"] == "Undecided"
    assert 0 < document["PoliciesChecked"] < document["Policies"]
    assert "rolling: a process of the sweep was killed from outside" in capsys.readouterr().err


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of two cores that is always as fast."""
    monkeypatch.setattr(Reach, "measured", lambda cores=None: Reach(cores or 2, 4000))


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ("8..1", "1..8"),
        ("0..4", "1..4"),
        ("0", "1..1"),
        ("-1..3", "1..3"),
        ("3..-1", "1..3"),
        ("0" * 30 + "5..4", "4..5"),
        ("1-20", "1..8"),
        ("1..", "1..8"),
        ("x", "1..8"),
        ("", "1..8"),
        ("1..5..9", "1..8"),
    ],
)
def test_a_bad_range_is_answered_with_one_that_works(
    rolling: Command, given: str, fix: str
) -> None:
    result = rolling("check", f"--sweep={given}", "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    (problem,) = result.error["Problems"]
    assert (problem["Field"], problem["Value"], problem["Fix"]) == ("--sweep", given, fix)


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize(
    "given",
    ["1..101", "300..200", "1..100000", "5000000000", f"{'9' * 20}..{'9' * 4999}"],
)
@pytest.mark.parametrize("more", [(), ("--fleets", "unequal"), ("--losses", "3")])
def test_a_range_beyond_the_limits_is_told_them_and_one_that_begins_unasked(
    rolling: Command, given: str, more: tuple[str, ...]
) -> None:
    (problem,) = rolling("check", "--sweep", given, *more, "-o", "json").error["Problems"]
    assert "1 ≤ FIRST ≤ LAST ≤ 100" in problem["Rule"]
    assert begins_unasked(problem["Fix"], *more)


def begins_unasked(fix: str, *more: str) -> bool:
    """Whether a sweep begins that is given this instead, with these other arguments."""
    sweep, *others = fix.split()
    told = dict(zip(*[iter((*more, *others))] * 2, strict=True))
    first, last = map(int, sweep.split(".."))
    granularity = told.get("--granularity")
    how = HowToCheck(
        int(told.get("--losses", 0)),
        int(told.get("--stalls", 0)),
        None if granularity is None else Granularity(granularity),
    )
    refuse_large_sweep((first, last), Pairing(told.get("--fleets", "equal")), how)
    return True


@pytest.mark.usefixtures("steady")
def test_what_looks_like_an_option_is_the_value_that_it_is_meant_as(rolling: Command) -> None:
    apart = rolling("check", "--sweep", "-1..3", "-o", "json")
    assert apart.error == rolling("check", "--sweep=-1..3", "-o", "json").error
    assert apart.error["Problems"][0]["Fix"] == "1..3"


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize("given", ["1", "3", "100", "100..100"])
def test_a_range_without_a_pair_is_answered_with_one_that_has_some(
    rolling: Command, given: str
) -> None:
    unequal = ("--fleets", "unequal")
    result = rolling("check", "--sweep", given, *unequal, "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    (problem,) = result.error["Problems"]
    assert "no pair of unequal fleets" in problem["Rule"]
    first, last = problem["Fix"].split("..")
    assert int(first) < int(last)
    assert begins_unasked(problem["Fix"], *unequal)


@pytest.mark.usefixtures("steady")
def test_a_sweep_takes_no_file_and_a_file_or_a_sweep_is_needed(rolling: Command) -> None:
    result = rolling("check", "a.json", "--sweep", "1..2", "--instances", "3", "-o", "json")
    assert result.exit_code == 2
    assert [problem["Field"] for problem in result.error["Problems"]] == ["FILE", "--instances"]
    result = rolling("check", "-o", "json")
    assert result.exit_code == 2
    assert result.error["Problems"][0]["Fix"] == "--sweep 1..5"


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize(
    ("sweep", "more"),
    [
        ("1..100", ("--fleets", "all")),
        ("100..100", ()),
        ("99..100", ("--fleets", "unequal")),
        ("30..30", ("--granularity", "exact", "--losses", "1")),
        ("1..1", ("--losses", "9", "--stalls", "9")),
        ("1..100", ("--fleets", "all", "--granularity", "exact", "--losses", "9")),
    ],
)
def test_a_sweep_too_large_is_refused_with_an_estimate_and_one_that_is_not(
    rolling: Command, sweep: str, more: tuple[str, ...]
) -> None:
    result = rolling("check", "--sweep", sweep, *more, "-o", "json")
    assert (result.exit_code, result.out) == (2, "")
    (problem,) = result.error["Problems"]
    assert (problem["Field"], problem["Value"]) == ("--sweep", sweep)
    for said in ("states", "which take about", "--yes"):
        assert said in problem["Rule"]
    assert problem["Fix"] != sweep
    assert begins_unasked(problem["Fix"], *more)


def test_the_estimate_of_the_largest_sweep_looks_at_a_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[Case] = []
    count = estimate.estimated_case_states

    def counted(case: Case, how: HowToCheck) -> int:
        looked_at.append(case)
        return count(case, how)

    monkeypatch.setattr(estimate, "estimated_case_states", counted)
    how = HowToCheck(9, 9, Granularity.EXACT)
    monkeypatch.setattr(Reach, "measured", lambda cores=None: Reach(2, 4000))
    with pytest.raises(InvalidInput):
        refuse_large_sweep((1, 100), Pairing.ALL, how)
    assert len(looked_at) < 20_000


@pytest.mark.parametrize("columns", [20, 30, 40, 80])
def test_a_sweep_fits_a_narrow_terminal(rolling: Command, columns: int) -> None:
    text = rolling("check", "--sweep", "1..2", columns=columns).out
    assert max(map(len, text.splitlines())) <= columns
    words = " ".join(text.split())
    assert ("1 → 1: 1 policy, 178 states, 31 deployments" in words) == (columns < 80)


def test_one_policy_is_one_policy(rolling: Command) -> None:
    assert rolling("check", "--sweep", "1").out.startswith("1 policy: every property holds")


def test_a_pipe_sees_no_progress(rolling: Command) -> None:
    assert rolling("check", "--sweep", "1..2").err == ""
