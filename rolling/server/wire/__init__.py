"""The wire: bytes in, bytes out, by AWS's own protocols.

Read it in this order: messages (a request, an answer), signature (what it is
signed for), model (what AWS knows), patterns, wording, model_shapes and
validation (what is wrong with an input, checked by `rolling.schema.shapes`),
answers (an output by its model), the protocols (json_protocol, query_protocol,
cbor_protocol), routing (which call a request is), other_services (which are not
for us), dispatch (a request answered), http (a server around it, with bodies and
browsers). Nothing here knows what an operation does: that is behind the one
function that the caller gives.

Signatures are not checked: a request's credentials say which region and which
service it is for, and nothing else.
"""

from rolling.server.wire.dispatch import ServiceCall, respond
from rolling.server.wire.http import Server
from rolling.server.wire.messages import HttpRequest, HttpResponse

__all__ = ["HttpRequest", "HttpResponse", "Server", "ServiceCall", "respond"]
