"""Possible: the states that a deployment can be in.

A record may be damaged or edited by hand. This file has the rules that every reachable
deployment keeps, whatever the world did. A state that breaks one is refused, because
`advance` would turn it into nonsense. States that a world can cause by itself (a surge
over the ceiling, a leftover) are accepted: the deployment must be able to continue.
"""

from collections.abc import Iterable

from rolling.core.capacity import Share, are_whole
from rolling.core.deployment import Deployment
from rolling.core.errors import Problem
from rolling.core.fleet import fleet_names, fleet_problems, is_healthy
from rolling.core.gate import (
    gate_problems,
    gated_step_problems,
    is_gate,
    turns_back_at_timeout,
)
from rolling.core.outcome import AlarmTripped, Cause, Failed, NotContinued
from rolling.core.pace import drains_first, needed_counts, step_count, up_in_step
from rolling.core.policy import LONGEST_ALARM_NAME, MOST_ALARMS
from rolling.core.stage import Direction, Phase
from rolling.schema.shapes import problem

_PHASES = {
    Direction.FORWARD: (
        Phase.PROVISIONING,
        Phase.SHIFTING,
        Phase.BAKING,
        Phase.CLEANING,
        Phase.SUCCEEDED,
    ),
    Direction.BACK: (
        Phase.PROVISIONING,
        Phase.SHIFTING,
        Phase.CLEANING,
        Phase.ROLLED_BACK,
        Phase.ROLLBACK_FAILED,
    ),
}
"""The phases that a deployment can be in, by its direction."""

_SPLIT_WAS_SEEN = frozenset({Phase.BAKING, Phase.CLEANING, Phase.SUCCEEDED, Phase.ROLLED_BACK})


def impossible(deployment: Deployment) -> list[Problem]:
    """Every reason why this state is impossible."""
    note = _Notes()
    _note_spec(deployment, note)
    if note.problems:
        return note.problems  # the rest is judged by the spec
    _note_progress(deployment, note)
    _note_fleets(deployment, note)
    _note_flags(deployment, note)
    _note_causes(deployment, note)
    return note.problems


class _Notes:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __call__(
        self, broken: bool, field: str, value: object, rule: str, fix: object = None
    ) -> None:
        if broken:
            self.problems.append(problem(field, value, rule, fix))


def _note_spec(deployment: Deployment, note: _Notes) -> None:
    spec = deployment.spec
    note(not spec.fleets, "spec.fleets", spec.fleets, "must have at least the new fleet")
    if spec.fleets:
        places = dict(zip(fleet_names(spec.fleets), range(len(spec.fleets)), strict=True))
        for found in fleet_problems(spec.fleets):
            name, _, field = found.field.partition(".")
            at = f"spec.fleets[{places[name]}].{field}" if name in places else "spec.fleets"
            note(True, at, found.value, found.rule, found.fix)
    for place, fleet in enumerate(spec.fleets):
        at, full = f"spec.fleets[{place}].floor", fleet.full
        note(fleet.floor > full, at, fleet.floor, f"must be at most the {full} in full", full)
    if any(fleet.floor < fleet.full for fleet in spec.fleets):
        rule = "must be one old fleet in service in full and a new one, where a floor is below full"
        note(not is_healthy(spec.fleets), "spec.fleets", spec.fleets, rule)
    alarms = spec.alarms
    note(len(alarms) > MOST_ALARMS, "spec.alarms", alarms, f"must be at most {MOST_ALARMS} alarms")
    note(len(set(alarms)) < len(alarms), "spec.alarms", alarms, "must each be named once")
    for place, name in enumerate(alarms):
        rule = f"must be 1 to {LONGEST_ALARM_NAME} characters"
        note(not 1 <= len(name) <= LONGEST_ALARM_NAME, f"spec.alarms[{place}]", name, rule)
    if spec.fleets:
        for found in (*gate_problems(spec.gates), *gated_step_problems(spec)):
            at = "spec.gates.steps" + found.field.removeprefix("Gates.Batches")
            note(True, at, found.value, found.rule, found.fix)


def _note_progress(deployment: Deployment, note: _Notes) -> None:
    spec, stage, up = deployment.spec, deployment.stage, deployment.up
    legal = _PHASES[stage.direction]
    phases = ", ".join(phase.name for phase in legal)
    rule = f"must be one of {phases} on the way {stage.direction.name}"
    note(stage.phase not in legal, "stage.phase", stage.phase.name, rule)
    if deployment.direction is Direction.BACK:
        # A rollback has no bakes; but a failed one may hold a second split, the one it saw.
        most = 2 if stage.phase is Phase.ROLLBACK_FAILED else 1
        rule = f"must be at most {most} in {stage.phase.name} on the way BACK"
        note(stage.attempt > most, "stage.attempt", stage.attempt, rule, most)
        rule = f"must be at most the {spec.old_count} that the old fleets had"
        note(up > spec.old_count, "up", up, rule, spec.old_count)
        at_home = deployment.phase is Phase.ROLLED_BACK and up < spec.old_count
        note(at_home, "up", up, "must be everything once rolled back", spec.old_count)
        note(stage.step < 1, "stage.step", stage.step, "must be at least 1 on the way BACK", 1)
        return
    steps = step_count(spec)
    rule = "must be at least 1 where no old fleet is drained to its floor first"
    note(stage.step == 0 and not drains_first(spec), "stage.step", 0, rule, 1)
    note(stage.step > steps, "stage.step", stage.step, f"must be one of the {steps} steps", steps)
    expected = up_in_step(spec, stage.step)
    note(up != expected, "up", up, f"must be {expected} in step {stage.step}", expected)
    done = deployment.phase is Phase.SUCCEEDED and stage.step < steps
    note(done, "stage.step", stage.step, "must be the last step once succeeded", steps)


def _note_fleets(deployment: Deployment, note: _Notes) -> None:
    spec, fleets = deployment.spec, deployment.fleets
    if len(fleets) != len(spec.fleets):
        rule = f"must be as many as the {len(spec.fleets)} in spec.fleets"
        note(True, "fleets", fleets, rule)
        return
    for place, (start, fleet) in enumerate(zip(spec.fleets, fleets, strict=True)):
        at = f"fleets[{place}]"
        most = max(start.full, start.count) if place == 0 else start.count
        note(fleet.asked > most, f"{at}.asked", fleet.asked, f"must be at most {most}", most)
        rule = f"must be at most the {fleet.asked} asked"
        note(
            fleet.in_service > fleet.asked, f"{at}.in_service", fleet.in_service, rule, fleet.asked
        )
        rule = f"must be at least the {fleet.asked} asked"
        note(fleet.alive < fleet.asked, f"{at}.alive", fleet.alive, rule, fleet.asked)
    split, rule = deployment.split, "must have shares that sum to 1"
    note(not are_whole(split), "fleets", _listed(split), rule)
    if deployment.ended:
        return
    forward = deployment.direction is Direction.FORWARD
    least = (deployment.up,) if forward else needed_counts(deployment)
    for place, needed in zip(deployment.receiving, least, strict=True):
        asked = fleets[place].asked
        rule = f"must be at least the {needed} that this step needs"
        note(asked < needed, f"fleets[{place}].asked", asked, rule, needed)


def _note_flags(deployment: Deployment, note: _Notes) -> None:
    phase = deployment.phase
    unseen = phase in _SPLIT_WAS_SEEN and not deployment.settled
    note(unseen, "settled", False, f"must be true in {phase.name}", True)
    by, at_gate = deployment.continued_by, phase is Phase.BAKING and is_gate(deployment)
    rule = "must be null outside the bake of a gate"
    note(by is not None and not at_gate, "continued_by", by, rule)


def _note_causes(deployment: Deployment, note: _Notes) -> None:
    cause, cut_short, phase = deployment.cause, deployment.cut_short, deployment.phase
    if deployment.direction is Direction.FORWARD:
        note(cause is not None, "cause", str(cause), "must be null on the way FORWARD")
    else:
        note(cause is None, "cause", None, "must say why the deployment rolled back")
    if not deployment.ended:
        note(cut_short is not None, "cut_short", str(cut_short), f"must be null in {phase.name}")
    rule = "must say why the rollback failed"
    note(phase is Phase.ROLLBACK_FAILED and cut_short is None, "cut_short", None, rule)
    _note_cause(deployment, "cause", cause, note)
    _note_cause(deployment, "cut_short", cut_short, note)


def _note_gate(deployment: Deployment, at: str, cause: NotContinued, note: _Notes) -> None:
    gates = deployment.spec.gates
    if at != "cause" or gates is None or not turns_back_at_timeout(deployment):
        note(True, at, str(cause), "must not be of a gate, for none turns this deployment back")
        return
    limit = gates.timeout_seconds
    rule = f"must be the {limit} of spec.gates"
    note(cause.seconds != limit, f"{at}.seconds", cause.seconds, rule, limit)


def _note_cause(deployment: Deployment, at: str, cause: Cause | None, note: _Notes) -> None:
    spec = deployment.spec
    if isinstance(cause, AlarmTripped):
        known = bool(cause.alarms) and set(cause.alarms) <= set(spec.alarms)
        note(not known, f"{at}.alarms", cause.alarms, "must be some of spec.alarms")
    if isinstance(cause, NotContinued):
        _note_gate(deployment, at, cause, note)
    if isinstance(cause, Failed):
        names = [fleet.configuration for fleet in spec.fleets]
        unknown = cause.configuration not in names
        rule = "must be a configuration of spec.fleets"
        note(unknown, f"{at}.configuration", cause.configuration, rule)


def _listed(split: Iterable[Share]) -> str:
    return ", ".join(str(share) for share in split)
