"""Every state that a deployment can reach keeps every property, however the world behaves."""

import pytest

from rolling.checking import (
    DeploymentModel,
    Granularity,
    Limits,
    Situation,
    Taken,
    explain,
    explore,
)
from rolling.checking.transition_cache import without_history
from tests.checking.configurations import CONFIGURATIONS, rolling
from tests.checking.pinned import pinned

pytestmark = pytest.mark.slow


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


def test_what_happens_next_does_not_depend_on_what_is_only_history() -> None:
    """Merging histories leaves nothing out: with them told apart there are the very same
    steps between the very same states, once each is without its history."""
    deployment = rolling(2, 2, 1, 1)
    assert deployment is not None
    told_apart, merged = (DeploymentModel(deployment, merge_histories=m) for m in (False, True))
    found = explore(told_apart)
    assert found.complete and not found.violations
    explore(merged)
    assert told_apart.deployments > 5 * merged.deployments
    assert steps_without_history(told_apart) == steps_without_history(merged)


def steps_without_history(model: DeploymentModel) -> set[tuple[object, ...]]:
    """Every step of a model: from where, what happens, of which kind, to where."""
    found: set[tuple[object, ...]] = set()
    met = dict.fromkeys(model.initial())
    frontier = list(met)
    for state in frontier:
        for step in model.steps(state):
            if step.state not in met:
                met[step.state] = None
                frontier.append(step.state)
            what = type(step.label.event) if isinstance(step.label, Taken) else step.label
            found.add((*forgetful(state), what, step.kind, *forgetful(step.state)))
    return found


def forgetful(state: Situation) -> tuple[object, ...]:
    return without_history(state.deployment), state.world


def test_a_hundred_instances_are_explored_in_coarse_steps() -> None:
    deployment = rolling(100, 100, 8, 12)
    assert deployment is not None
    model = DeploymentModel(deployment, Limits(granularity=Granularity.COARSE))
    found = explore(model)
    assert found.complete
    assert not found.violations, "\n\n".join(map(explain, found.violations))
    assert (found.states, model.deployments) == (6_876, 1_029)


def test_a_search_is_the_same_every_time() -> None:
    deployment, limits = CONFIGURATIONS["linear, termination wait, 2 to 4"]
    first, second = (explore(DeploymentModel(deployment, limits)) for _ in range(2))
    assert (first.states, first.steps, first.coverage) == (
        second.states,
        second.steps,
        second.coverage,
    )
