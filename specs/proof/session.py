"""The whole proof as one command: every obligation, every mutant, and a verdict."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

from attrs import frozen

from specs.proof.discharge import Unsound, discharge
from specs.proof.mutants import MUTANTS
from specs.proof.obligations import edge_names, obligations
from specs.proof.unknown import Undecided

T = TypeVar("T")

_WORKERS = 2


@frozen
class Outcome:
    """What became of an obligation, as told by the process that took it.

    `seconds`: of processor time, which a busy machine changes little.
    `failure`: a counterexample, or why there is no answer; None when it is shown.
    """

    name: str
    seconds: float
    paths: int = 0
    replayed: int = 0
    checks: int = 0
    edges: frozenset[str] = frozenset()
    failure: str | None = None


def main(words: Iterable[str]) -> int:
    """Prove the obligations whose names contain all words; 0 when all is as it should be.

    Without words: all of them, then every mutant, and every edge of the
    lifecycle must have been followed.
    """
    words, began = tuple(words), time.monotonic()
    names = [name for name in _obligation_names() if all(word in name for word in words)]
    if not names:
        print(f"no obligation is called {' '.join(words)}", file=sys.stderr)
        return 2
    print(f"{len(names)} obligations, for every n >= 1 and every batch from 1 to n")
    outcomes = list(_each(_take, names))
    failed = [outcome for outcome in outcomes if outcome.failure is not None]
    for outcome in failed:
        print(f"NOT SHOWN {outcome.name}\n  {outcome.failure}")
    _print_totals(outcomes)
    wrong = len(failed)
    if not words:
        wrong += _print_missed(outcomes) + _print_mutants(
            _each(_kill, range(len(MUTANTS)), afresh=True)
        )
    seconds = time.monotonic() - began
    # A part of the proof is no proof.
    verdict = "NOT PROVED" if wrong else "PROVED" if not words else "SHOWN, as far as named,"
    print(f"{verdict} in {seconds:.0f} s")
    return 1 if wrong else 0


def _print_totals(outcomes: list[Outcome]) -> None:
    kinds = sorted({outcome.name.partition(",")[0] for outcome in outcomes})
    for kind in kinds:
        of_kind = [outcome for outcome in outcomes if outcome.name.partition(",")[0] == kind]
        shown = sum(outcome.failure is None for outcome in of_kind)
        print(
            f"{kind}: {shown} of {len(of_kind)} shown;"
            f" {sum(outcome.paths for outcome in of_kind)} paths,"
            f" {sum(outcome.replayed for outcome in of_kind)} of them again with plain numbers;"
            f" {sum(outcome.checks for outcome in of_kind)} claims;"
            f" {sum(outcome.seconds for outcome in of_kind):.0f} s of processor time"
        )


def _print_missed(outcomes: list[Outcome]) -> int:
    """An edge that no path follows is one of which nothing was shown."""
    followed = frozenset[str]().union(*[outcome.edges for outcome in outcomes])
    missed = sorted(edge_names() - followed)
    print(f"{len(edge_names()) - len(missed)} of {len(edge_names())} edges followed")
    for name in missed:
        print(f"NOT FOLLOWED {name}")
    return len(missed)


def _print_mutants(outcomes: Iterator[Outcome]) -> int:
    alive = 0
    stories = {mutant.name: mutant.story for mutant in MUTANTS}
    for outcome in outcomes:
        killed = outcome.failure is not None
        alive += not killed
        print(
            f"mutant {outcome.name}: {'killed' if killed else 'NOT KILLED'},"
            f" {outcome.seconds:.1f} s. {stories[outcome.name]}"
        )
        if killed:
            print(f"  {outcome.failure}")
    print(f"{len(MUTANTS) - alive} of {len(MUTANTS)} mutants killed")
    return alive


# --- in processes of their own ------------------------------------------------


def _each(
    work: Callable[[T], Outcome], items: Iterable[T], *, afresh: bool = False
) -> Iterator[Outcome]:
    """What becomes of each item, as they are done.

    `afresh`: each in a new process. Where z3 finds an example, and whether, depends on all
    that it was asked before.
    """
    each = 1 if afresh else None
    with ProcessPoolExecutor(_WORKERS, get_context("spawn"), max_tasks_per_child=each) as pool:
        for future in as_completed([pool.submit(work, item) for item in items]):
            yield future.result()


def _obligation_names() -> list[str]:
    # The long ones first, so that no process is left with one at the end.
    long = ("FleetsSeen", "AlarmsRead", "OperationFailed", "SplitSettled")
    names = [obligation.name for obligation in obligations()]
    return sorted(names, key=lambda name: not name.endswith(long))


def _take(name: str) -> Outcome:
    (obligation,) = [one for one in obligations() if one.name == name]
    began = time.process_time()
    try:
        found = discharge(obligation)
    except (Undecided, Unsound) as error:
        return Outcome(
            name, time.process_time() - began, failure=f"{type(error).__name__}: {error}"
        )
    return Outcome(
        name,
        time.process_time() - began,
        found.paths,
        found.replayed,
        found.checks,
        frozenset(found.edges),
        found.counterexample,
    )


def _kill(place: int) -> Outcome:
    """A counterexample in plain numbers is what kills; having no answer does not."""
    mutant = MUTANTS[place]
    with mutant.in_place():
        outcome = _take(mutant.obligation)
    answered = outcome.failure is None or outcome.paths > 0
    return Outcome(mutant.name, outcome.seconds, failure=outcome.failure if answered else None)
