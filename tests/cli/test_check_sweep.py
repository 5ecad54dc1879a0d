"""`rolling check --sweep` goes through every legal policy of a range of fleets, on all cores."""

import json
import sys
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rolling.checking.sweep import HowToCheck, case_count, equal_fleets
from rolling.cli.check_arguments import Asked
from rolling.cli.check_text import sweep_text
from rolling.cli.checking import check_sweep
from rolling.cli.interruption import Interruption
from rolling.view.terminal import Terminal
from tests.checking.test_sweep import FILE, UNEQUAL
from tests.cli import wrong_cores
from tests.cli.command import Command

pytestmark = pytest.mark.slow

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


def test_within_room_every_surge_and_missing_count_is_swept(rolling: Command) -> None:
    result = rolling("check", "--sweep", "1..3", "--within-room", "-o", "json")
    assert (result.exit_code, result.err) == (0, "")
    document = valid(result.document)
    assert (document["Verdict"], document["WithinRoom"]) == ("Holds", True)
    assert [fleet["Policies"] for fleet in document["Fleets"]] == [
        case_count(size, size, within_room=True) for size in (1, 2, 3)
    ]
    text = " ".join(rolling("check", "--sweep", "2", "--within-room").out.split())
    assert "policies within room: every property holds in every reachable state." in text


def test_only_a_sweep_is_within_room(rolling: Command) -> None:
    result = rolling("check", "request.json", "--within-room")
    assert result.exit_code == 2
    assert "--within-room" in result.err


def test_one_size_is_a_range_too(rolling: Command) -> None:
    document = rolling("check", "--sweep", "3", "-o", "json").document
    assert [(fleet["Old"], fleet["New"]) for fleet in document["Fleets"]] == [(3, 3)]


def test_two_ranges_are_every_pair_of_an_old_and_a_new_fleet(rolling: Command) -> None:
    result = rolling("check", "--sweep", "2..3:1..2", "-o", "json")
    assert (result.exit_code, result.err) == (0, "")
    fleets = [(fleet["Old"], fleet["New"]) for fleet in valid(result.document)["Fleets"]]
    assert fleets == [(2, 1), (2, 2), (3, 1), (3, 2)]


def test_the_unequal_pairs_have_the_states_that_are_pinned(rolling: Command) -> None:
    document = rolling("check", "--sweep", "3:2", "-o", "json").document
    cases = [tuple(map(int, line.split())) for line in UNEQUAL.read_text().splitlines()[1:]]
    (fleet,) = valid(document)["Fleets"]
    assert fleet["States"] == sum(case[4] for case in cases if case[:2] == (3, 2))


def test_the_text_has_a_row_for_each_fleet_and_fits(rolling: Command) -> None:
    text = rolling("check", "--sweep", "1..3").out
    assert "6 policies: every property holds in every reachable state." in text
    rows = [line.split()[:4] for line in text.splitlines() if "→" in line]
    assert rows == [["1", "→", "1", "1"], ["2", "→", "2", "2"], ["3", "→", "3", "3"]]
    assert max(map(len, text.splitlines())) <= 80


def test_a_broken_property_is_shown_by_the_smallest_policy_that_breaks_it() -> None:
    how = HowToCheck(follow=wrong_cores.gives_up_the_old_batch_at_the_shift)
    asked = Asked(None, equal_fleets((1, 3)), how)
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
    asked = Asked(None, equal_fleets((1, 4)), how)
    document, exit_code = check_sweep(asked, Interruption(), processes=2)
    valid(json.loads(json.dumps(document)))
    assert exit_code == 5
    assert document["Verdict"] == "Undecided"
    assert 0 < document["PoliciesChecked"] < document["Policies"]
    assert "rolling: a process of the sweep was killed from outside" in capsys.readouterr().err


def test_what_looks_like_an_option_is_the_value_that_it_is_meant_as(rolling: Command) -> None:
    apart = rolling("check", "--sweep", "-1..3", "-o", "json")
    assert apart.error == rolling("check", "--sweep=-1..3", "-o", "json").error
    assert apart.error["Problems"][0]["Fix"] == "1..3"


def test_a_sweep_says_how_many_of_its_searches_came_to_their_limit(rolling: Command) -> None:
    arguments = ("check", "--sweep", "1..2", "--state-limit", "200")
    result = rolling(*arguments, "-o", "json")
    assert (result.exit_code, result.err) == (5, "")
    document = valid(result.document)
    assert (document["Verdict"], document["Interrupted"]) == ("Undecided", False)
    assert (document["StateLimit"], document["Policies"]) == (200, 3)
    assert (document["PoliciesChecked"], document["PoliciesUndecided"]) == (1, 2)
    assert [fleet["PoliciesUndecided"] for fleet in document["Fleets"]] == [0, 2]
    text = rolling(*arguments)
    assert text.exit_code == 5
    words = " ".join(text.out.split())
    assert "1 of 3 policies: undecided; no property is broken so far." in words
    assert "2 searches stopped at the limit of 200 states;" in words


@pytest.mark.parametrize("columns", [20, 30, 40, 80])
def test_a_sweep_fits_a_narrow_terminal(rolling: Command, columns: int) -> None:
    text = rolling("check", "--sweep", "1..2", columns=columns).out
    assert max(map(len, text.splitlines())) <= columns
    words = " ".join(text.split())
    assert ("1 → 1: 1 policy, 176 states, 30 deployments" in words) == (columns < 80)


def test_one_policy_is_one_policy(rolling: Command) -> None:
    assert rolling("check", "--sweep", "1").out.startswith("1 policy: every property holds")


def test_a_pipe_sees_no_progress(rolling: Command) -> None:
    assert rolling("check", "--sweep", "1..2").err == ""
