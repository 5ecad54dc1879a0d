"""Which call a request is: the protocol, the service, and the operation.

It is in X-Amz-Target for JSON, in the path for CBOR, in the fields Action and Version for
a form. The content type of JSON is not checked, so that a plain `curl -d` works.
"""

from typing import Protocol

from attrs import frozen
from botocore.model import OperationModel

from rolling.server.service import CLOUDWATCH, Answer, ServiceError
from rolling.server.wire import cbor_protocol
from rolling.server.wire.cbor_protocol import CborProtocol
from rolling.server.wire.json_protocol import JsonProtocol
from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import QUERY_VERSION, service_of_target
from rolling.server.wire.query_protocol import QueryProtocol, form, is_form


class WireProtocol(Protocol):
    """How inputs are read, and outputs and errors written."""

    def read(self, operation: OperationModel, request: HttpRequest) -> object:
        """The input as plain values, not checked yet."""
        ...

    def write(self, operation: OperationModel, answer: Answer) -> HttpResponse:
        """The output."""
        ...

    def refuse(self, error: ServiceError) -> HttpResponse:
        """The error."""
        ...


@frozen
class Route:
    """The requested call; `service` is None if the service is not here."""

    protocol: WireProtocol
    service: str | None
    operation: str


def route(request: HttpRequest, request_id: str) -> Route:
    """The call of a request, whether AWS knows it or not."""
    if cbor_protocol.is_meant(request):
        return _cbor_route(request)
    if "x-amz-target" in request.headers:
        prefix, _, operation = request.headers["x-amz-target"].rpartition(".")
        service = service_of_target(prefix)
        name = operation if service else request.headers["x-amz-target"]
        return Route(JsonProtocol(service), service, name)
    if is_form(request):
        return _query_route(request, request_id)
    return Route(JsonProtocol(None), None, "A request without X-Amz-Target")


def _cbor_route(request: HttpRequest) -> Route:
    found = cbor_protocol.PATH.fullmatch(request.path)
    service = service_of_target(found[1]) if found else None
    if found and service and cbor_protocol.is_available():
        return Route(CborProtocol(service), service, found[2])
    if found and service:
        return Route(JsonProtocol(None), None, "CBOR, of which this botocore knows nothing,")
    return Route(JsonProtocol(None), None, request.path)


def _query_route(request: HttpRequest, request_id: str) -> Route:
    protocol = QueryProtocol(request_id)
    try:
        fields = form(request)
    except ServiceError:
        # The protocol will find and report the same.
        return Route(protocol, CLOUDWATCH, "DescribeAlarms")
    action = fields.get("Action", "")
    if fields.get("Version", QUERY_VERSION) != QUERY_VERSION:
        return Route(protocol, None, action)
    return Route(protocol, CLOUDWATCH, action)
