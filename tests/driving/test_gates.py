"""A deployment waits at a gate until it is continued, or until the gate's time is over."""

import asyncio
import math
import threading
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from rolling import (
    AlarmTripped,
    Continued,
    Deployment,
    Desired,
    Gates,
    GateTimeoutAction,
    NotContinued,
    Phase,
    Reading,
    RolledBack,
    Stage,
    Stopped,
    StopRequested,
    Succeeded,
    TimedOut,
    instances,
    serving,
    start,
    wanted,
)
from rolling import RollingUpdatePolicy as Rolling
from rolling.core.gate import GATE_TIMEOUT
from rolling.driving import (
    Approval,
    Change,
    Observation,
    Record,
    Stop,
    Tick,
    TickFailed,
    VirtualClock,
    accept,
    directly,
    dumps_record,
    jumping,
    loads_record,
    run,
    run_async,
    tick,
    without_looking,
)
from tests.driving.scripted import Scripted, all_true
from tests.driving.watched import InLoop, Plain, Seen, Watched

ALARM, WAIT, GATE = "p99", 60, 600
both = pytest.mark.parametrize("kind", [Plain, InLoop])


def update(
    on_timeout: GateTimeoutAction = GateTimeoutAction.ROLL_BACK,
    steps: tuple[int, ...] | None = (1,),
    timeout_seconds: int = 28_800,
    gate_seconds: int = GATE,
) -> Deployment:
    policy = Rolling(instances(1), WAIT, None, timeout_seconds)
    gates = Gates(gate_seconds, on_timeout, steps)
    return start(serving("config-1", 2), wanted("config-2", 2), policy, [ALARM], gates=gates)


class Calm(Scripted):
    """Everything comes true at once, alarms are OK, and there is never any news."""

    reading = Reading.OK

    def observe(self, desired: Desired) -> Observation:
        seen = all_true(desired)
        return evolve(seen, alarms=dict.fromkeys(desired.alarms, self.reading), news_at=math.inf)


def at_gate(deployment: Deployment | None = None) -> Record:
    """The record of the first gate, whose bake begins at second 0."""
    record = accept(update() if deployment is None else deployment, 0, "a")
    while record.deployment.phase is not Phase.BAKING:
        record = tick(record, Calm(), 0).record
    return record


GATE_STAGE = at_gate().deployment.stage
ANN = Continued(GATE_STAGE, "ann")


def passed(record: Record) -> bool:
    return record.deployment.stage > GATE_STAGE and record.deployment.cause is None


# --- one tick -----------------------------------------------------------------


def test_a_tick_with_a_continuation_after_the_interval_passes_the_gate() -> None:
    made = tick(at_gate(), Calm(), WAIT, continued=ANN)
    assert isinstance(made.changes[0].event, Continued)
    assert made.changes[0].after.continued_by == "ann" and passed(made.record)


def test_without_one_the_bake_goes_on_and_the_next_wake_is_the_end_of_its_gate() -> None:
    made = tick(at_gate(), Calm(), WAIT)
    assert made.record.deployment.stage == GATE_STAGE
    assert made.wake_at == WAIT + GATE


def test_one_that_came_early_lets_the_bake_end_after_its_interval() -> None:
    early = tick(at_gate(), Calm(), 5, continued=ANN)
    assert early.record.deployment.stage == GATE_STAGE and early.wake_at == WAIT
    assert passed(tick(early.record, Calm(), WAIT).record)


def test_a_gate_that_was_continued_wakes_no_driver_at_its_timeout() -> None:
    class Unread(Calm):
        reading = Reading.UNREADABLE

    held = tick(at_gate(), Unread(), WAIT, continued=ANN)
    assert held.record.deployment.stage == GATE_STAGE
    assert held.wake_at == 28_800


@pytest.mark.parametrize(
    "stage",
    [GATE_STAGE._replace(attempt=2), GATE_STAGE._replace(step=2), GATE_STAGE.enter(Phase.SHIFTING)],
)
def test_one_for_another_stage_changes_nothing(stage: Stage) -> None:
    made = tick(at_gate(), Calm(), WAIT, continued=Continued(stage, "ann"))
    assert made.changes == ()


def test_a_gate_that_is_not_continued_in_time_turns_back() -> None:
    record = at_gate()
    assert tick(record, Calm(), WAIT + GATE - 1).changes == ()
    made = tick(record, Calm(), WAIT + GATE)
    assert made.record.deployment.cause == NotContinued(GATE)


def test_or_goes_on_where_its_timeout_says_so() -> None:
    made = tick(at_gate(update(GateTimeoutAction.CONTINUE)), Calm(), WAIT + GATE)
    assert made.changes[0].after.continued_by == GATE_TIMEOUT and passed(made.record)


def test_an_alarm_wins_over_a_timeout_that_continues() -> None:
    """Both are seen in the same tick: the gate opens, and the alarm turns the update back."""

    class Alarming(Calm):
        reading = Reading.ALARM

    made = tick(at_gate(update(GateTimeoutAction.CONTINUE)), Alarming(), WAIT + GATE)
    assert made.record.deployment.cause == AlarmTripped((ALARM,))


def test_an_alarm_wins_over_a_person_who_continues() -> None:
    class Alarming(Calm):
        reading = Reading.ALARM

    made = tick(at_gate(), Alarming(), WAIT, continued=ANN)
    assert made.record.deployment.cause == AlarmTripped((ALARM,))


def test_a_person_who_continues_in_the_tick_of_the_timeout_was_in_time() -> None:
    assert passed(tick(at_gate(), Calm(), WAIT + GATE, continued=ANN).record)


def test_a_stop_wins_over_a_continuation_and_so_does_the_deadline() -> None:
    stopped = tick(at_gate(), Calm(), WAIT, stop=StopRequested("ben"), continued=ANN)
    assert stopped.record.deployment.cause == Stopped("ben")
    late = tick(at_gate(update(timeout_seconds=600)), Calm(), 600, continued=ANN)
    assert late.record.deployment.cause == TimedOut(600)


def test_the_wake_of_a_gate_survives_a_restart() -> None:
    record = loads_record(dumps_record(at_gate()))
    assert tick(record, Calm(), WAIT).wake_at == WAIT + GATE


# --- without a look -----------------------------------------------------------


def test_a_continuation_needs_no_look_at_the_world() -> None:
    made = without_looking(at_gate(), OSError("gone"), 5, continued=ANN)
    assert made is not None and made.record.deployment.continued_by == "ann"
    assert isinstance(made.error, OSError)
    assert without_looking(made.record, OSError("gone"), 5, continued=ANN) is None


@pytest.mark.parametrize("on_timeout", GateTimeoutAction)
def test_nor_does_the_timeout_of_a_gate(on_timeout: GateTimeoutAction) -> None:
    record = at_gate(update(on_timeout))
    assert without_looking(record, OSError("gone"), WAIT + GATE - 1) is None
    made = without_looking(record, OSError("gone"), WAIT + GATE)
    assert made is not None
    turned = made.record.deployment.cause == NotContinued(GATE)
    assert turned is (on_timeout is GateTimeoutAction.ROLL_BACK)


# --- the handle ---------------------------------------------------------------


def test_run_hears_of_an_approval_within_one_poll_interval() -> None:
    """Also where the next wake is far off, and named is who continued first."""
    clock, approval = VirtualClock(), Approval()
    changes: list[Change] = []
    for made in run(accept(update(), 0, "a"), Calm(), clock, approval=approval):
        changes += made.changes
        if made.record.deployment.stage == GATE_STAGE and clock.now() >= WAIT:
            approval.continue_stage(GATE_STAGE, "ann")
            approval.continue_stage(GATE_STAGE, "ben")
    assert made.record.deployment.outcome == Succeeded(0, None)
    assert [each.event for each in changes if isinstance(each.event, Continued)] == [ANN]
    assert clock.now() <= 2 * WAIT + 15


def test_an_approval_that_was_given_before_the_bake_passes_the_gate_after_its_interval() -> None:
    clock, approval = VirtualClock(), Approval()
    approval.continue_stage(GATE_STAGE, "ann")
    *_, last = run(accept(update(), 0, "a"), Calm(), clock, approval=approval)
    assert last.record.deployment.outcome == Succeeded(0, None)
    assert clock.now() == 2 * WAIT


def test_an_approval_counts_for_one_attempt_alone() -> None:
    class LosesOne(Calm):
        """Loses the instance of the first batch in its first bake, and replaces it."""

        def observe(self, desired: Desired) -> Observation:
            seen = super().observe(desired)
            if desired.stage != GATE_STAGE:
                return seen
            return evolve(seen, fleets=(evolve(seen.fleets[0], in_service=0), *seen.fleets[1:]))

    approval = Approval()
    approval.continue_stage(GATE_STAGE, "ann")
    *_, last = run(accept(update(), 0, "a"), LosesOne(), VirtualClock(), approval=approval)
    assert last.record.deployment.outcome == RolledBack(NotContinued(GATE), 0, None)
    approval.continue_stage(GATE_STAGE._replace(attempt=2), "ann")
    *_, last = run(accept(update(), 0, "a"), LosesOne(), VirtualClock(), approval=approval)
    assert last.record.deployment.outcome == Succeeded(0, None)


def test_a_driver_with_both_handles_stops_at_a_gate() -> None:
    stop, approval = Stop(), Approval()
    for made in run(accept(update(), 0, "a"), Calm(), VirtualClock(), stop=stop, approval=approval):
        if made.record.deployment.stage == GATE_STAGE:
            stop.request("ben")
            approval.continue_stage(GATE_STAGE, "ann")
    assert made.record.deployment.outcome == RolledBack(Stopped("ben"), 0, None)


def test_an_approval_from_another_thread_wakes_an_event_loop_at_once() -> None:
    """The clock never comes to the gate's timeout: only the handle can end the wait."""

    class Halting:
        jumps = False

        def now(self) -> float:
            return WAIT

        async def wait_until(self, moment: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

    waiting, approval = threading.Event(), Approval()

    def approve() -> None:
        assert waiting.wait(60)
        approval.continue_stage(GATE_STAGE, "ann")

    async def drive() -> Tick:
        ticks = run_async(at_gate(), directly(Calm()), Halting(), approval=approval)
        async for made in ticks:
            if passed(made.record):
                await ticks.aclose()
                return made
        raise AssertionError("it ended at the gate")

    person = threading.Thread(target=approve)
    person.start()
    made = asyncio.run(drive())
    person.join()
    assert passed(made.record)


# --- a question ---------------------------------------------------------------


def runs_of(**options: Any) -> Tick:
    *_, last = run(accept(update(), 0, "a"), Calm(), VirtualClock(), **options)
    return last


async def runs_async_of(**options: Any) -> Tick:
    clock = jumping(VirtualClock())
    async for made in run_async(accept(update(), 0, "a"), directly(Calm()), clock, **options):
        last = made
    return last


def test_the_question_is_asked_at_gates_alone() -> None:
    asked = []

    def continuation() -> Continued | None:
        asked.append(1)
        return ANN

    assert runs_of(continuation=continuation).record.deployment.outcome == Succeeded(0, None)
    assert len(asked) == 1
    last = asyncio.run(runs_async_of(continuation=continuation))
    assert last.record.deployment.outcome == Succeeded(0, None)
    assert len(asked) == 2


def test_a_question_that_raises_holds_up_no_timeout() -> None:
    def continuation() -> Continued | None:
        raise ConnectionError("no database")

    with pytest.raises(ConnectionError):
        runs_of(continuation=continuation)
    record = at_gate()
    made = next(run(record, Calm(), VirtualClock(WAIT + GATE), continuation=continuation))
    assert made.record.deployment.cause == NotContinued(GATE)
    assert isinstance(made.error, ConnectionError)


# --- many ---------------------------------------------------------------------


@both
def test_a_watch_continues_one_of_its_deployments(kind: Callable[[], Watched]) -> None:
    watched = kind()
    for key in ("a", "b"):
        watched.add(key, update(), Calm())
    outcomes = {}

    def each(key: str, seen: Seen) -> None:
        deployment = seen.record.deployment
        if key == "a" and deployment.stage == GATE_STAGE and watched.clock.now() >= WAIT:
            assert watched.watch.continue_stage("a", GATE_STAGE, "ann")
        if deployment.outcome is not None:
            outcomes[key] = deployment.outcome

    watched.drive(each)
    assert outcomes == {"a": Succeeded(0, None), "b": RolledBack(NotContinued(GATE), 0, None)}
    assert not watched.watch.continue_stage("a", GATE_STAGE, "ann")


@both
def test_a_watch_asks_whether_a_gate_is_continued(kind: Callable[[], Watched]) -> None:
    watched = kind()
    watched.add("a", update(), Calm(), continuation=lambda: ANN)
    (_, last) = watched.drive()[-1]
    assert last.record.deployment.outcome == Succeeded(0, None)


@both
def test_a_continuation_that_could_not_be_stored_is_tried_again_after_the_poll_interval(
    kind: Callable[..., Watched],
) -> None:
    failures = [OSError("full"), OSError("full")]

    def store(_: str, made: Tick) -> None:
        if failures and made.record.deployment.continued_by == "ann":
            raise failures.pop()

    watched = kind(store=store)
    watched.add("a", at_gate(), Calm())
    watched.watch.continue_stage("a", GATE_STAGE, "ann")
    seen = watched.drive()
    troubles = [each for _, each in seen if isinstance(each, TickFailed)]
    assert [each.at for each in troubles] == [0, 15]
    assert seen[-1][1].record.deployment.outcome == Succeeded(0, None)


# --- watched ------------------------------------------------------------------


@both
def test_to_continue_again_and_again_leaves_the_watch_asleep(kind: Callable[[], Watched]) -> None:
    watched = kind()
    watched.add("a", update(), Calm())
    ticks = 0

    def approve(key: str, seen: Seen) -> None:
        nonlocal ticks
        ticks += 1
        assert ticks < 100, "a call that changes nothing made the next tick due"
        watched.watch.continue_stage("a", GATE_STAGE, "ann")

    watched.drive(approve)
