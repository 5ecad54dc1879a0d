"""The wire: bytes in, bytes out, by AWS's own protocols.

Read it in this order: messages (a request, an answer), signature (its region and
service), model (the operations that AWS knows), patterns, wording, model_shapes and
validation (the problems of an input, checked by `rolling.schema.shapes`), answers (an
output by its model), the protocols (json_protocol, query_protocol, cbor_protocol), routing
(which call a request is), other_services (requests not for us), dispatch (from request to
answer), http (a server around it, with bodies and browsers). Nothing here knows what an
operation does: the caller passes one function for that.

Signatures are not checked: a request's credentials only say its region and service.
"""

from rolling.server.wire.dispatch import ServiceCall, respond
from rolling.server.wire.http import Server
from rolling.server.wire.messages import HttpRequest, HttpResponse

__all__ = ["HttpRequest", "HttpResponse", "Server", "ServiceCall", "respond"]
