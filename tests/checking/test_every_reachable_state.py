"""Every state that a deployment can reach keeps every property, however the world behaves."""

import pytest

from rolling.checking import DeploymentModel, Granularity, Limits, explain, explore
from tests.checking.configurations import CONFIGURATIONS, rolling
from tests.checking.pinned import pinned


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_no_reachable_state_breaks_a_property(name: str) -> None:
    deployment, limits = CONFIGURATIONS[name]
    model = DeploymentModel(deployment, limits)
    found = explore(model)
    assert found.complete
    assert not found.violations, "\n\n".join(map(explain, found.violations))
    assert (found.states, model.deployments) == pinned()[name]


def test_every_configuration_is_pinned_and_nothing_else_is() -> None:
    assert list(pinned()) == list(CONFIGURATIONS)


def test_what_a_deployment_does_next_does_not_depend_on_why_it_turned_back() -> None:
    """Merging causes leaves no violation out: told apart, they break nothing either."""
    deployment = rolling(2, 2, 1, 1)
    assert deployment is not None
    told_apart = DeploymentModel(deployment, merge_causes=False)
    found = explore(told_apart)
    assert found.complete and not found.violations
    merged = DeploymentModel(deployment)
    explore(merged)
    assert told_apart.deployments > 5 * merged.deployments


def test_a_hundred_instances_are_explored_in_coarse_steps() -> None:
    deployment = rolling(100, 100, 8, 12)
    assert deployment is not None
    model = DeploymentModel(deployment, Limits(granularity=Granularity.COARSE))
    found = explore(model)
    assert found.complete
    assert not found.violations, "\n\n".join(map(explain, found.violations))
    assert (found.states, model.deployments) == (10_198, 1_629)


def test_a_search_is_the_same_every_time() -> None:
    deployment, limits = CONFIGURATIONS["linear, termination wait, 2 to 4"]
    first, second = (explore(DeploymentModel(deployment, limits)) for _ in range(2))
    assert (first.states, first.steps, first.coverage) == (
        second.states,
        second.steps,
        second.coverage,
    )
