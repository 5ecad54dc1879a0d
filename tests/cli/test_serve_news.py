"""`rolling serve` prints each event once, and in order, however busy its clients are."""

import json
import signal
import time
from queue import Queue
from types import FrameType

from rolling.cli.serving import print_news
from rolling.cli.serving_arguments import Asked
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.timekeeping import ManualTime
from rolling.view.terminal import Terminal

ASKED = Asked("127.0.0.1", 0, ManualTime(), "us-east-1", "123456789012", (), True, True)


def event(at: int) -> EndpointEvent:
    return EndpointEvent(at, "us-east-1", "my-endpoint", None, None, "Something happened.")


def test_what_happens_while_a_line_is_written_is_printed_too() -> None:
    news: Queue[EndpointEvent] = Queue()
    printed: list[float] = []

    def write_slowly(lines: str) -> None:
        for line in lines.splitlines():
            printed.append(json.loads(line)["At"])
            if len(printed) <= 5:
                news.put(event(len(printed) + 2))

    news.put(event(1))
    news.put(event(2))
    while not news.empty():
        print_news(news, ASKED, Terminal(), 0, write_slowly)
    assert printed == [1, 2, 3, 4, 5, 6, 7]


def test_a_signal_that_comes_as_its_patience_ends_does_not_make_it_wait_for_ever() -> None:
    heard = 0

    def outlast_it(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        heard += 1
        assert heard == 1, "it still waits"
        time.sleep(0.2)

    before = signal.signal(signal.SIGALRM, outlast_it)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05, 10)
        print_news(Queue(), ASKED, Terminal(), 0.1, lambda lines: None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
