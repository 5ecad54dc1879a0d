"""An output by the model of it: plain values, ready for a protocol to write.

An answer that the model does not have is a bug of the operation, not of the
client, and raises `WrongAnswer`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

Moment = Callable[[float], object]
"""How a protocol writes a time, given in seconds since the epoch."""

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "string": str,
    "timestamp": (int, float),
}


class WrongAnswer(Exception):
    """An operation has answered what its model does not have."""


def prepared(shape: Shape | None, answer: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    """The answer with its Nones left out and its times as `moment` writes them.

    Raises WrongAnswer for a member that the model does not have, and for a value of another type.
    """
    if shape is None:
        if answer:
            raise WrongAnswer(f"an operation without output has answered {sorted(answer)}")
        return {}
    plain = _plain(shape, answer, moment, shape.name)
    assert isinstance(plain, dict)
    return plain


def as_epoch(seconds: float) -> float:
    """A time as JSON writes it: seconds since the epoch, to the millisecond."""
    return round(seconds, 3)


def as_datetime(seconds: float) -> datetime:
    """A time as botocore's serializers take it."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def as_iso_8601(seconds: float) -> str:
    """A time as XML writes it, to the millisecond, in UTC."""
    return as_datetime(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(shape: Any, value: Any, moment: Moment, path: str) -> object:
    kind = shape.type_name
    if kind == "structure":
        _require(isinstance(value, Mapping), path, value, "a structure")
        unknown = value.keys() - shape.members.keys()
        _require(not unknown, path, sorted(unknown), f"members of {shape.name}")
        return {
            name: _plain(shape.members[name], each, moment, f"{path}.{name}")
            for name, each in value.items()
            if each is not None
        }
    if kind == "list":
        _require(isinstance(value, list | tuple), path, value, "a list")
        return [_plain(shape.member, each, moment, f"{path}[]") for each in value]
    if kind == "map":
        _require(isinstance(value, Mapping), path, value, "a map")
        return {
            _plain(shape.key, key, moment, path): _plain(shape.value, each, moment, f"{path}{{}}")
            for key, each in value.items()
        }
    fits = isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
    _require(fits, path, value, f"a {kind}")
    return moment(value) if kind == "timestamp" else value


def _require(holds: bool, path: str, value: object, what: str) -> None:
    if not holds:
        raise WrongAnswer(f"{path}: {value!r} is not {what}")
