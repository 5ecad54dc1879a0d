"""What AWS knows: botocore's models of SageMaker and CloudWatch, loaded on first use.

It gives the rest of the wire the operations, their shapes, and the error names of a
service.
"""

from functools import cache
from threading import Lock
from typing import Any

from attrs import frozen
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from rolling.server.service import CLOUDWATCH, SAGEMAKER, ServiceError

QUERY_VERSION = "2010-08-01"
"""The version of CloudWatch's query protocol."""

_TARGETS = {"SageMaker": SAGEMAKER, "GraniteServiceVersion20100801": CLOUDWATCH}

# Errors that every service has, and that no model lists, as the query protocol calls them.
_QUERY_CODES = {
    "SerializationException": "MalformedInput",
    "UnknownOperationException": "InvalidAction",
    "ValidationException": "ValidationError",
}

_loading = Lock()


@frozen
class ErrorName:
    """An error's name in JSON and CBOR, its code in the query protocol, and the key of its text."""

    shape: str
    query_code: str
    message: str = "message"


def service_model(service: str) -> ServiceModel:
    """The model of one of SERVICES."""
    with _loading:
        return _loaded(service)


@cache
def operation_names(service: str) -> frozenset[str]:
    """The operations of one of SERVICES that AWS knows."""
    return frozenset(service_model(service).operation_names)


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    """The model of an operation that AWS knows."""
    return service_model(service).operation_model(operation)


def service_of_target(prefix: str) -> str | None:
    """The service with this prefix in X-Amz-Target; None if it is not here."""
    return _TARGETS.get(prefix)


@cache
def error_name(service: str, code: str) -> ErrorName:
    """How `service` names the error that an operation raises as `code`, of either name."""
    shapes = service_model(service).error_shapes
    for matches in (_name_of, _code_of):
        for shape in shapes:
            if matches(shape) == code:
                named = [name for name in shape.members if name.lower() == "message"]
                return ErrorName(shape.name, _code_of(shape), *named[:1])
    return ErrorName(code, _QUERY_CODES.get(code, code))


def unknown_operation(service: str | None, operation: str) -> ServiceError:
    """The error for an operation that AWS does not know."""
    if service == CLOUDWATCH:
        text = f"Could not find operation {operation} for version {QUERY_VERSION}"
    else:
        text = f"{operation} is not an operation of SageMaker or CloudWatch"
    return ServiceError(text, "UnknownOperationException")


@cache
def _loaded(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _name_of(shape: Any) -> str:
    return str(shape.name)


def _code_of(shape: Any) -> str:
    return str(shape.metadata.get("error", {}).get("code", shape.name))
