"""The core in its world, as a model for the explorer.

A state of the search is a deployment and a world. Here belong what the one may
tell the other (the driver's part: say what is due, observe, take in), and the
properties of the two together; those of the core alone are in
rolling.core.properties, and what the world may do is in world.py.
"""

from collections.abc import Callable, Iterator, Mapping
from operator import ge, le
from typing import NamedTuple

from rolling.checking.explorer import Goal, Kind, Model, Step, broken
from rolling.checking.known import CoreUnderTest, Follow, Known, Taken, Turn
from rolling.checking.surroundings import Surroundings, Worlds
from rolling.checking.world import Limits, Sent, World, nothing_lost, quiet_world, weights
from rolling.core.deployment import Deployment
from rolling.core.properties import ceiling
from rolling.core.stage import Direction, Phase
from rolling.core.transition import follow


class Situation(NamedTuple):
    """A state of the search: what is known of the deployment, and of the world it is in."""

    known: Known
    around: Surroundings

    @property
    def deployment(self) -> Deployment:
        """The deployment."""
        return self.known.deployment

    @property
    def world(self) -> World:
        """The world."""
        return self.around.world


class DeploymentModel(Model[Situation]):
    """A deployment from its start, in the world that `limits` allow.

    `follow` is the core under test. `merge_histories` forgets why a deployment
    turned back and what cut it short, and of one that is over how far it had come,
    once that was checked.
    """

    def __init__(
        self,
        deployment: Deployment,
        limits: Limits | None = None,
        *,
        follow: Follow = follow,
        merge_histories: bool = True,
    ) -> None:
        self._start = deployment
        self._fleets = deployment.spec.fleets
        self._limits = Limits() if limits is None else limits
        self._core = CoreUnderTest(follow, merge_histories=merge_histories)
        self._worlds = Worlds(self._limits, self._broken_in_world)
        self._ceiling = ceiling(deployment.spec)
        self._started_short = tuple(
            [
                fleet.full * fleet.share.part > fleet.count * fleet.share.whole
                for fleet in self._fleets
            ]
        )
        self._of_the_world: Mapping[str, Callable[[World], bool]] = {
            "s1_real_share_fits_what_is_in_service": self._real_share_fits,
            "s2_really_alive_under_the_ceiling": self._real_ceiling,
            "s3_no_real_traffic_to_nothing_in_service": self._real_traffic_is_served,
        }

    @property
    def deployments(self) -> int:
        """How many distinct deployments the search has met."""
        return len(self._core)

    # --- what the explorer asks for ---

    def initial(self) -> Iterator[Situation]:
        """The deployment just accepted, and nothing asked of the world yet."""
        counts = tuple([fleet.count for fleet in self._fleets])
        split = weights(tuple([fleet.share for fleet in self._fleets]))
        world = quiet_world(counts, split, self._limits)
        yield Situation(self._core.know(self._start), self._worlds.meet(world))

    def steps(self, state: Situation) -> Iterator[Step[Situation]]:
        """The driver's doings, the timers and requests that reach the core, the world's doings."""
        known, around = state
        self._core.prepare(known)
        self._worlds.prepare(around)
        if around.world.said:
            yield from self._observations(known, around)
        else:
            after = self._worlds.send(around, known.command)
            yield Step(Sent(known.command), Situation(known, after))
        for turn, kind in known.at_any_time:
            yield self._took(turn, around, kind)
        for happening, after, kind in around.happenings:
            yield Step(happening, Situation(known, after), kind)

    def broken_in(self, state: Situation) -> tuple[str, ...]:
        """Of the core's state properties, the world's and those of both, the broken ones."""
        known, around = state
        of_both = broken(_OF_BOTH, state)
        if known.breaks or around.breaks:
            return (*known.breaks, *around.breaks, *of_both)
        return of_both

    def broken_by(self, state: Situation, step: Step[Situation]) -> tuple[str, ...]:
        """Of the core's edge properties and L2, the broken ones."""
        label = step.label
        if not isinstance(label, Taken):
            return ()
        rose = step.kind is Kind.PROGRESS and not label.measure_fell
        if rose and state.around.nothing_lost:
            return (*label.breaks, "l2_progress_lowers_the_measure")
        return label.breaks

    def goals(self) -> Mapping[str, Goal[Situation]]:
        """L1, L3, and that an end comes true in the world."""
        return _GOALS

    def is_final(self, state: Situation) -> bool:
        """A deployment may be over."""
        return state.deployment.ended

    def facets(self, step: Step[Situation]) -> tuple[str, ...]:
        """The edges of the lifecycle that the core followed."""
        return step.label.edges if isinstance(step.label, Taken) else ()

    # --- the driver's part ---

    def _observations(self, known: Known, around: Surroundings) -> Iterator[Step[Situation]]:
        """What was said may now be seen, fail, or be read."""
        turn = self._core.see_fleets(known, around)
        if turn is not None:
            yield self._took(turn, around, Kind.PROGRESS)
        if around.world.at_rest:
            turn = self._core.see_split(known, around.world.split)
            if turn is not None:
                yield self._took(turn, around, Kind.PROGRESS)
        for stalled, after in around.stalls:
            yield Step(stalled, Situation(known, after), Kind.FAULT)
            turn = self._core.see_split(known, stalled.split)
            if turn is not None:
                yield self._took(turn, after, Kind.FAULT)
        for turn, kind in known.once_said:
            yield self._took(turn, around, kind)

    def _took(self, turn: Turn, around: Surroundings, kind: Kind) -> Step[Situation]:
        """The step in which the core takes in an event; what is newly due is still unsaid."""
        if turn.is_news:
            around = self._worlds.unsaid(around)
        return Step(turn.taken, Situation(turn.after, around), kind)

    # --- the properties of the world ---

    def _broken_in_world(self, world: World) -> tuple[str, ...]:
        return broken(self._of_the_world, world)

    def _real_share_fits(self, world: World) -> bool:
        """S1: each real share fits what is really in service. Exempt is a fleet that
        started with too little, and everything once an instance was lost."""
        splits = (world.split, world.received.split)
        return not nothing_lost(world, self._limits) or all(
            started_short
            or all(fleet.full * split[place] <= serving * sum(split) for split in splits)
            for place, (fleet, serving, started_short) in enumerate(
                zip(self._fleets, world.in_service, self._started_short, strict=True)
            )
        )

    def _real_ceiling(self, world: World) -> bool:
        """S2: everything really alive, together, is under the ceiling."""
        return sum(world.alive) <= self._ceiling

    def _real_traffic_is_served(self, world: World) -> bool:
        """S3: no fleet with nothing in service is really sent traffic. Exempt is
        everything once an instance was lost."""
        splits = (world.split, world.received.split)
        return not nothing_lost(world, self._limits) or all(
            serving > 0 or all(split[place] == 0 for split in splits)
            for place, serving in enumerate(world.in_service)
        )


# --- the properties of the two together ---


def _real_end(state: Situation) -> bool:
    """S5: in an end whose split was seen, the traffic really is where it says, and stays."""
    if not (state.deployment.ended and state.deployment.settled):
        return True
    world = state.world
    return world.split == world.received.split == state.known.command.split


def _counted_is_there(state: Situation) -> bool:
    """What counts as capacity is in service, as long as nothing was lost."""
    return not state.around.nothing_lost or all(
        map(le, state.known.in_service, state.around.world.in_service)
    )


def _alive_is_counted(state: Situation) -> bool:
    """All that is really alive counts against the ceiling."""
    return all(map(ge, state.known.alive, state.around.alive))


_OF_BOTH: Mapping[str, Callable[[Situation], bool]] = {
    "s5_an_end_says_where_the_traffic_is": _real_end,
    "counted_is_really_in_service": _counted_is_there,
    "alive_is_really_counted": _alive_is_counted,
}


# --- liveness ---


def _reached(phase: Phase) -> Callable[[Situation], bool]:
    return lambda state: state.deployment.phase is phase


def _going(direction: Direction) -> Callable[[Situation], bool]:
    return lambda state: state.deployment.direction is direction and not state.deployment.ended


def _ended(state: Situation) -> bool:
    return state.deployment.ended


def _not_ended(state: Situation) -> bool:
    return not state.deployment.ended


def _come_true(state: Situation) -> bool:
    """The world is as the end makes due, and the deployment has seen it so."""
    deployment, world, command = state.deployment, state.world, state.known.command
    return (
        deployment.ended
        and deployment.settled
        and deployment.leftover == 0
        and world.in_flight is None
        and world.received == command
        and world.split == command.split
        and world.in_service == world.alive == command.counts
    )


_GOALS: Mapping[str, Goal[Situation]] = {
    "l1_forward_leads_to_succeeded": Goal(_going(Direction.FORWARD), _reached(Phase.SUCCEEDED)),
    "l1_back_leads_to_rolled_back": Goal(_going(Direction.BACK), _reached(Phase.ROLLED_BACK)),
    "l3_everything_leads_to_an_end": Goal(_not_ended, _ended),
    "l4_an_end_comes_true": Goal(_ended, _come_true),
}
