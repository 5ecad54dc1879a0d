"""`python -m tests.specs --modules FOLDER`: check both specs, and hold the core against them.

FOLDER is the `node_modules` that tla-checker is installed in. rumur is found on
the PATH; without it only the TLA+ spec is checked, and where CI=true that is a
failure. `nox -s specs` provides what can be provided.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from attrs import frozen

from tests.specs import murphi, tla
from tests.specs.cases import COMPARED, COUNTED, Case
from tests.specs.core import core_counts, core_graph
from tests.specs.graphs import first_difference

NO_RUMUR = (
    "The Murphi spec was NOT checked: it needs `rumur` and a C compiler on the PATH\n"
    "(on Debian and Ubuntu: apt-get install rumur gcc)."
)


@frozen
class Verdict:
    """One case: a line for the table, and what is wrong with it, if anything."""

    line: str
    problem: str | None


def compare(case: Case, node: str, modules: Path, scratch: Path) -> Verdict:
    """Check the TLA+ spec for `case`; compare its graph with the core's."""
    began = os.times()
    spec_graph = tla.check(node, modules, case, scratch)
    if isinstance(spec_graph, str):
        return Verdict(case.name, spec_graph)
    graph = core_graph(case)
    line = (
        f"{len(graph.edges):>7,} states {graph.edge_count:>9,} steps  "
        f"{_cpu_seconds(began)}  {case.name}"
    )
    return Verdict(line, first_difference(spec_graph, "the TLA+ spec", graph, "the core"))


def count(case: Case, rumur: str, compiler: str, scratch: Path) -> Verdict:
    """Check the Murphi spec for `case`; compare its counts with the core's."""
    began = os.times()
    counted = murphi.count(rumur, compiler, case, scratch)
    if isinstance(counted, str):
        return Verdict(case.name, counted)
    states, steps = core_counts(case)
    line = f"{states:>7,} states {steps:>9,} steps  {_cpu_seconds(began)}  {case.name}"
    if (states, steps) == (counted.states, counted.steps):
        return Verdict(line, None)
    return Verdict(
        line,
        f"the Murphi spec has {counted.states:,} states and {counted.steps:,} steps, "
        f"the core has {states:,} and {steps:,}",
    )


def _cpu_seconds(began: os.times_result) -> str:
    """What the checker took, from source to verdict, and what we took."""
    now = os.times()
    theirs = now.children_user + now.children_system - began.children_user - began.children_system
    ours = now.user + now.system - began.user - began.system
    return f"checker {theirs:5.1f} s, core {ours:5.1f} s"


def report(title: str, cases: tuple[Case, ...], judge: Callable[[Case], Verdict]) -> int:
    """Judge each case, as many at once as there are processors; how many have a problem."""
    print(f"{title} (processor seconds)")
    wrong = 0
    with ProcessPoolExecutor() as pool:
        for verdict in pool.map(judge, cases):
            print(f"  {verdict.line}", flush=True)
            if verdict.problem is not None:
                wrong += 1
                print(f"DIFFERENT: {verdict.problem}", file=sys.stderr, flush=True)
    return wrong


def main() -> int:
    """Exit code 0 when all is well, 1 when something differs or was not checked in CI."""
    parser = argparse.ArgumentParser(prog="python -m tests.specs", description=__doc__)
    parser.add_argument("--modules", type=Path, required=True, help="tla-checker's node_modules")
    parser.add_argument("--node", default="node", help="node's executable")
    options = parser.parse_args()
    if not (options.modules / "tla-checker").is_dir():
        parser.error(f"--modules {options.modules}: there is no tla-checker in it")
    rumur, compiler = shutil.which("rumur"), shutil.which("cc")
    with tempfile.TemporaryDirectory() as scratch:
        with_tla = partial(
            compare, node=options.node, modules=options.modules, scratch=Path(scratch)
        )
        wrong = report("TLA+ and the core, edge for edge", COMPARED, with_tla)
        if rumur and compiler:
            with_murphi = partial(count, rumur=rumur, compiler=compiler, scratch=Path(scratch))
            wrong += report("Murphi and the core, counted", COUNTED, with_murphi)
        else:
            print(NO_RUMUR, file=sys.stderr)
            wrong += os.environ.get("CI") == "true"
    if wrong:
        print(f"{wrong} not as it must be.")
    else:
        both = rumur and compiler
        print("Specs and core agree." if both else "The TLA+ spec and the core agree.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
