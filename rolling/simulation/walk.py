"""The walk: a deployment from here to its end if nothing goes wrong, each state with its time.

What comes true is what plan.py says: everything asked for. Here belongs when.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.deployment import Deployment
from rolling.core.events import Event, FleetsSeen, Sighting
from rolling.core.pace import bake_seconds
from rolling.core.plan import ideal_event
from rolling.core.stage import Direction, Phase
from rolling.core.transition import advance


@frozen
class Leftover:
    """Instances that an earlier update left alive, and that no update asks for.

    `fleet`: the place of their fleet in the deployment's. `count`: how many they are.
    `after_seconds`: how long they still exist.
    """

    fleet: int
    count: int
    after_seconds: int


@frozen
class TimedState:
    """A state on the walk: when the deployment came into it, and how long it stays there."""

    deployment: Deployment
    at_seconds: int
    lasts_seconds: int

    @property
    def alive(self) -> int:
        """All instances that exist then, of all fleets together."""
        return sum([fleet.alive for fleet in self.deployment.fleets])


def walk(
    deployment: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover] = ()
) -> Iterator[TimedState]:
    """Every state from this one to the end, in a world where everything asked for comes true.

    An operation takes its setting's seconds from the moment it was asked for, what
    `deployment` waits for from the start of the walk; there is no jitter, and no
    limit to the capacity. `leftovers`: what is on its way out already; any other
    instance alive and not asked for is condemned at the start.
    """
    world = _World(deployment, settings, leftovers)
    yield TimedState(deployment, 0, 0)
    deployment = world.look(deployment)
    while not deployment.ended:
        began_at = world.now
        following = world.next(deployment)
        yield TimedState(deployment, began_at, world.now - began_at)
        deployment = following
    yield TimedState(deployment, world.now, 0)


def committed_at(states: Sequence[TimedState]) -> int:
    """When the last cleanup begins, the only thing left once all traffic has arrived."""
    end = states[-1]
    cleanup = end.deployment.stage.enter(Phase.CLEANING)
    begins = [state.at_seconds for state in states if state.deployment.stage == cleanup]
    return begins[0] if begins else end.at_seconds


class _World:
    """When each thing that was asked for comes true, and which condemned instances are alive."""

    def __init__(
        self, deployment: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover]
    ) -> None:
        self.now = 0
        self._settings = settings
        self._ready_at = settings.provisioning_seconds if _is_short(deployment) else 0
        # The condemned: when how many of which fleet are gone.
        self._leaving = [(each.after_seconds, each.fleet, each.count) for each in leftovers]
        for place, fleet in enumerate(deployment.fleets):
            self._condemn(place, fleet.alive - fleet.asked - self._condemned(place))
        self._phase_ends_at = self._end_of_phase(deployment, moves=not deployment.settled)

    def look(self, before: Deployment) -> Deployment:
        """The deployment once it knows which instances there are now."""
        return self._tell(before, self._seen(before))

    def next(self, before: Deployment) -> Deployment:
        """The deployment after the next thing that comes true, at which `now` is then."""
        self.now = min([self._phase_ends_at, *[moment for moment, _, _ in self._leaving]])
        event = ideal_event(before)
        if isinstance(event, FleetsSeen) or any([each[0] <= self.now for each in self._leaving]):
            event = self._seen(before)
        return self._tell(before, event)

    def _seen(self, deployment: Deployment) -> FleetsSeen:
        """The fleets as they are now."""
        ready = self._ready_at <= self.now
        self._leaving = [each for each in self._leaving if each[0] > self.now]
        sightings = [
            Sighting(
                fleet.asked if ready else fleet.in_service, fleet.asked + self._condemned(place)
            )
            for place, fleet in enumerate(deployment.fleets)
        ]
        return FleetsSeen(deployment.stage, tuple(sightings))

    def _tell(self, before: Deployment, event: Event) -> Deployment:
        """The deployment after an event; what it asks for then is begun."""
        after = advance(before, event)
        for place, (was, fleet) in enumerate(zip(before.fleets, after.fleets, strict=True)):
            if fleet.asked > was.asked:
                self._ready_at = self.now + self._settings.provisioning_seconds
            self._condemn(place, was.asked - fleet.asked)
        if after.stage != before.stage:
            moves = after.split != before.split
            self._phase_ends_at = self._end_of_phase(after, moves=moves)
        return after

    def _end_of_phase(self, deployment: Deployment, *, moves: bool) -> int:
        """When what a phase that begins now waits for comes true; traffic moves, or is there."""
        stage = deployment.stage
        match stage.phase:
            case Phase.SHIFTING:
                return self.now + self._settings.shift_seconds if moves else self.now
            case Phase.BAKING:
                return self.now + bake_seconds(deployment)
            case Phase.CLEANING:
                return max([moment for moment, _, _ in self._leaving], default=self.now)
        # The first step back takes what is in service, and waits for nothing.
        waits = stage.direction is Direction.FORWARD or stage.step > 1
        return max(self.now, self._ready_at) if waits and _is_short(deployment) else self.now

    def _condemn(self, place: int, count: int) -> None:
        if count > 0:
            self._leaving.append((self.now + self._settings.cleanup_seconds, place, count))

    def _condemned(self, place: int) -> int:
        """How many of a fleet are alive and not asked for."""
        return sum([count for _, fleet, count in self._leaving if fleet == place])


def _is_short(deployment: Deployment) -> bool:
    return any([fleet.in_service < fleet.asked for fleet in deployment.fleets])
