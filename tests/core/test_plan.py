"""The plan is what happens when everything comes true."""

from attrs import evolve
from hypothesis import given

from rolling import (
    Batch,
    Deployment,
    Direction,
    Fleet,
    Phase,
    StopRequested,
    advance,
    due,
    plan_batches,
)
from rolling.checking.strategies import Step, deployments, healthy_starts, histories
from rolling.core.pace import up_in_step
from rolling.core.properties import ceiling
from tests.core.walking import end_of, rolling, run_to, states, trip


def walked_batches(deployment: Deployment) -> list[Batch]:
    """The batches as the machine goes through them in a world where everything comes true."""
    found: dict[int, list[Deployment]] = {}
    for state in states(deployment):
        if state.direction is deployment.direction and not state.ended:
            found.setdefault(state.stage.step, []).append(state)
    end = end_of(deployment)
    batches = []
    for step, in_step in found.items():
        following = found.get(step + 1)
        kept = end if following is None else following[0]
        shifted = [state for state in in_step if state.phase is not Phase.CLEANING][-1]
        batches.append((step, shifted, kept, in_step))
    return [
        Batch(
            direction=deployment.direction,
            step=step,
            counts=tuple(fleet.asked for fleet in shifted.fleets),
            split=shifted.split,
            kept=tuple(
                min(was.asked, now.asked)
                for was, now in zip(shifted.fleets, kept.fleets, strict=True)
            ),
            bake_seconds=bake_seconds(shifted),
            peak=max(sum(fleet.alive for fleet in state.fleets) for state in in_step),
        )
        for step, shifted, kept, in_step in batches
    ]


def bake_seconds(state: Deployment) -> int:
    if state.direction is Direction.BACK:
        return 0
    baking = state.phase is Phase.BAKING
    return (due(state).interval_seconds or 0) if baking else -1


@given(deployments())
def test_the_plan_forward_is_the_walk_forward(deployment: Deployment) -> None:
    assert list(plan_batches(deployment)) == walked_batches(deployment)


@given(histories(healthy_starts()))
def test_the_plan_back_is_the_walk_back_from_wherever_it_turned(steps: tuple[Step, ...]) -> None:
    for step in steps:
        turned = advance(step.before, StopRequested("me"))
        if turned.direction is Direction.BACK and step.before.direction is Direction.FORWARD:
            whole = everything_seen(turned)
            assert list(plan_batches(whole)) == walked_batches(whole)


def everything_seen(deployment: Deployment) -> Deployment:
    """The same, in a world in which nothing is missing and nothing is left over."""
    fleets = tuple(Fleet(f.asked, f.asked, f.asked, f.share) for f in deployment.fleets)
    return evolve(deployment, fleets=fleets)


@given(deployments())
def test_how_far_a_step_comes_can_be_told_from_its_number(deployment: Deployment) -> None:
    for state in states(deployment):
        assert up_in_step(deployment.spec, state.stage.step) == state.up


@given(deployments(healthy_starts()))
def test_the_peak_of_the_plan_is_under_the_ceiling(deployment: Deployment) -> None:
    plan = plan_batches(deployment)
    assert 0 < max(batch.peak for batch in plan) <= ceiling(deployment.spec)
    assert str(plan[-1].split[0]) == "1"
    assert plan[-1].kept == (deployment.spec.new.full, 0)


def test_an_end_has_no_batches_to_come() -> None:
    assert plan_batches(end_of(rolling())) == ()
    assert plan_batches(end_of(trip(run_to(rolling(), "forward 2.1 baking")))) == ()


def test_the_plan_from_the_middle_is_the_rest_of_the_plan() -> None:
    whole = plan_batches(rolling(10, 10, 3))
    for step in (1, 2, 3, 4):
        for phase in ("provisioning", "shifting", "baking"):
            state = run_to(rolling(10, 10, 3), f"forward {step}.1 {phase}")
            assert plan_batches(state) == whole[step - 1 :]
