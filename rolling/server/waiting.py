"""Waiting: makes boto3's waiters work in manual time, which stands still while they sleep.

A waiter polls, sleeps, and polls again. In manual time, real sleep would not advance the
time, so the waiter would time out after an hour. Here its sleep takes no real time, and
advances the manual time instead: the time of the local SageMaker that its client talks
to, if there are several.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from rolling.server.addresses import is_loopback

PassTime = Callable[[float], None]
"""Lets the given seconds of a manual time pass."""


@frozen(eq=False)
class Waiting:
    """The waiters of the clients of one manual time, per thread."""

    _pass_time: PassTime
    _thread: local = field(factory=local, init=False)

    def prepare(self, client: Any) -> None:
        """Let the waiters of a boto3 client sleep through manual time."""
        made_by: Callable[[str], Any] = client.get_waiter
        client.get_waiter = lambda waiter_name: self.adapted(client, made_by(waiter_name))

    def adapted(self, client: Any, waiter: Any) -> Any:
        """The waiter of a boto3 client, sleeping through manual time."""
        wait = waiter.wait

        def wait_in_manual_time(**given: Any) -> None:
            config = dict(given.pop("WaiterConfig", {}))
            delay = config.get("Delay", waiter.config.delay)
            self._thread.delay, self._thread.asked = delay, False
            try:
                wait(WaiterConfig={**config, "Delay": 0}, **given)
            finally:
                self._thread.delay = None

        waiter.wait = wait_in_manual_time
        # Before a call, not before sending: a retried call counts once.
        client.meta.events.register_first("before-call", self._before_call, f"rolling-{id(self)}")
        return waiter

    def _before_call(self, **others: Any) -> None:
        """Let the delay pass, if a waiter of this thread polls again."""
        delay = getattr(self._thread, "delay", None)
        if delay is None:
            return
        if self._thread.asked:
            self._pass_time(delay)
        self._thread.asked = True


@contextmanager
def waiting_at(url: str, pass_time: PassTime) -> Iterator[None]:
    """Let the waiters of this process's clients of the server at `url` advance its time.

    It works for clients made anywhere, and for servers that start and end in any order:
    while there is a server, botocore's `get_waiter` looks up the client's URL. Waiters
    of all other clients stay botocore's own.
    """
    place = _place(url)
    with _changing:
        _WAITING[place] = Waiting(pass_time)
        _install()
    try:
        yield
    finally:
        with _changing:
            del _WAITING[place]
            if not _WAITING:
                _uninstall()


_changing = Lock()
_WAITING: dict[tuple[str, int | None], Waiting] = {}
_INSTALLED: list[tuple[Any, Any]] = []


def _install() -> None:
    from botocore.client import BaseClient

    if _INSTALLED:
        return
    original = BaseClient.get_waiter

    def get_waiter(client: Any, waiter_name: str) -> Any:
        """botocore's; sleeping through manual time where the client's server keeps it."""
        waiter = original(client, waiter_name)
        # Code may still hold this function after its servers have ended: adapt a waiter once.
        current = (get_waiter, original) in _INSTALLED
        waiting = _waiting_for(client.meta.endpoint_url) if current else None
        return waiter if waiting is None else waiting.adapted(client, waiter)

    _INSTALLED.append((get_waiter, original))
    BaseClient.get_waiter = get_waiter


def _uninstall() -> None:
    from botocore.client import BaseClient

    ours, original = _INSTALLED.pop()
    # Otherwise other code has replaced it meanwhile, and what is there now stays.
    if BaseClient.get_waiter is ours:
        BaseClient.get_waiter = original


def _waiting_for(url: str) -> Waiting | None:
    """The `Waiting` for a URL: at the same address, or at another name of this machine."""
    host, port = _place(url)
    names = [host]
    if is_loopback(host) or host in _EVERY_ADDRESS:
        names += ["127.0.0.1", "::1", *_EVERY_ADDRESS]
    found = [_WAITING.get((name, port)) for name in names]
    return next((each for each in found if each is not None), None)


_EVERY_ADDRESS = ("0.0.0.0", "::")


def _place(url: str) -> tuple[str, int | None]:
    """The host and the port of a URL."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port
