"""The stored form of a record: its fields, its versions, its text.

Apart from record.py, which every driver loads: only those who store records need it.
"""

import json
from collections.abc import Mapping
from typing import cast

from attrs import frozen

from rolling.core.errors import Problem
from rolling.driving.clock import MOMENT_RULE, is_moment
from rolling.driving.record import LONGEST_ID, Record
from rolling.records import UnreadableRecord, deployment_from_json, deployment_to_json
from rolling.records.stored import read_text
from rolling.records.versions import Stored
from rolling.schema.shapes import Shape, Structure, Text, problem, under


def dumps_record(record: Record) -> str:
    """A record as one line of JSON, versioned as `rolling.records` says."""
    return json.dumps(
        _STORED.header()
        | {
            "id": record.id,
            "deployment": deployment_to_json(record.deployment),
            "direction_began_at": record.direction_began_at,
            "stage_began_at": record.stage_began_at,
        }
    )


def loads_record(text: str | bytes) -> Record:
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
    """A deployment as `rolling.records` stores it."""

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
        return [] if is_moment(value) else [problem(path, value, MOMENT_RULE)]


def _from_version_1(content: Mapping[str, object]) -> Mapping[str, object]:
    """Version 1 had no id. One is derived from what was accepted and when the direction began:
    every record of that direction gives the same, and a record of the other direction another."""
    from hashlib import sha256

    deployment = content.get("deployment")
    spec = deployment.get("spec") if isinstance(deployment, dict) else None
    accepted = json.dumps([spec, content.get("direction_began_at")], sort_keys=True)
    return {**content, "id": sha256(accepted.encode()).hexdigest()[:32]}


_FIELDS: dict[str, Shape] = {
    "id": Text(1, LONGEST_ID),
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
