"""Faults: what goes wrong in a simulated update, and from which moment on; and their JSON."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Literal

from attrs import fields, frozen

from rolling.backends.simulated.settings import LONGEST_SECONDS
from rolling.core.capacity import MOST_INSTANCES
from rolling.core.deployment import Deployment, Spec
from rolling.core.errors import InvalidInput, Problem
from rolling.core.pace import drains_first, step_count
from rolling.core.stage import ENDS, Direction, Phase, Stage
from rolling.schema.shapes import OneOf, Structure, Text, Whole
from rolling.view.timeline import DIRECTION_OF, DIRECTIONS, PHASE_OF, PHASES


class FaultKind(StrEnum):
    """What goes wrong. `Fault` says which of its fields each kind uses."""

    ALARM = "Alarm"
    ALARM_UNREADABLE = "AlarmUnreadable"
    PROVISIONING_FAILED = "ProvisioningFailed"
    PROVISIONING_SLOW = "ProvisioningSlow"
    INSTANCE_LOST = "InstanceLost"
    SHIFT_FAILED = "ShiftFailed"
    CLEANUP_FAILED = "CleanupFailed"
    ROOM_TAKEN = "RoomTaken"
    STOP = "Stop"
    CONTINUE = "Continue"


@frozen
class Fault:
    """One fault of one update, creation or scaling; it ends with it.

    **When.** A fault strikes `after_seconds` after its beginning. With neither `batch`
    nor `phase`, it begins when the update is accepted (with `Direction.BACK`, when the
    rollback begins). With a `phase`, it begins when the backend receives the first
    command of that phase, in the first batch unless `batch` is given. With only a
    `batch`, it begins in the natural phase for its kind. If a deployment skips the
    phase, it begins with the next stage. Batch 0 is the step that drains the old fleet
    to its floor, if there is one. The batches of a rollback count from 1, which is the
    reactivation.

    **What**, by kind:

    - `Alarm`: `alarm_name` (None: every alarm) is in ALARM, for `for_seconds`
      or to the end of the update. Several of them make an alarm flap.
    - `AlarmUnreadable`: the alarm cannot be read, whatever its state, for as long.
    - `ProvisioningFailed`: `count` instances never come into service: those
      launching now, then those launched next, within `for_seconds`. The failure
      has `reason`; the missing instances are launched again in a later stage.
    - `ProvisioningSlow`: `count` instances, chosen the same way, take `seconds` longer.
    - `InstanceLost`: `count` instances in service vanish, or all if there are fewer;
      if there are none yet, as soon as there are.
    - `ShiftFailed`: the current or the next shift fails, `count` times within
      `for_seconds`. It is tried again in a later stage.
    - `CleanupFailed`: `count` condemned instances stay alive: those terminating
      now, then those condemned next, within `for_seconds`. Their termination is tried
      again in a later stage.
    - `RoomTaken`: others launch `count` instances within the capacity limit, and keep
      them: first in the room there is now, then in room that becomes free within
      `for_seconds`. Without a capacity limit it changes nothing.
    - `Stop`: `by` requests a stop of the deployment.
    - `Continue`: `by` continues the gate of the bake that the deployment is in at that
      moment; anywhere else it changes nothing. The bake of a later attempt must be
      continued again.

    `fleet`: "new" or "old"; None means the natural fleet for its kind: the draining
    one for a cleanup, otherwise the receiving one.

    In a rollback no alarm is read and a stop changes nothing, and a bake or a cleanup
    has no shift: `futile` reports such faults.
    """

    kind: FaultKind
    direction: Direction = Direction.FORWARD
    batch: int | None = None
    phase: Phase | None = None
    after_seconds: int = 0
    for_seconds: int | None = None
    alarm_name: str | None = None
    count: int = 1
    fleet: Literal["new", "old"] | None = None
    seconds: int | None = None
    reason: str | None = None
    by: str | None = None

    def has_begun(self, stage: Stage) -> bool:
        """True if this fault has begun when the backend receives a command of `stage`."""
        if stage.direction is not self.direction:
            return False
        return (stage.step, stage.phase) >= (self._first_batch(), self.first_phase())

    def _first_batch(self) -> int:
        """The first step in which it may begin; an update may be accepted in step 0."""
        if self.batch is not None:
            return self.batch
        return 0 if self.phase is None else 1

    def strikes_new_fleet(self) -> bool:
        """True if it strikes the new fleet, False for the old ones."""
        if self.fleet is not None:
            return self.fleet == "new"
        receiving_is_new = self.direction is Direction.FORWARD
        return receiving_is_new is not (self.kind is FaultKind.CLEANUP_FAILED)

    def first_phase(self) -> Phase:
        """The phase of its batch in which it begins."""
        if self.phase is not None:
            return self.phase
        natural = _KINDS[self.kind].natural_phase
        # A rollback has no bakes.
        no_bake = natural is Phase.BAKING and self.direction is Direction.BACK
        if self.batch is None or no_bake:
            return Phase.PROVISIONING
        return natural


@frozen
class _Kind:
    """What a kind of fault is about: its natural phase, and the fields that it uses.

    `not_back`: why it never strikes in a rollback, or None.
    """

    natural_phase: Phase
    uses: tuple[str, ...]
    not_back: str | None = None


_UNREAD = "a rollback reads no alarms"
_UNHEARD = "a stop changes nothing in a rollback"
_STRUCK = ("for_seconds", "count", "fleet")
_KINDS = {
    FaultKind.ALARM: _Kind(Phase.BAKING, ("for_seconds", "alarm_name"), _UNREAD),
    FaultKind.ALARM_UNREADABLE: _Kind(Phase.BAKING, ("for_seconds", "alarm_name"), _UNREAD),
    FaultKind.PROVISIONING_FAILED: _Kind(Phase.PROVISIONING, (*_STRUCK, "reason")),
    FaultKind.PROVISIONING_SLOW: _Kind(Phase.PROVISIONING, (*_STRUCK, "seconds")),
    FaultKind.INSTANCE_LOST: _Kind(Phase.BAKING, ("count", "fleet")),
    FaultKind.SHIFT_FAILED: _Kind(Phase.SHIFTING, ("for_seconds", "count", "reason")),
    FaultKind.CLEANUP_FAILED: _Kind(Phase.CLEANING, (*_STRUCK, "reason")),
    FaultKind.ROOM_TAKEN: _Kind(Phase.PROVISIONING, ("for_seconds", "count")),
    FaultKind.STOP: _Kind(Phase.PROVISIONING, ("by",), _UNHEARD),
    FaultKind.CONTINUE: _Kind(Phase.BAKING, ("by",), "a rollback has no gates"),
}

_OF_ALL = ("kind", "direction", "batch", "phase", "after_seconds")
"""The fields that every kind uses."""

_OF_ALARMS = (FaultKind.ALARM, FaultKind.ALARM_UNREADABLE)


# --- JSON ---------------------------------------------------------------------------

_NAMES = {
    each.name: "".join([word.capitalize() for word in each.name.split("_")])
    for each in fields(Fault)
}
"""The fields of a fault, with their names in JSON."""

_READ: Mapping[str, Callable[[str], Any]] = {
    "kind": FaultKind,
    "direction": DIRECTION_OF.__getitem__,
    "phase": PHASE_OF.__getitem__,
    "fleet": str.lower,
}
"""How the fields are read that are words in JSON."""

FAULT = Structure(
    "Fault",
    {
        "Kind": OneOf(tuple([kind.value for kind in FaultKind]), example="Alarm"),
        "Direction": OneOf(tuple(DIRECTION_OF)),
        "Batch": Whole(0, MOST_INSTANCES),
        "Phase": OneOf(tuple([text for text, phase in PHASE_OF.items() if phase not in ENDS])),
        "AfterSeconds": Whole(0, LONGEST_SECONDS, " seconds"),
        "ForSeconds": Whole(1, LONGEST_SECONDS, " seconds"),
        "AlarmName": Text(1, 255, r"(?!\s*$).+", "must be the name of an alarm"),
        "Count": Whole(1, MOST_INSTANCES, " instances"),
        "Fleet": OneOf(("Old", "New")),
        "Seconds": Whole(1, LONGEST_SECONDS, " seconds"),
        "Reason": Text(1, 1024),
        "By": Text(1, 255),
    },
    required=("Kind",),
)


def parse_fault(document: Mapping[str, Any]) -> Fault:
    """The fault in a JSON object without problems."""
    given = {field: document[name] for field, name in _NAMES.items() if name in document}
    return Fault(**{key: _READ[key](each) if key in _READ else each for key, each in given.items()})


def fault_document(fault: Fault) -> dict[str, object]:
    """The JSON object that `parse_fault` reads back as this fault."""
    written = {
        **{name: getattr(fault, field) for field, name in _NAMES.items()},
        "Kind": fault.kind.value,
        "Direction": DIRECTIONS[fault.direction],
        "Phase": None if fault.phase is None else PHASES[fault.phase],
        "Fleet": None if fault.fleet is None else fault.fleet.capitalize(),
    }
    return {name: value for name, value in written.items() if value is not None}


# --- problems -----------------------------------------------------------------------


def problems_of(
    faults: Iterable[Fault], find: Callable[[Fault, str], list[Problem]]
) -> list[Problem]:
    """What `find` finds wrong with each of the faults of an input, whose path is Faults."""
    return [
        problem for place, fault in enumerate(faults) for problem in find(fault, f"Faults[{place}]")
    ]


def refuse(found: list[Problem]) -> None:
    """Raise InvalidInput with the problems, if there are any."""
    if found:
        raise InvalidInput(found)


def fault_problems(fault: Fault, at: str = "Fault") -> list[Problem]:
    """All problems of a fault; `at` is the path of its fields in the input."""
    return fault_json_problems(fault_document(fault), at)


def fault_json_problems(document: object, at: str) -> list[Problem]:
    """Everything wrong with a fault's JSON."""
    found = FAULT.problems(document, at)
    if isinstance(document, Mapping) and document.get("Kind") in [*FaultKind]:
        # Invalid fields are left out, so that they are not reported twice.
        readable = {
            key: value
            for key, value in document.items()
            if key in FAULT.fields and not FAULT.fields[key].problems(value, at)
        }
        found += _together_problems(parse_fault(readable), at)
        if document["Kind"] == FaultKind.PROVISIONING_SLOW and "Seconds" not in document:
            rule = "ProvisioningSlow needs Seconds, how much longer it takes"
            found.append(Problem(f"{at}.Seconds", None, rule, 600))
    return found


def futile(fault: Fault, at: str = "Fault") -> list[Problem]:
    """Why a valid fault could never strike at its place, in any update."""
    not_back = _KINDS[fault.kind].not_back
    if not_back and fault.direction is Direction.BACK:
        return [Problem(f"{at}.Direction", "Back", not_back, "Forward")]
    if fault.kind is FaultKind.SHIFT_FAILED and fault.phase in (Phase.BAKING, Phase.CLEANING):
        rule = "this phase has no shift; give the Batch of the shift that should fail"
        return [Problem(f"{at}.Phase", PHASES[fault.phase], rule, "Shifting")]
    return []


def misses(fault: Fault, spec: Spec, at: str = "Fault") -> list[Problem]:
    """Why a fault can never strike a deployment of `spec`, as far as is known beforehand.

    For example because the deployment has no such batch or gate, or does not watch the
    alarm. The number of batches of a rollback depends on where it begins.
    `fault_problems` reports problems of the fault itself.
    """
    found = _no_gate(fault, spec, at) if fault.kind is FaultKind.CONTINUE else []
    if found:
        return found
    batches = step_count(spec)
    if fault.direction is Direction.FORWARD and (fault.batch or 1) > batches:
        found.append(no_such_batch(f"{at}.Batch", fault.batch, batches, "the update has"))
    if fault.batch == 0 and not drains_first(spec):
        rule = "the update begins with batch 1: it does not drain the old fleet first"
        found.append(Problem(f"{at}.Batch", 0, rule, 1))
    return found + unwatched(fault.kind, fault.alarm_name, spec.alarms, at)


def _no_gate(fault: Fault, spec: Spec, at: str) -> list[Problem]:
    if spec.gates is None:
        return [Problem(f"{at}.Kind", fault.kind.value, "this update has no gate")]
    steps = spec.gates.steps or range(1, step_count(spec) + 1)
    if fault.batch is None or fault.batch in steps:
        return []
    listed = ", ".join([str(step) for step in steps])
    if spec.gates.steps is None:
        listed = " to ".join(dict.fromkeys([str(steps[0]), str(steps[-1])]))
    rule = f"this update has gates only after batch{'es' if len(steps) > 1 else ''} {listed}"
    near = min(steps, key=lambda step: abs(step - fault.batch))
    return [Problem(f"{at}.Batch", fault.batch, rule, near)]


def unwatched(kind: object, alarm: object, watched: Sequence[str], at: str) -> list[Problem]:
    """Why a fault of an alarm never strikes an update that watches these, where it does not."""
    if kind not in _OF_ALARMS:
        return []
    if not watched:
        return [Problem(f"{at}.Kind", kind, "this update watches no alarms")]
    if not isinstance(alarm, str) or alarm in watched:
        return []
    near = get_close_matches(alarm[:255], watched, n=1, cutoff=0)
    rule = f"is not an alarm that this update watches ({', '.join(watched)})"
    return [Problem(f"{at}.AlarmName", alarm, rule, near[0])]


def _together_problems(fault: Fault, at: str) -> list[Problem]:
    """What is wrong with a fault whose fields are right by themselves."""
    found, used = [], _KINDS[fault.kind].uses
    if fault.phase is Phase.BAKING and fault.direction is Direction.BACK:
        found.append(no_bakes_back(f"{at}.Phase"))
    if fault.batch == 0 and fault.direction is Direction.BACK:
        rule = "the batches of a rollback count from 1"
        found.append(Problem(f"{at}.Batch", 0, rule, 1))
    # A field that the kind does not use would be a wish that is silently not granted.
    for field, name in _NAMES.items():
        value = getattr(fault, field)
        given = value is not None and not (field == "count" and value == 1)
        if given and field not in used and field not in _OF_ALL:
            allowed = ", ".join([text for key, text in _NAMES.items() if key in used])
            rule = f"{fault.kind} does not use it (it uses {allowed}); leave it out"
            found.append(Problem(f"{at}.{name}", value, rule))
    return found


# --- stages that do not come, of faults and of whatever else waits for one -----------------


def no_bakes_back(field: str) -> Problem:
    """A bake in a rollback."""
    return Problem(field, "Baking", "a rollback has no bakes", "Cleaning")


def turned_back(field: str) -> Problem:
    """A stage of the way forward, once that is over."""
    return Problem(field, "Forward", "the update in progress is already rolling back", "Back")


def no_such_batch(field: str, batch: int | None, most: int, having: str) -> Problem:
    """A batch beyond the last; `having` says what has so many."""
    return Problem(field, batch, f"{having} {most} batch{'es' if most > 1 else ''}", most)


def over_rule(deployment: Deployment) -> str:
    """What is wrong with a batch or a phase that is over."""
    step, forward = deployment.stage.step, deployment.direction is Direction.FORWARD
    last = " (the last)" if forward and step == step_count(deployment.spec) else ""
    return f"is over: the update is in batch {step}{last}, {PHASES[deployment.phase]}"


# --- faults that never struck ---------------------------------------------------------


@frozen
class UnusedFault:
    """A fault that never struck: its path in the input, and its kind."""

    field: str
    kind: str


def unused_document(faults: Iterable[UnusedFault]) -> list[dict[str, str]]:
    """Faults that never struck, as JSON."""
    return [{"Field": each.field, "Kind": each.kind} for each in faults]
