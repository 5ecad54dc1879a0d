"""Signatures: they are not checked, but their scope gives the region and the service."""

import re
from urllib.parse import unquote

from rolling.endpoint.arns import REGION
from rolling.server.wire.messages import HttpRequest

# A signature's scope: access key, day, region, service.
_SCOPE = re.compile(
    r"Credential=[^/,\s]{1,256}/[0-9]{8}/(?P<region>[a-z0-9-]{1,32})/"
    r"(?:(?P<service>[a-z0-9-]{1,40})/)?"
)


def region_of(request: HttpRequest) -> str:
    """The region in the signature of a request's headers; without one, the default."""
    found = _SCOPE.search(request.headers.get("authorization", ""))
    return found["region"] if found else REGION


def signed_service(request: HttpRequest) -> str | None:
    """The service in the signature of a request, in headers or query, or None."""
    _, _, query = request.target.partition("?")
    for text in (request.headers.get("authorization", ""), unquote(query)):
        found = _SCOPE.search(text)
        if found and found["service"]:
            return found["service"]
    return None
