"""The plan is what happens when everything comes true."""

import pytest
from attrs import evolve
from hypothesis import given

from rolling import (
    Batch,
    BlueGreenUpdatePolicy,
    CapacitySize,
    Deployment,
    Direction,
    Fleet,
    FleetSpec,
    Gates,
    GateTimeoutAction,
    Phase,
    RollingUpdatePolicy,
    RoutingType,
    Share,
    SplitSettled,
    StopRequested,
    SurgeRollingPolicy,
    TrafficRouting,
    advance,
    due,
    instances,
    percent,
    plan_batches,
    serving,
    start,
    wanted,
)
from rolling.checking.strategies import HistoryStep, deployments, healthy_starts, histories
from rolling.core.pace import up_in_step
from rolling.core.properties import ceiling
from tests.core.walking import end_of, rolling, run_to, seen, states, trip


def blue_green(
    routing: RoutingType, size: CapacitySize | None = None, termination_wait_seconds: int = 0
) -> Deployment:
    """Four instances replaced by five, with bakes of 300 seconds."""
    policy = BlueGreenUpdatePolicy(TrafficRouting(routing, 300, size), termination_wait_seconds)
    return start(serving("config-1", 4), wanted("config-2", 5), policy, ["p99"])


def repair() -> Deployment:
    """Of a rollback by two that failed, to a configuration that serves some already."""
    mix = (FleetSpec("config-3", 4, 1, Share(1, 4)), FleetSpec("config-1", 4, 2, Share(1, 2)))
    new = FleetSpec("config-2", 4, 1, Share(1, 4))
    return start(mix, new, RollingUpdatePolicy(instances(2), 300, instances(2)), ["p99"])


def turned(deployment: Deployment, stage: str) -> Deployment:
    """The same, turned back by a stop when it was at this stage."""
    return advance(run_to(deployment, stage), StopRequested("me"))


def lines(deployment: Deployment) -> list[str]:
    """The plan, a line a batch; the new fleet first."""
    return [
        f"{batch.direction.name.lower()} {batch.step}: {_counts(batch.counts)} of {batch.peak}, "
        f"traffic {' + '.join(map(str, batch.split))}, bake {batch.bake_seconds}, "
        f"then {_counts(batch.kept)}"
        for batch in plan_batches(deployment)
    ]


def _counts(counts: tuple[int, ...]) -> str:
    return " + ".join(map(str, counts))


PLANS = {
    "rolling": (
        rolling(5, 5, 2),
        [
            "forward 1: 2 + 5 of 7, traffic 2/5 + 3/5, bake 300, then 2 + 3",
            "forward 2: 4 + 3 of 7, traffic 4/5 + 1/5, bake 300, then 4 + 1",
            "forward 3: 5 + 1 of 6, traffic 1 + 0, bake 300, then 5 + 0",
        ],
    ),
    "rolling to more": (
        rolling(2, 4, 2),
        [
            "forward 1: 2 + 2 of 4, traffic 1/2 + 1/2, bake 300, then 2 + 1",
            "forward 2: 4 + 1 of 5, traffic 1 + 0, bake 300, then 4 + 0",
        ],
    ),
    "all at once": (
        blue_green(RoutingType.ALL_AT_ONCE),
        ["forward 1: 5 + 4 of 9, traffic 1 + 0, bake 300, then 5 + 0"],
    ),
    "all at once, with a termination wait": (
        blue_green(RoutingType.ALL_AT_ONCE, termination_wait_seconds=120),
        [
            "forward 1: 5 + 4 of 9, traffic 1 + 0, bake 300, then 5 + 4",
            "forward 2: 5 + 4 of 9, traffic 1 + 0, bake 120, then 5 + 0",
        ],
    ),
    "canary": (
        blue_green(RoutingType.CANARY, instances(1)),
        [
            "forward 1: 5 + 4 of 9, traffic 1/5 + 4/5, bake 300, then 5 + 4",
            "forward 2: 5 + 4 of 9, traffic 1 + 0, bake 300, then 5 + 0",
        ],
    ),
    "linear, with a termination wait": (
        blue_green(RoutingType.LINEAR, percent(40), termination_wait_seconds=120),
        [
            "forward 1: 5 + 4 of 9, traffic 2/5 + 3/5, bake 300, then 5 + 4",
            "forward 2: 5 + 4 of 9, traffic 4/5 + 1/5, bake 300, then 5 + 4",
            "forward 3: 5 + 4 of 9, traffic 1 + 0, bake 300, then 5 + 4",
            "forward 4: 5 + 4 of 9, traffic 1 + 0, bake 120, then 5 + 0",
        ],
    ),
    "the repair of a mix": (
        repair(),
        [
            "forward 1: 3 + 1 + 2 of 6, traffic 3/4 + 0 + 1/4, bake 300, then 3 + 0 + 1",
            "forward 2: 4 + 0 + 1 of 5, traffic 1 + 0 + 0, bake 300, then 4 + 0 + 0",
        ],
    ),
    "its rollback": (
        turned(repair(), "forward 2.1 baking"),
        [
            "back 1: 4 + 0 + 1 of 5, traffic 3/4 + 0 + 1/4, bake 0, then 3 + 0 + 1",
            "back 2: 3 + 1 + 2 of 6, traffic 1/4 + 1/4 + 1/2, bake 0, then 1 + 1 + 2",
        ],
    ),
    "a rollback in batches": (
        turned(rolling(5, 5, 2, 2), "forward 3.1 baking"),
        [
            "back 1: 5 + 1 of 6, traffic 4/5 + 1/5, bake 0, then 4 + 1",
            "back 2: 4 + 3 of 7, traffic 2/5 + 3/5, bake 0, then 2 + 3",
            "back 3: 2 + 5 of 7, traffic 0 + 1, bake 0, then 0 + 5",
        ],
    ),
    "a rollback at once": (
        turned(rolling(5, 5, 2), "forward 3.1 baking"),
        [
            "back 1: 5 + 1 of 6, traffic 4/5 + 1/5, bake 0, then 4 + 1",
            "back 2: 4 + 5 of 9, traffic 0 + 1, bake 0, then 0 + 5",
        ],
    ),
    "a rollback before anything was given up": (
        turned(rolling(5, 5, 2, 2), "forward 1.1 baking"),
        [
            "back 1: 2 + 5 of 7, traffic 0 + 1, bake 0, then 0 + 5",
        ],
    ),
    "a blue/green rollback": (
        turned(blue_green(RoutingType.CANARY, instances(1), 120), "forward 3.1 baking"),
        [
            "back 1: 5 + 4 of 9, traffic 0 + 1, bake 0, then 0 + 4",
        ],
    ),
    "from a cleanup on": (
        run_to(rolling(5, 5, 2), "forward 2.1 cleaning"),
        [
            "forward 2: 4 + 1 of 7, traffic 4/5 + 1/5, bake 300, then 4 + 1",
            "forward 3: 5 + 1 of 6, traffic 1 + 0, bake 300, then 5 + 0",
        ],
    ),
    "from the second batch of a rollback on": (
        run_to(turned(rolling(5, 5, 2, 2), "forward 3.1 baking"), "back 2.1 provisioning"),
        [
            "back 2: 4 + 3 of 7, traffic 2/5 + 3/5, bake 0, then 2 + 3",
            "back 3: 2 + 5 of 7, traffic 0 + 1, bake 0, then 0 + 5",
        ],
    ),
}


@pytest.mark.parametrize(("deployment", "expected"), PLANS.values(), ids=PLANS)
def test_the_plan_of_every_kind_of_update(deployment: Deployment, expected: list[str]) -> None:
    assert lines(deployment) == expected


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
def test_the_plan_back_is_the_walk_back_from_where_it_turned(
    steps: tuple[HistoryStep, ...],
) -> None:
    for step in steps:
        turned = advance(step.before, StopRequested("me"))
        if turned.direction is Direction.BACK and step.before.direction is Direction.FORWARD:
            whole = everything_seen(turned)
            assert list(plan_batches(whole)) == walked_batches(whole)


def test_the_plan_of_a_bake_whose_batch_is_short_counts_on_the_whole_batch() -> None:
    shifting = run_to(rolling(3), "forward 2.1 shifting")
    short = advance(shifting, seen(shifting, (1, 2), (2, 2)))
    baking = advance(short, SplitSettled(short.stage, short.split))
    assert baking.phase is Phase.BAKING
    assert plan_batches(baking) == plan_batches(rolling(3))[1:]


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


def test_draining_first_is_a_batch_0_that_asks_for_nothing_new() -> None:
    policy = SurgeRollingPolicy(instances(0), instances(1), 300)
    drain, *batches = plan_batches(start(serving("config-1", 3), wanted("config-2", 3), policy))
    assert (drain.step, drain.counts, drain.kept, drain.bake_seconds) == (0, (0, 2), (0, 2), 300)
    assert [str(share) for share in drain.split] == ["0", "1"]
    assert [(batch.step, batch.counts) for batch in batches] == [
        (1, (1, 2)),
        (2, (2, 1)),
        (3, (3, 0)),
    ]
    assert {batch.peak for batch in (drain, *batches)} == {3}


@pytest.mark.parametrize("action", GateTimeoutAction)
def test_gates_do_not_change_the_batches(action: GateTimeoutAction) -> None:
    policy = RollingUpdatePolicy(instances(2), 300)
    fleets = serving("config-1", 4), wanted("config-2", 4)
    gated = start(*fleets, policy, ["p99"], gates=Gates(60, action))
    assert plan_batches(gated) == plan_batches(start(*fleets, policy, ["p99"]))
