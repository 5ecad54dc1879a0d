"""Workers: the cases of a sweep, checked in several processes.

Here belongs what keeps processes in order: they are spawned (so that it is the
same on every system), stop when they are told to, take no notice of Ctrl-C,
which is their parent's to answer, and do not outlive it.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing.synchronize import Event

from rolling.checking.sweep import Case, CaseVerdict, HowToCheck, check_case

POLLING_SECONDS = 0.1
"""How often `go_on` is asked while no verdict is reached."""

_WAITING_FOR_EACH = 4
"""How many cases are handed out for each process: enough that none ever waits for one."""


def check_cases(
    cases: Iterable[Case],
    how: HowToCheck,
    *,
    processes: int | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Iterator[CaseVerdict]:
    """The verdicts on the cases, as they are reached; at most one process for each core.

    `processes`: None is as many as there are cores; 1 is this one alone. `go_on`
    is asked several times a second: once it says False, the verdicts on what is
    under way are given, incomplete, and no others. A program that calls this
    with more processes than one is imported by each: it must not call it again
    when it is (`if __name__ == "__main__"`).
    """
    cores = os.cpu_count() or 1
    count = cores if processes is None else max(1, min(processes, cores))
    if count == 1:
        return _here(cases, how, go_on)
    return _in_others(cases, how, count, go_on)


def _here(
    cases: Iterable[Case], how: HowToCheck, go_on: Callable[[], bool]
) -> Iterator[CaseVerdict]:
    for case in cases:
        if not go_on():
            return
        yield check_case(case, how, lambda known, done: go_on())


def _in_others(
    cases: Iterable[Case], how: HowToCheck, processes: int, go_on: Callable[[], bool]
) -> Iterator[CaseVerdict]:
    spawning = multiprocessing.get_context("spawn")
    stop = spawning.Event()
    waiting = iter(cases)
    pool = ProcessPoolExecutor(processes, spawning, initializer=_begin, initargs=(stop,))
    under_way: set[Future[CaseVerdict]] = set()
    try:
        while True:
            if not go_on():
                stop.set()
            if not stop.is_set():
                room = _WAITING_FOR_EACH * processes - len(under_way)
                with _deaf_to_interrupts():
                    under_way |= {
                        pool.submit(_check, case, how) for case in islice(waiting, max(0, room))
                    }
            if not under_way:
                return
            done, under_way = wait(under_way, POLLING_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes begun meanwhile do not take notice of Ctrl-C; for this one it waits."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in a worker ----------------------------------------------------------------

_stop: Event | None = None


def _begin(stop: Event) -> None:
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check(case: Case, how: HowToCheck) -> CaseVerdict:
    assert _stop is not None
    stop = _stop
    return check_case(case, how, lambda known, done: not stop.is_set())
