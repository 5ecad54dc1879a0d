"""The verdict on one deployment: can it go wrong in any way?

This file runs the explorer, and reports what was visited, which edges were taken and
what was assumed.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from rolling.checking.deployment_model import DeploymentModel, Situation
from rolling.checking.explorer import Exploration, GoOn, explore
from rolling.checking.transition_cache import Follow
from rolling.checking.world import Granularity, Limits
from rolling.core.deployment import Deployment, Spec
from rolling.core.lifecycle import EDGES
from rolling.core.transition import follow

LARGEST_EXACT = 10
"""The largest fleet with exact granularity by default. Our own choice."""


@frozen
class Verdict:
    """The verdict on `deployment` in the world that `limits` allow.

    `deployments`: the number of distinct deployments among the states of the
    exploration; each state is a deployment and its world.
    """

    deployment: Deployment
    limits: Limits
    exploration: Exploration[Situation]
    deployments: int

    @property
    def holds(self) -> bool:
        """True if every reachable state was visited and none breaks a property."""
        return self.exploration.complete and not self.exploration.violations

    @property
    def reached(self) -> bool:
        """True unless the search was interrupted before it could decide."""
        found = self.exploration
        return found.complete or found.at_limit or bool(found.violations)

    @property
    def edges_taken(self) -> tuple[str, ...]:
        """The edges of the lifecycle that some visited state took, in the table's order."""
        return tuple([edge.name for edge in EDGES if edge.name in self.exploration.coverage])

    @property
    def edges_not_taken(self) -> tuple[str, ...]:
        """The edges that this deployment never takes."""
        return tuple([edge.name for edge in EDGES if edge.name not in self.exploration.coverage])


def check(
    deployment: Deployment,
    limits: Limits | None = None,
    *,
    follow: Follow = follow,
    state_limit: int | None = None,
    go_on: GoOn | None = None,
) -> Verdict:
    """The verdict on a new deployment.

    `limits`: how bad the world may be; None: nothing is lost, and the granularity is the
    default. `follow`: the core to check, by default ours. `state_limit` and `go_on`: as
    for `explore`.
    """
    if limits is None:
        limits = Limits(granularity=usual_granularity(deployment.spec))
    model = DeploymentModel(deployment, limits, follow=follow)
    return verdict_on(model, state_limit=state_limit, go_on=go_on)


def verdict_on(
    model: DeploymentModel, *, state_limit: int | None = None, go_on: GoOn | None = None
) -> Verdict:
    """The verdict on the deployment of a model; `state_limit` and `go_on` as for `explore`."""
    with _nothing_collected():
        found = explore(model, state_limit=state_limit, go_on=go_on)
    return Verdict(model.deployment, model.limits, found, model.deployments)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Turn off garbage collection: a search frees nothing before its end, and has much to scan."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def usual_granularity(spec: Spec) -> Granularity:
    """Exact if no fleet has more than `LARGEST_EXACT` instances, otherwise coarse."""
    largest = max(max(fleet.full, fleet.count) for fleet in spec.fleets)
    return Granularity.EXACT if largest <= LARGEST_EXACT else Granularity.COARSE
