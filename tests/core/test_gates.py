"""A gate holds its bake until it is continued: for exactly that bake, by somebody or in time."""

import pytest

from rolling import (
    AlarmTripped,
    BlueGreenUpdatePolicy,
    Continued,
    DeadlineElapsed,
    Deployment,
    Direction,
    ForeignEvent,
    GateElapsed,
    Gates,
    GateTimeoutAction,
    InvalidInput,
    NotContinued,
    Phase,
    Problem,
    Reading,
    RollingUpdatePolicy,
    Stage,
    Stopped,
    StopRequested,
    TimedOut,
    TrafficRouting,
    UpdatePolicy,
    advance,
    due,
    instances,
    serving,
    start,
    wanted,
)
from tests.core.walking import drain_first, read, run_to, seen, states, trip

CONTINUE = Gates(3_600, GateTimeoutAction.CONTINUE)
ROLL_BACK = Gates(3_600, GateTimeoutAction.ROLL_BACK)
ROLLING = RollingUpdatePolicy(instances(1), 300, instances(1))


def gated(gates: Gates = CONTINUE, policy: UpdatePolicy = ROLLING) -> Deployment:
    return start(
        serving("config-1", 3), wanted("config-2", 3), policy, ["p99"], generation=1, gates=gates
    )


def at_gate(gates: Gates = CONTINUE, step: int = 1) -> Deployment:
    return run_to(gated(gates), f"forward {step}.1 baking")


def quiet(deployment: Deployment) -> Deployment:
    return advance(deployment, read(deployment, Reading.OK))


def continued(deployment: Deployment, by: str = "ann") -> Deployment:
    return advance(deployment, Continued(deployment.stage, by))


def elapsed(deployment: Deployment) -> Deployment:
    return advance(deployment, GateElapsed(deployment.stage))


def test_a_quiet_bake_waits_until_it_is_continued() -> None:
    gate = at_gate()
    assert quiet(gate) == gate
    passed = quiet(continued(gate))
    assert str(passed.stage) == "forward 1.1 cleaning"


def test_to_be_continued_does_not_shorten_the_bake() -> None:
    gate = continued(at_gate())
    assert gate.stage == at_gate().stage
    assert advance(gate, read(gate, Reading.OK, after_interval=False)) == gate
    assert advance(gate, read(gate, Reading.UNREADABLE)) == gate


def test_who_continued_is_kept_until_the_stage_is_left() -> None:
    gate = continued(at_gate(), "ann")
    assert gate.continued_by == "ann"
    assert continued(gate, "bob").continued_by == "ann"
    assert quiet(gate).continued_by is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        Stage(Direction.FORWARD, 1, 1, Phase.BAKING),
        Stage(Direction.FORWARD, 2, 2, Phase.BAKING),
        Stage(Direction.FORWARD, 3, 1, Phase.BAKING),
        Stage(Direction.FORWARD, 2, 1, Phase.SHIFTING),
        Stage(Direction.BACK, 2, 1, Phase.BAKING),
    ],
)
def test_only_its_own_stage_continues_a_gate_or_ends_its_time(elsewhere: Stage) -> None:
    for gates in (CONTINUE, ROLL_BACK):
        gate = at_gate(gates, step=2)
        assert advance(gate, Continued(elsewhere, "ann")) == gate
        assert advance(gate, GateElapsed(elsewhere)) == gate


def test_it_is_not_continued_ahead_of_its_bake() -> None:
    for state in states(gated()):
        if state.phase is not Phase.BAKING:
            assert continued(state) == state
            assert elapsed(state) == state


def test_a_lost_instance_makes_the_approval_lapse() -> None:
    """The batch bakes again, as another attempt, and must be continued again."""
    gate = continued(at_gate())
    lost = advance(gate, seen(gate, (0, 0), (3, 3)))
    assert str(lost.stage) == "forward 1.2 provisioning"
    assert lost.continued_by is None
    again = run_to_bake(lost)
    assert str(again.stage) == "forward 1.2 baking"
    assert quiet(again) == again
    assert advance(again, Continued(gate.stage, "ann")) == again
    assert quiet(continued(again)).phase is Phase.CLEANING


def run_to_bake(deployment: Deployment) -> Deployment:
    return run_to(deployment, str(deployment.stage.enter(Phase.BAKING)))


def test_a_gate_that_times_out_may_continue() -> None:
    gate = elapsed(at_gate(CONTINUE))
    assert gate.stage == at_gate(CONTINUE).stage
    assert gate.continued_by == "the gate's timeout"
    assert quiet(gate).phase is Phase.CLEANING


def test_a_gate_that_times_out_may_turn_back() -> None:
    turned = elapsed(at_gate(ROLL_BACK))
    assert turned.direction is Direction.BACK
    assert turned.cause == NotContinued(3_600)
    assert str(turned.cause) == "not continued within 3600 seconds"


@pytest.mark.parametrize("gates", [CONTINUE, ROLL_BACK])
def test_the_timeout_of_a_gate_that_was_continued_means_nothing(gates: Gates) -> None:
    gate = continued(at_gate(gates))
    assert elapsed(gate) == gate


def test_an_alarm_the_deadline_and_a_stop_act_as_in_any_bake() -> None:
    for gate in (at_gate(), continued(at_gate())):
        assert trip(gate).cause == AlarmTripped(("p99",))
        late = advance(gate, DeadlineElapsed(Direction.FORWARD))
        assert late.cause == TimedOut(28_800)
        assert advance(gate, StopRequested("bob")).cause == Stopped("bob")


def test_there_is_no_gate_on_the_way_back() -> None:
    turned = trip(at_gate())
    assert all(due(state).gate_seconds is None for state in states(turned))
    assert states(turned)[-1].phase is Phase.ROLLED_BACK


def test_the_bakes_that_are_named_are_gates_and_no_others() -> None:
    gates = Gates(3_600, GateTimeoutAction.CONTINUE, (1, 3))
    held = [
        state.stage.step
        for state in states(gated(gates))
        if state.phase is Phase.BAKING and quiet(state) == state
    ]
    assert held == [1, 3]


def test_the_step_that_drains_to_the_floor_is_no_gate() -> None:
    walked = [
        state for state in states(drain_first(3, 0, 1, CONTINUE)) if state.phase is Phase.BAKING
    ]
    assert [(state.stage.step, due(state).gate_seconds) for state in walked] == [
        (0, None),
        (1, 3_900),
        (2, 3_900),
        (3, 3_900),
    ]


def test_the_timer_of_a_gate_begins_with_its_bake_and_waits_beyond_the_interval() -> None:
    for state in states(gated(Gates(60, GateTimeoutAction.CONTINUE, (2,)))):
        is_gate = (state.phase, state.stage.step) == (Phase.BAKING, 2)
        assert due(state).gate_seconds == (360 if is_gate else None)
    gate = at_gate()
    assert due(continued(gate)) == due(gate)


def test_the_termination_wait_can_be_a_gate() -> None:
    policy = BlueGreenUpdatePolicy(TrafficRouting(wait_interval_seconds=60), 120)
    gate = run_to(
        gated(Gates(600, GateTimeoutAction.ROLL_BACK, (2,)), policy), "forward 2.1 baking"
    )
    assert due(gate).gate_seconds == 720
    assert quiet(gate) == gate
    assert elapsed(gate).cause == NotContinued(600)


def test_continued_says_who() -> None:
    with pytest.raises(ForeignEvent, match="names who continues the gate, not None"):
        Continued(at_gate().stage, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        (
            Gates(0, GateTimeoutAction.CONTINUE),
            [("TimeoutInSeconds", 0, "must be a whole number from 1 to 28800 seconds", 1)],
        ),
        (
            Gates(28_801, GateTimeoutAction.CONTINUE, ()),
            [
                (
                    "TimeoutInSeconds",
                    28_801,
                    "must be a whole number from 1 to 28800 seconds",
                    28_800,
                ),
                ("Batches", [], "must name a batch; leave it out for a gate after each", [1]),
            ],
        ),
        (
            Gates(60, GateTimeoutAction.CONTINUE, (0, 1, 4)),
            [
                ("Batches[0]", 0, "must be a whole number from 1 to 3 of 3 steps", 1),
                ("Batches[2]", 4, "must be a whole number from 1 to 3 of 3 steps", 3),
            ],
        ),
    ],
)
def test_gates_that_cannot_be_are_refused_word_for_word(
    gates: Gates, expected: list[tuple[str, object, str, object]]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        gated(gates)
    assert caught.value.problems == tuple(
        Problem(f"Gates.{field}", value, rule, fix) for field, value, rule, fix in expected
    )


def test_an_action_that_is_none_is_refused_and_does_not_silently_continue() -> None:
    with pytest.raises(InvalidInput, match=r"Gates\.TimeoutAction = 'RollBack': must be Gate"):
        gated(Gates(60, "RollBack"))  # type: ignore[arg-type]


def test_gates_are_refused_together_with_all_else() -> None:
    policy = RollingUpdatePolicy(instances(1), 6_000)
    with pytest.raises(InvalidInput) as caught:
        gated(Gates(0, GateTimeoutAction.CONTINUE), policy)
    fields = [problem.field.rpartition(".")[2] for problem in caught.value.problems]
    assert fields == ["WaitIntervalInSeconds", "TimeoutInSeconds"]


def test_any_iterable_names_the_steps() -> None:
    assert Gates(60, GateTimeoutAction.CONTINUE, (n for n in (1, 2))).steps == (1, 2)
    assert Gates(60, GateTimeoutAction.CONTINUE, [1, 2]).steps == (1, 2)
