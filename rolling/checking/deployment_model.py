"""The core in its world, as a model for the explorer.

A state of the search is a deployment and a world. Here belong what the one may
tell the other (the driver's part: say what is due, observe, take in), and the
properties of the two together; those of the core alone are in
rolling.core.properties, and what the world may do is in world.py.
"""

from collections.abc import Callable, Iterator, Mapping
from operator import ge, le
from typing import NamedTuple

from attrs import evolve

from rolling.checking.explorer import Goal, Kind, Model, Step
from rolling.checking.transition_cache import CoreUnderTest, Follow, Known, Taken, Turn
from rolling.checking.world import Limits, Sent, World, nothing_lost, quiet_world, weights
from rolling.checking.world_cache import Surroundings, Worlds
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
    once that was checked. `deployment` is that of the next search, and `limits` are
    those of every one.
    """

    def __init__(
        self,
        deployment: Deployment,
        limits: Limits | None = None,
        *,
        follow: Follow = follow,
        merge_histories: bool = True,
    ) -> None:
        self.deployment = deployment
        self.limits = Limits() if limits is None else limits
        self._fleets = deployment.spec.fleets
        self._core = CoreUnderTest(follow, merge_histories=merge_histories)
        self._worlds = Worlds(self.limits, self._broken_in_world)
        self._ceiling = ceiling(deployment.spec)
        self._started_short = tuple(
            [
                fleet.floor * fleet.share.part > fleet.count * fleet.share.whole
                for fleet in self._fleets
            ]
        )

    @property
    def deployments(self) -> int:
        """How many distinct deployments there are among the states that were gone through."""
        return self._core.deployments

    def restart(self, deployment: Deployment) -> None:
        """Search next from another deployment, which differs from the first in its pace alone.

        What was found out is used again where it does not rest on the pace.
        """
        self.deployment = evolve(deployment, spec=self._core.begin(deployment.spec))
        self._ceiling = ceiling(deployment.spec)

    def __len__(self) -> int:
        """How many distinct deployments and worlds all its searches have met."""
        return len(self._core) + len(self._worlds)

    @property
    def shares(self) -> bool:
        """True as long as what was found out may be used for another pace.

        It may not once the core gave a deployment a spec of its own.
        """
        return not self._core.makes_specs

    # --- what the explorer asks for ---

    def initial(self) -> Iterator[Situation]:
        """The deployment just accepted, and nothing asked of the world yet."""
        counts = tuple([fleet.count for fleet in self._fleets])
        split = weights(tuple([fleet.share for fleet in self._fleets]))
        world = quiet_world(counts, split, self.limits)
        yield Situation(self._core.know(self.deployment), self._worlds.meet(world))

    def steps(self, state: Situation) -> list[Step[Situation]]:
        """The driver's doings, the timers and requests that reach the core, the world's doings."""
        known, around = state
        self._core.prepare(known)
        self._worlds.prepare(around)
        if around.world.said:
            steps = self._seen(known, around)
            moves = known.once_said
        else:
            after = self._worlds.send(around, known.command)
            steps = [Step(Sent(known.command), Situation(known, after))]
            moves = known.at_any_time
        # What is newly due is still unsaid.
        unsaid = self._worlds.unsaid(around)
        for turn, kind in moves:
            after = unsaid if turn.is_news else around
            steps.append(Step(turn.taken, Situation(turn.after, after), kind))
        for event, after, kind in around.events:
            steps.append(Step(event, Situation(known, after), kind))
        return steps

    def broken_in(self, state: Situation) -> tuple[str, ...]:
        """Of the core's state properties, the world's and those of both, the broken ones."""
        known, around = state
        self._core.look_at(known)
        found = (*known.breaks, *around.breaks)
        if around.alive_together > self._ceiling:
            found += ("s2_really_alive_under_the_ceiling",)
        if not _real_end(known, around.world):
            found += ("s5_an_end_says_where_the_traffic_is",)
        if not _counted_is_there(known, around):
            found += ("counted_is_really_in_service",)
        if not _alive_is_counted(known, around):
            found += ("alive_is_really_counted",)
        return found

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

    def _seen(self, known: Known, around: Surroundings) -> list[Step[Situation]]:
        """What was said may now be seen. A shift may be seen to stall."""
        steps = []
        turn = self._core.see_fleets(known, around)
        if turn is not None:
            steps.append(self._took(turn, around, Kind.PROGRESS))
        if around.world.at_rest:
            turn = self._core.see_split(known, around.world.split)
            if turn is not None:
                steps.append(self._took(turn, around, Kind.PROGRESS))
        for stalled, after in around.stalls:
            steps.append(Step(stalled, Situation(known, after), Kind.FAULT))
            turn = self._core.see_split(known, stalled.split)
            if turn is not None:
                steps.append(self._took(turn, after, Kind.FAULT))
        return steps

    def _took(self, turn: Turn, around: Surroundings, kind: Kind) -> Step[Situation]:
        after = self._worlds.unsaid(around) if turn.is_news else around
        return Step(turn.taken, Situation(turn.after, after), kind)

    # --- the properties of the world ---

    def _broken_in_world(self, world: World) -> tuple[str, ...]:
        """S1: each real share fits what is really in service. S3: no fleet with nothing in
        service is really sent traffic. Exempt is everything once an instance was lost, and
        from S1 a fleet that started with too little."""
        if not nothing_lost(world, self.limits):
            return ()
        fits = served = True
        for split in (world.split, world.received.split):
            whole = sum(split)
            fleets = zip(self._fleets, self._started_short, split, world.in_service, strict=True)
            for fleet, started_short, part, serving in fleets:
                fits &= started_short or fleet.floor * part <= serving * whole
                served &= serving > 0 or part == 0
        return (
            *(() if fits else ("s1_real_share_fits_what_is_in_service",)),
            *(() if served else ("s3_no_real_traffic_to_nothing_in_service",)),
        )


# --- the properties of the two together ---


def _real_end(known: Known, world: World) -> bool:
    """S5: in an end whose split was seen, the traffic really is where it says, and stays."""
    deployment = known.deployment
    if not (deployment.ended and deployment.settled):
        return True
    return world.split == world.received.split == known.command.split


def _counted_is_there(known: Known, around: Surroundings) -> bool:
    """What counts as capacity is in service, as long as nothing was lost."""
    return not around.nothing_lost or all(map(le, known.in_service, around.world.in_service))


def _alive_is_counted(known: Known, around: Surroundings) -> bool:
    """All that is really alive counts against the ceiling."""
    return all(map(ge, known.alive, around.alive))


# --- liveness ---


def _reached(phase: Phase) -> Callable[[Situation], bool]:
    return lambda state: state.known.deployment.stage.phase is phase


def _going(direction: Direction) -> Callable[[Situation], bool]:
    return lambda state: state.deployment.direction is direction and not state.deployment.ended


def _ended(state: Situation) -> bool:
    return state.known.deployment.ended


def _not_ended(state: Situation) -> bool:
    return not state.known.deployment.ended


def _come_true(state: Situation) -> bool:
    """The world is as the end makes due, and the deployment has seen it so."""
    known = state.known
    deployment = known.deployment
    if not (deployment.ended and deployment.settled and deployment.leftover == 0):
        return False
    world, command = state.world, known.command
    return (
        world.in_flight is None
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
