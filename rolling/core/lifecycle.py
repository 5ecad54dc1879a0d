"""The lifecycle: every edge of the state machine, once.

This table drives `advance`, and whoever draws or rebuilds the machine reads it
from here. There is no edge outside it, and none in it that is never taken
(the explorer's tests say so). A guard says when an edge is open, an effect
gives the next state; both are rules of the files they are imported from.

A rule checks no preconditions of its own: to call one is to know that its edge
is open, and `advance` is what knows.
"""

from collections.abc import Callable, Iterable

from attrs import frozen

from rolling.core.baking import Verdict, begin_bake, evaluate_bake, tripped_alarms
from rolling.core.cleaning import clean_up, is_clean
from rolling.core.deployment import Deployment
from rolling.core.ending import fail_rollback, finish_rollback, succeed
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    OperationFailed,
    SplitSettled,
    StopRequested,
)
from rolling.core.outcome import AlarmTripped, Cause, Failed, Operation, Stopped, TimedOut
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

Guard = Callable[[Deployment, Event | None], bool]
Effect = Callable[[Deployment, Event | None], Deployment]


@frozen
class Edge:
    """One edge: from `phase` in `direction`, on an `event`, when `guard`, to `target`.

    `event` None is a silent edge: it is taken as soon as its guard holds, with
    no event of its own. `why` says in a sentence why the edge exists.
    """

    direction: Direction
    phase: Phase
    event: type[Event] | None
    guard: Guard
    target_direction: Direction
    target: Phase
    effect: Effect
    why: str

    @property
    def name(self) -> str:
        """What identifies the edge: where from, on what, when, where to."""
        event = "silent" if self.event is None else self.event.__name__
        guard = self.guard.__name__.replace("_", " ").strip()
        return (
            f"{self.direction.name} {self.phase.name} --{event} [{guard}]--> "
            f"{self.target_direction.name} {self.target.name}"
        )


# --- guards -----------------------------------------------------------------


def always(deployment: Deployment, event: Event | None) -> bool:
    """Open whatever the state."""
    return True


def batch_in_service(deployment: Deployment, event: Event | None) -> bool:
    """The receiving fleets have what this step needs."""
    return is_batch_in_service(deployment)


def batch_missing(deployment: Deployment, event: Event | None) -> bool:
    """An instance of the batch under bake was lost."""
    return not is_batch_in_service(deployment)


def first_step(deployment: Deployment, event: Event | None) -> bool:
    """The first step back, which takes what is in service."""
    return deployment.stage.step == 1


def later_step_in_service(deployment: Deployment, event: Event | None) -> bool:
    """The receiving fleets have what this step needs, and it is not the first step back."""
    return deployment.stage.step > 1 and is_batch_in_service(deployment)


def split_as_asked(deployment: Deployment, event: Event | None) -> bool:
    """The split that was asked for has been seen."""
    return deployment.settled


def alarm_tripped(deployment: Deployment, event: Event | None) -> bool:
    """A reading with an alarm in ALARM."""
    assert isinstance(event, AlarmsRead)
    return evaluate_bake(deployment, event) is Verdict.TRIPPED


def bake_passed(deployment: Deployment, event: Event | None) -> bool:
    """A quiet reading after the interval, nothing missing."""
    assert isinstance(event, AlarmsRead)
    return evaluate_bake(deployment, event) is Verdict.PASSED


def clean_with_more_to_come(deployment: Deployment, event: Event | None) -> bool:
    """Nothing alive that is not asked for, and another step follows."""
    return is_clean(deployment) and not is_last_step(deployment)


def clean_at_last(deployment: Deployment, event: Event | None) -> bool:
    """Nothing alive that is not asked for, and no step follows."""
    return is_clean(deployment) and is_last_step(deployment)


def committed(deployment: Deployment, event: Event | None) -> bool:
    """All traffic has arrived; an operation that fails now must be the cleanup to matter."""
    return is_last_step(deployment) and _concerns_cleanup(event)


def not_committed(deployment: Deployment, event: Event | None) -> bool:
    """Traffic is still to arrive."""
    return not is_last_step(deployment)


def cleanup_unfinished(deployment: Deployment, event: Event | None) -> bool:
    """Traffic is still to come home, and the cleanup before that cannot finish."""
    return not is_last_step(deployment) and _concerns_cleanup(event)


def old_fleet_failed(deployment: Deployment, event: Event | None) -> bool:
    """What failed is the provisioning of an old fleet, which the way back depends on."""
    assert isinstance(event, OperationFailed)
    return event.operation is Operation.PROVISION and event.fleet > 0


def shift_failed(deployment: Deployment, event: Event | None) -> bool:
    """What failed is the shift."""
    assert isinstance(event, OperationFailed)
    return event.operation is Operation.SHIFT


def _concerns_cleanup(event: Event | None) -> bool:
    return not isinstance(event, OperationFailed) or event.operation is Operation.CLEAN_UP


# --- effects: the rules, as the table calls them ------------------------------


def cause_of(deployment: Deployment, event: Event | None) -> Cause:
    """The cause that an event gives for turning back or ending early."""
    match event:
        case AlarmsRead():
            return AlarmTripped(tripped_alarms(deployment, event))
        case OperationFailed(operation=operation, fleet=fleet, reason=reason):
            return Failed(operation, deployment.spec.fleets[fleet].configuration, reason)
        case DeadlineElapsed():
            return TimedOut(deployment.spec.deadline_seconds)
        case StopRequested(by=by):
            return Stopped(by)
        case _:
            raise AssertionError(f"{event} is no reason to turn back")


def _plain(rule: Callable[[Deployment], Deployment]) -> Effect:
    """The effect of a rule that needs nothing of the event."""
    return lambda deployment, event: rule(deployment)


def _because(rule: Callable[[Deployment, Cause], Deployment]) -> Effect:
    """The effect of a rule that needs the cause that the event gives."""
    return lambda deployment, event: rule(deployment, cause_of(deployment, event))


_provision, _replace_lost = _plain(provision_batch), _plain(replace_lost)
_shift = _plain(apply_shift)
_shift_home_first = _plain(lambda deployment: apply_shift(take_stock(deployment)))
_bake, _clean = _plain(begin_bake), _plain(clean_up)
_succeed, _finish_rollback = _plain(succeed), _plain(finish_rollback)
_turn_back, _fail_rollback = _because(roll_back), _because(fail_rollback)
_succeed_early, _finish_rollback_early = _because(succeed), _because(finish_rollback)


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
    Edge(_F, _PROVISIONING, FleetsSeen, batch_in_service, _F, _SHIFTING, _shift,
         "Traffic may move once the batch is in service."),
    Edge(_F, _PROVISIONING, None, batch_in_service, _F, _SHIFTING, _shift,
         "Nothing to wait for: blue/green provisioned everything in its first step."),
    Edge(_F, _SHIFTING, SplitSettled, split_as_asked, _F, _BAKING, _bake,
         "The batch serves its share; its baking period begins."),
    Edge(_F, _SHIFTING, None, split_as_asked, _F, _BAKING, _bake,
         "Nothing to shift: the split was seen before a lost instance or a further wait."),
    Edge(_F, _BAKING, FleetsSeen, batch_missing, _F, _PROVISIONING, _replace_lost,
         "A bake says nothing about a batch that is not whole; it starts again."),
    Edge(_F, _BAKING, AlarmsRead, bake_passed, _F, _CLEANING, _clean,
         "The batch is good, so the old capacity it replaces may go."),
    Edge(_F, _CLEANING, FleetsSeen, clean_with_more_to_come, _F, _PROVISIONING, _provision,
         "What was given up is gone, so the next batch fits under the ceiling."),
    Edge(_F, _CLEANING, None, clean_with_more_to_come, _F, _PROVISIONING, _provision,
         "Nothing to give up in this step."),
    Edge(_F, _CLEANING, FleetsSeen, clean_at_last, _F, _SUCCEEDED, _succeed,
         "The old fleet is gone."),
    Edge(_F, _CLEANING, None, clean_at_last, _F, _SUCCEEDED, _succeed,
         "There was nothing left of an old fleet to clean up."),
)  # fmt: skip

_TURNS = (
    Edge(_F, _BAKING, AlarmsRead, alarm_tripped, _B, _PROVISIONING, _turn_back,
         "An alarm in a baking period turns the deployment back."),
    *[Edge(_F, phase, event, guard, _B, _PROVISIONING, _turn_back, why)
      for phase, guard in (
          (_PROVISIONING, always),
          (_SHIFTING, always),
          (_BAKING, always),
          (_CLEANING, not_committed))
      for event, why in (
          (OperationFailed, "What cannot be done forward is undone."),
          (DeadlineElapsed, "A deployment that takes too long is undone."),
          (StopRequested, "A stopped deployment is undone."))],
    *[Edge(_F, _CLEANING, event, committed, _F, _SUCCEEDED, _succeed_early, why)
      for event, why in (
          (OperationFailed, "All traffic is on the new fleet: the leftover is reported."),
          (DeadlineElapsed, "All traffic is on the new fleet: there is nothing to undo."),
          (StopRequested, "All traffic is on the new fleet: there is nothing to stop."))],
)  # fmt: skip

_BACK = (
    Edge(_B, _PROVISIONING, FleetsSeen, first_step, _B, _SHIFTING, _shift_home_first,
         "Capacity still alive takes its traffic back at once, without provisioning."),
    Edge(_B, _PROVISIONING, FleetsSeen, later_step_in_service, _B, _SHIFTING, _shift,
         "Traffic may come home once the batch is in service."),
    Edge(_B, _PROVISIONING, None, later_step_in_service, _B, _SHIFTING, _shift,
         "A lost instance came back meanwhile; nothing to wait for."),
    Edge(_B, _SHIFTING, SplitSettled, split_as_asked, _B, _CLEANING, _clean,
         "What the new fleet no longer carries may go; there is no bake on the way back."),
    Edge(_B, _SHIFTING, None, split_as_asked, _B, _CLEANING, _clean,
         "Nothing to shift: these instances carry no traffic in the mix to return to."),
    Edge(_B, _CLEANING, FleetsSeen, clean_with_more_to_come, _B, _PROVISIONING, _provision,
         "What was given up is gone, so the next batch fits under the ceiling."),
    Edge(_B, _CLEANING, None, clean_with_more_to_come, _B, _PROVISIONING, _provision,
         "Nothing to give up in this step."),
    Edge(_B, _CLEANING, FleetsSeen, clean_at_last, _B, _ROLLED_BACK, _finish_rollback,
         "Everything is as it was before the update."),
    Edge(_B, _CLEANING, None, clean_at_last, _B, _ROLLED_BACK, _finish_rollback,
         "Everything is as it was, and nothing of the new fleet was there to clean up."),
    Edge(_B, _CLEANING, OperationFailed, committed, _B, _ROLLED_BACK, _finish_rollback_early,
         "All traffic is home: the leftover is reported."),
    Edge(_B, _CLEANING, DeadlineElapsed, committed, _B, _ROLLED_BACK, _finish_rollback_early,
         "All traffic is home: the leftover is reported."),
)  # fmt: skip

_FAILURES = (
    Edge(_B, _PROVISIONING, OperationFailed, old_fleet_failed, _B, _FAILED, _fail_rollback,
         "The old fleet cannot be restored."),
    Edge(_B, _SHIFTING, OperationFailed, shift_failed, _B, _FAILED, _fail_rollback,
         "The traffic cannot be brought home."),
    Edge(_B, _CLEANING, OperationFailed, cleanup_unfinished, _B, _FAILED, _fail_rollback,
         "What was given up cannot be cleaned up, and the next batch would not fit beside it."),
    Edge(_B, _PROVISIONING, DeadlineElapsed, always, _B, _FAILED, _fail_rollback,
         "The rollback has a deadline of its own."),
    Edge(_B, _SHIFTING, DeadlineElapsed, always, _B, _FAILED, _fail_rollback,
         "The rollback has a deadline of its own."),
    Edge(_B, _CLEANING, DeadlineElapsed, cleanup_unfinished, _B, _FAILED, _fail_rollback,
         "The rollback has a deadline of its own."),
)  # fmt: skip

EDGES: tuple[Edge, ...] = (*_FORWARD, *_TURNS, *_BACK, *_FAILURES)
"""Every edge of the lifecycle. No two that are open in one state share an event."""

_Key = tuple[Direction, Phase, type[Event] | None]


def _indexed(edges: Iterable[Edge]) -> dict[_Key, tuple[Edge, ...]]:
    index: dict[_Key, tuple[Edge, ...]] = {}
    for edge in edges:
        key = (edge.direction, edge.phase, edge.event)
        index[key] = (*index.get(key, ()), edge)
    return index


_INDEX = _indexed(EDGES)


def open_edge(deployment: Deployment, event: Event | None) -> Edge | None:
    """The edge that `event` (None: no event at all) opens in this state, if any."""
    stage = deployment.stage
    kind = None if event is None else type(event)
    for edge in _INDEX.get((stage.direction, stage.phase, kind), ()):
        if edge.guard(deployment, event):
            return edge
    return None
