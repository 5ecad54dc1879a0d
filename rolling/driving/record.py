"""The record: all of a deployment that must be stored between two ticks, and its text."""

import json
import math

from attrs import frozen

from rolling.core.deployment import Deployment
from rolling.core.errors import Problem, is_whole_number
from rolling.serialization import UnreadableRecord, deployment_from_json, deployment_to_json
from rolling.serialization.text import parse


@frozen
class Record:
    """A deployment and the two moments that its timers run from.

    `direction_began_at`, `stage_began_at`: when the driver learned that the
    present direction, and the present stage, had begun; in seconds of the clock
    that drives it. A restart from the record alone goes on where it stopped, on
    a clock whose moments still mean the same: `WallClock`, where the process ended.
    """

    deployment: Deployment
    direction_began_at: float
    stage_began_at: float


def accept(deployment: Deployment, now: float) -> Record:
    """The record of a deployment that starts `now`."""
    return Record(deployment, direction_began_at=now, stage_began_at=now)


def dumps_record(record: Record) -> str:
    """A record as one line of JSON, in the versioned form of `rolling.serialization`."""
    return json.dumps(
        {
            "deployment": deployment_to_json(record.deployment),
            "direction_began_at": record.direction_began_at,
            "stage_began_at": record.stage_began_at,
        }
    )


def loads_record(text: str) -> Record:
    """The record in a JSON text. Raises UnreadableRecord with all that is wrong in it."""
    found = parse(text)
    names = ("deployment", "direction_began_at", "stage_began_at")
    if not isinstance(found, dict) or set(found) != set(names):
        rule = f"must be an object with the fields {', '.join(names)}"
        raise UnreadableRecord([Problem("record", text[:200], rule)])
    problems = [
        Problem(name, found[name], "must be a number of seconds")
        for name in names[1:]
        if not _is_moment(found[name])
    ]
    try:
        deployment = deployment_from_json(found["deployment"])
    except UnreadableRecord as unreadable:
        raise UnreadableRecord([*problems, *unreadable.problems]) from None
    if problems:
        raise UnreadableRecord(problems)
    return Record(deployment, found["direction_began_at"], found["stage_began_at"])


def _is_moment(value: object) -> bool:
    return is_whole_number(value) or (isinstance(value, float) and math.isfinite(value))
