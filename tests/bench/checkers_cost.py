"""(f) Our explorer beside two model checkers that are not ours, on the very same models.

The models are the specs and the core in their world (tests/specs): the same
states and steps, which is checked here as well. Two costs are compared: that of
the search, and that of the whole way from source to verdict, for which each
checker is begun afresh: python and its imports; node; rumur, a C compiler, and
the program that they make. All of them use one processor.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from attrs import frozen

from tests.specs import murphi, tla
from tests.specs.cases import CASES, Case
from tests.specs.core import core_counts

_RUNS = 3
_CASES = (
    CASES["the rollback fails: three by one"],
    CASES["four by two, back by three, failures"],
)
_NO_NODE = (
    "tla-checker was NOT measured: it needs `node` on the PATH, and `--modules FOLDER` with "
    "tla-checker in it (`nox -s bench` installs both)"
)
_NO_RUMUR = (
    "rumur was NOT measured: it needs `rumur` and a C compiler on the PATH "
    "(on Debian and Ubuntu: apt-get install rumur gcc)"
)


@frozen
class Search:
    """How many states and labelled steps a checker went through, together, and the
    processor seconds of its search alone."""

    size: int
    seconds: float


@frozen
class Cost:
    """What a checker took: `search` and `whole` in processor seconds, `elapsed` from the
    start of its process to the verdict."""

    search: float
    whole: float
    elapsed: float


Checker = Callable[[], Search]


def report(modules: Path | None = None) -> Iterator[str]:
    """Lines that say what each checker takes; `modules` has tla-checker in it."""
    node, rumur, compiler = map(shutil.which, ("node", "rumur", "cc"))
    yield f"checkers on the same models, processor seconds, medians of {_RUNS}:"
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for case in _CASES:
            checkers: dict[str, Checker] = {"ours": partial(_ours, case)}
            if node and modules and (modules / "tla-checker").is_dir():
                checkers["tla-checker"] = partial(_tla, node, modules, case, scratch)
            if rumur and compiler:
                checkers["rumur"] = partial(_rumur, rumur, compiler, case, scratch)
            yield from _compared(case, checkers)
    if "tla-checker" not in checkers:
        yield _NO_NODE
    if "rumur" not in checkers:
        yield _NO_RUMUR


def _compared(case: Case, checkers: dict[str, Checker]) -> Iterator[str]:
    states, steps = core_counts(case)
    yield f"  {case.name}: {states:,} states, {steps:,} labelled steps"
    runs: dict[str, list[Cost]] = {name: [] for name in checkers}
    for _ in range(_RUNS):
        for name, checker in checkers.items():
            runs[name].append(_cost(checker, states + steps))
    costs = {name: _median(taken) for name, taken in runs.items()}
    for name, cost in costs.items():
        yield (
            f"    {name + ':':<12} search {cost.search:6.2f} s ({states / cost.search:>9,.0f} "
            f"states/s), source to verdict {cost.whole:6.2f} s, {cost.elapsed:6.2f} s elapsed"
        )
    ours = costs["ours"]
    if "tla-checker" in costs:
        ratio = costs["tla-checker"].search / ours.search
        yield f"    states per processor second, ours / tla-checker = {ratio:.1f} (goal above 1)"
    if "rumur" in costs:
        cost = costs["rumur"]
        yield (
            f"    states per processor second, ours / rumur = {cost.search / ours.search:.2g}; "
            f"source to verdict {ours.whole / cost.whole:.2f} of its processor time, "
            f"{ours.elapsed / cost.elapsed:.2f} of its elapsed time (goal at most 1)"
        )


def _median(runs: list[Cost]) -> Cost:
    return Cost(
        search=median(run.search for run in runs),
        whole=median(run.whole for run in runs),
        elapsed=median(run.elapsed for run in runs),
    )


def _cost(checker: Checker, size: int) -> Cost:
    began, before = perf_counter(), _spent_by_children()
    search = checker()
    whole, elapsed = _spent_by_children() - before, perf_counter() - began
    assert search.size == size, f"{search} of a model of {size} states and steps"
    return Cost(search.seconds, whole, elapsed)


def _spent_by_children() -> float:
    now = os.times()
    return now.children_user + now.children_system


def _ours(case: Case) -> Search:
    command = [sys.executable, "-m", "tests.bench.same_model", case.name]
    answer = json.loads(subprocess.check_output(command))
    assert answer["success"], case.name
    return Search(answer["states"] + answer["steps"], answer["seconds"])


def _tla(node: str, modules: Path, case: Case, scratch: Path) -> Search:
    answer = tla.ask(node, modules, tla.write_configuration(case, scratch))
    assert not isinstance(answer, str), answer
    # In the spec an event is a state of its own: these are our states and our steps.
    return Search(answer["states"], answer["seconds"])


def _rumur(rumur: str, compiler: str, case: Case, scratch: Path) -> Search:
    program = murphi.build(rumur, compiler, case, scratch)
    assert isinstance(program, Path), program
    before = _spent_by_children()
    counted = murphi.run(program)
    assert not isinstance(counted, str), counted
    return Search(counted.states + counted.steps, _spent_by_children() - before)
