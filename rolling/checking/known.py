"""What the search knows of the core: each distinct deployment once, and where it leads.

A deployment is met in many states of the world. Here belongs all that is found
out about it alone, and once: what is due, which properties it breaks, what it
becomes with each event, and which properties that breaks.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from attrs import define, field, frozen

from rolling.checking.explorer import Kind, broken
from rolling.checking.stimuli import at_any_time, foreign_events, once_said
from rolling.checking.surroundings import Surroundings
from rolling.checking.world import Command, Weights, shares, weights
from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.desired import due
from rolling.core.events import Event, FleetsSeen, SplitSettled
from rolling.core.lifecycle import Edge
from rolling.core.outcome import Stopped
from rolling.core.properties import (
    EDGE_PROPERTIES,
    STATE_PROPERTIES,
    measure,
    s4_a_trip_turns_back,
    s5_a_failed_rollback_holds_what_is_there,
    s7_a_good_bake_passes,
    s8_repeated_events_change_nothing,
    s9_past_the_deadline_a_direction_is_over,
    s10_a_failure_is_heeded,
    s10_a_stop_is_heeded,
)
from rolling.core.stage import Stage

Follow = Callable[[Deployment, Event], tuple[Deployment, tuple[Edge, ...]]]
"""`rolling.follow`, or whatever core is under test in its place."""

_STATE = {holds.__name__: holds for holds in STATE_PROPERTIES}
_EDGE = {
    holds.__name__: holds
    for holds in EDGE_PROPERTIES
    if holds is not s8_repeated_events_change_nothing
}
# Where nothing changes, only what demands a change can be broken: all the others are about
# what differs between before and after.
_DEMANDING = {
    holds.__name__: holds
    for holds in (
        s4_a_trip_turns_back,
        s5_a_failed_rollback_holds_what_is_there,
        s7_a_good_bake_passes,
        s9_past_the_deadline_a_direction_is_over,
        s10_a_failure_is_heeded,
        s10_a_stop_is_heeded,
    )
}
# Judged here with the core under test, where the property asks the right core.
_REPEATED = s8_repeated_events_change_nothing.__name__
# Of a cause that is forgotten this remains. No event gives it: a core that tells another
# cause later on is seen to.
_FORGOTTEN = Stopped("forgotten")


@frozen
class Taken:
    """The label of a step in which the core takes in an event.

    `stage`: what it leads to. `edges`: the names of those it followed. `breaks`:
    the edge properties that this breaks. `measure_fell`: whether what L2 measures did.
    """

    event: Event
    stage: Stage
    edges: tuple[str, ...]
    breaks: tuple[str, ...]
    measure_fell: bool


@define(eq=False)
class Known:
    """One distinct deployment met in the search.

    There is one `Known` for each, so it is compared by identity.
    """

    deployment: Deployment
    command: Command
    measure: tuple[int, ...]
    breaks: tuple[str, ...]
    in_service: tuple[int, ...]
    alive: tuple[int, ...]
    # Where what was seen leads, by counts and by split; None: nothing changes.
    # Shown, these would show the whole graph.
    fleets_seen: "dict[tuple[int, ...], Turn | None]" = field(factory=dict, repr=False)
    splits_seen: "dict[Weights, Turn | None]" = field(factory=dict, repr=False)
    at_any_time: "tuple[Move, ...]" = field(default=(), repr=False)
    once_said: "tuple[Move, ...]" = field(default=(), repr=False)
    prepared: bool = field(default=False, repr=False)


class Turn(NamedTuple):
    """The core takes in an event, and what is known after that.

    `is_news`: something else is due now, or due of another stage.
    """

    taken: Taken
    after: Known
    is_news: bool


Move = tuple[Turn, Kind]
"""A turn that may come at any time, or once what is due was said."""


_Asked = tuple[Stage, tuple[int, ...], tuple[Share, ...]]


class CoreUnderTest:
    """A core, and all the deployments that it was seen to make, from one start.

    With `merge_histories`, what is only history is checked on the way there, and then
    forgotten (see `without_history`): the states are several times fewer.
    """

    def __init__(self, follow: Follow, *, merge_histories: bool) -> None:
        self._follow = follow
        self._merge_histories = merge_histories
        self._known: dict[Deployment, Known] = {}
        # Many deployments of one stage ask for the same: then the same events are foreign.
        self._foreign_events: dict[_Asked, tuple[Event, ...]] = {}
        self._once_said: dict[Stage, tuple[tuple[Event, Kind], ...]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def know(self, deployment: Deployment) -> Known:
        """What is known of a deployment; its state properties are judged the first time."""
        if self._merge_histories:
            deployment = without_history(deployment)
        found = self._known.get(deployment)
        if found is None:
            desired = due(deployment)
            found = self._known[deployment] = Known(
                deployment,
                Command(
                    tuple([fleet.count for fleet in desired.fleets]), weights(deployment.split)
                ),
                measure(deployment),
                broken(_STATE, deployment),
                tuple([fleet.in_service for fleet in deployment.fleets]),
                tuple([fleet.alive for fleet in deployment.fleets]),
            )
        return found

    def prepare(self, known: Known) -> None:
        """Find out, once, where all leads that does not depend on the world."""
        if known.prepared:
            return
        deployment = known.deployment
        known.at_any_time = self._moves(known, (*at_any_time(deployment), *self._late(deployment)))
        events = self._once_said.get(deployment.stage)
        if events is None:
            events = self._once_said[deployment.stage] = tuple(once_said(deployment))
        known.once_said = self._moves(known, events)
        known.prepared = True

    def see_fleets(self, known: Known, around: Surroundings) -> Turn | None:
        """What the core makes of the fleets as they are."""
        counts = (*around.world.in_service, *around.alive)
        if counts not in known.fleets_seen:
            event = FleetsSeen(known.deployment.stage, around.sightings)
            known.fleets_seen[counts] = self.take_in(known, event)
        return known.fleets_seen[counts]

    def see_split(self, known: Known, split: Weights) -> Turn | None:
        """What the core makes of the traffic, once it has settled at `split`."""
        if split not in known.splits_seen:
            event = SplitSettled(known.deployment.stage, shares(split))
            known.splits_seen[split] = self.take_in(known, event)
        return known.splits_seen[split]

    def take_in(self, known: Known, event: Event) -> Turn | None:
        """What the core makes of an event; None when that changes and breaks nothing."""
        before = known.deployment
        after, edges = self._followed(before, event)
        breaks = self._broken_by(before, event, after)
        told = _lead_there(before, event, edges, after)
        if told and not breaks and _same(before, after):
            return None
        known_after = self.know(after)
        if not (told or breaks or known_after.breaks):  # what is worse is told first
            breaks = ("edges_lead_from_before_to_after",)
        fell = before.ended or known_after.measure < known.measure
        taken = Taken(event, after.stage, tuple([edge.name for edge in edges]), breaks, fell)
        stays = after.stage == before.stage and known_after.command == known.command
        return Turn(taken, known_after, not stays)

    def _broken_by(self, before: Deployment, event: Event, after: Deployment) -> tuple[str, ...]:
        stays = after is before
        found = dict.fromkeys(broken(_DEMANDING if stays else _EDGE, before, event, after))
        if not stays and not _same(after, self._followed(after, event)[0]):
            found[_REPEATED] = None
        return tuple(found)

    def _moves(self, known: Known, events: Iterable[tuple[Event, Kind]]) -> tuple[Move, ...]:
        moves = [(self.take_in(known, event), kind) for event, kind in events]
        return tuple([(move, kind) for move, kind in moves if move is not None])

    def _late(self, deployment: Deployment) -> Iterator[tuple[Event, Kind]]:
        """The foreign events that change something after all. Of a right core there are none."""
        asked = tuple([fleet.asked for fleet in deployment.fleets])
        key = (deployment.stage, asked, deployment.split)
        events = self._foreign_events.get(key)
        if events is None:
            events = self._foreign_events[key] = tuple(foreign_events(deployment))
        for event in events:
            if not _same(deployment, self._followed(deployment, event)[0]):
                yield event, Kind.FAULT

    def _followed(self, before: Deployment, event: Event) -> tuple[Deployment, tuple[Edge, ...]]:
        """What the core under test does. What it raises is noted with the event."""
        try:
            return self._follow(before, event)
        except Exception as error:
            error.add_note(f"while taking in {event}")
            raise


def _same(a: Deployment, b: Deployment) -> bool:
    # Mostly the very same, and then seen at once to be.
    return a is b or a == b


def _lead_there(
    before: Deployment, event: Event, edges: tuple[Edge, ...], after: Deployment
) -> bool:
    """True when the edges are a way from `before` to `after`: the first may be on the event,
    and any other is silent."""
    at = (before.direction, before.phase)
    kind: type[Event] | None = type(event)
    for edge in edges:
        if (edge.direction, edge.phase) != at or edge.event not in (kind, None):
            return False
        at, kind = (edge.target_direction, edge.target), None
    return at == (after.direction, after.phase)


def without_history(deployment: Deployment) -> Deployment:
    """The deployment without what nothing that follows depends on.

    That is why it turned back and what cut it short, and of one that is over how
    far it had come: no edge leads out of an end. What remains of a cause is whether
    there is one; no property of a state, and no measure, asks more of a history.
    """
    causes = (deployment.cause, deployment.cut_short)
    if not deployment.ended and all(cause is None or cause is _FORGOTTEN for cause in causes):
        return deployment
    stage = deployment.stage
    return Deployment(
        deployment.spec,
        Stage(stage.direction, 1, stage.attempt, stage.phase) if deployment.ended else stage,
        0 if deployment.ended else deployment.up,
        deployment.fleets,
        deployment.settled,
        *[None if cause is None else _FORGOTTEN for cause in causes],
    )
