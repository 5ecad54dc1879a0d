"""Smithy's RPC v2 with CBOR, as newer SDKs speak to CloudWatch: botocore's own codec, mirrored.

botocore writes inputs and reads outputs. A server does the reverse, so botocore writes
the output here as if it were an input. If botocore does not know the protocol yet, a clear
error says so.
"""

import re
from functools import cache
from typing import Any

from attrs import frozen
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import PROTOCOL_PARSERS
from botocore.serialize import SERIALIZERS, create_serializer

from rolling.server.service import Answer, ServiceError
from rolling.server.wire.answers import as_datetime, prepared
from rolling.server.wire.json_protocol import query_error_header
from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import error_name
from rolling.server.wire.wording import not_readable

_NAME = "smithy-rpc-v2-cbor"

PATH = re.compile(r"/service/(\w+)/operation/(\w+)/?", re.ASCII)
"""The path of a request: the service, as in X-Amz-Target, and the operation."""


def is_meant(request: HttpRequest) -> bool:
    """True if the request's path is one of CBOR's, for any service."""
    return request.path.startswith("/service/")


def is_available() -> bool:
    """False if botocore is too old for CBOR."""
    return _NAME in SERIALIZERS and _NAME in PROTOCOL_PARSERS


@frozen
class CborProtocol:
    """CBOR in and out."""

    service: str

    def read(self, operation: OperationModel, request: HttpRequest) -> object:
        """The input as plain values. Raises SerializationException."""
        if not request.body:
            return {}
        parser = PROTOCOL_PARSERS[_NAME](timestamp_parser=float)
        stream = parser.get_peekable_stream_from_bytes(request.body)
        try:
            return parser.parse_data_item(stream)
        # The parser is made for AWS's answers, and fails on other input in many ways.
        except Exception:
            raise not_readable("The body is not CBOR that can be read") from None

    def write(self, operation: OperationModel, answer: Answer) -> HttpResponse:
        """The output; an empty body if the operation has none."""
        shape = operation.output_shape
        plain = prepared(shape, answer, as_datetime)
        if shape is None:
            return HttpResponse(200, {"smithy-protocol": "rpc-v2-cbor"})
        return _cbor(200, plain, _mirrored(operation, shape.name))

    def refuse(self, error: ServiceError) -> HttpResponse:
        """The error."""
        name = error_name(self.service, error.error_code)
        said = {"__type": name.shape, "message": str(error)}
        more = query_error_header(self.service, name.query_code, error.status)
        return _cbor(error.status, said, _error_model(), more)


def error(status: int, code: str, text: str) -> HttpResponse:
    """The error for a service that is not here."""
    return _cbor(status, {"__type": code, "message": text}, _error_model())


def _cbor(
    status: int, plain: object, operation: OperationModel, more: dict[str, str] | None = None
) -> HttpResponse:
    body = _serializer().serialize_to_request(plain, operation)["body"]
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return HttpResponse(status, headers | (more or {}), bytes(body))


@cache
def _serializer() -> Any:
    return create_serializer(_NAME, include_validation=False)


@cache
def _mirrored(operation: OperationModel, output: str) -> OperationModel:
    """An operation whose input is the output of this one."""
    http = {"method": "POST", "requestUri": "/"}
    return OperationModel(
        {"name": operation.name, "http": http, "input": {"shape": output}}, operation.service_model
    )


@cache
def _error_model() -> OperationModel:
    """An operation whose input is an error."""
    text = {"shape": "Text"}
    service = ServiceModel(
        {
            "metadata": {"targetPrefix": "Errors"},
            "operations": {
                "Error": {
                    "name": "Error",
                    "http": {"method": "POST", "requestUri": "/"},
                    "input": {"shape": "Error"},
                }
            },
            "shapes": {
                "Error": {"type": "structure", "members": {"__type": text, "message": text}},
                "Text": {"type": "string"},
            },
        },
        "errors",
    )
    return service.operation_model("Error")
