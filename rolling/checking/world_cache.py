"""A cache of worlds: each distinct world once, and where it leads.

The search meets a world together with many deployments. This file computes once what
depends only on the world: what can be seen of it, which properties it breaks, what may
happen in it. transition_cache.py does the same for deployments.
"""

from collections.abc import Callable

from attrs import define, field

from rolling.checking.explorer import Kind
from rolling.checking.world import (
    Command,
    Limits,
    Stalled,
    World,
    WorldEvent,
    nothing_lost,
    send,
    stalls,
    world_events,
)
from rolling.core.events import Sighting

Judge = Callable[[World], tuple[str, ...]]
"""The names of the properties that a world breaks by itself."""


@define(eq=False)
class Surroundings:
    """One distinct world met in the search.

    `alive_together`: of all fleets. `nothing_lost`: no instance was lost yet.
    `breaks`: the properties that it breaks by itself. `counts`: what can be seen of
    its fleets. There is one `Surroundings` for each world, so it is compared by
    identity.
    """

    world: World
    alive: tuple[int, ...]
    alive_together: int
    nothing_lost: bool
    breaks: tuple[str, ...]
    counts: tuple[int, ...]
    # No repr: these would show the whole graph.
    events: "tuple[tuple[WorldEvent, Surroundings, Kind], ...]" = field(default=(), repr=False)
    stalls: "tuple[tuple[Stalled, Surroundings], ...]" = field(default=(), repr=False)
    prepared: bool = field(default=False, repr=False)
    sent: "dict[Command, Surroundings]" = field(factory=dict, repr=False)
    unsaid: "Surroundings | None" = field(default=None, repr=False)

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """The fleets as they can be seen."""
        return tuple(map(Sighting, self.world.in_service, self.alive))


class Worlds:
    """All worlds met within the `limits`, checked by `judge`."""

    def __init__(self, limits: Limits, judge: Judge) -> None:
        self._limits = limits
        self._judge = judge
        self._met: dict[World, Surroundings] = {}

    def __len__(self) -> int:
        return len(self._met)

    def meet(self, world: World) -> Surroundings:
        """The cached entry of a world; it is checked the first time."""
        found = self._met.get(world)
        if found is None:
            alive = world.alive
            found = self._met[world] = Surroundings(
                world,
                alive,
                sum(alive),
                nothing_lost(world, self._limits),
                self._judge(world),
                (*world.in_service, *alive),
            )
        return found

    def prepare(self, around: Surroundings) -> None:
        """Compute, once, what may happen in it by itself."""
        if around.prepared:
            return
        world = around.world
        around.events = tuple(
            [
                (label, self.meet(after), kind)
                for label, after, kind in world_events(world, self._limits)
            ]
        )
        around.stalls = tuple([(label, self.meet(after)) for label, after in stalls(world)])
        around.prepared = True

    def send(self, around: Surroundings, command: Command) -> Surroundings:
        """The world after the command was sent."""
        found = around.sent.get(command)
        if found is None:
            found = around.sent[command] = self.meet(send(around.world, command))
        return found

    def unsaid(self, around: Surroundings) -> Surroundings:
        """The world in which what is due now has not been sent yet."""
        if around.unsaid is None:
            around.unsaid = self.meet(around.world._replace(said=False))
        return around.unsaid
