"""Definitions shared by the parts of the server: services, places, and operations.

An operation takes parameters and returns an answer or raises an error. The wire checks
parameters against the service's model before, and writes answers by that model after.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from attrs import frozen

from rolling.core.errors import RollingError
from rolling.endpoint.arns import ACCOUNT, REGION, arn

Parameters = Mapping[str, Any]
"""The input of an operation, as boto3 takes it; times are seconds since the epoch."""

Answer = Mapping[str, Any]
"""The output of an operation, as boto3 gives it; times are seconds since the epoch."""

ApiOperation = Callable[[Parameters], Answer]
"""An operation. Raises ServiceError, or an InvalidInput, which is a ValidationException."""


SAGEMAKER, CLOUDWATCH = "sagemaker", "cloudwatch"
"""The two services, as boto3 names them."""

SERVICES = (SAGEMAKER, CLOUDWATCH)
"""All services that there are here."""

CONTROL_PREFIX = "/_rolling/"
"""The path prefix of control calls."""

LATEST = 253_402_300_799
"""The last possible moment, in seconds since the epoch: the end of the year 9999."""


class ServiceError(RollingError):
    """An error that a service answers with.

    `error_code` and the message are as the service's clients know them; `status`
    is the HTTP status.
    """

    code: ClassVar[str] = "service-error"

    def __init__(self, message: str, code: str = "ValidationException", status: int = 400) -> None:
        super().__init__(message)
        self.error_code = code
        self.status = status


@frozen
class Place:
    """The account and region that things are in."""

    region: str = REGION
    account: str = ACCOUNT

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a `model`, an `endpoint-config` or an `endpoint` of SageMaker's here."""
        return arn(kind, name, self.region, self.account)


def not_implemented(service: str, operation: str) -> ServiceError:
    """The error of an operation that AWS knows and this server does not.

    Its status is 501, which AWS's clients do not retry.
    """
    text = f"{operation} of {service} is not implemented by this local server."
    return ServiceError(text, "NotImplemented", 501)
