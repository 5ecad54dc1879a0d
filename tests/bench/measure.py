"""Timing: several runs in turn, medians, ratios."""

import gc
import statistics
import time
from collections.abc import Callable


def medians(*jobs: Callable[[], object], runs: int = 7) -> tuple[float, ...]:
    """The median seconds of each job, the jobs run in turn, after one warm-up each."""
    for job in jobs:
        job()
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(runs):
        for job, seconds in zip(jobs, taken, strict=True):
            gc.collect()
            began = time.perf_counter()
            job()
            seconds.append(time.perf_counter() - began)
    return tuple(statistics.median(seconds) for seconds in taken)
