"""Our explorer on the very model that the specs describe: same updates, same events.

`python -m tests.bench.same_model NAME` goes from source to verdict on the case
of that name, in a process of its own, and prints what it found as JSON. Every
property of the core is judged, as in any search: more than the specs demand.
"""

import json
import sys
from collections.abc import Iterator
from time import process_time

from attrs import field, frozen

from rolling.checking import Model, Step, explore
from rolling.checking.transition_cache import CoreUnderTest, Known, Taken
from rolling.core.transition import follow
from tests.specs.cases import CASES, Case
from tests.specs.core import World
from tests.specs.graphs import Node


@frozen
class Standing:
    """A node of the graph. Of the deployments that are one node, the first stands for all."""

    node: Node
    known: Known = field(eq=False)


class SameModel(Model[Standing]):
    """The core in the world of the specs."""

    def __init__(self, case: Case) -> None:
        self._start = case.deployment
        self._world = World(case)
        self._core = CoreUnderTest(follow, merge_histories=False)

    def initial(self) -> Iterator[Standing]:
        """The deployment just accepted."""
        yield self._standing(self._core.know(self._start))

    def steps(self, state: Standing) -> Iterator[Step[Standing]]:
        """Every event that may come, also where it changes nothing."""
        for event in self._world.possible(state.known.deployment):
            turn = self._core.take_in(state.known, event)
            if turn is None:
                yield Step(event, state)
            else:
                yield Step(turn.taken, self._standing(turn.after))

    def broken_in(self, state: Standing) -> tuple[str, ...]:
        """Of the core's state properties, the broken ones."""
        self._core.look_at(state.known)
        return state.known.breaks

    def broken_by(self, state: Standing, step: Step[Standing]) -> tuple[str, ...]:
        """Of the core's edge properties, the broken ones."""
        return step.label.breaks if isinstance(step.label, Taken) else ()

    def _standing(self, known: Known) -> Standing:
        return Standing(self._world.node(known.deployment), known)


def main(name: str) -> None:
    """Print the verdict on the case of this name, and the processor seconds of the search."""
    began = process_time()
    found = explore(SameModel(CASES[name]))
    answer = {
        "success": found.complete and not found.violations,
        "states": found.states,
        "steps": found.steps,
        "seconds": process_time() - began,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
