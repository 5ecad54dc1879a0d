"""Driving: what joins the pure core to a world. The backend's protocol, clocks, the one tick.

No rule of a deployment is decided here: what was seen and what time it is
become events, and the core says what follows.
"""

from rolling.driving.backend import Backend, Failure, Observation, Superseded
from rolling.driving.clock import Clock, SystemClock, VirtualClock, WallClock
from rolling.driving.record import Record, accept, dumps_record, loads_record
from rolling.driving.run import run
from rolling.driving.tick import POLL_INTERVAL_SECONDS, Change, Tick, tick

__all__ = [
    "POLL_INTERVAL_SECONDS",
    "Backend",
    "Change",
    "Clock",
    "Failure",
    "Observation",
    "Record",
    "Superseded",
    "SystemClock",
    "Tick",
    "VirtualClock",
    "WallClock",
    "accept",
    "dumps_record",
    "loads_record",
    "run",
    "tick",
]
