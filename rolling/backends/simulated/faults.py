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
from rolling.core.pace import step_count
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
    STOP = "Stop"


@frozen
class Fault:
    """One thing that goes wrong in one update, creation or scaling, and ends with it.

    **When.** It counts from a beginning, and strikes `after_seconds` later. With
    neither `batch` nor `phase` the beginning is the acceptance of the update
    (with `Direction.BACK`, the turn). With a `phase` it is the moment when the
    backend is told of that phase, of the first batch unless a `batch` is given;
    with a `batch` alone, of the phase that is natural for its kind. Where a
    deployment passes the phase by, it is the first stage after it. The batches
    of the way back count from 1, the reactivation.

    **What**, by kind:

    - `Alarm`: `alarm_name` (None: every alarm) is in ALARM, for `for_seconds`
      or to the end of the update. Several of them make an alarm flap.
    - `AlarmUnreadable`: the same, and it cannot be read, whatever its state.
    - `ProvisioningFailed`: `count` instances never come into service: those
      launching now, then those launched next, within `for_seconds`. Reported
      for `reason`; what is missing is launched again when a later stage is
      commanded.
    - `ProvisioningSlow`: `count` instances, chosen the same way, take `seconds` longer.
    - `InstanceLost`: `count` instances in service vanish, or as many as there are;
      where there are none yet, as soon as there are.
    - `ShiftFailed`: the shift under way, or the next, is not made, `count` times
      within `for_seconds`. Tried again when a later stage is commanded.
    - `CleanupFailed`: `count` condemned instances stay alive: those terminating
      now, then those condemned next, within `for_seconds`. Tried again when a
      later stage is commanded.
    - `Stop`: `by` asks for the deployment to stop.

    `fleet`: "new" or "old"; None is the fleet that the kind is about: the
    draining one for a cleanup, else the receiving one.

    On the way back no alarm is read and a stop changes nothing, and no shift is
    under way in a bake or a cleanup: `futile` tells such faults.
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
        """True when a backend that is told of `stage` has come to where this fault begins."""
        if stage.direction is not self.direction:
            return False
        return (stage.step, stage.phase) >= (self.batch or 1, self.first_phase())

    def strikes_new_fleet(self) -> bool:
        """True when it is about the new fleet; else it is about the old ones."""
        if self.fleet is not None:
            return self.fleet == "new"
        receiving_is_new = self.direction is Direction.FORWARD
        return receiving_is_new is not (self.kind is FaultKind.CLEANUP_FAILED)

    def first_phase(self) -> Phase:
        """The phase of its batch in which it begins."""
        if self.phase is not None:
            return self.phase
        natural = _KINDS[self.kind].natural_phase
        # The way back has no bakes.
        no_bake = natural is Phase.BAKING and self.direction is Direction.BACK
        if self.batch is None or no_bake:
            return Phase.PROVISIONING
        return natural


@frozen
class _Kind:
    """What a kind of fault is about: its natural phase, and the fields that it uses.

    `not_back`: why it never strikes on the way back, where it does not.
    """

    natural_phase: Phase
    uses: tuple[str, ...]
    not_back: str | None = None


_UNREAD = "no alarm is read on the way back"
_UNHEARD = "a stop changes nothing on the way back"
_STRUCK = ("for_seconds", "count", "fleet")
_KINDS = {
    FaultKind.ALARM: _Kind(Phase.BAKING, ("for_seconds", "alarm_name"), _UNREAD),
    FaultKind.ALARM_UNREADABLE: _Kind(Phase.BAKING, ("for_seconds", "alarm_name"), _UNREAD),
    FaultKind.PROVISIONING_FAILED: _Kind(Phase.PROVISIONING, (*_STRUCK, "reason")),
    FaultKind.PROVISIONING_SLOW: _Kind(Phase.PROVISIONING, (*_STRUCK, "seconds")),
    FaultKind.INSTANCE_LOST: _Kind(Phase.BAKING, ("count", "fleet")),
    FaultKind.SHIFT_FAILED: _Kind(Phase.SHIFTING, ("for_seconds", "count", "reason")),
    FaultKind.CLEANUP_FAILED: _Kind(Phase.CLEANING, (*_STRUCK, "reason")),
    FaultKind.STOP: _Kind(Phase.PROVISIONING, ("by",), _UNHEARD),
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
        "Batch": Whole(1, MOST_INSTANCES),
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
    """The fault that a JSON object without problems says."""
    given = {field: document[name] for field, name in _NAMES.items() if name in document}
    return Fault(**{key: _READ[key](each) if key in _READ else each for key, each in given.items()})


def fault_document(fault: Fault) -> dict[str, object]:
    """The JSON object that `parse_fault` reads as this fault."""
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
    """Everything wrong with a fault; `at` is the path of its fields in the input."""
    return fault_json_problems(fault_document(fault), at)


def fault_json_problems(document: object, at: str) -> list[Problem]:
    """Everything wrong with a fault's JSON."""
    found = FAULT.problems(document, at)
    if isinstance(document, Mapping) and document.get("Kind") in [*FaultKind]:
        # What is wrong already is left out, so that it is not reported twice.
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
    """Why a fault, though it has no problems, could never strike where it says, in any update."""
    not_back = _KINDS[fault.kind].not_back
    if not_back and fault.direction is Direction.BACK:
        return [Problem(f"{at}.Direction", "Back", not_back, "Forward")]
    if fault.kind is FaultKind.SHIFT_FAILED and fault.phase in (Phase.BAKING, Phase.CLEANING):
        rule = "no shift is under way in this phase; name the Batch of the shift that is to fail"
        return [Problem(f"{at}.Phase", PHASES[fault.phase], rule, "Shifting")]
    return []


def misses(fault: Fault, spec: Spec, at: str = "Fault") -> list[Problem]:
    """Why a fault can never strike a deployment of `spec`, as far as that is known beforehand.

    It has no such batch, or does not read the alarm. How many batches a way back
    has depends on where it begins. What a fault by itself has wrong is said by
    `fault_problems`.
    """
    found: list[Problem] = []
    batches = step_count(spec)
    if fault.direction is Direction.FORWARD and (fault.batch or 1) > batches:
        found.append(no_such_batch(f"{at}.Batch", fault.batch, batches, "the update has"))
    return found + unwatched(fault.kind, fault.alarm_name, spec.alarms, at)


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
    """A bake of the way back."""
    return Problem(field, "Baking", "the way back has no bakes", "Cleaning")


def turned_back(field: str) -> Problem:
    """A stage of the way forward, once that is over."""
    return Problem(field, "Forward", "what is under way is on its way back already", "Back")


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
