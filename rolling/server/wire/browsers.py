"""Browsers: a foreign web page must not reach the server through the user's browser.

A page can send requests to this machine's ports, but not read the answers, unless its
domain name resolves to this machine. The first case shows in the header Origin, which
AWS's clients do not send, the second in the header Host.
"""

from urllib.parse import urlsplit

from rolling.server.addresses import is_loopback
from rolling.server.wire.messages import HttpRequest


def from_elsewhere(request: HttpRequest, bound_to: str) -> str | None:
    """Why a request to a server at the address `bound_to` is refused; None if it is allowed.

    A server that is open to other machines accepts any Host.
    """
    host = request.headers.get("host")
    if host is not None and is_loopback(bound_to) and not is_loopback(_name_of(host)):
        return (
            f"The Host {host[:100]!a} is not a name of this machine, and only it is served: "
            "use 127.0.0.1 or localhost."
        )
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
        return f"A page from {origin[:100]!a} may not use this server."
    return None


def _name_of(host: str) -> str:
    """A Host without its port; "" if it is malformed."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
