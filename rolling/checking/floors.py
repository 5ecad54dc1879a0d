"""How often a run of random walks must come to each place, and what is counted as one.

Here belong the names of what is counted, and the floors; stateful.py walks and counts.
A random walk checks little where it hardly comes.
"""

from collections.abc import Iterator, Mapping

from rolling.core.deployment import Deployment
from rolling.core.events import AlarmsRead, Reading
from rolling.core.lifecycle import EDGES
from rolling.core.stage import ENDS, Direction, Phase

NOTHING = "NOTHING"
"""What is counted for an alarm that a reading leaves out."""

_AFTER = ", the interval over,"


def place(direction: Direction, phase: Phase) -> str:
    """What a phase or an end is counted as."""
    return f"{direction.name} {phase.name}"


def readings_of(deployment: Deployment, event: AlarmsRead) -> Iterator[str]:
    """What a reading is counted as: the phase, for each alarm of the deployment what is read of
    it, and of a bake whether it was read after the interval."""
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
"""The visits that a run must count: of each phase of each direction and of each end 25, of each
edge 5, and in each phase, of each kind of reading of an alarm, 10; in a bake before the end of
the interval and after it."""


def hardly_visited(visits: Mapping[str, int], floors: Mapping[str, int] = FLOORS) -> list[str]:
    """What fell below its floor, each with its count."""
    return [
        f"{name}: {visits.get(name, 0)} visits, of at least {floor}"
        for name, floor in floors.items()
        if visits.get(name, 0) < floor
    ]
