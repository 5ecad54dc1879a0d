"""From request to answer: route, read, check, call, write.

Every request gets an answer. A ServiceError or InvalidInput is the operation's error; any
other exception is a bug here: it is logged with its traceback, and answered with a 500.
"""

import logging
from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

from attrs import evolve

from rolling.core.errors import InvalidInput
from rolling.server.service import Answer, Parameters, ServiceError, not_implemented
from rolling.server.wire.json_protocol import JsonProtocol
from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import operation_model, operation_names, unknown_operation
from rolling.server.wire.other_services import refused_elsewhere
from rolling.server.wire.routing import Route, route
from rolling.server.wire.signature import region_of
from rolling.server.wire.validation import accepted
from rolling.server.wire.wording import refused

logger = logging.getLogger(__name__)

Implements = Callable[[str, str], bool]
"""True if the call behind the wire implements this operation."""


class ServiceCall(Protocol):
    """Carries out an operation of a service in a region.

    Raises ServiceError, or InvalidInput, which is a ValidationException.
    """

    def __call__(
        self, service: str, operation: str, parameters: Parameters, region: str, /
    ) -> Answer:
        """The output."""
        ...


def everything(service: str, operation: str) -> bool:
    """Says that every operation is implemented."""
    return True


def respond(
    call: ServiceCall, request: HttpRequest, implements: Implements = everything
) -> HttpResponse:
    """The answer to any `request`.

    An operation that AWS knows but `implements` denies is answered with 501, whatever its
    input; so is one of another service. Signatures are not checked.
    """
    request_id = str(uuid4())
    found = Route(JsonProtocol(None), None, "A request")  # until its service is known
    try:
        elsewhere = refused_elsewhere(request, request_id)
        if elsewhere is not None:
            return _identified(elsewhere, request_id)
        found = route(request, request_id)
        response = _answered(call, request, found, implements)
    except ServiceError as error:
        response = found.protocol.refuse(error)
    except InvalidInput as error:
        response = found.protocol.refuse(refused(error))
    except Exception:
        logger.exception("%s of %s has a bug", found.operation, found.service)
        text = "An internal error of this local server; its log says which."
        response = found.protocol.refuse(ServiceError(text, "InternalFailure", 500))
    return _identified(response, request_id)


def _identified(response: HttpResponse, request_id: str) -> HttpResponse:
    return evolve(response, headers={"x-amzn-RequestId": request_id, **response.headers})


def _answered(
    call: ServiceCall, request: HttpRequest, found: Route, implements: Implements
) -> HttpResponse:
    service, name = found.service, found.operation
    if service is None or name not in operation_names(service):
        raise unknown_operation(service, name[:200])
    if not implements(service, name):
        raise not_implemented(service, name)
    model = operation_model(service, name)
    parameters = accepted(service, name, found.protocol.read(model, request))
    answer = call(service, name, parameters, region_of(request))
    return found.protocol.write(model, answer)
