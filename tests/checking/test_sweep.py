"""A sweep misses no legal policy, is the same on any number of processes, and can be stopped."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rolling import (
    InvalidInput,
    RollingUpdatePolicy,
    Share,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.checking import Granularity, workers
from rolling.checking.sweep import (
    Case,
    CaseChecker,
    CaseVerdict,
    HowToCheck,
    all_fleets,
    case_count,
    cases,
    equal_fleets,
)
from rolling.checking.workers import check_cases
from tests.checking.pinned import pinned

pytestmark = pytest.mark.slow

FILE = Path(__file__).with_name("sweep_states.txt")
UNEQUAL = Path(__file__).with_name("unequal_sweep_states.txt")


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


@pytest.mark.parametrize(("old", "new"), [(1, 1), (2, 2), (4, 4), (6, 4), (1, 4)])
def test_within_room_every_surge_and_every_missing_count_is_taken_once(old: int, new: int) -> None:
    found = cases(old, new, within_room=True)
    assert len(set(found)) == len(found) == case_count(old, new, within_room=True)
    rooms = {(case.batch, case.unavailable) for case in found}
    every = {(surge + missing, missing) for surge in range(new + 1) for missing in range(new)}
    assert rooms == every - {(0, 0)}
    for case in found:
        spec = case.deployment().spec
        assert (spec.pace.provision_batch, spec.pace.rollback_batch) == (
            case.batch,
            case.rollback_batch,
        )
        assert spec.new.full - spec.new.floor == case.unavailable


def test_within_room_what_is_shared_changes_no_verdict() -> None:
    """Fleets with different floors are different fleets: nothing is shared between them."""
    every = [
        case for old, new in ((3, 3), (3, 2), (2, 3)) for case in cases(old, new, within_room=True)
    ]
    found = []
    for shares in (True, False):
        checker = CaseChecker(HowToCheck(), shares=shares)
        verdicts = [checker.check(case) for case in every]
        assert all(verdict.complete and not verdict.found for verdict in verdicts)
        found.append([(v.case, v.states, v.steps, v.deployments) for v in verdicts])
    assert found[0] == found[1]


def test_pairs_of_fleets() -> None:
    assert equal_fleets((2, 4)) == ((2, 2), (3, 3), (4, 4))
    assert all_fleets((1, 2), (2, 3)) == ((1, 2), (2, 2), (1, 3), (2, 3))
    assert all_fleets((1, 3), (1, 3)) == (
        (1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3)
    )  # fmt: skip


UNEQUAL_FLEETS = [(old, new) for old, new in all_fleets((1, 4), (1, 4)) if old != new]


@pytest.mark.parametrize(
    ("pairs", "file"), [(equal_fleets((1, 6)), FILE), (UNEQUAL_FLEETS, UNEQUAL)]
)
def test_the_states_of_a_sweep_are_the_pinned_ones(
    pairs: Sequence[tuple[int, int]], file: Path, rewrite: bool
) -> None:
    """A changed number is a changed behaviour; `--rewrite` writes it down once you know which."""
    lines = ["# old, new, batch, rollback batch, states, steps, distinct deployments\n"]
    every = [case for old, new in pairs for case in cases(old, new)]
    for verdict in check_cases(every, HowToCheck(), processes=1):
        assert verdict.complete and not verdict.found
        case = verdict.case
        lines.append(
            f"{case.old} {case.new} {case.batch} {case.rollback_batch} "
            f"{verdict.states:5} {verdict.steps:5} {verdict.deployments:4}\n"
        )
    if rewrite:
        file.write_text("".join(lines))
    assert "".join(lines) == file.read_text()


def rounds_down(share: Share, full: int) -> int:
    return full * share.part // share.whole


def test_what_cancels_where_fleets_are_equal_is_found_where_they_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A count that is rounded down in place of up carries too little, unless it is a whole one."""
    monkeypatch.setattr("rolling.core.fleet.instances_for", rounds_down)
    monkeypatch.setattr("rolling.core.cleaning.instances_for", rounds_down)

    def broken(pairs: Sequence[tuple[int, int]]) -> set[str]:
        every = [case for old, new in pairs for case in cases(old, new)]
        verdicts = list(check_cases(every, HowToCheck(), processes=1))
        return {found.property for verdict in verdicts for found in verdict.found}

    assert broken(equal_fleets((1, 6))) == set()
    assert "s1_asked_capacity_carries_asked_share" in broken(UNEQUAL_FLEETS)


def test_a_case_has_the_states_that_are_pinned_of_its_configuration() -> None:
    for case, name in (
        (Case(4, 4, 2, 3), "rolling 4 to 4 by 2, back by 3"),
        (Case(3, 3, 1, 1, 1), "drain-first 3 to 3, 0 and 1"),
    ):
        verdict = CaseChecker(HowToCheck()).check(case)
        assert (verdict.states, verdict.deployments) == pinned()[name]


def test_several_processes_find_what_one_does() -> None:
    every = [case for old, new in all_fleets((1, 3), (1, 3)) for case in cases(old, new)]
    how = HowToCheck(granularity=Granularity.COARSE)
    alone, together = (
        {v.case: (v.states, v.steps, v.edges_taken) for v in check_cases(every, how, processes=n)}
        for n in (1, 2)
    )
    assert list(alone) == every
    assert alone == together


@pytest.mark.parametrize("processes", [1, 2])
def test_a_sweep_that_is_told_to_stop_does(processes: int) -> None:
    every = [case for old, new in equal_fleets((1, 40)) for case in cases(old, new)]
    found: list[CaseVerdict] = []
    for verdict in check_cases(every, HowToCheck(), processes=processes, go_on=lambda: not found):
        found.append(verdict)
    assert 1 <= len(found) < 20


def test_a_case_that_comes_to_its_limit_says_so() -> None:
    case = Case(3, 3, 1, 1)
    whole = CaseChecker(HowToCheck()).check(case)
    assert (whole.complete, whole.at_limit) == (True, False)
    cut = CaseChecker(HowToCheck(state_limit=100)).check(case)
    assert (cut.complete, cut.at_limit, cut.found) == (False, True, ())
    assert 100 <= cut.states < whole.states


def test_a_sweep_that_goes_on_in_other_processes_takes_each_case_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_ALONE_SECONDS", 0.0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    every = [case for old, new in equal_fleets((1, 3)) for case in cases(old, new)]
    found = [verdict.case for verdict in check_cases(every, HowToCheck())]
    assert sorted(found, key=every.index) == every
