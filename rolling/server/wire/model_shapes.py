"""botocore's model of an operation's input as a shape of `rolling.schema`.

A shape is made on the first call of its operation; `AwsWords` describes its problems.
Rules that the model gives only in its documentation are checked by the operation.

Three things differ from AWS on purpose. An unknown member is an error, although AWS
ignores it: it is a typing mistake, or newer than this botocore. A list without a limit in
the model may have MOST_ITEMS. CAPACITY_PERCENTAGE passes, because AWS's documentation uses
it and `rolling.endpoint` accepts it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from attrs import frozen

from rolling.core.errors import Problem
from rolling.endpoint.engine import ENGINE_FIELDS, nearest_in_words
from rolling.schema.shapes import (
    MOST_ITEMS,
    Constraint,
    Flag,
    ListOf,
    Number,
    OneOf,
    Scalar,
    Shape,
    Structure,
    Text,
    Whole,
    Worded,
    join,
)
from rolling.server.wire.model import operation_model
from rolling.server.wire.patterns import matches
from rolling.server.wire.wording import RANGES, AwsWords, Violation

_NEAR_AN_ENGINE = ("UpdateEndpointInput", "DeploymentConfig", "RollingUpdatePolicy")
"""Where users may put fields that only a scenario has."""

_ALIASES = {"CapacitySizeType": {"CAPACITY_PERCENTAGE": "CAPACITY_PERCENT"}}


@cache
def input_shape(service: str, operation: str) -> Shape:
    """The shape of an operation's input."""
    model = operation_model(service, operation).input_shape
    return Structure(operation, {}) if model is None else shape_of(model)


def shape_of(model: Any) -> Shape:
    """A shape of botocore's as one of ours. It must not be recursive; no input here is."""
    words, limits = AwsWords(model), model.metadata
    match model.type_name:
        case "structure":
            structure = _WithoutEngine if model.name in _NEAR_AN_ENGINE else Structure
            return structure(
                model.name,
                {name: shape_of(member) for name, member in model.members.items()},
                tuple(model.required_members),
                null_is_absent=True,
                exactly_one=model.is_tagged_union,
                words=words,
            )
        case "list":
            item = shape_of(model.member)
            low, high = limits.get("min", 0), limits.get("max", MOST_ITEMS)
            made = _ListOfScalars if isinstance(item, Scalar) else ListOf
            return made(item, low, high, words=words)
        case "map":
            key, value = scalar_of(model.key), scalar_of(model.value)
            return _MapOf(key, value, limits.get("min", 0), limits.get("max"), words=words)
        case _:
            return scalar_of(model)


def scalar_of(model: Any) -> Scalar:
    """The same for a shape without parts. No input here has blobs."""
    words, limits = AwsWords(model), model.metadata
    kind = model.type_name
    lowest, highest = RANGES.get(kind, (0, None))
    low, high = limits.get("min", lowest), limits.get("max", highest)
    match kind:
        case "string" if "enum" in limits:
            return OneOf(tuple(limits["enum"]), _ALIASES.get(model.name, {}), words=words)
        case "string":
            return Text(low, high, limits.get("pattern"), matches=matches, words=words)
        case "boolean":
            return Flag(words=words)
        case "integer" | "long":
            return Whole(low, high, words=words)
        case _:
            return Number(low, high, words=words)


@frozen
class _WithoutEngine(Structure):
    """A structure without the fields of an engine; its error names AWS's alternative."""

    def _unknown(self, key: object, value: Mapping[object, object], path: str) -> list[Problem]:
        if key not in ENGINE_FIELDS:
            return super()._unknown(key, value, path)
        instead = nearest_in_words(value[key] if key == "Engine" else value)
        rule = f"{self.called} has no such member, here as at AWS{instead}"
        return [Violation(join(path, key), value[key], rule)]


@frozen
class _ListOfScalars(ListOf):
    """A list of values without parts. AWS reports their constraints together, for the list."""

    def _item_problems(self, value: Sequence[object], path: str) -> list[Problem]:
        assert isinstance(self.item, Scalar)
        places = ((f"{path}[{place}]", each) for place, each in enumerate(value))
        found, fit = _together(self.item, places)
        return found if fit else [*found, *self._refused(path, value, "items")]


@frozen
class _MapOf(Worded):
    """An object with `low` to `high` fields of any name, with values without parts."""

    key: Scalar
    value: Scalar
    low: int = 0
    high: int | None = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """All problems of `value`, its keys and its values."""
        if not isinstance(value, Mapping):
            return self._refused(path, value, "type")
        places = [join(path, key) for key in value]
        found, keys_fit = _together(self.key, zip(places, value, strict=True))
        more, values_fit = _together(self.value, zip(places, value.values(), strict=True))
        broken: dict[Constraint, bool] = {
            "keys": not keys_fit,
            "values": not values_fit,
            "max": self.high is not None and len(value) > self.high,
            "min": len(value) < self.low,
        }
        told = [self._refused(path, value, each) for each in broken if broken[each]]
        return [*found, *more, *chain.from_iterable(told)]


def _together(shape: Scalar, places: Iterable[tuple[str, object]]) -> tuple[list[Problem], bool]:
    """The problems of values with a wrong type, and whether all others fit."""
    found: list[Problem] = []
    fit = True
    for path, value in places:
        broken = shape.broken(value)
        if broken == ("type",):
            found += shape.problems(value, path)
        elif broken:
            fit = False
    return found, fit
