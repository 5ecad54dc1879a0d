"""How often a run of random walks must visit each place, and what counts as a place.

This file has the names of the counted places, and the floors; stateful.py walks and
counts. A random walk checks little in places that it rarely visits.
"""

from collections.abc import Iterator, Mapping

from rolling.core.deployment import Deployment
from rolling.core.events import AlarmsRead, Reading
from rolling.core.lifecycle import EDGES
from rolling.core.stage import ENDS, Direction, Phase

NOTHING = "NOTHING"
"""The name counted for an alarm that is missing from a reading."""

_AFTER = ", the interval over,"


def place(direction: Direction, phase: Phase) -> str:
    """The name counted for a phase or an end."""
    return f"{direction.name} {phase.name}"


def readings_of(deployment: Deployment, event: AlarmsRead) -> Iterator[str]:
    """The names counted for a reading: for each alarm of the deployment, the phase, the
    reading and, in a bake, whether it came after the interval."""
    where = place(deployment.direction, deployment.phase)
    if deployment.phase is Phase.BAKING and event.after_interval:
        where += _AFTER
    for alarm in deployment.spec.alarms:
        kinds = {reading.name for name, reading in event.readings if name == alarm}
        for kind in kinds or {NOTHING}:
            yield f"{where} reads {kind}"


def _floors() -> dict[str, int]:
    floors = {edge.name: 5 for edge in EDGES}
    places = {(edge.target_direction, edge.target) for edge in EDGES}
    floors |= {place(*there): 25 for there in places}
    reading_places = [place(*there) for there in places if there[1] not in ENDS]
    reading_places.append(place(Direction.FORWARD, Phase.BAKING) + _AFTER)
    kinds = [*[reading.name for reading in Reading], NOTHING]
    floors |= {f"{where} reads {kind}": 10 for where in reading_places for kind in kinds}
    return dict(sorted(floors.items()))


FLOORS: Mapping[str, int] = _floors()
"""The visits that a run must reach: 25 of each phase of each direction and of each end, 5 of
each edge, and 10 of each kind of alarm reading in each phase; in a bake both before and after
the end of the interval."""


def hardly_visited(visits: Mapping[str, int], floors: Mapping[str, int] = FLOORS) -> list[str]:
    """The places below their floors, each with its count."""
    return [
        f"{name}: {visits.get(name, 0)} visits, of at least {floor}"
        for name, floor in floors.items()
        if visits.get(name, 0) < floor
    ]
