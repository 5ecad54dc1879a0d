"""Callbacks hear of every edge once, in order, with the deployment on its two ends."""

import pytest

from rolling import (
    AlarmsRead,
    DeadlineElapsed,
    Direction,
    FleetsSeen,
    ForeignEvent,
    Operation,
    OperationFailed,
    Sighting,
    StopRequested,
    follow,
)
from rolling.embedding import STATES, TRIGGERS, DeploymentMachine, Move, Watched, state_of
from tests.embedding.models import Diary, linear, next_fact, reach, rolling_update, run


class Plain(Watched):
    """A model with no callbacks."""


def test_methods_of_the_model_are_called_by_their_names() -> None:
    diary = Diary()
    DeploymentMachine(diary, rolling_update(2))
    for _ in run(diary):
        pass
    batch = [
        *("exit provisioning", "enter shifting"),
        *("exit shifting", "enter baking"),
        *("exit baking", "enter cleaning"),
    ]
    between = ["exit cleaning", "enter provisioning"]
    assert diary.notes == [*batch, *between, *batch, "exit cleaning", "enter succeeded"]


def test_silent_edges_are_walked_one_by_one_after_the_event_edge() -> None:
    diary = Diary()
    DeploymentMachine(diary, linear(2))
    reach(diary, "baking")
    before = diary.deployment
    diary.moves.clear()
    event = next_fact(before)
    expected, edges = follow(before, event)
    assert diary.advance(event) == expected
    assert [edge.event for edge in edges] == [AlarmsRead, None, None]
    assert [move.edge for move in diary.moves[::2]] == list(edges)
    assert {id(move.event) for move in diary.moves} == {id(event)}
    assert {id(move.decided) for move in diary.moves} == {id(diary.deployment)}


def test_a_move_and_the_model_hold_the_deployment_of_either_end() -> None:
    model, seen = Plain(), []
    machine = DeploymentMachine(model, rolling_update(2))

    def look(move: Move) -> None:
        seen.append((model.state, model.deployment, move))
        assert move.model is model

    for state in STATES:
        getattr(machine, f"on_exit_{state}")(look)
        getattr(machine, f"on_enter_{state}")(look)
    held = model.deployment
    for _ in run(model):
        pass
    assert len(seen) >= 8
    for leaving, entering in zip(seen[::2], seen[1::2], strict=True):
        state, deployment, move = leaving
        assert (state, deployment) == (move.source, move.before)
        assert move.before.stage == held.stage
        assert state_of(move.before) == move.source
        state, deployment, same = entering
        assert same is move
        assert (state, deployment) == (move.target, move.after)
        assert state_of(move.after) == move.target
        held = move.after
    assert seen[-1][1] is model.deployment


def test_registered_callbacks_come_in_the_order_that_transitions_gives_them() -> None:
    order: list[str] = []

    def said(what: str) -> object:
        return lambda move: order.append(what)

    class Model(Watched):
        def on_exit_provisioning(self, move: Move) -> None:
            order.append("own on_exit")

        def on_enter_shifting(self, move: Move) -> None:
            order.append("own on_enter")

        def log(self, move: Move) -> None:
            order.append("after_state_change by name")

    model = Model()
    machine = DeploymentMachine(
        model,
        rolling_update(),
        before_state_change=lambda move: order.append("before_state_change"),
        after_state_change="log",
        prepare_event=lambda move: order.append("prepare_event"),
        finalize_event=lambda move: order.append("finalize_event"),
    )
    machine.prepare_silent(said("prepare"))
    machine.before_silent(said("before"))
    machine.on_exit_provisioning(said("on_exit"))
    machine.on_enter_shifting(said("on_enter"))
    machine.after_silent(said("after"))
    model.advance(next_fact(model.deployment))
    assert order == [
        *("prepare_event", "prepare", "before_state_change", "before"),
        *("own on_exit", "on_exit", "own on_enter", "on_enter"),
        *("after", "after_state_change by name", "finalize_event"),
    ]


def test_rolling_back_is_entered_with_the_turn_and_left_with_the_end() -> None:
    order: list[tuple[str, str]] = []

    class Model(Watched):
        def on_enter_rolling_back(self, move: Move) -> None:
            order.append(("turned", move.target))

        def on_enter_rolling_back_provisioning(self, move: Move) -> None:
            order.append(("provisioning", move.source))

        def on_exit_rolling_back(self, move: Move) -> None:
            order.append(("home", move.target))

        def on_exit_rolling_back_cleaning(self, move: Move) -> None:
            order.append(("clean", move.target))

    model = Model()
    machine = DeploymentMachine(model, rolling_update(2))
    machine.on_enter_rolling_back(lambda move: order.append(("registered", move.edge.why)))
    reach(model, "baking")
    assert not model.is_rolling_back()
    model.advance(StopRequested("operator"))
    assert model.is_rolling_back() and model.is_rolling_back_provisioning()
    assert [what for what, _ in order] == ["turned", "registered", "provisioning"]
    reach(model, "rolled_back")
    assert not model.is_rolling_back() and model.is_rolled_back()
    assert order.count(("turned", "rolling_back_provisioning")) == 1
    assert order[-2:] == [("clean", "rolled_back"), ("home", "rolled_back")]


def test_a_failed_rollback_leaves_rolling_back_too() -> None:
    left: list[str] = []
    model = Plain()
    machine = DeploymentMachine(model, rolling_update())
    machine.on_exit_rolling_back(lambda move: left.append(move.target))
    model.advance(StopRequested("operator"))
    model.advance(DeadlineElapsed(Direction.BACK))
    assert left == ["rollback_failed"] == [model.state]


def test_an_event_that_opens_no_edge_changes_the_deployment_and_calls_no_callback() -> None:
    diary = Diary()
    DeploymentMachine(diary, rolling_update())
    reach(diary, "baking")
    told, before = list(diary.notes), diary.deployment
    seen = tuple(Sighting(fleet.in_service, fleet.alive + 1) for fleet in before.fleets)
    after = diary.advance(FleetsSeen(before.stage, seen))
    assert diary.deployment is after
    assert after != before and diary.state == "baking"
    assert diary.notes == told


def test_an_event_that_changes_nothing_returns_the_same_deployment() -> None:
    diary = Diary()
    DeploymentMachine(diary, rolling_update(2))
    before = diary.deployment
    assert diary.advance(DeadlineElapsed(Direction.BACK)) is before is diary.deployment


def test_a_foreign_event_is_refused_and_nothing_happens() -> None:
    diary = Diary()
    DeploymentMachine(diary, rolling_update(2))
    before = diary.deployment
    with pytest.raises(ForeignEvent):
        diary.advance(OperationFailed(before.stage, Operation.SHIFT, 7, "no such fleet"))
    assert diary.deployment is before
    reach(diary, "succeeded")


def test_a_model_that_comes_in_a_later_state_is_not_told_that_it_enters_it() -> None:
    first, second = Diary(), Diary()
    machine = DeploymentMachine(first, rolling_update())
    reach(first, "cleaning")
    machine.add_model(second, first.deployment)
    assert second.state == "cleaning" and second.is_cleaning()
    assert second.notes == []
    reach(second, "succeeded")
    assert first.state == "cleaning"


def test_every_trigger_and_state_takes_callbacks() -> None:
    machine = DeploymentMachine()
    for trigger in TRIGGERS:
        getattr(machine, f"before_{trigger}")(print)
