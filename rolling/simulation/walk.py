"""The walk: a deployment from here to its end if nothing goes wrong, each state with its time.

What comes true is what plan.py says: everything asked for. Here belongs when.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.deployment import Deployment
from rolling.core.events import FleetsSeen, Sighting
from rolling.core.pace import bake_seconds
from rolling.core.plan import ideal_event
from rolling.core.stage import Direction, Phase
from rolling.core.transition import advance


@frozen
class Leftover:
    """Instances that an earlier update left alive, and that no update asks for.

    `fleet`: the place of theirs in the deployment's fleets. `count` of them are
    gone `after_seconds`.
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
        self._stage_began_at = 0
        shifting = deployment.phase is Phase.SHIFTING and not deployment.settled
        self._settled_at = settings.shift_seconds if shifting else 0
        self._ready_at = settings.provisioning_seconds if _is_short(deployment) else 0
        # The condemned: when how many of which fleet are gone.
        self._leaving = [(each.after_seconds, each.fleet, each.count) for each in leftovers]
        for place, fleet in enumerate(deployment.fleets):
            self._condemn(place, fleet.alive - fleet.asked - self._condemned(place))

    def next(self, before: Deployment) -> Deployment:
        """The deployment after the next thing that comes true, at which `now` is then."""
        self.now = self._next_moment(before)
        self._leaving = [each for each in self._leaving if each[0] > self.now]
        event = ideal_event(before)
        if isinstance(event, FleetsSeen) or self._has_news(before):
            event = FleetsSeen(before.stage, self._sightings(before))
        after = advance(before, event)
        self._take_on(before, after)
        return after

    def _next_moment(self, deployment: Deployment) -> int:
        if self._has_news(deployment):
            # What is there is seen before anything else comes true.
            return self.now
        moments = [moment for moment, _, _ in self._leaving]
        if deployment.phase is not Phase.CLEANING:
            moments.append(self._ends_at(deployment))
        return min(moments, default=self.now)

    def _has_news(self, deployment: Deployment) -> bool:
        """True when the fleets are not as the deployment knows them."""
        ready = self._ready_at <= self.now
        for place, fleet in enumerate(deployment.fleets):
            if fleet.alive != fleet.asked + self._condemned(place):
                return True
            if ready and fleet.in_service < fleet.asked:
                return True
        return False

    def _ends_at(self, deployment: Deployment) -> int:
        """When what the present phase waits for comes true; of any but a cleanup."""
        stage = deployment.stage
        if stage.phase is Phase.BAKING:
            return self._stage_began_at + bake_seconds(deployment)
        if stage.phase is Phase.SHIFTING:
            return max(self.now, self._settled_at)
        # The first step back takes what is in service, and waits for nothing.
        waits = stage.direction is Direction.FORWARD or stage.step > 1
        return max(self.now, self._ready_at) if waits and _is_short(deployment) else self.now

    def _sightings(self, deployment: Deployment) -> tuple[Sighting, ...]:
        ready = self._ready_at <= self.now
        return tuple(
            [
                Sighting(
                    fleet.asked if ready else fleet.in_service,
                    fleet.asked + self._condemned(place),
                )
                for place, fleet in enumerate(deployment.fleets)
            ]
        )

    def _take_on(self, before: Deployment, after: Deployment) -> None:
        """Begin what `after` asks for and `before` did not."""
        if after.stage != before.stage:
            self._stage_began_at = self.now
        for place, (was, fleet) in enumerate(zip(before.fleets, after.fleets, strict=True)):
            if fleet.asked > was.asked:
                self._ready_at = self.now + self._settings.provisioning_seconds
            if fleet.share != was.share:
                self._settled_at = self.now + self._settings.shift_seconds
            self._condemn(place, was.asked - fleet.asked)

    def _condemn(self, place: int, count: int) -> None:
        if count > 0:
            self._leaving.append((self.now + self._settings.cleanup_seconds, place, count))

    def _condemned(self, place: int) -> int:
        """How many of a fleet are alive and not asked for."""
        return sum([count for _, fleet, count in self._leaving if fleet == place])


def _is_short(deployment: Deployment) -> bool:
    return any([fleet.in_service < fleet.asked for fleet in deployment.fleets])
