"""What a policy says of its room is exact: as many are really missing, and as many really extra.

A bound that no state comes to would be a promise that we could have made better.
"""

import pytest

from rolling import Deployment
from rolling.checking import DeploymentModel, Situation, explore
from rolling.core.properties import ceiling
from tests.checking.configurations import within

pytestmark = pytest.mark.slow

ROOMS = [
    (count, surge, unavailable)
    for count in range(1, 6)
    for surge in range(count + 1)
    for unavailable in range(count)
    if surge + unavailable
]


class Counting(DeploymentModel):
    """The model of a deployment, with the fewest in service and the most alive of all states."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment)
        self.fewest, self.most = deployment.spec.old_count, 0

    def broken_in(self, state: Situation) -> tuple[str, ...]:
        """As ever, with a note."""
        self.fewest = min(self.fewest, sum(state.world.in_service))
        self.most = max(self.most, sum(state.world.alive))
        return tuple(super().broken_in(state))


@pytest.mark.parametrize("back", ["by one", "at once"])
@pytest.mark.parametrize(("count", "surge", "unavailable"), ROOMS)
def test_the_floor_and_the_ceiling_are_really_come_to(
    count: int, surge: int, unavailable: int, back: str
) -> None:
    deployment = within(count, count, surge, unavailable, 1 if back == "by one" else None)
    model = Counting(deployment)
    found = explore(model)
    assert found.complete and not found.violations
    assert model.fewest == count - unavailable
    assert ceiling(deployment.spec) == count + surge
    # A batch of more than the fleet is the whole fleet, beside the floor of the other.
    assert model.most == min(count + surge, count - unavailable + count)
