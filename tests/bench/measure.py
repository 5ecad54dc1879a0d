"""Timing: several runs in turn, medians, percentiles, ratios."""

import gc
import statistics
import time
from collections.abc import Callable

from attrs import frozen


def medians(*jobs: Callable[[], object], runs: int = 7) -> tuple[float, ...]:
    """The median processor seconds of each job, run in turn after one warm-up each."""
    for job in jobs:
        job()
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(runs):
        for job, seconds in zip(jobs, taken, strict=True):
            gc.collect()
            began = time.process_time()
            job()
            seconds.append(time.process_time() - began)
    return tuple(statistics.median(seconds) for seconds in taken)


@frozen
class Latency:
    """How long calls of one kind took, one after the other.

    `median`, `p99`: seconds of a call, the latter what 99% stay within.
    `per_second`: calls in a second.
    """

    median: float
    p99: float
    per_second: float


def latencies(*jobs: Callable[[], object], calls: int = 400, block: int = 50) -> list[Latency]:
    """The latency of each job, called so often in blocks by turns, after a block to warm up."""
    taken: list[list[float]] = [[] for _ in jobs]
    for place in range(0, block + calls, block):
        for job, seconds in zip(jobs, taken, strict=True):
            gc.collect()
            for _ in range(block):
                began = time.perf_counter()
                job()
                if place:
                    seconds.append(time.perf_counter() - began)
    return [
        Latency(
            statistics.median(seconds),
            statistics.quantiles(seconds, n=100)[98],
            len(seconds) / sum(seconds),
        )
        for seconds in taken
    ]
