"""The record: all of a deployment that must be stored between two ticks, and its text."""

import json
import os
from collections.abc import Mapping
from typing import cast

from attrs import field, frozen

from rolling.core.deployment import Deployment
from rolling.core.desired import Desired, due
from rolling.core.errors import Problem
from rolling.driving.moments import FARTHEST_SECONDS, MOMENT_RULE, check_moment
from rolling.schema.shapes import Shape, Structure, Text, problem, under
from rolling.serialization import UnreadableRecord, deployment_from_json, deployment_to_json
from rolling.serialization.stored import read_text
from rolling.serialization.versions import Stored


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
        _STORED.header()
        | {
            "id": record.id,
            "deployment": deployment_to_json(record.deployment),
            "direction_began_at": record.direction_began_at,
            "stage_began_at": record.stage_began_at,
        }
    )


def loads_record(text: str) -> Record:
    """The record in a JSON text. Raises UnreadableRecord with all that is wrong in it."""
    return read_text(text, _record_from_json)


def _record_from_json(document: object) -> Record:
    content = _STORED.content(document)
    return Record(
        deployment_from_json(content["deployment"]),
        cast(float, content["direction_began_at"]),
        cast(float, content["stage_began_at"]),
        cast(str, content["id"]),
    )


@frozen
class _StoredDeployment:
    """A deployment as `rolling.serialization` stores it."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """Everything that is wrong with it, under its path in the record."""
        try:
            deployment_from_json(value)
        except UnreadableRecord as unreadable:
            return under(path, unreadable.problems)
        return []


@frozen
class _Moment:
    """A moment on the clock that drives the deployment."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """The problem of a value that no clock can show, if it is one."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and -FARTHEST_SECONDS <= cast(float, value) <= FARTHEST_SECONDS:
            return []
        return [problem(path, value, MOMENT_RULE)]


def _from_version_1(content: Mapping[str, object]) -> Mapping[str, object]:
    """Version 1 had no id. One is derived from what was accepted and when the direction began,
    so that every record of that direction gives the same."""
    from hashlib import sha256

    deployment = content.get("deployment")
    spec = deployment.get("spec") if isinstance(deployment, dict) else None
    told = json.dumps([spec, content.get("direction_began_at")], sort_keys=True)
    return {**content, "id": sha256(told.encode()).hexdigest()[:32]}


_FIELDS: dict[str, Shape] = {
    "id": Text(1, 255),
    "deployment": _StoredDeployment(),
    "direction_began_at": _Moment(),
    "stage_began_at": _Moment(),
}
_STORED = Stored(
    "rolling-record",
    "2.0",
    Structure("a driver's record", _FIELDS, required=tuple(_FIELDS)),
    _from_version_1,
)
