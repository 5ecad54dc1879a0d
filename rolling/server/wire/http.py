"""The server: the standard library's, a thread for each connection, around `respond`.

It handles HTTP: lengths and limits, slow and aborted clients, methods and paths, a clean
stop. `dispatch` makes the answers.
"""

import logging
import socket
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

from attrs import frozen

from rolling.server.service import CONTROL_PREFIX
from rolling.server.wire.bodies import BadBody, read_body
from rolling.server.wire.browsers import from_elsewhere
from rolling.server.wire.dispatch import Implements, ServiceCall, everything, respond
from rolling.server.wire.messages import HttpRequest, HttpResponse, plain
from rolling.server.wire.signature import signed_service

logger = logging.getLogger(__name__)

RespondToControl = Callable[[HttpRequest], HttpResponse]
"""Answers requests of any method whose path begins with CONTROL_PREFIX."""

BODY_LIMIT_BYTES = 6 * 1024 * 1024
"""The largest body that is read; a larger one is answered with 413. Our own limit."""

WELCOME = (
    "A local SageMaker with CloudWatch's alarms, by rolling. It speaks AWS's own protocols: "
    "point AWS_ENDPOINT_URL, or boto3's endpoint_url, at it."
)

_LINGER_SECONDS = 2.0
_STOP_SECONDS = 5.0


@frozen
class _Limits:
    """The limits of a connection."""

    body_bytes: int
    socket_timeout_seconds: float


@frozen
class _Site:
    """What to serve, and the limits."""

    call: ServiceCall
    control: RespondToControl | None
    implements: Implements
    limits: _Limits
    bound_to: str

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer by path and method; a web page in a browser gets none."""
        strange = from_elsewhere(request, self.bound_to)
        if strange is not None:
            return plain(403, strange)
        if request.path.startswith(CONTROL_PREFIX):
            return self._controlled(request)
        if request.method == "POST" or signed_service(request) is not None:
            return respond(self.call, request, self.implements)
        if request.method not in ("GET", "HEAD"):
            text = f"{request.method} is not answered here: AWS's calls are POST /."
            return plain(405, text, Allow="GET, HEAD, POST")
        if request.path == "/":
            return plain(200, WELCOME)
        return plain(404, f"Nothing is here. {WELCOME}")

    def _controlled(self, request: HttpRequest) -> HttpResponse:
        if self.control is None:
            return plain(404, "This server takes no control calls.")
        try:
            return self.control(request)
        except Exception:
            logger.exception("The control call %s has a bug", request.path)
            return plain(500, "An internal error of this local server; its log says which.")


class Server:
    """An HTTP server around a service call, for one run.

    `port`: 0 for a free one. The socket listens as soon as the server is made, at `url`.
    Raises OSError if the address is in use. Use it as a context manager to serve in a
    thread of its own, or call `serve_forever`.
    """

    def __init__(
        self,
        call: ServiceCall,
        control: RespondToControl | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        implements: Implements = everything,
        body_limit_bytes: int = BODY_LIMIT_BYTES,
        socket_timeout_seconds: float = 30.0,
    ) -> None:
        limits = _Limits(body_limit_bytes, socket_timeout_seconds)
        self._listener = _Listener((host, port), _Site(call, control, implements, limits, host))
        self._lock = Lock()
        self._serving = False
        self._stopped = False
        self._thread: Thread | None = None

    @property
    def host(self) -> str:
        """The address to which it is bound."""
        return self._listener.server_name

    @property
    def port(self) -> int:
        """The port to which it is bound; the real one if 0 was given."""
        return self._listener.server_port

    @property
    def url(self) -> str:
        """The base of its URLs, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Serve in a daemon thread; returns at once."""
        self._thread = Thread(target=self.serve_forever, name="rolling-server", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve in this thread until another one calls `stop`, or an exception such as Ctrl-C."""
        with self._lock:
            if self._stopped:
                return
            self._serving = True
        try:
            self._listener.serve_forever(poll_interval=0.05)
        finally:
            self._serving = False

    def stop(self) -> None:
        """Take no more connections, finish the answers in progress, and close everything.

        Calling it again does nothing.
        """
        with self._lock:
            first, self._stopped = not self._stopped, True
        if first:
            if self._serving:
                self._listener.shutdown()
            self._listener.server_close()
            self._listener.close_connections()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _Listener(ThreadingHTTPServer):
    """The listening socket, and the connections that are open."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: _Site) -> None:
        self.site = site
        self._open: dict[socket.socket, Thread] = {}
        self._lock = Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Connection)

    def server_bind(self) -> None:
        """Bind without asking a name server for our name, as the standard library would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread, and keep track of it."""
        thread = Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        with self._lock:
            self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A lost client is not an error; anything else is logged, never printed."""
        level = logging.DEBUG if isinstance(sys.exception(), OSError) else logging.ERROR
        logger.log(level, "A connection has ended", exc_info=True)

    def close_connections(self) -> None:
        """Finish the answers in progress, and close idle connections."""
        with self._lock:
            threads = list(self._open.values())
        self._shut(socket.SHUT_RD)
        ending = monotonic() + _STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, ending - monotonic()))
        self._shut(socket.SHUT_RDWR)

    def _shut(self, how: int) -> None:
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(how)
                except OSError:
                    logger.debug("A connection was gone already", exc_info=True)


class _Connection(BaseHTTPRequestHandler):
    """One connection, which may carry many requests."""

    protocol_version = "HTTP/1.1"
    # The version for a request line without one: the library's default sends no status.
    default_request_version = "HTTP/1.0"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    server: _Listener

    def setup(self) -> None:
        """Wait for a client no longer than the limit says."""
        super().setup()
        self.connection.settimeout(self.server.site.limits.socket_timeout_seconds)

    def serve(self) -> None:
        """Answer one request."""
        limits = self.server.site.limits
        try:
            body = read_body(
                self.rfile,
                self.headers,
                needs_length=self.command == "POST",
                limit=limits.body_bytes,
                deadline=monotonic() + limits.socket_timeout_seconds,
            )
        except BadBody as error:
            self._give(plain(error.status, str(error)), close=True)
            self._linger()
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._give(self.server.site.answer(HttpRequest(self.command, self.path, headers, body)))

    do_GET = do_HEAD = do_POST = serve
    do_PUT = do_DELETE = do_PATCH = do_OPTIONS = serve

    def handle_expect_100(self) -> bool:
        """Tell a waiting client to send the body, unless it is announced as too large."""
        announced = self.headers.get("Content-Length", "")
        limit = self.server.site.limits.body_bytes
        if not (announced.isdecimal() and len(announced) < 19 and int(announced) > limit):
            super().handle_expect_100()
            self.wfile.flush()
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer an invalid HTTP request with plain text, and close."""
        if code == 501:  # the standard library's status for an unknown method
            self._give(plain(405, "AWS's calls are POST /.", Allow="GET, HEAD, POST"), close=True)
            return
        self._give(plain(code, message or self.responses[code][0]), close=True)

    def version_string(self) -> str:
        """What answers."""
        return "rolling"

    def log_message(self, format: str, *args: Any) -> None:
        """Log for debugging; print nothing."""
        logger.debug(format, *args)

    def _give(self, response: HttpResponse, close: bool = False) -> None:
        if close:
            self.close_connection = True
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _linger(self) -> None:
        """Read on for a while, so that a client that is still sending gets our answer."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_LINGER_SECONDS)
        ending = monotonic() + _LINGER_SECONDS
        while monotonic() < ending and self.connection.recv(65_536):
            pass
