"""Serving: the server of `rolling serve`, from its first line to its last.

Its arguments are in serving_arguments.py, what it prints in serving_text.py, its
pictures in serving_live.py. What needs botocore or rich is imported when a server begins.
"""

import errno
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import Empty, Queue
from typing import NoReturn, TextIO

from attrs import evolve

from rolling.backends.simulated import SimulationSettings
from rolling.cli.interruption import (
    ENDINGS,
    end_as_asked,
    interruptible,
    quiet_once_hung_up,
    sleep,
    suspendable,
)
from rolling.cli.live_terminal import can_show_live
from rolling.cli.serving_arguments import HOST, PORT, Asked
from rolling.cli.serving_text import ending_text, event_text, greeting_text
from rolling.cli.streams import write_complaint, write_out
from rolling.core.errors import InvalidInput, Problem
from rolling.server.addresses import is_loopback
from rolling.server.cloud import Cloud
from rolling.server.extra import require
from rolling.server.options import make_cloud
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.service import SERVICES
from rolling.server.steering import SteeredCloud
from rolling.simulation.scenario import Scenario
from rolling.view.terminal import Terminal

_LOOK_SECONDS = 0.1


def serve(scenario: Scenario | None, asked: Asked, terminal: Terminal) -> NoReturn:
    """Serve until a signal says stop; then say what was under way, and end as it would.

    Raises InvalidInput for an address that cannot be listened on, MissingExtra
    without botocore, and KeyboardInterrupt in the end.
    """
    require("`rolling serve`", "botocore")
    from rolling.server.control_http import respond_to_control
    from rolling.server.wire import Server
    from rolling.server.wire.model import operation_names

    settings = SimulationSettings() if scenario is None else scenario.settings
    settings = evolve(settings, **dict(asked.settings))
    cloud = make_cloud(
        scenario=scenario,
        settings=settings,
        time=asked.time,
        region=asked.region,
        account=asked.account,
    )
    steering = SteeredCloud(cloud)
    # No SimpleQueue: after a signal as its patience ends, CPython's waits for ever.
    news: Queue[EndpointEvent] = Queue()
    verbose = _is_terminal(sys.stdout) if asked.verbose is None else asked.verbose
    if verbose:
        cloud.listen(news.put)
    # Patient, for stopping is a matter of seconds, and what was under way is to be said.
    with interruptible(*ENDINGS, patient=True) as interruption:
        try:
            control = partial(respond_to_control, cloud)
            server = Server(
                cloud.call, control, asked.host, asked.port, implements=cloud.implements
            )
        except (OSError, UnicodeError) as error:
            raise InvalidInput([_unreachable(asked, error)]) from None
        with server:
            if not is_loopback(server.host):
                write_complaint(
                    f"rolling: warning: whoever reaches {server.host} can use this server, "
                    f"and control it; --host {HOST} keeps it to this machine\n"
                )
            write_out(greeting_text(server.url, asked.region, asked.time, as_json=asked.as_json))
            for service in SERVICES:  # Read now, not in the first call.
                operation_names(service)
            with (
                quiet_once_hung_up(interruption),
                _shown(cloud, asked, terminal) as (look, write),
            ):
                while not interruption.requested:
                    look()
                    print_news(news, asked, terminal, _LOOK_SECONDS, write)
                running = steering.running()
                look()
                print_news(news, asked, terminal, 0, write)
        with quiet_once_hung_up(interruption):
            write_out(ending_text(running, terminal, as_json=asked.as_json))
    end_as_asked(interruption)


@contextmanager
def _shown(
    cloud: Cloud, asked: Asked, terminal: Terminal
) -> Iterator[tuple[Callable[[], None], Callable[[str], None]]]:
    """What looks at the cloud, and shows its updates where they are shown; and what prints.

    A look lets happen what is due, so that it is printed without a call of a client.
    """
    wanted = False if asked.as_json else asked.live
    if not can_show_live(wanted, sys.stdout, terminal.width, os.environ):

        def catch_up() -> None:
            cloud.at_one_moment(lambda: None)

        yield catch_up, write_out
        return
    from rolling.cli.serving_live import draw
    from rolling.view.pane import Pane

    with suspendable() as suspension, Pane(terminal) as pane:

        def look() -> None:
            if suspension.requested:
                pane.leave()
                sleep(suspension)
            draw(pane, *cloud.at_one_moment(cloud.snapshots), asked.time, asked.region)

        yield look, pane.write


def print_news(
    news: Queue[EndpointEvent],
    asked: Asked,
    terminal: Terminal,
    patience_seconds: float,
    write: Callable[[str], None],
) -> None:
    """Print what has happened; where nothing has, wait so long for something.

    What happens meanwhile is left for the next time, so that a busy server's news ends.
    """
    try:
        event = news.get(timeout=patience_seconds)
    except Empty:
        return
    events = [event, *[news.get_nowait() for _ in range(news.qsize())]]
    texts = [event_text(each, asked.region, terminal, as_json=asked.as_json) for each in events]
    write("".join(texts))


def _unreachable(asked: Asked, error: OSError | UnicodeError) -> Problem:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        rule = "is taken by another program; choose another one, or any that is free with 0"
        return Problem("--port", asked.port, rule)
    if number in (errno.EACCES, errno.EPERM):
        rule = "may not be listened on by you; ports from 1024 on may"
        return Problem("--port", asked.port, rule, PORT)
    if number == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror | UnicodeError):
        return Problem("--host", asked.host, "is no address of this machine", HOST)
    reason = os.strerror(number) if number else str(error)
    return Problem("--host", asked.host, f"cannot be listened on: {reason}", HOST)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
