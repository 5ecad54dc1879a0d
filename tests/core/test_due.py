"""What is due is whole, absolute, and a function of the deployment alone."""

from hypothesis import given

from rolling import Deployment, Phase, StopRequested, advance, due
from rolling.checking.strategies import HistoryStep, histories, reachable_deployments
from tests.core.walking import counts_due, end_of, rolling, run_to, trip


@given(reachable_deployments())
def test_every_state_says_all_that_is_due(deployment: Deployment) -> None:
    desired = due(deployment)
    assert desired.stage == deployment.stage
    assert desired.generation == deployment.spec.generation
    names = [fleet.configuration for fleet in deployment.spec.fleets]
    assert [fleet.configuration for fleet in desired.fleets] == names
    assert all(fleet.count >= 0 for fleet in desired.fleets)
    baking = deployment.phase is Phase.BAKING
    assert desired.alarms == (deployment.spec.alarms if baking else ())
    assert (desired.interval_seconds is not None) == baking
    assert (desired.deadline_seconds is None) == deployment.ended


@given(reachable_deployments())
def test_it_is_the_same_value_every_time(deployment: Deployment) -> None:
    assert due(deployment) == due(deployment)
    assert hash(due(deployment)) == hash(due(deployment))


@given(histories())
def test_what_is_due_changes_only_with_the_stage(steps: tuple[HistoryStep, ...]) -> None:
    """So that a command can be labelled by its stage: within one stage it never changes."""
    for step in steps:
        if step.after.stage == step.before.stage:
            assert due(step.after) == due(step.before)


def test_each_deadline_is_of_its_own_direction_and_both_are_as_long() -> None:
    deployment = run_to(rolling(), "forward 2.1 baking")
    assert due(deployment).deadline_seconds == 28_800
    assert due(trip(deployment)).deadline_seconds == 28_800


def test_after_the_end_the_result_stays_due() -> None:
    end = end_of(rolling())
    assert counts_due(end) == (3, 0)
    assert due(end).deadline_seconds is None
    back = end_of(trip(run_to(rolling(), "forward 2.1 baking")))
    assert counts_due(back) == (0, 3)


def test_a_leftover_stays_due_to_go() -> None:
    """argo-rollouts #4841: abort leaves the canary there for ever."""
    deployment = run_to(rolling(), "forward 3.1 cleaning")
    end = advance(deployment, StopRequested("me"))
    assert end.leftover == 1
    assert counts_due(end) == (3, 0)
