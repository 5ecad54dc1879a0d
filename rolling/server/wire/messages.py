"""An HTTP request and its answer, as values, without a socket."""

from collections.abc import Mapping
from typing import Self

from attrs import frozen


@frozen
class HttpRequest:
    """A request. The names of `headers` are in lower case; `target` is the path and the query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(
        cls, method: str, target: str, headers: Mapping[str, str | bytes], body: bytes = b""
    ) -> Self:
        """The request, with headers as a client writes them."""
        named = {name.lower(): _text(value) for name, value in headers.items()}
        return cls(method, target, named, body)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@frozen
class HttpResponse:
    """An answer. The writer adds Content-Length; it is not among `headers`."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def plain(status: int, text: str, **headers: str) -> HttpResponse:
    """An answer for people: a line of plain text."""
    return HttpResponse(
        status, {"Content-Type": "text/plain; charset=utf-8", **headers}, f"{text}\n".encode()
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
