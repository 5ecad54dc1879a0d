"""Workers: check the cases of a sweep in several processes.

Processes are spawned, so that they work the same on every system. They stop on request,
ignore Ctrl-C, which their parent handles, and do not outlive it.
"""

import errno
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as first_of
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing.synchronize import Event
from time import monotonic

from rolling.checking.sweep import Case, CaseChecker, CaseVerdict, HowToCheck

POLLING_SECONDS = 0.1
"""How often `go_on` is called while there is no verdict."""

_WAITING_FOR_EACH = 4
"""The number of cases queued per process: enough that none ever waits."""


def check_cases(
    cases: Iterable[Case],
    how: HowToCheck,
    *,
    processes: int | None = None,
    go_on: Callable[[], bool] = lambda: True,
    wait: Callable[[], bool] = lambda: True,
) -> Iterator[CaseVerdict]:
    """Yield the verdicts on the cases as they are reached; at most one process per CPU core.

    `processes`: None means one per core, started if the sweep takes longer than a
    second; 1 means only this process. `go_on` is called several times a second. When it
    returns False, only the verdicts in progress are yielded, incomplete. When `wait`
    returns False too, the other processes are killed. With more than one process, each
    imports the main program, which must be guarded (`if __name__ == "__main__"`). Raises
    ChildProcessError, after the existing verdicts, if a process is killed from outside.
    """
    cores = os.cpu_count() or 1
    count = cores if processes is None else max(1, min(processes, cores))
    if count == 1:
        yield from _here(cases, how, go_on)
        return
    waiting = iter(cases)
    if processes is None:
        yield from _here(_for_a_while(waiting), how, go_on)
    first = next(waiting, None)
    if first is not None:
        yield from _in_others(chain([first], waiting), how, count, go_on, wait)


_ALONE_SECONDS = 1.0
"""A shorter sweep is done before other processes have started."""


def _for_a_while(cases: Iterable[Case]) -> Iterator[Case]:
    end = monotonic() + _ALONE_SECONDS
    for case in cases:
        yield case
        if monotonic() >= end:
            return


def _here(
    cases: Iterable[Case], how: HowToCheck, go_on: Callable[[], bool]
) -> Iterator[CaseVerdict]:
    checker = CaseChecker(how)
    for case in cases:
        if not go_on():
            return
        yield checker.check(case, lambda known, done: go_on())


def _in_others(
    waiting: Iterator[Case],
    how: HowToCheck,
    processes: int,
    go_on: Callable[[], bool],
    wait: Callable[[], bool],
) -> Iterator[CaseVerdict]:
    strangers = set(multiprocessing.active_children())
    spawning = multiprocessing.get_context("spawn")
    with _deaf_to_interrupts():  # So is the process that keeps the books of what they share.
        stop = spawning.Event()
    pool = ProcessPoolExecutor(processes, spawning, initializer=_begin, initargs=(stop, how))
    under_way: set[Future[CaseVerdict]] = set()
    try:
        while True:
            if not go_on():
                stop.set()
            if not stop.is_set():
                room = _WAITING_FOR_EACH * processes - len(under_way)
                with _deaf_to_interrupts():
                    under_way |= {
                        pool.submit(_check, case) for case in islice(waiting, max(0, room))
                    }
            elif not wait():
                for worker in set(multiprocessing.active_children()) - strangers:
                    worker.kill()
                yield from [future.result() for future in under_way if _has_verdict(future)]
                return
            if not under_way:
                return
            done, under_way = first_of(under_way, POLLING_SECONDS, return_when=FIRST_COMPLETED)
            yield from [future.result() for future in done if _has_verdict(future)]
            failed = [future for future in done if not _has_verdict(future)]
            if failed and not go_on():
                return  # The same request may have ended these processes as well.
            for future in failed:
                future.result()
    except BrokenProcessPool as error:
        raise ChildProcessError(errno.ECHILD, _KILLED) from error
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


_KILLED = (
    "a process of the sweep was killed from outside, perhaps because memory ran out; "
    "use a smaller range, or fewer losses and stalls"
)


def _has_verdict(future: Future[CaseVerdict]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started within it ignore Ctrl-C and hangups; this process gets them afterwards."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGHUP])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in a worker ----------------------------------------------------------------

_stop: Event | None = None
_checker: CaseChecker | None = None


def _begin(stop: Event, how: HowToCheck) -> None:
    global _stop, _checker
    _stop, _checker = stop, CaseChecker(how)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check(case: Case) -> CaseVerdict:
    assert _stop is not None and _checker is not None
    stop = _stop
    return _checker.check(case, lambda known, done: not stop.is_set())
