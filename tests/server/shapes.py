"""Answers judged by botocore's model of the service: the fields there are, and their types."""

from functools import cache
from typing import Any

import botocore.session

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (float,),
    "double": (float,),
    "boolean": (bool,),
    "timestamp": (float, int),
}


@cache
def service_model(service: str) -> Any:
    """botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


def require_conforming(service: str, operation: str, answer: object) -> None:
    """Fail unless an answer has the fields that the model requires, known ones, and their types."""
    shape = service_model(service).operation_model(operation).output_shape
    if shape is None:
        assert answer == {}
    else:
        _require(shape, answer, operation)


def _require(shape: Any, value: object, path: str) -> None:
    match shape.type_name:
        case "structure":
            assert isinstance(value, dict), path
            assert set(shape.required_members) <= value.keys(), path
            assert value.keys() <= shape.members.keys(), path
            for key, item in value.items():
                _require(shape.members[key], item, f"{path}.{key}")
        case "list":
            assert isinstance(value, list), path
            for item in value:
                _require(shape.member, item, f"{path}[]")
        case "map":
            assert isinstance(value, dict), path
            for key, item in value.items():
                _require(shape.key, key, path)
                _require(shape.value, item, f"{path}.{key}")
        case kind:
            assert isinstance(value, _TYPES[kind]), f"{path}: {value!r} is no {kind}"
            assert kind == "boolean" or not isinstance(value, bool), path
            enum = shape.metadata.get("enum")
            assert not enum or value in enum, path
