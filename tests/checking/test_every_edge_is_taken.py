"""No edge of the lifecycle is there for nothing: each is taken by some explored deployment."""

from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from rolling import EDGES, ENDS, Direction, Phase
from rolling.checking import DeploymentModel, Situation, explore
from tests.checking.configurations import CONFIGURATIONS

pytestmark = pytest.mark.slow

# A few that together go everywhere; the first is the plainest.
SUITE = (
    "rolling 2 to 2 by 1, back by 1, rough",
    "all at once, termination wait, 3 to 3",
    "an idle old fleet, rolling 34%, back 34%",
    "nothing left of the old fleet, all at once",
    "gates that turn back, rolling 2 to 2 by 1",
)


class Visiting(DeploymentModel):
    """The same model, asked to reach every phase of both directions."""

    def sometimes(self) -> Mapping[str, Callable[[Situation], bool]]:
        """Each phase that a direction has."""
        impossible = {
            (Direction.FORWARD, Phase.ROLLED_BACK),
            (Direction.FORWARD, Phase.ROLLBACK_FAILED),
            (Direction.BACK, Phase.BAKING),
            (Direction.BACK, Phase.SUCCEEDED),
        }
        return {
            f"{direction.name} {phase.name}": _visits(direction, phase)
            for direction in Direction
            for phase in Phase
            if (direction, phase) not in impossible
        }


def _visits(direction: Direction, phase: Phase) -> Callable[[Situation], bool]:
    return lambda state: (state.deployment.direction, state.deployment.phase) == (direction, phase)


def test_every_edge_of_the_lifecycle_is_taken() -> None:
    taken: Counter[str] = Counter()
    for name in SUITE:
        taken += explore(DeploymentModel(*CONFIGURATIONS[name])).coverage
    assert {edge.name for edge in EDGES} == set(taken)


def test_every_phase_and_every_end_is_reached_in_one_search() -> None:
    model = Visiting(*CONFIGURATIONS[SUITE[0]])
    assert len(model.sometimes()) == 2 * len(Phase) - 4
    assert {f"BACK {Phase.ROLLBACK_FAILED.name}", "FORWARD SUCCEEDED"} <= set(model.sometimes())
    assert len(ENDS) == 3
    assert explore(model).violations == ()
