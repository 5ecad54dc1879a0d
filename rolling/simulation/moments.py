"""Moments: a simulation as it goes, a tick at a time, for whoever watches it.

Here belong the values that are handed over, and nothing that makes them: run.py does.
"""

from attrs import frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.driving.backend import Observation
from rolling.driving.record import Record
from rolling.endpoint.endpoint import Endpoint
from rolling.simulation.report import Row
from rolling.simulation.walk import Leftover


@frozen(eq=False)
class Accepted:
    """An update of a scenario at the moment it was accepted.

    `place`: which of the scenario's `updates` it is, from 1. `endpoint`: once it
    had accepted the update. `at`: the moment, in seconds of the virtual time.
    `leftovers`: what the updates before had left alive then. `settings`: how long
    things take.
    """

    place: int
    updates: int
    endpoint: Endpoint
    at: float
    leftovers: tuple[Leftover, ...]
    settings: SimulationSettings


@frozen
class Moment:
    """An update after one tick.

    `at`, `wake_at`: when the tick was made and when the next one is, in seconds of
    the virtual time, as the moments of `record` are; None after the last.
    `seen`: what the tick observed, before it advanced the deployment.
    `rows`: those that it added to the timeline. That of the end is told once more
    in the report, as it was seen once the backend had been told of the end.
    """

    update: Accepted
    at: float
    record: Record
    seen: Observation
    rows: tuple[Row, ...]
    wake_at: float | None
