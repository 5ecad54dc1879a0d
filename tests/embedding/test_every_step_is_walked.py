"""Every step that the explorer takes is walked through the machine, and the phases agree."""

from collections import Counter

import pytest
from transitions.core import Condition

from rolling import Deployment, Edge, Event, follow
from rolling.checking import DeploymentModel, explore
from rolling.embedding import STATES, DeploymentMachine, Move, Watched, state_of
from rolling.embedding.names import source_of, target_of
from tests.checking.configurations import CONFIGURATIONS
from tests.checking.test_every_edge_is_taken import SUITE as EVERY_EDGE

pytestmark = pytest.mark.slow

# Together the first ones take every edge; the others are the plainest, and one with many
# silent edges in a row.
SUITE = (*EVERY_EDGE, "rolling 2 to 2 by 1, back by 1", "linear, termination wait, 2 to 4")


class Walker:
    """A core that the explorer plays with, and that the machine follows."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Move]] = []
        self.taken: Counter[str] = Counter()
        self.machine = DeploymentMachine()
        for state in STATES:
            self._hear(f"on_exit_{state}", "exit", state)
            self._hear(f"on_enter_{state}", "enter", state)
        self.machine.before_state_change = [lambda move: self._note("before", "", move)]
        self.machine.after_state_change = [lambda move: self._note("after", "", move)]

    def _hear(self, registration: str, kind: str, state: str) -> None:
        getattr(self.machine, registration)(lambda move: self._note(kind, state, move))

    def _note(self, kind: str, state: str, move: Move) -> None:
        self.heard.append((f"{kind} {state}".strip(), move))

    def follow(self, before: Deployment, event: Event) -> tuple[Deployment, tuple[Edge, ...]]:
        """What `rolling.follow` does, once the machine was found to do the same."""
        after, edges = follow(before, event)
        if after is before:
            # No step: the explorer tries many events that must change nothing.
            return after, edges
        model = Watched()
        self.machine.add_model(model, before)
        assert model.state == state_of(before)
        self.heard.clear()
        walked = model.advance(event)
        assert walked == after == model.deployment
        assert model.state == state_of(after)
        assert [kind for kind, _ in self.heard] == [
            kind
            for edge in edges
            for kind in ("before", f"exit {source_of(edge)}", f"enter {target_of(edge)}", "after")
        ]
        assert [move.edge for _, move in self.heard[::4]] == list(edges)
        if edges:
            assert self.heard[0][1].before is before
            assert self.heard[-1][1].after == after
        self.machine.remove_model(model)
        self.taken.update(edge.name for edge in edges)
        return after, edges


@pytest.mark.parametrize("name", SUITE)
def test_every_step_of_the_explorer_is_a_walk_of_the_machine(name: str) -> None:
    # tests/checking says that the coverage of EVERY_EDGE is the whole table.
    walker = Walker()
    found = explore(DeploymentModel(*CONFIGURATIONS[name], follow=walker.follow))
    assert found.complete and found.violations == ()
    assert set(walker.taken) == set(found.coverage)


def test_a_machine_that_misses_an_edge_would_be_found_out() -> None:
    walker = Walker()
    for transition in walker.machine.get_transitions("alarms_read", "baking", "cleaning"):
        transition.conditions.append(Condition(lambda move: False))
    found = explore(DeploymentModel(*CONFIGURATIONS[SUITE[-2]], follow=walker.follow))
    assert found.violation_of("exception") is not None
