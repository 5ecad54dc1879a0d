"""An output according to its model: plain values, ready for a protocol to write.

Answers are our own, so they are not checked here: tests check each of them against the
model (tests/server/conftest.py).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

WriteTime = Callable[[float], object]
"""How a protocol writes a time, given in seconds since the epoch."""


def prepared(
    shape: Shape | None, answer: Mapping[str, Any], write_time: WriteTime
) -> dict[str, Any]:
    """The answer with its times written by `write_time`; empty without a shape."""
    return {} if shape is None else _structure(shape, answer, write_time)


def as_epoch(seconds: float) -> float:
    """A time as JSON writes it: seconds since the epoch, to the millisecond."""
    return round(seconds, 3)


def as_datetime(seconds: float) -> datetime:
    """A time as botocore's serializers expect it."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def as_iso_8601(seconds: float) -> str:
    """A time as XML writes it, to the millisecond, in UTC."""
    return as_datetime(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _structure(shape: Any, value: Mapping[str, Any], write_time: WriteTime) -> dict[str, Any]:
    members = shape.members
    return {name: _plain(members[name], each, write_time) for name, each in value.items()}


def _plain(shape: Any, value: Any, write_time: WriteTime) -> object:
    match shape.type_name:
        case "structure":
            return _structure(shape, value, write_time)
        case "list":
            return [_plain(shape.member, each, write_time) for each in value]
        case "map":
            return {key: _plain(shape.value, each, write_time) for key, each in value.items()}
        case "timestamp":
            return write_time(value)
    return value
