"""Narration: what happened to a deployment and why, one sentence per change.

Each sentence has the form "what happened, so what follows": the first half comes from
the event and the stage it came in, the second from the stage it led to.
"""

from rolling.core.baking import tripped_alarms
from rolling.core.capacity import rest_of
from rolling.core.deployment import Deployment
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    SplitSettled,
    StopRequested,
)
from rolling.core.gate import awaits_continuation, is_gate
from rolling.core.outcome import Operation
from rolling.core.pace import (
    bake_seconds,
    deadline_seconds,
    drains_first,
    is_last_step,
    is_termination_wait,
    step_count,
)
from rolling.core.provisioning import take_stock
from rolling.core.shifting import apply_shift
from rolling.core.stage import Direction, Phase
from rolling.driving.tick import Change


def acceptance(deployment: Deployment) -> str:
    """The sentence for an update that was just accepted."""
    spec = deployment.spec
    serving = [
        f"{_count(fleet.count, '')} of {fleet.configuration} "
        f"{'carries' if fleet.count == 1 else 'carry'} "
        f"{'all' if fleet.share.part == fleet.share.whole else fleet.share} of the traffic"
        for fleet in reversed(spec.fleets)
        if fleet.share.part
    ]
    now = " and ".join(serving)
    drained = sum(fleet.count - fleet.floor for fleet in spec.old) if drains_first(spec) else 0
    then = f", and first drains {drained} of them to make room" if drained else ""
    return f"The update to {spec.new.configuration} is accepted while {now}{then}."


def resumption(deployment: Deployment) -> str:
    """The sentence for an update that is resumed from its record."""
    where = "is over" if deployment.ended else f"goes on in {_during(deployment)}"
    return f"The update to {deployment.spec.new.configuration} {where}."


def is_told(change: Change) -> bool:
    """True if a change has a sentence: it enters a stage, or continues a gate."""
    before, after = change.before, change.after
    return not before.ended and (change.enters_stage or after.continued_by != before.continued_by)


def narrate(change: Change) -> str:
    """What happened and why."""
    return f"{_happened(change)}, so {_follows(change)}."


# --- what happened ------------------------------------------------------------


def _happened(change: Change) -> str:
    before = change.before
    stage_seconds = change.at - change.stage_began_at
    match change.event:
        case FleetsSeen():
            return _seen(change)
        case SplitSettled():
            return f"{_sides(before)[0]} {_carries(before)}"
        case AlarmsRead() as event:
            return _read(before, event, stage_seconds)
        case DeadlineElapsed():
            whose = "The" if before.direction is Direction.FORWARD else "The rollback's own"
            where = _place(before, stage_seconds)
            limit = deadline_seconds(before)
            return f"{whose} time limit of {limit} s passed during {where}".rstrip(",")
        case OperationFailed(operation=operation, fleet=fleet, reason=reason):
            configuration = before.spec.fleets[fleet].configuration
            return f'{_OPERATIONS[operation]} {configuration} failed with "{reason}"'
        case StopRequested(by=by):
            return f"{by} asked during {_place(before, stage_seconds)} to stop"
        case Continued(by=by):
            return f"{by} continued the gate of {_batch(before)} after {_number(stage_seconds)} s"
        case GateElapsed():
            gates = before.spec.gates
            within = "its time" if gates is None else f"{gates.timeout_seconds} s"
            return f"The gate of {_batch(before)} was not continued within {within}"
        case event:
            raise AssertionError(f"{event} never leads to another stage")


_OPERATIONS = {
    Operation.PROVISION: "Provisioning",
    Operation.SHIFT: "Shifting traffic to",
    Operation.CLEAN_UP: "Cleaning up",
}


def _seen(change: Change) -> str:
    before, after = change.before, change.after
    if before.stage.step == 0:
        if before.phase is Phase.CLEANING:
            return "The drained old instances are gone"
        count = sum(fleet.in_service for fleet in after.old)
        return f"{_count(count, 'old')} {'carries' if count == 1 else 'carry'} all of the traffic"
    if before.phase is Phase.BAKING:
        lost = before.new.in_service - after.new.in_service
        return f"{_count(lost, 'new')} {_was(lost)} lost during {_bake(before)}"
    if before.phase is Phase.CLEANING:
        return f"The cleanup of {_batch(before)} is done"
    if before.direction is Direction.BACK and before.stage.step == 1:
        count = sum(fleet.in_service for fleet in after.old)
        return f"{_count(count, 'old')} {_is(count)} still in service"
    if before.direction is Direction.FORWARD and not before.spec.pace.cleans_each_step:
        return "The whole new fleet is in service"
    return f"{_capital(_batch(before))} is in service"


def _read(before: Deployment, event: AlarmsRead, stage_seconds: float) -> str:
    tripped = tripped_alarms(before, event)
    after, bake = f"after {_number(stage_seconds)} s", _bake(before)
    if tripped:
        when = f"{after} of {bake}" if stage_seconds else f"as {bake} began"
        return f"{_alarms(tripped)} tripped {when}"
    watched = before.spec.alarms
    if not watched:
        return f"{_capital(bake)} ended {after} with no alarm to watch"
    if stage_seconds > bake_seconds(before) and not is_gate(before):
        return f"{_capital(bake)} ended {after}, when {_uncapital(_alarms(watched))} could be read"
    return f"{_capital(bake)} ended {after} with {_uncapital(_alarms(watched))} quiet"


# --- what follows -------------------------------------------------------------


def _follows(change: Change) -> str:
    after = change.after
    if not change.enters_stage:
        interval = bake_seconds(after)
        left = change.at - change.stage_began_at < interval
        return f"its baking period can end{f' after its {interval} s' if left else ''}"
    match after.phase:
        case Phase.PROVISIONING:
            return _provisioning(change)
        case Phase.SHIFTING:
            receiving, _ = _sides(after)
            if change.before.split == after.split:
                later = "" if is_last_step(after) else " until more are launched"
                return f"the traffic stays as it is{later}"
            return f"traffic shifts until {_uncapital(receiving)} {_carries(after)}"
        case Phase.BAKING:
            return f"{_bake(after)} begins and lasts {bake_seconds(after)} s{_gate(after)}"
        case Phase.CLEANING:
            return _cleaning(after)
        case Phase.SUCCEEDED:
            return f"the update has succeeded{_left_over(after)}"
        case Phase.ROLLED_BACK:
            return f"the update is rolled back{_left_over(after)}"
        case Phase.ROLLBACK_FAILED:
            return "the rollback has failed and the endpoint stays in service as it is"


def _provisioning(change: Change) -> str:
    before, after = change.before, change.after
    if after.direction is Direction.BACK and before.direction is Direction.FORWARD:
        if before.new.share == before.spec.new.share:
            return "the update is rolled back before any traffic has moved"
        stays = after.split == apply_shift(take_stock(after)).split
        when = " once more of it is in service" if stays else ""
        return f"traffic returns to the old {_fleets(after)}{when}"
    if after.stage.attempt > 1:
        lapsed = "" if before.continued_by is None else ", and its gate must be continued again"
        return f"the batch is made whole and its baking period begins again{lapsed}"
    launched = sum(
        max(0, now.asked - was.asked) for was, now in zip(before.fleets, after.fleets, strict=True)
    )
    if not launched:
        return f"{_batch(after)} begins with what is there"
    kind = "new" if after.direction is Direction.FORWARD else "old"
    return f"{_batch(after)} launches {_count(launched, kind)}"


def _gate(after: Deployment) -> str:
    """What the bake that begins also waits for."""
    gates = after.spec.gates
    if gates is None or not is_gate(after):
        return ""
    return f", and its gate then waits up to {gates.timeout_seconds} s to be continued"


def _cleaning(after: Deployment) -> str:
    """Which instances are cleaned up, and which others must be gone first."""
    _, draining = _sides(after)
    count = after.leftover
    others = sum(fleet.alive - fleet.asked for fleet in after.fleets) - count
    other = "old" if draining == "new" else "new"
    told = []
    if count:
        told.append(f"{_count(count, draining)} {_is(count)} cleaned up")
    if others:
        who = f"{others} {other}" if count else _count(others, other)
        told.append(f"{who} still on the way out {_is(others)} waited for")
    return " and ".join(told)


def _left_over(after: Deployment) -> str:
    if not after.leftover:
        return ""
    return f" with {_count(after.leftover, _sides(after)[1])} still alive"


# --- words --------------------------------------------------------------------


def _sides(deployment: Deployment) -> tuple[str, str]:
    """The receiver of traffic, as the subject of a sentence, and the draining instances."""
    if deployment.direction is Direction.FORWARD:
        return "The new fleet", "old"
    return f"The old {_fleets(deployment)}", "new"


def _carries(deployment: Deployment) -> str:
    new = deployment.new.share
    share = new if deployment.direction is Direction.FORWARD else rest_of(new)
    several = deployment.direction is Direction.BACK and len(deployment.old) > 1
    return (
        f"{'carry' if several else 'carries'} "
        f"{'all' if share.part == share.whole else share} of the traffic"
    )


def _fleets(deployment: Deployment) -> str:
    return "fleet" if len(deployment.old) == 1 else "fleets"


def _place(deployment: Deployment, stage_seconds: float) -> str:
    # A bake continues after its interval only at a gate, or if an alarm could not be read.
    held = deployment.phase is Phase.BAKING and stage_seconds >= bake_seconds(deployment)
    why = ", held open by an alarm that could not be read,"
    if awaits_continuation(deployment):
        why = ", which waited to be continued,"
    return f"{_during(deployment)}{why if held else ''}"


def _during(deployment: Deployment) -> str:
    if deployment.phase is Phase.BAKING:
        return _bake(deployment)
    doing = {
        Phase.PROVISIONING: "provisioning",
        Phase.SHIFTING: "shift",
        Phase.CLEANING: "cleanup",
    }[deployment.phase]
    return f"the {doing} of {_batch(deployment)}"


def _bake(deployment: Deployment) -> str:
    if is_termination_wait(deployment):
        return "the termination wait"
    if deployment.stage.step == 0:
        return "the baking period after the drain"
    return f"the baking period of batch {deployment.stage.step}"


def _batch(deployment: Deployment) -> str:
    step = deployment.stage.step
    if deployment.direction is Direction.BACK:
        return f"batch {step} of the rollback"
    if step == 0:
        return "the drain"
    return f"batch {step} of {step_count(deployment.spec)}"


def _count(count: int, kind: str) -> str:
    instances = "instance" if count == 1 else "instances"
    return " ".join(word for word in (str(count), kind, instances) if word)


def _alarms(names: tuple[str, ...]) -> str:
    return f"{'Alarm' if len(names) == 1 else 'Alarms'} {', '.join(names)}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _number(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _uncapital(text: str) -> str:
    return text[0].lower() + text[1:]
