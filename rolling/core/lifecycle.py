"""The lifecycle: every edge of the state machine, once.

This table drives `advance`, and diagrams and the `transitions` machine are
built from it. There is no edge outside it, and the explorer takes each of them.
(A failed rollback that finds the traffic elsewhere holds that split: the same
end, another attempt. That is in transition.py.)
A guard says when an edge is open, an effect gives the next state; most of them
are rules of the files they are imported from.

A rule checks no preconditions of its own: to call one is to know that its edge
is open, and `advance` is what knows.

Every edge leads to a later stage. A command carries the update's generation and
the stage, and a backend refuses a pair earlier than one it has carried out: so a
command that an old record makes due changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import frozen

from rolling.core.baking import BakeVerdict, begin_bake
from rolling.core.cleaning import clean_up, is_clean
from rolling.core.deployment import Deployment
from rolling.core.ending import fail_rollback, finish_rollback, succeed
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    StopRequested,
)
from rolling.core.gate import turns_back_at_timeout
from rolling.core.outcome import Cause
from rolling.core.pace import is_last_step
from rolling.core.provisioning import (
    is_batch_in_service,
    provision_batch,
    replace_lost,
    take_stock,
)
from rolling.core.rollback import roll_back
from rolling.core.shifting import apply_shift
from rolling.core.stage import Direction, Phase

Trigger = type[Event] | BakeVerdict
"""What opens an edge: an event, or the verdict that a reading of the alarms gives."""

Guard = Callable[[Deployment], bool]
Effect = Callable[[Deployment, Cause | None], Deployment]


@frozen
class Edge:
    """One edge: from `phase` in `direction`, on a `trigger`, when `guard`, to `target`.

    `trigger` None is a silent edge: it is taken as soon as its guard holds, after
    whatever event made it hold. `why` says in a sentence why the edge exists.
    """

    direction: Direction
    phase: Phase
    trigger: Trigger | None
    guard: Guard
    target_direction: Direction
    target: Phase
    effect: Effect
    why: str

    @property
    def event(self) -> type[Event] | None:
        """The event that may open the edge; None for a silent one."""
        return AlarmsRead if isinstance(self.trigger, BakeVerdict) else self.trigger

    @property
    def condition(self) -> str:
        """What opens the edge beside its event, in a few words such as "batch in service"."""
        if isinstance(self.trigger, BakeVerdict):
            return self.trigger.value
        return self.guard.__name__.removeprefix("is_").replace("_", " ")

    @property
    def name(self) -> str:
        """What identifies the edge: where from, on what, when, where to."""
        event = "silent" if self.event is None else self.event.__name__
        return (
            f"{self.direction.name} {self.phase.name} --{event} [{self.condition}]--> "
            f"{self.target_direction.name} {self.target.name}"
        )


# --- guards that no rule gives as they are -----------------------------------


def always(deployment: Deployment) -> bool:
    """Open whatever the state."""
    return True


def batch_missing(deployment: Deployment) -> bool:
    """An instance of the batch under bake was lost."""
    return not is_batch_in_service(deployment)


def first_step(deployment: Deployment) -> bool:
    """The first step back, which takes what is in service."""
    return deployment.stage.step == 1


def later_step_in_service(deployment: Deployment) -> bool:
    """The receiving fleets have what this step needs, and it is not the first step back."""
    return deployment.stage.step > 1 and is_batch_in_service(deployment)


def split_as_asked(deployment: Deployment) -> bool:
    """The split that was asked for has been seen."""
    return deployment.settled


def clean_with_more_to_come(deployment: Deployment) -> bool:
    """Nothing alive that is not asked for, and another step follows."""
    return is_clean(deployment) and not is_last_step(deployment)


def clean_at_last(deployment: Deployment) -> bool:
    """Nothing alive that is not asked for, and no step follows."""
    return is_clean(deployment) and is_last_step(deployment)


def committed(deployment: Deployment) -> bool:
    """All traffic has arrived; of a cleaning deployment."""
    return is_last_step(deployment)


def not_committed(deployment: Deployment) -> bool:
    """Traffic is still to arrive; of a cleaning deployment."""
    return not is_last_step(deployment)


# --- rows -------------------------------------------------------------------


def _move(
    direction: Direction,
    phase: Phase,
    guard: Guard,
    target: Phase,
    rule: Callable[[Deployment], Deployment],
    why: str,
    on: Trigger | None = None,
) -> Edge:
    """A row that stays in its direction and has no cause to give."""
    return Edge(direction, phase, on, guard, direction, target, lambda d, cause: rule(d), why)


def _interrupts(
    direction: Direction,
    phases: Iterable[Phase],
    guard: Guard,
    to: tuple[Direction, Phase],
    rule: Callable[[Deployment, Cause], Deployment],
    whys: Mapping[Trigger, str],
) -> Iterator[Edge]:
    """Rows for each of the phases and each of the triggers, with the cause handed to the rule."""

    def effect(deployment: Deployment, cause: Cause | None) -> Deployment:
        assert cause is not None, "what interrupts a deployment gives its cause"
        return rule(deployment, cause)

    for phase in phases:
        for trigger, why in whys.items():
            yield Edge(direction, phase, trigger, guard, *to, effect, why)


def _take_stock_and_shift(deployment: Deployment) -> Deployment:
    return apply_shift(take_stock(deployment))


# --- the table --------------------------------------------------------------

_F, _B = Direction.FORWARD, Direction.BACK
_PROVISIONING, _SHIFTING, _BAKING, _CLEANING = (
    Phase.PROVISIONING,
    Phase.SHIFTING,
    Phase.BAKING,
    Phase.CLEANING,
)
_SUCCEEDED, _ROLLED_BACK, _FAILED = Phase.SUCCEEDED, Phase.ROLLED_BACK, Phase.ROLLBACK_FAILED

_FORWARD = (
    _move(_F, _PROVISIONING, is_batch_in_service, _SHIFTING, apply_shift,
          "Traffic may move once the batch is in service."),
    _move(_F, _SHIFTING, split_as_asked, _BAKING, begin_bake,
          "The batch serves its share; its baking period begins."),
    _move(_F, _BAKING, batch_missing, _PROVISIONING, replace_lost,
          "A bake says nothing about a batch that is not whole; it starts again.", on=FleetsSeen),
    _move(_F, _BAKING, always, _CLEANING, clean_up,
          "The batch is good, so the old capacity it replaces may go.", on=BakeVerdict.PASSED),
    _move(_F, _CLEANING, clean_with_more_to_come, _PROVISIONING, provision_batch,
          "What was given up is gone, so the next batch fits under the ceiling."),
    _move(_F, _CLEANING, clean_at_last, _SUCCEEDED, succeed,
          "The old fleet is gone."),
)  # fmt: skip

_UNDO: Mapping[Trigger, str] = {
    OperationFailed: "What cannot be done forward is undone.",
    DeadlineElapsed: "A deployment that takes too long is undone.",
    StopRequested: "A stopped deployment is undone.",
}
_TURN = (_B, _PROVISIONING)

_TURNS = (
    *_interrupts(_F, [_BAKING], always, _TURN, roll_back,
                 {BakeVerdict.TRIPPED: "An alarm in a baking period turns the deployment back."}),
    *_interrupts(_F, [_BAKING], turns_back_at_timeout, _TURN, roll_back,
                 {GateElapsed: "A gate that was not continued in time undoes the deployment."}),
    *_interrupts(_F, [_PROVISIONING, _SHIFTING, _BAKING], always, _TURN, roll_back, _UNDO),
    *_interrupts(_F, [_CLEANING], not_committed, _TURN, roll_back, _UNDO),
    *_interrupts(_F, [_CLEANING], committed, (_F, _SUCCEEDED), succeed, {
        OperationFailed: "All traffic is on the new fleet: the leftover is reported.",
        DeadlineElapsed: "All traffic is on the new fleet: there is nothing to undo.",
        StopRequested: "All traffic is on the new fleet: there is nothing to stop."}),
)  # fmt: skip

_BACK = (
    _move(_B, _PROVISIONING, first_step, _SHIFTING, _take_stock_and_shift,
          "Capacity still alive takes its traffic back at once, without provisioning.",
          on=FleetsSeen),
    _move(_B, _PROVISIONING, later_step_in_service, _SHIFTING, apply_shift,
          "Traffic may come home once the batch is in service."),
    _move(_B, _SHIFTING, split_as_asked, _CLEANING, clean_up,
          "What the new fleet no longer carries may go; there is no bake on the way back."),
    _move(_B, _CLEANING, clean_with_more_to_come, _PROVISIONING, provision_batch,
          "What was given up is gone, so the next batch fits under the ceiling."),
    _move(_B, _CLEANING, clean_at_last, _ROLLED_BACK, finish_rollback,
          "Everything is as it was before the update."),
    *_interrupts(_B, [_CLEANING], committed, (_B, _ROLLED_BACK), finish_rollback, {
        OperationFailed: "All traffic is home: the leftover is reported.",
        DeadlineElapsed: "All traffic is home: the leftover is reported."}),
)  # fmt: skip

_LATE: Mapping[Trigger, str] = {DeadlineElapsed: "The rollback has a deadline of its own."}

_FAILURES = (
    *_interrupts(_B, [_PROVISIONING], always, (_B, _FAILED), fail_rollback, {
        OperationFailed: "The old fleet cannot be restored.", **_LATE}),
    *_interrupts(_B, [_SHIFTING], always, (_B, _FAILED), fail_rollback, {
        OperationFailed: "The traffic cannot be brought home.", **_LATE}),
    *_interrupts(_B, [_CLEANING], not_committed, (_B, _FAILED), fail_rollback, {
        OperationFailed: "What was given up cannot be cleaned up, "
        "and the next batch would not fit beside it.", **_LATE}),
)  # fmt: skip

EDGES: tuple[Edge, ...] = (*_FORWARD, *_TURNS, *_BACK, *_FAILURES)
"""Every edge of the lifecycle. No two that are open in one state share a trigger."""

WITHOUT_CAUSE = frozenset({None, FleetsSeen, BakeVerdict.PASSED})
"""The triggers that give no cause: they neither turn a deployment back nor end it early."""

_Rows = dict[Trigger | None, tuple[Edge, ...]]


def _indexed(edges: Iterable[Edge]) -> list[list[_Rows]]:
    index: list[list[_Rows]] = [[{} for _ in Phase] for _ in Direction]
    for edge in edges:
        rows = index[edge.direction][edge.phase]
        rows[edge.trigger] = (*rows.get(edge.trigger, ()), edge)
    return index


_INDEX = _indexed(EDGES)


def open_edge(deployment: Deployment, trigger: Trigger | None) -> Edge | None:
    """The edge that `trigger` opens in this state (None: a silent one), if any."""
    stage = deployment.stage
    for edge in _INDEX[stage.direction][stage.phase].get(trigger, ()):
        if edge.guard(deployment):
            return edge
    return None
