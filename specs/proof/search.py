"""The search through all paths that a program takes with numbers that are not known.

Where a program asks for a truth value that depends on the unknowns, it goes on
with one answer, and is run again for the other if that is possible. z3 says
what is possible. It knows nothing of deployments, and neither does this module.
"""

from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

import z3
from attrs import define, field

from specs.proof.arithmetic import Arithmetic
from specs.proof.formula import (
    Assignment,
    Formula,
    conjunction,
    in_z3,
    judge,
    name_of,
    negation,
    values_of,
)
from specs.proof.unknown import ACTIVE, Undecided, formula_of

T = TypeVar("T")

# When z3 gives up, in its own units and not in seconds: a busy machine changes no answer.
# The hardest question of the proof and its mutants takes 270,000, the hardest example 112,000.
_CHECK_RLIMIT = 10_000_000
_EXAMPLE_RLIMIT = 1_000_000


class _Impossible(Exception):
    """The run cannot go on: what is assumed contradicts what was decided."""


@define
class _Run:
    """One run of a program: what was decided on its way, and numbers that decide so.

    `told`: how many of the facts the solver has been told.
    """

    values: Assignment
    decided: dict[Formula, bool]
    told: int
    decisions: list[Formula] = field(factory=list)
    picks: int = 0


class Search(Arithmetic):
    """What is known of the unknowns, and the search through all paths.

    While `paths` runs a program, the unknowns are those of this search. A
    program is run many times: it must do the same each time, and take its
    unknowns from `number`, `size`, `truth` and `pick`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._solver = z3.SimpleSolver()
        self._solver.set("rlimit", _CHECK_RLIMIT)
        self._runs: list[_Run] = []

    def pick(self, options: Iterable[T]) -> T:
        """Each of the options, on paths of their own."""
        listed, run = list(options), self._runs[-1]
        name = f"pick {len(self._runs)}.{run.picks} of {len(listed)}"
        choice = self.number(name, 0, len(listed) - 1)
        run.picks += 1
        for place, option in enumerate(listed[:-1]):
            if choice == place:
                return option
        return listed[-1]

    def assume(self, *conditions: bool) -> None:
        """Go on only where all conditions are true."""
        self._tell(conjunction(map(formula_of, conditions)))

    # --- questions ---

    def certain(self, condition: bool) -> bool:
        """True when the condition is true whatever the unknowns are, on this path."""
        formula = formula_of(condition)
        self._tell_facts()
        if not judge(formula, self._runs[-1].values):
            return False
        return self._values_where(negation(formula)) is None

    def decide(self, formula: Formula) -> bool:
        """What the numbers at hand say. The other answer, if it is possible, has its own path."""
        run = self._runs[-1]
        known = run.decided.get(formula)
        if known is None:
            self._tell_facts()
            known = run.decided[formula] = judge(formula, run.values)
            run.decisions.append(formula if known else negation(formula))
            self._solver.add(in_z3(run.decisions[-1]))
        return known

    def paths(self, program: Callable[[], T]) -> Generator[T, None, None]:
        """What the program gives on each path; while it is yielded, the path's decisions hold.

        Each run takes numbers that no earlier run has gone with, and decides as
        they do. When there are none left, every path has been gone.
        """
        ACTIVE.append(self)
        self._solver.push()
        around = self._runs[-1] if self._runs else _Run({}, {}, 0)
        told = around.told
        values: Assignment | None = around.values
        try:
            while True:
                news, told = self.facts[told:], len(self.facts)
                self._solver.add(*map(in_z3, news))
                if values is None or not judge(conjunction(news), values):
                    values = self._values_where(True)
                if values is None:
                    return
                run = _Run(values, dict(around.decided), told)
                self._runs.append(run)
                self._solver.push()
                try:
                    result = program()
                except _Impossible:
                    pass
                else:
                    yield result
                finally:
                    self._solver.pop()
                    self._runs.pop()
                if not run.decisions:
                    return
                self._solver.add(z3.Not(z3.And(*map(in_z3, run.decisions))))
                values = None
        finally:
            self._solver.pop()
            ACTIVE.pop()

    def example(self, given: Assignment) -> Assignment | None:
        """Values for all unknowns with which this path is taken; products are true products.

        `given`: the values that some unknowns have, if there are such unknowns. None
        when there are no such values, or none are found.
        """
        self._tell_facts()
        given = {name: value for name, value in given.items() if name in self.numbers}
        values = self._runs[-1].values
        if self._are_products(values) and all(
            values.get(name, 0) == value for name, value in given.items()
        ):
            return self._completed(values)
        self._solver.push()
        try:
            for first, second in sorted(self.products):
                product = z3.Int(name_of((first, second)))
                self._solver.add(product == z3.Int(first) * z3.Int(second))
            self._solver.add(*[z3.Int(name) == value for name, value in given.items()])
            self._solver.set("rlimit", _EXAMPLE_RLIMIT)
            answer = self._solver.check()
            self._solver.set("rlimit", _CHECK_RLIMIT)
            if answer != z3.sat:
                return None
            return self._completed(values_of(self._solver.model()))
        finally:
            self._solver.pop()

    def _are_products(self, values: Assignment) -> bool:
        return all(
            values.get(name_of(names), 0) == values.get(names[0], 0) * values.get(names[1], 0)
            for names in self.products
        )

    def _completed(self, values: Assignment) -> Assignment:
        return {name: values.get(name, 0) for name in (*self.numbers, *self.truths)} | {
            name_of(names): values.get(name_of(names), 0) for names in self.products
        }

    # --- the solver ---

    def _tell(self, formula: Formula) -> None:
        """Assume it, and take other numbers when those at hand do not agree."""
        run = self._runs[-1]
        self._solver.add(in_z3(formula))
        if not judge(formula, run.values):
            values = self._values_where(True)
            if values is None:
                raise _Impossible
            run.values = values

    def _tell_facts(self) -> None:
        run = self._runs[-1]
        if run.told < len(self.facts):
            facts = self.facts[run.told :]
            run.told = len(self.facts)
            self._tell(conjunction(facts))

    def _values_where(self, formula: Formula) -> Assignment | None:
        """Values that agree with all that holds here and with a formula; None: there are none."""
        self._solver.push()
        self._solver.add(in_z3(formula))
        answer = self._solver.check()
        values = values_of(self._solver.model()) if answer == z3.sat else None
        self._solver.pop()
        if answer == z3.unknown:
            raise Undecided(self._solver.reason_unknown())
        return values
