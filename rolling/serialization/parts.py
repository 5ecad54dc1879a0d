"""Parts: what deployments and events have in common, to JSON and back.

Shares are stored as "part/whole", not reduced and not as numbers: a state has
them in that form, and JSON readers elsewhere round large numbers.
"""

import re

from rolling.core.capacity import NO_TRAFFIC, Share
from rolling.core.outcome import AlarmTripped, Cause, Failed, Operation, Stopped, TimedOut
from rolling.core.policy import (
    LONGEST_WAIT_SECONDS,
    MAXIMUM_EXECUTION_TIMEOUT_SECONDS,
    SHORTEST_EXECUTION_TIMEOUT_SECONDS,
)
from rolling.core.stage import Direction, Phase, Stage
from rolling.serialization.reading import Field

MOST_IN_ALL = 10**9
"""The largest count that is read of what was seen, or of several fleets together."""

MOST_STEPS = 2 * 10**9
"""The largest step or attempt that is read."""

_SHARE = re.compile(r"([0-9]{1,1000})/([0-9]{1,1000})")


def share_to_json(share: Share) -> str:
    """A share as "part/whole"."""
    return f"{share.part}/{share.whole}"


def read_share(field: Field) -> Share:
    """A share from "part/whole"."""
    match = _SHARE.fullmatch(field.value) if isinstance(field.value, str) else None
    if match is not None:
        part, whole = int(match[1]), int(match[2])
        if part <= whole and whole > 0:
            return Share(part, whole)
    field.wrong('must be a share from 0 to 1, written "part/whole"', "0/1")
    return NO_TRAFFIC


def read_deadline(field: Field) -> int:
    """The limit of a direction, in seconds."""
    least, most = SHORTEST_EXECUTION_TIMEOUT_SECONDS, MAXIMUM_EXECUTION_TIMEOUT_SECONDS
    return field.whole_number(least, most, " seconds")


def stage_to_json(stage: Stage) -> dict[str, object]:
    """A stage, its enums by name."""
    return {
        "direction": stage.direction.name,
        "step": stage.step,
        "attempt": stage.attempt,
        "phase": stage.phase.name,
    }


def read_stage(field: Field) -> Stage:
    """A stage; whether a deployment can be in it is in possible.py."""
    found = field.members(("direction", "step", "attempt", "phase"))
    return Stage(
        found["direction"].member_of(Direction),
        found["step"].whole_number(1, MOST_STEPS),
        found["attempt"].whole_number(1, MOST_STEPS),
        found["phase"].member_of(Phase),
    )


def cause_to_json(cause: Cause | None) -> dict[str, object] | None:
    """A cause, tagged with its type; None as null."""
    match cause:
        case None:
            return None
        case AlarmTripped(alarms=alarms):
            return {"type": "AlarmTripped", "alarms": list(alarms)}
        case Failed(operation=operation, configuration=configuration, reason=reason):
            return {
                "type": "Failed",
                "operation": operation.name,
                "configuration": configuration,
                "reason": reason,
            }
        case TimedOut(seconds=seconds):
            return {"type": "TimedOut", "seconds": seconds}
        case Stopped(by=by):
            return {"type": "Stopped", "by": by}


def read_cause(field: Field) -> Cause | None:
    """A cause from its tagged form; None from null."""
    if field.value is None:
        return None
    kind = field.value.get("type") if isinstance(field.value, dict) else None
    match kind:
        case "AlarmTripped":
            found = field.members(("type", "alarms"))
            alarms = tuple([item.text() for item in found["alarms"].items()])
            return AlarmTripped(alarms)
        case "Failed":
            found = field.members(("type", "operation", "configuration", "reason"))
            return Failed(
                found["operation"].member_of(Operation),
                found["configuration"].text(),
                found["reason"].text(),
            )
        case "TimedOut":
            found = field.members(("type", "seconds"))
            most = MAXIMUM_EXECUTION_TIMEOUT_SECONDS + LONGEST_WAIT_SECONDS
            least = SHORTEST_EXECUTION_TIMEOUT_SECONDS
            return TimedOut(found["seconds"].whole_number(least, most, " seconds"))
        case "Stopped":
            return Stopped(field.members(("type", "by"))["by"].text())
        case _:
            kinds = "AlarmTripped, Failed, TimedOut or Stopped"
            field.wrong(f'must be null, or an object whose "type" is {kinds}')
            return None
