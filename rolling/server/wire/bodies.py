"""The body of an HTTP/1.1 request: by length or in chunks, with limits of size and time."""

import re
from collections.abc import Iterator
from email.message import Message
from io import BufferedIOBase
from time import monotonic

_CHUNK_LINE_LIMIT = 1_024
_PIECE_BYTES = 65_536


class BadBody(Exception):
    """The body cannot be read; `status` is the HTTP status of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def read_body(
    stream: BufferedIOBase, headers: Message, *, needs_length: bool, limit: int, deadline: float
) -> bytes:
    """The body, of at most `limit` bytes.

    Raises BadBody if it is too large or announced wrongly, or if it `needs_length` and has
    none; ConnectionError if the client has gone; TimeoutError if it is not complete by
    `deadline`, a time of `monotonic`.
    """
    # "aws-chunked" is S3's; its clients get the answer that S3 is not here.
    if headers.get("Content-Encoding", "identity").lower() not in ("identity", "aws-chunked"):
        raise BadBody(415, "A compressed body is not read here.")
    lengths = set(headers.get_all("Content-Length", []))
    coding = headers.get("Transfer-Encoding")
    if coding is not None:
        if coding.strip().lower() != "chunked" or lengths:
            raise BadBody(400, "Transfer-Encoding is chunked, without a Content-Length, or absent.")
        return b"".join(_chunks(stream, limit, deadline))
    if not lengths:
        if needs_length:
            raise BadBody(411, "A POST needs a Content-Length.")
        return b""
    length = lengths.pop()
    if lengths or not re.fullmatch("[0-9]{1,18}", length.strip(), re.ASCII):
        raise BadBody(400, "Content-Length must be one whole number of bytes.")
    if int(length) > limit:
        raise BadBody(413, f"A body has at most {limit} bytes here.")
    return _exactly(stream, int(length), deadline)


def _chunks(stream: BufferedIOBase, limit: int, deadline: float) -> Iterator[bytes]:
    total = 0
    while True:
        size = re.fullmatch(rb"([0-9A-Fa-f]{1,15})\s*(;.*)?", _line(stream, deadline).strip())
        if size is None:
            raise BadBody(400, "A chunk begins with its size.")
        length = int(size[1], 16)
        if length == 0:
            break
        total += length
        if total > limit:
            raise BadBody(413, f"A body has at most {limit} bytes here.")
        yield _exactly(stream, length, deadline)
        if _line(stream, deadline).strip():
            raise BadBody(400, "A chunk ends with a new line.")
    # Trailers contain nothing that is needed here.
    for _ in range(100):
        if not _line(stream, deadline).strip():
            return
    raise BadBody(400, "A chunked body has too many trailers.")


def _line(stream: BufferedIOBase, deadline: float) -> bytes:
    if monotonic() > deadline:
        raise TimeoutError("the body is too slow")
    line = stream.readline(_CHUNK_LINE_LIMIT)
    if not line.endswith(b"\n"):
        if len(line) == _CHUNK_LINE_LIMIT:
            raise BadBody(400, "A line of a chunked body is too long.")
        raise ConnectionAbortedError("the client has gone within its body")
    return line


def _exactly(stream: BufferedIOBase, length: int, deadline: float) -> bytes:
    pieces = []
    while length:
        if monotonic() > deadline:
            raise TimeoutError("the body is too slow")
        # Read what has arrived, so that a slow trickle does not hold us past the deadline.
        piece = stream.read1(min(length, _PIECE_BYTES))
        if not piece:
            raise ConnectionAbortedError("the client has gone within its body")
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
