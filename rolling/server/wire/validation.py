"""The input of an operation, checked by botocore's model of it."""

from typing import Any

from rolling.core.errors import InvalidInput
from rolling.server.service import Parameters
from rolling.server.wire.model_shapes import input_shape
from rolling.server.wire.wording import Unreadable

MOST_PROBLEMS = 100
"""The most problems in one message. Our own limit."""


def accepted(service: str, operation: str, tree: object) -> Parameters:
    """The parameters in `tree`, the input of an operation, without nulls.

    Timestamps are seconds since the epoch. Raises InvalidInput with all problems; if
    values have a wrong type, with only those.
    """
    found = input_shape(service, operation).problems(tree, "")
    if found:
        unreadable = [each for each in found if isinstance(each, Unreadable)]
        raise InvalidInput((unreadable or found)[:MOST_PROBLEMS])
    parameters: Parameters = _without_nulls(tree)
    return parameters


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
