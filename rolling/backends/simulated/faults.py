"""Faults: what goes wrong in a simulated update, and from which moment on."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from attrs import frozen

from rolling.backends.simulated.settings import LONGEST_SECONDS
from rolling.core.capacity import MOST_INSTANCES
from rolling.core.deployment import Spec
from rolling.core.errors import Problem, range_problem
from rolling.core.pace import drains_first, step_count
from rolling.core.stage import ENDS, Direction, Phase, Stage


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
    """One thing that goes wrong in one update, creation or scaling, and ends with it.

    **When.** It counts from a beginning, and strikes `after_seconds` later. With
    neither `batch` nor `phase` the beginning is the acceptance of the update
    (with `Direction.BACK`, the turn). With a `phase` it is the moment when the
    backend is told of that phase, of the first batch unless a `batch` is given;
    with a `batch` alone, of the phase that is natural for its kind. Where a
    deployment passes the phase by, it is the first stage after it. Batch 0 is the step
    that drains the old fleet to its floor, where there is one. The batches of the way
    back count from 1, the reactivation.

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
    - `RoomTaken`: others launch `count` instances within the capacity limit, and keep
      them: where there is room now, then wherever room becomes free, within
      `for_seconds`. Without a capacity limit there is always room, and it changes nothing.
    - `Stop`: `by` asks for the deployment to stop.
    - `Continue`: `by` continues the gate of the bake that the deployment is in at that
      moment; anywhere else it changes nothing. The bake of a later attempt must be
      continued again.

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
        return (stage.step, stage.phase) >= (self._first_batch(), self.first_phase())

    def _first_batch(self) -> int:
        """The step in which it begins; the acceptance of an update may be in step 0."""
        if self.batch is not None:
            return self.batch
        return 0 if self.phase is None else 1

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
        natural = _NATURAL_PHASES[self.kind]
        # The way back has no bakes.
        no_bake = natural is Phase.BAKING and self.direction is Direction.BACK
        if self.batch is None or no_bake:
            return Phase.PROVISIONING
        return natural


@frozen
class UnusedFault:
    """A fault that never struck: its path in the input, and its kind."""

    field: str
    kind: str


def unused(fault: Fault, place: int, at: str = "Faults") -> UnusedFault:
    """A fault that never struck, of this place among those whose path is `at`."""
    return UnusedFault(f"{at}[{place}]", fault.kind.value)


_NATURAL_PHASES = {
    FaultKind.ALARM: Phase.BAKING,
    FaultKind.ALARM_UNREADABLE: Phase.BAKING,
    FaultKind.PROVISIONING_FAILED: Phase.PROVISIONING,
    FaultKind.PROVISIONING_SLOW: Phase.PROVISIONING,
    FaultKind.INSTANCE_LOST: Phase.BAKING,
    FaultKind.SHIFT_FAILED: Phase.SHIFTING,
    FaultKind.CLEANUP_FAILED: Phase.CLEANING,
    FaultKind.ROOM_TAKEN: Phase.PROVISIONING,
    FaultKind.STOP: Phase.PROVISIONING,
    FaultKind.CONTINUE: Phase.BAKING,
}

_UNREAD = "no alarm is read on the way back"
_FORWARD_ONLY = {
    FaultKind.ALARM: _UNREAD,
    FaultKind.ALARM_UNREADABLE: _UNREAD,
    FaultKind.STOP: "a stop changes nothing on the way back",
    FaultKind.CONTINUE: "the way back has no gates",
}
"""The kinds that strike on the way forward alone, and why."""

_PROVISIONING = {"for_seconds", "count", "fleet"}
_USES = {
    FaultKind.ALARM: {"for_seconds", "alarm_name"},
    FaultKind.ALARM_UNREADABLE: {"for_seconds", "alarm_name"},
    FaultKind.PROVISIONING_FAILED: _PROVISIONING | {"reason"},
    FaultKind.PROVISIONING_SLOW: _PROVISIONING | {"seconds"},
    FaultKind.INSTANCE_LOST: {"count", "fleet"},
    FaultKind.SHIFT_FAILED: {"for_seconds", "count", "reason"},
    FaultKind.CLEANUP_FAILED: {"for_seconds", "count", "fleet", "reason"},
    FaultKind.ROOM_TAKEN: {"for_seconds", "count"},
    FaultKind.STOP: {"by"},
    FaultKind.CONTINUE: {"by"},
}
"""The fields besides the moment that each kind uses."""

_FIELDS = {
    "for_seconds": "ForSeconds",
    "alarm_name": "AlarmName",
    "count": "Count",
    "fleet": "Fleet",
    "seconds": "Seconds",
    "reason": "Reason",
    "by": "By",
}


def fault_problems(fault: Fault, at: str = "Fault") -> list[Problem]:
    """Everything wrong with a fault; `at` is the path of its fields in the input."""
    found: list[Problem | None] = [
        range_problem(f"{at}.AfterSeconds", fault.after_seconds, 0, LONGEST_SECONDS, " seconds"),
        range_problem(f"{at}.Count", fault.count, 1, MOST_INSTANCES, " instances"),
    ]
    if fault.batch is not None:
        least = 0 if fault.direction is Direction.FORWARD else 1
        found.append(range_problem(f"{at}.Batch", fault.batch, least, MOST_INSTANCES))
    for name, seconds in (("ForSeconds", fault.for_seconds), ("Seconds", fault.seconds)):
        if seconds is not None:
            found.append(range_problem(f"{at}.{name}", seconds, 1, LONGEST_SECONDS, " seconds"))
    if fault.kind is FaultKind.PROVISIONING_SLOW and fault.seconds is None:
        rule = "ProvisioningSlow needs Seconds, how much longer it takes"
        found.append(Problem(f"{at}.Seconds", None, rule, 600))
    if fault.reason is not None and not 1 <= len(fault.reason) <= 1024:
        found.append(Problem(f"{at}.Reason", fault.reason, "must be 1 to 1024 characters"))
    found += [*_place_problems(fault, at), *_unused_problems(fault, at)]
    return [problem for problem in found if problem is not None]


def _place_problems(fault: Fault, at: str) -> list[Problem]:
    if fault.phase in ENDS:
        rule = "must be a phase in which something is under way"
        return [Problem(f"{at}.Phase", fault.phase.name, rule, "Baking")]
    if fault.phase is Phase.BAKING and fault.direction is Direction.BACK:
        return [Problem(f"{at}.Phase", "Baking", "the way back has no bakes", "Cleaning")]
    return []


def futile(fault: Fault, at: str = "Fault") -> list[Problem]:
    """Why a fault, though it has no problems, could never strike where it says, in any update."""
    if fault.direction is Direction.BACK and fault.kind in _FORWARD_ONLY:
        return [Problem(f"{at}.Direction", "Back", _FORWARD_ONLY[fault.kind], "Forward")]
    if fault.kind is FaultKind.SHIFT_FAILED and fault.phase in (Phase.BAKING, Phase.CLEANING):
        rule = "no shift is under way in this phase; name the Batch of the shift that is to fail"
        return [Problem(f"{at}.Phase", fault.phase.name.capitalize(), rule, "Shifting")]
    return []


def misses(fault: Fault, spec: Spec, at: str = "Fault") -> list[Problem]:
    """Why a fault can never strike a deployment of `spec`, as far as that is known beforehand.

    It has no such batch or no such gate, or does not read the alarm. How many batches a way back
    has depends on where it begins. What a fault by itself has wrong is said by
    `fault_problems`.
    """
    found: list[Problem] = []
    batches = step_count(spec)
    if fault.direction is Direction.FORWARD and (fault.batch or 1) > batches:
        rule = f"the update has {batches} batch{'es' if batches > 1 else ''}"
        found.append(Problem(f"{at}.Batch", fault.batch, rule, batches))
    if fault.batch == 0 and not drains_first(spec):
        rule = "the update begins with batch 1: it does not drain the old fleet first"
        found.append(Problem(f"{at}.Batch", 0, rule, 1))
    if fault.kind is FaultKind.CONTINUE:
        found += _no_gate(fault, spec, at)
    if fault.kind in (FaultKind.ALARM, FaultKind.ALARM_UNREADABLE):
        if not spec.alarms:
            found.append(Problem(f"{at}.Kind", fault.kind.value, "the update watches no alarm"))
        elif fault.alarm_name not in (None, *spec.alarms):
            rule = f"the update watches {', '.join(spec.alarms)}"
            found.append(Problem(f"{at}.AlarmName", fault.alarm_name, rule, spec.alarms[0]))
    return found


def _no_gate(fault: Fault, spec: Spec, at: str) -> list[Problem]:
    if spec.gates is None:
        return [Problem(f"{at}.Kind", fault.kind.value, "the update waits at no gate")]
    steps = spec.gates.steps or range(1, step_count(spec) + 1)
    if fault.batch is None or fault.batch in steps:
        return []
    rule = f"the update waits at a gate after {_batches(steps)} only"
    return [Problem(f"{at}.Batch", fault.batch, rule, steps[0])]


def _batches(steps: Sequence[int]) -> str:
    return f"batch{'es' if len(steps) > 1 else ''} {', '.join(str(step) for step in steps)}"


def _unused_problems(fault: Fault, at: str) -> list[Problem]:
    """A field that the kind does not use would be a wish that is silently not granted."""
    used = _USES[fault.kind]
    found = []
    for name, field in _FIELDS.items():
        value = getattr(fault, name)
        given = value is not None and not (name == "count" and value == 1)
        if given and name not in used:
            allowed = ", ".join(text for key, text in _FIELDS.items() if key in used)
            rule = f"{fault.kind} does not use it (it uses {allowed}); leave it out"
            found.append(Problem(f"{at}.{field}", value, rule))
    return found
