"""A sweep misses no legal policy, is the same on any number of processes, and can be stopped."""

from pathlib import Path

import pytest

from rolling import InvalidInput, RollingUpdatePolicy, instances, percent, serving, start, wanted
from rolling.checking import Granularity
from rolling.checking.estimate import estimated_case_states, estimated_sweep_states
from rolling.checking.sweep import (
    Case,
    CaseVerdict,
    HowToCheck,
    Pairing,
    case_count,
    cases,
    check_case,
    fleets,
)
from rolling.checking.workers import check_cases
from tests.checking.pinned import pinned

FILE = Path(__file__).with_name("sweep_states.txt")


def legal(old: int, new: int) -> set[tuple[int, int]]:
    """Every pair of batches that some legal policy comes to, found by trying all of them."""

    def counts(fleet: int, *, back: bool) -> set[int]:
        found = set()
        for size in (*map(instances, range(1, fleet + 2)), *map(percent, range(1, 102))):
            policy = RollingUpdatePolicy(percent(50) if back else size, 60, size if back else None)
            try:
                start(serving("a", old), wanted("b", new), policy)
            except InvalidInput:
                continue
            found.add(size.count_in(fleet))
        return found

    batches, backs = counts(new, back=False), counts(old, back=True)
    return {(batch, back) for batch in batches for back in backs}


@pytest.mark.parametrize(("old", "new"), [(1, 1), (2, 2), (7, 7), (3, 9), (30, 1), (37, 37)])
def test_no_legal_policy_is_missed_and_none_is_taken_twice(old: int, new: int) -> None:
    found = [(case.batch, case.rollback_batch) for case in cases(old, new)]
    assert set(found) == legal(old, new)
    assert len(found) == len(set(found)) == case_count(old, new)


def test_a_case_starts_the_deployment_that_it_names() -> None:
    for case in cases(30, 30):
        pace = case.deployment().spec.pace
        assert (pace.provision_batch, pace.rollback_batch) == (case.batch, case.rollback_batch)


def test_pairs_of_fleets() -> None:
    assert list(fleets(2, 4)) == [(2, 2), (3, 3), (4, 4)]
    assert list(fleets(1, 3, Pairing.UNEQUAL)) == [(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)]
    everything = set(fleets(1, 3, Pairing.ALL))
    assert everything == {(old, new) for old in (1, 2, 3) for new in (1, 2, 3)}


def test_the_states_of_the_sweep_of_1_to_6_are_the_pinned_ones(rewrite: bool) -> None:
    """A changed number is a changed behaviour; `--rewrite` writes it down once you know which."""
    lines = ["# old, new, batch, rollback batch, states, steps, distinct deployments\n"]
    every = [case for old, new in fleets(1, 6) for case in cases(old, new)]
    for verdict in check_cases(every, HowToCheck(), processes=1):
        assert verdict.complete and not verdict.found
        case = verdict.case
        lines.append(
            f"{case.old} {case.new} {case.batch} {case.rollback_batch} "
            f"{verdict.states:5} {verdict.steps:5} {verdict.deployments:4}\n"
        )
    if rewrite:
        FILE.write_text("".join(lines))
    assert "".join(lines) == FILE.read_text()


def test_a_case_has_the_states_that_are_pinned_of_its_configuration() -> None:
    verdict = check_case(Case(4, 4, 2, 3), HowToCheck())
    assert (verdict.states, verdict.deployments) == pinned()["rolling 4 to 4 by 2, back by 3"]


def test_several_processes_find_what_one_does() -> None:
    every = [case for old, new in fleets(1, 3, Pairing.ALL) for case in cases(old, new)]
    how = HowToCheck(granularity=Granularity.COARSE)
    alone, together = (
        {v.case: (v.states, v.steps, v.edges_taken) for v in check_cases(every, how, processes=n)}
        for n in (1, 2)
    )
    assert list(alone) == every
    assert alone == together


@pytest.mark.parametrize("processes", [1, 2])
def test_a_sweep_that_is_told_to_stop_does(processes: int) -> None:
    every = [case for old, new in fleets(1, 40) for case in cases(old, new)]
    found: list[CaseVerdict] = []
    for verdict in check_cases(every, HowToCheck(), processes=processes, go_on=lambda: not found):
        found.append(verdict)
    assert 1 <= len(found) < 20


@pytest.mark.parametrize(
    "case",
    [Case(4, 4, 1, 1), Case(8, 8, 4, 8), Case(9, 9, 3, 2), Case(20, 20, 5, 7), Case(6, 4, 2, 3)],
)
def test_an_estimate_is_right_within_a_third(case: Case) -> None:
    how = HowToCheck()
    states = check_case(case, how).states
    assert states * 2 / 3 < estimated_case_states(case, how) < states * 3 / 2


@pytest.mark.parametrize(
    ("case", "how"),
    [
        (Case(1, 1, 1, 1), HowToCheck(losses=3)),
        (Case(1, 1, 1, 1), HowToCheck(stalls=9)),
        (Case(2, 2, 1, 1), HowToCheck(losses=2)),
        (Case(4, 4, 2, 2), HowToCheck(losses=1, stalls=1)),
    ],
)
def test_an_estimate_knows_losses_and_stalls(case: Case, how: HowToCheck) -> None:
    states = check_case(case, how).states
    assert states * 2 / 3 < estimated_case_states(case, how) < states * 3 / 2


def test_an_estimate_of_many_fleets_looks_at_some_and_is_about_the_sum_of_all() -> None:
    how = HowToCheck()
    pairs = tuple(fleets(1, 12, Pairing.ALL))
    exactly = sum(estimated_case_states(case, how) for pair in pairs for case in cases(*pair))
    assert exactly * 0.8 < estimated_sweep_states(pairs, how) < exactly * 1.25
