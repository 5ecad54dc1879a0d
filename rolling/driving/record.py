"""The record: all of a deployment that must be stored between two ticks, and its text."""

import json
import os
from typing import cast

from attrs import evolve, field, frozen

from rolling.core.deployment import Deployment
from rolling.core.desired import Desired, due
from rolling.driving.moments import FARTHEST_SECONDS, MOMENT_RULE, check_moment
from rolling.serialization import UnreadableRecord, deployment_from_json, deployment_to_json
from rolling.serialization.reading import read_header
from rolling.serialization.text import parse


@frozen
class Record:
    """A deployment, and what its driver knows of it.

    `direction_began_at`, `stage_began_at`: when the driver learned that the
    present direction, and the present stage, had begun; in seconds of the clock
    that drives it. A restart from the record alone goes on where it stopped, on
    a clock whose moments still mean the same: `WallClock`, where the process ended.
    `id`: the deployment's own, the same in all its records.
    `desired`: what is due.
    Raises ValueError for a moment that no clock can show.
    """

    deployment: Deployment
    direction_began_at: float
    stage_began_at: float
    id: str
    # Every tick asks for it twice, and most ticks go on from the same record.
    desired: Desired = field(init=False, eq=False, repr=False)

    @desired.default
    def _due(self) -> Desired:
        return due(self.deployment)

    def __attrs_post_init__(self) -> None:
        check_moment("Record.direction_began_at", self.direction_began_at)
        check_moment("Record.stage_began_at", self.stage_began_at)


def accept(deployment: Deployment, now: float, id: str | None = None) -> Record:
    """The record of a deployment that starts `now`, on the clock that is to drive it.

    `id`: what it is called wherever it is kept; a fresh one, 32 hexadecimal digits, unless given.
    Raises ValueError for a moment that no clock can show.
    """
    return Record(deployment, now, now, os.urandom(16).hex() if id is None else id)


def dumps_record(record: Record) -> str:
    """A record as one line of JSON, versioned as `rolling.serialization` says."""
    return json.dumps(
        {
            "format": _FORMAT,
            "version": _VERSION,
            "id": record.id,
            "deployment": deployment_to_json(record.deployment),
            "direction_began_at": record.direction_began_at,
            "stage_began_at": record.stage_began_at,
        }
    )


def loads_record(text: str) -> Record:
    """The record in a JSON text. Raises UnreadableRecord with all that is wrong in it."""
    notes, top = read_header(parse(text), _FORMAT, _VERSION, _from_version_1)
    found = top.members(("format", "version", "id", "deployment", *_MOMENTS))
    for name in _MOMENTS:
        if not _is_moment(found[name].value):
            found[name].wrong(MOMENT_RULE)
    known_as = found["id"].text()
    try:
        deployment = deployment_from_json(found["deployment"].value)
    except UnreadableRecord as unreadable:
        notes.problems.extend(
            [evolve(each, field=f"deployment.{each.field}") for each in unreadable.problems]
        )
    notes.check()
    direction_began_at, stage_began_at = (cast(float, found[name].value) for name in _MOMENTS)
    return Record(deployment, direction_began_at, stage_began_at, known_as)


def _from_version_1(document: dict[str, object]) -> dict[str, object]:
    """Version 1 had no id. One is derived from what was accepted and when the direction began,
    so that every record of that direction gives the same."""
    from hashlib import sha256

    deployment = document.get("deployment")
    spec = deployment.get("spec") if isinstance(deployment, dict) else None
    told = json.dumps([spec, document.get("direction_began_at")], sort_keys=True)
    return {**document, "id": sha256(told.encode()).hexdigest()[:32]}


def _is_moment(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -FARTHEST_SECONDS <= cast(float, value) <= FARTHEST_SECONDS


_FORMAT, _VERSION = "rolling-record", "2.0"
_MOMENTS = ("direction_began_at", "stage_began_at")
