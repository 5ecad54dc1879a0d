"""The walk: a deployment from here to its end if nothing goes wrong, each state with its time.

The core's plan.py says what happens: every request succeeds. This file adds the times.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.deployment import Deployment
from rolling.core.events import Event, FleetsSeen, Sighting
from rolling.core.pace import bake_seconds
from rolling.core.plan import ideal_event
from rolling.core.stage import Direction, Phase
from rolling.core.transition import advance


@frozen
class Leftover:
    """Instances that an earlier update left alive, and that no update requests.

    `fleet`: the index of their fleet in the deployment. `count`: their number.
    `after_seconds`: how long they will still exist.
    """

    fleet: int
    count: int
    after_seconds: int


def leftovers_at(leftovers: Iterable[Leftover], seconds: float) -> list[Leftover]:
    """The leftovers that still exist after these seconds, with their times counted from then."""
    return [
        evolve(each, after_seconds=int(each.after_seconds - seconds))
        for each in leftovers
        if each.after_seconds > seconds
    ]


@frozen
class TimedState:
    """A state on the walk: when the deployment entered it, and how long it stays."""

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
    """Every state from this one to the end, in a world where every request succeeds.

    An operation takes the seconds of its setting from its request; those that
    `deployment` already waits for, from the start of the walk. There is no jitter, and
    no capacity limit. `leftovers`: instances already terminating; all other instances
    alive and not requested are condemned at the start.
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
    """When the last cleanup begins, after all traffic has arrived."""
    end = states[-1]
    cleanup = end.deployment.stage.enter(Phase.CLEANING)
    begins = [state.at_seconds for state in states if state.deployment.stage == cleanup]
    return begins[0] if begins else end.at_seconds


class _World:
    """When each request succeeds, and which condemned instances are still alive."""

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
        """The deployment after it has seen the current instances."""
        return self._tell(before, self._seen(before))

    def next(self, before: Deployment) -> Deployment:
        """The deployment after the next operation succeeds; sets `now` to that time."""
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
        """The deployment after an event; starts what it then requests."""
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
        """When a phase that begins now ends; `moves`: whether traffic must move."""
        stage = deployment.stage
        match stage.phase:
            case Phase.SHIFTING:
                return self.now + self._settings.shift_seconds if moves else self.now
            case Phase.BAKING:
                return self.now + bake_seconds(deployment)
            case Phase.CLEANING:
                return max([moment for moment, _, _ in self._leaving], default=self.now)
        # The first step of a rollback uses what is in service, and waits for nothing.
        waits = stage.direction is Direction.FORWARD or stage.step > 1
        return max(self.now, self._ready_at) if waits and _is_short(deployment) else self.now

    def _condemn(self, place: int, count: int) -> None:
        if count > 0:
            self._leaving.append((self.now + self._settings.cleanup_seconds, place, count))

    def _condemned(self, place: int) -> int:
        """The number of a fleet's instances that are alive but not requested."""
        return sum([count for _, fleet, count in self._leaving if fleet == place])


def _is_short(deployment: Deployment) -> bool:
    return any([fleet.in_service < fleet.asked for fleet in deployment.fleets])
