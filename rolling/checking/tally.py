"""The tally of a sweep: the verdicts on its cases, added up.

schemas/sweep.schema.json describes its JSON.
"""

from collections.abc import Sequence
from time import perf_counter

from attrs import define

from rolling.checking.report import GRANULARITIES, assumed, verdict_word
from rolling.checking.sweep import Case, CaseVerdict, Found, HowToCheck, case_count
from rolling.checking.world import Granularity
from rolling.core.lifecycle import EDGES


@define
class FleetTally:
    """The sums over the cases of one pair of fleets.

    `checked`: cases with a verdict. `undecided`: those that reached the state limit
    without a violation. `seconds`: of CPU time on one core.
    """

    policies: int
    checked: int = 0
    undecided: int = 0
    broken: int = 0
    states: int = 0
    steps: int = 0
    deployments: int = 0
    seconds: float = 0
    granularity: Granularity | None = None


@define
class Broken:
    """The number of cases that break a property, and the smallest case's counterexample."""

    case: Case
    found: Found
    cases: int = 1


class Tally:
    """What was found so far by a sweep over `pairs` of fleets. It begins when it is made.

    `within_room`: as for `cases`.
    """

    def __init__(
        self, pairs: Sequence[tuple[int, int]], how: HowToCheck, *, within_room: bool = False
    ) -> None:
        self._how = how
        self._within_room = within_room
        self._began = perf_counter()
        self.fleets = {
            (old, new): FleetTally(case_count(old, new, within_room=within_room))
            for old, new in pairs
        }
        self.broken: dict[str, Broken] = {}
        self.edges_taken: set[str] = set()

    def add(self, verdict: CaseVerdict) -> None:
        """Add a verdict. An interrupted one counts only with its violations."""
        case = verdict.case
        fleet = self.fleets[case.old, case.new]
        if verdict.complete or verdict.found:
            fleet.checked += 1
        elif verdict.at_limit:
            fleet.undecided += 1
        else:
            return
        fleet.granularity = verdict.granularity
        fleet.broken += bool(verdict.found)
        fleet.states += verdict.states
        fleet.steps += verdict.steps
        fleet.deployments += verdict.deployments
        fleet.seconds += verdict.seconds
        self.edges_taken |= verdict.edges_taken
        for found in verdict.found:
            self._note(case, found)

    def _note(self, case: Case, found: Found) -> None:
        before = self.broken.get(found.property)
        if before is None:
            self.broken[found.property] = Broken(case, found)
            return
        before.cases += 1
        if _size(case) < _size(before.case):
            before.case, before.found = case, found

    @property
    def policies(self) -> int:
        """All cases of the sweep."""
        return sum(fleet.policies for fleet in self.fleets.values())

    @property
    def checked(self) -> int:
        """The cases with a verdict."""
        return sum(fleet.checked for fleet in self.fleets.values())

    @property
    def reached(self) -> int:
        """The cases reached: with a verdict, or undecided."""
        return self.checked + sum(fleet.undecided for fleet in self.fleets.values())

    @property
    def states(self) -> int:
        """The states visited."""
        return sum(fleet.states for fleet in self.fleets.values())

    def document(self, *, interrupted: bool) -> dict[str, object]:
        """The tally as JSON."""
        fleets = self.fleets.values()
        return {
            "Verdict": verdict_word(
                broken=bool(self.broken), complete=self.checked == self.policies
            ),
            "Interrupted": interrupted,
            "WithinRoom": self._within_room,
            "Policies": self.policies,
            "PoliciesChecked": self.checked,
            "PoliciesUndecided": sum(fleet.undecided for fleet in fleets),
            "PoliciesBroken": sum(fleet.broken for fleet in fleets),
            "StateLimit": self._how.state_limit,
            "States": self.states,
            "Transitions": sum(fleet.steps for fleet in fleets),
            "Deployments": sum(fleet.deployments for fleet in fleets),
            "Seconds": round(perf_counter() - self._began, 3),
            "CoreSeconds": round(sum(fleet.seconds for fleet in fleets), 3),
            "EdgesTaken": [edge.name for edge in EDGES if edge.name in self.edges_taken],
            "EdgesNotTaken": [edge.name for edge in EDGES if edge.name not in self.edges_taken],
            "Assumed": assumed(self._how.granularity, self._how.losses, self._how.stalls),
            "Fleets": [_fleet(old, new, fleet) for (old, new), fleet in self.fleets.items()],
            "Violations": [_violation(broken) for broken in self.broken.values()],
        }


def _size(case: Case) -> tuple[int, ...]:
    return (
        case.old + case.new,
        case.old,
        case.batch,
        case.rollback_batch,
        case.unavailable or 0,
    )


def _fleet(old: int, new: int, fleet: FleetTally) -> dict[str, object]:
    granularity = fleet.granularity
    return {
        "Old": old,
        "New": new,
        "Policies": fleet.policies,
        "PoliciesChecked": fleet.checked,
        "PoliciesUndecided": fleet.undecided,
        "PoliciesBroken": fleet.broken,
        "States": fleet.states,
        "Transitions": fleet.steps,
        "Deployments": fleet.deployments,
        "CoreSeconds": round(fleet.seconds, 3),
        "Granularity": None if granularity is None else GRANULARITIES[granularity],
    }


def _violation(broken: Broken) -> dict[str, object]:
    case = broken.case
    return {
        "Property": broken.found.property,
        "Policies": broken.cases,
        "Old": case.old,
        "New": case.new,
        "BatchSize": case.batch,
        "RollbackBatchSize": case.rollback_batch,
        "Unavailable": case.unavailable,
        "Counterexample": broken.found.counterexample.splitlines(),
    }
