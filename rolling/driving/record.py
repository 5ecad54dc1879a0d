"""The record: all of a deployment that must be stored between two ticks, and its text."""

import json
from typing import cast

from attrs import evolve, frozen

from rolling.core.deployment import Deployment
from rolling.driving.door import MOMENT_RULE, check_kind, check_moment, is_moment
from rolling.serialization import UnreadableRecord, deployment_from_json, deployment_to_json
from rolling.serialization.reading import read_header
from rolling.serialization.text import parse


@frozen
class Record:
    """A deployment and the two moments that its timers run from.

    `direction_began_at`, `stage_began_at`: when the driver learned that the
    present direction, and the present stage, had begun; in seconds of the clock
    that drives it. A restart from the record alone goes on where it stopped, on
    a clock whose moments still mean the same: `WallClock`, where the process ended.
    Raises TypeError and ValueError for what is no deployment, and no moment.
    """

    deployment: Deployment
    direction_began_at: float
    stage_began_at: float

    def __attrs_post_init__(self) -> None:
        check_kind("Record.deployment", self.deployment, Deployment, _DEPLOYMENT_RULE)
        check_moment("Record.direction_began_at", self.direction_began_at)
        check_moment("Record.stage_began_at", self.stage_began_at)


_DEPLOYMENT_RULE = "must be a Deployment, such as rolling.start gives"


def accept(deployment: Deployment, now: float) -> Record:
    """The record of a deployment that starts `now`, on the clock that is to drive it.

    Raises TypeError and ValueError for what is no deployment, and no moment.
    """
    check_kind("deployment", deployment, Deployment, _DEPLOYMENT_RULE)
    check_moment("now", now)
    return Record(deployment, direction_began_at=now, stage_began_at=now)


def check_record(record: object) -> None:
    """Raise TypeError for what is no record; for drivers."""
    rule = "must be a Record, such as accept(deployment, clock.now()) gives"
    check_kind("record", record, Record, rule)


def dumps_record(record: Record) -> str:
    """A record as one line of JSON, versioned as `rolling.serialization` says.

    Raises TypeError for what is no record.
    """
    check_record(record)
    return json.dumps(
        {
            "format": _FORMAT,
            "version": _VERSION,
            "deployment": deployment_to_json(record.deployment),
            "direction_began_at": record.direction_began_at,
            "stage_began_at": record.stage_began_at,
        }
    )


def loads_record(text: str) -> Record:
    """The record in a JSON text. Raises UnreadableRecord with all that is wrong in it."""
    notes, top = read_header(parse(text), _FORMAT, _VERSION)
    found = top.members(("format", "version", "deployment", *_MOMENTS))
    for name in _MOMENTS:
        if not is_moment(found[name].value):
            found[name].wrong(MOMENT_RULE)
    try:
        deployment = deployment_from_json(found["deployment"].value)
    except UnreadableRecord as unreadable:
        notes.problems.extend(
            [evolve(each, field=f"deployment.{each.field}") for each in unreadable.problems]
        )
    notes.check()
    direction_began_at, stage_began_at = (cast(float, found[name].value) for name in _MOMENTS)
    return Record(deployment, direction_began_at, stage_began_at)


_FORMAT, _VERSION = "rolling-record", "1.0"
_MOMENTS = ("direction_began_at", "stage_began_at")
