"""Which call a request is: the protocol, the service, the operation, and the region.

X-Amz-Target says it in JSON, the path in CBOR, the fields Action and Version in a
form. The content type of JSON is not looked at, so that a bare `curl -d` works.
"""

import re
from typing import Protocol

from attrs import frozen
from botocore.model import OperationModel

from rolling.server.service import Answer, Place, ServiceError
from rolling.server.wire import cbor_protocol
from rolling.server.wire.cbor_protocol import CborProtocol
from rolling.server.wire.json_protocol import JsonProtocol
from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import QUERY_VERSION, service_of_target
from rolling.server.wire.query_protocol import QueryProtocol, form

DEFAULT_REGION = Place().region
"""The region of a request without credentials."""

# A signature's scope: access key, day, region, service. Here only the region is asked for.
_SCOPE = re.compile(r"Credential=[^/,\s]{1,256}/[0-9]{8}/([a-z0-9-]{1,32})/", re.ASCII)


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
    """What a request asks for; `service` is None when it is for no service here."""

    protocol: WireProtocol
    service: str | None
    operation: str


def route(request: HttpRequest, request_id: str) -> Route:
    """The call that a request is, known to AWS or not."""
    if request.path.startswith("/service/"):
        return _cbor_route(request)
    if "x-amz-target" in request.headers:
        prefix, _, operation = request.headers["x-amz-target"].rpartition(".")
        service = service_of_target(prefix)
        name = operation if service else request.headers["x-amz-target"]
        return Route(JsonProtocol(service), service, name)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "application/x-www-form-urlencoded":
        return _query_route(request, request_id)
    return Route(JsonProtocol(None), None, "A request without X-Amz-Target")


def region_of(request: HttpRequest) -> str:
    """The region of the credentials' scope."""
    found = _SCOPE.search(request.headers.get("authorization", ""))
    return found[1] if found else DEFAULT_REGION


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
        # The protocol will find the same, and say so.
        return Route(protocol, "cloudwatch", "DescribeAlarms")
    action = fields.get("Action", "")
    if fields.get("Version", QUERY_VERSION) != QUERY_VERSION:
        return Route(protocol, None, action)
    return Route(protocol, "cloudwatch", action)
