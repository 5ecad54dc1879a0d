"""Refusals in SageMaker's own words.

This file has the error of its operations, and the texts that SageMaker is known to use.
Unpublished texts are our own: they are ordinary `Problem`s, written next to their rules.
"""

from typing import ClassVar

from attrs import frozen

from rolling.core.errors import InvalidInput, Problem


class ValidationException(InvalidInput):
    """A request that SageMaker refuses (HTTP 400); `problems` lists every reason."""

    code: ClassVar[str] = "ValidationException"


@frozen
class Refusal(Problem):
    """A problem whose `rule` is the whole text that SageMaker answers with."""

    def __str__(self) -> str:
        return self.rule


def in_progress(status: str, arn: str) -> Refusal:
    """The endpoint is being created, updated, scaled or deleted."""
    return Refusal("EndpointStatus", status, f'Cannot update in-progress endpoint "{arn}".')


def config_in_use(config_name: str) -> Refusal:
    """The endpoint is healthy on that very configuration."""
    text = (
        f'Cannot update endpoint with the currently in use endpoint configuration "{config_name}"'
    )
    return Refusal("EndpointConfigName", config_name, text)


def config_not_found(config_name: str, arn: str) -> Refusal:
    """There is no such configuration."""
    text = f'Could not find endpoint configuration "{arn}".'
    return Refusal("EndpointConfigName", config_name, text)


def model_not_found(field: str, model_name: str, arn: str) -> Refusal:
    """There is no such model."""
    return Refusal(field, model_name, f'Could not find model "{arn}".')


def already_exists(field: str, value: str, kind: str, arn: str) -> Refusal:
    """An `endpoint`, `endpoint configuration` or `model` with this name already exists."""
    return Refusal(field, value, f'Cannot create already existing {kind} "{arn}".')


def endpoint_not_found(endpoint_name: str, arn: str) -> Refusal:
    """There is no such endpoint."""
    return Refusal("EndpointName", endpoint_name, f'Could not find endpoint "{arn}".')
