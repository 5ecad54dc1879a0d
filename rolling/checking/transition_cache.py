"""A cache of the core's transitions: each distinct deployment once, and where it leads.

The search meets a deployment in many states of the world. This file computes once what
depends only on the deployment: what is due, which properties it breaks, what each event
leads to, and which properties that breaks. Searches of several policies share the cache,
as far as pace_log.py allows.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from attrs import define, field, frozen

from rolling.checking.explorer import Kind, broken
from rolling.checking.pace_log import PaceLog
from rolling.checking.stimuli import at_any_time, foreign_events, once_said
from rolling.checking.world import Command, Weights, shares, weights
from rolling.checking.world_cache import Surroundings
from rolling.core.deployment import Deployment, Spec
from rolling.core.desired import due
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import Fleet
from rolling.core.lifecycle import EDGES, Edge
from rolling.core.outcome import Cause, Stopped
from rolling.core.properties import (
    EDGE_PROPERTIES,
    STATE_PROPERTIES,
    EdgeProperty,
    measure,
    s4_a_trip_turns_back,
    s5_a_failed_rollback_holds_what_is_there,
    s7_a_bake_that_lost_an_instance_begins_again,
    s7_a_good_bake_passes,
    s8_repeated_events_change_nothing,
    s9_past_the_deadline_a_direction_is_over,
    s10_a_failure_is_heeded,
    s10_a_stop_is_heeded,
    s13_a_step_goes_as_far_as_its_pace,
    s15_a_split_is_believed_once_seen,
    s15_only_what_is_seen_counts,
    s18_a_gate_not_continued_in_time_turns_back,
    s18_only_its_own_event_continues_a_gate,
)
from rolling.core.stage import Stage

Follow = Callable[[Deployment, Event], tuple[Deployment, tuple[Edge, ...]]]
"""`rolling.follow`, or the core under test."""


def _named(*properties: EdgeProperty) -> dict[str, EdgeProperty]:
    return {holds.__name__: holds for holds in properties}


_STATE = {holds.__name__: holds for holds in STATE_PROPERTIES}
_EDGE = _named(
    *[holds for holds in EDGE_PROPERTIES if holds is not s8_repeated_events_change_nothing]
)
# If nothing changes, only a property that demands a change for this event can be broken: all
# the others compare before and after.
_DEMANDING: Mapping[type[Event], Mapping[str, EdgeProperty]] = {
    AlarmsRead: _named(s4_a_trip_turns_back, s7_a_good_bake_passes),
    DeadlineElapsed: _named(s9_past_the_deadline_a_direction_is_over),
    OperationFailed: _named(s10_a_failure_is_heeded),
    StopRequested: _named(s10_a_stop_is_heeded),
    FleetsSeen: _named(
        s7_a_bake_that_lost_an_instance_begins_again,
        s13_a_step_goes_as_far_as_its_pace,
        s15_only_what_is_seen_counts,
    ),
    SplitSettled: _named(
        s5_a_failed_rollback_holds_what_is_there, s15_a_split_is_believed_once_seen
    ),
    Continued: _named(s18_only_its_own_event_continues_a_gate),
    GateElapsed: _named(
        s18_only_its_own_event_continues_a_gate, s18_a_gate_not_continued_in_time_turns_back
    ),
}
# Cached, because making a name takes longer than following the edge.
_NAMES = {id(edge): edge.name for edge in EDGES}
# Judged here with the core under test, where the property asks the right core.
_REPEATED = s8_repeated_events_change_nothing.__name__
# Replaces a dropped cause. No event gives it, so a core that changes the cause later is noticed.
_FORGOTTEN = Stopped("forgotten")


@frozen
class Taken:
    """The label of a step in which the core takes in an event.

    `stage`: the stage after it. `edges`: the names of the edges followed. `breaks`:
    the edge properties that this breaks. `measure_fell`: whether the measure of L2 fell.
    """

    event: Event
    stage: Stage
    edges: tuple[str, ...]
    breaks: tuple[str, ...]
    measure_fell: bool


@define(eq=False)
class Known:
    """One distinct deployment met in the search.

    There is one `Known` for each, so it is compared by identity. `command`, `breaks` and
    the moves depend on the pace: they belong to the search that looked at it last.
    """

    deployment: Deployment
    in_service: tuple[int, ...]
    alive: tuple[int, ...]
    command: Command = Command((), ())
    breaks: tuple[str, ...] = ()
    at_any_time: "tuple[Move, ...]" = field(default=(), repr=False)
    once_said: "tuple[Move, ...]" = field(default=(), repr=False)
    # The searches that last looked at it, and that last found its moves.
    looked_at: int = 0
    prepared: int = 0
    # No repr: it would show the whole graph.
    kept: dict[Hashable, Any] = field(factory=dict, repr=False)


class Turn(NamedTuple):
    """The core takes in an event, and what is known after that.

    `is_news`: the desired state, or its stage, has changed.
    """

    taken: Taken
    after: Known
    is_news: bool


Move = tuple[Turn, Kind]
"""A turn that may come at any time, or only after the command was sent."""


class CoreUnderTest:
    """A core, and all the deployments that it has made, from one start.

    With `merge_histories`, fields that are only history are checked and then dropped
    (see `without_history`), which leaves several times fewer states.

    `deployments`: the number of distinct ones in the current search.
    `makes_specs`: whether the core changed the spec of a deployment; then results for
    one pace say nothing about another.
    """

    def __init__(self, follow: Follow, *, merge_histories: bool) -> None:
        self._follow = follow
        self._merge_histories = merge_histories
        self._log = PaceLog()
        self._search = 1
        self._spec: Spec | None = None
        self._known: dict[tuple[Spec | None, _Parts], Known] = {}
        self._once_said: dict[Stage, tuple[tuple[Event, Kind], ...]] = {}
        self.deployments = 0
        self.makes_specs = False

    def __len__(self) -> int:
        return len(self._known)

    def begin(self, spec: Spec) -> Spec:
        """Begin a search of an update with this spec; returns the spec to begin it with.

        All specs of one core must be equal, except for the pace.
        """
        if self._log.spec is None:
            self._known.clear()  # The results so far were computed without a log.
        self._search += 1
        self.deployments = 0
        self._spec = self._log.stand_for(spec)
        return self._spec

    def know(self, deployment: Deployment) -> Known:
        """What is known of a deployment."""
        spec = deployment.spec
        if self._spec is None:
            self._spec = spec
        parts = _without_history(deployment) if self._merge_histories else _parts(deployment)
        # Nearly always it is the same object as at the start, and need not be compared.
        other = None if spec is self._spec else spec
        if other is not None:
            self.makes_specs = True
        found = self._known.get((other, parts))
        if found is None:
            found = self._known[other, parts] = Known(
                Deployment(deployment.spec, *parts),
                tuple([fleet.in_service for fleet in deployment.fleets]),
                tuple([fleet.alive for fleet in deployment.fleets]),
            )
        return found

    def look_at(self, known: Known) -> None:
        """Compute, once per search, what is due and which state properties are broken."""
        if known.looked_at == self._search:
            return
        known.command, known.breaks = self._command(known), self._breaks(known)
        known.looked_at = self._search
        self.deployments += 1

    def prepare(self, known: Known) -> None:
        """Compute, once per search, all turns that do not depend on the world."""
        if known.prepared != self._search:
            self.look_at(known)
            moves = self._log.once(known.kept, "moves", self._find_moves, known)
            known.at_any_time, known.once_said = moves
            known.prepared = self._search

    def see_fleets(self, known: Known, around: Surroundings) -> Turn | None:
        """The turn when the core sees the fleets as they are."""
        return self._log.once(known.kept, around.counts, self._see_fleets, known, around)

    def see_split(self, known: Known, split: Weights) -> Turn | None:
        """The turn when the core sees the traffic settled at `split`."""
        return self._log.once(known.kept, split, self._see_split, known, split)

    def take_in(self, known: Known, event: Event) -> Turn | None:
        """The turn when the core takes in an event; None if that changes and breaks nothing."""
        before = known.deployment
        after, edges = self._followed(before, event)
        breaks = self._broken_by(before, event, after)
        if after is before and not (edges or breaks):
            return None
        told = _lead_there(before, event, edges, after)
        if told and not breaks and _same(before, after):
            return None
        known_after = self.know(after)
        if not (told or breaks or self._breaks(known_after)):  # what is worse is told first
            breaks = ("edges_lead_from_before_to_after",)
        fell = before.ended or self._measure(known_after) < self._measure(known)
        names = tuple([_NAMES.get(id(edge)) or edge.name for edge in edges])
        taken = Taken(event, after.stage, names, breaks, fell)
        stays = after.stage == before.stage and self._command(known_after) == self._command(known)
        return Turn(taken, known_after, not stays)

    def _see_fleets(self, known: Known, around: Surroundings) -> Turn | None:
        return self.take_in(known, FleetsSeen(known.deployment.stage, around.sightings))

    def _see_split(self, known: Known, split: Weights) -> Turn | None:
        return self.take_in(known, SplitSettled(known.deployment.stage, shares(split)))

    def _command(self, known: Known) -> Command:
        return self._log.once(known.kept, "command", _due_to, known.deployment)

    def _breaks(self, known: Known) -> tuple[str, ...]:
        once, kept, deployment = self._log.once, known.kept, known.deployment
        return tuple(
            [name for name, holds in _STATE.items() if not once(kept, name, holds, deployment)]
        )

    def _measure(self, known: Known) -> tuple[int, ...]:
        return self._log.once(known.kept, "measure", measure, known.deployment)

    def _broken_by(self, before: Deployment, event: Event, after: Deployment) -> tuple[str, ...]:
        if after is before:
            return broken(_DEMANDING[type(event)], before, event, after)
        found = broken(_EDGE, before, event, after)
        if not _same(after, self._followed(after, event)[0]):
            return (*found, _REPEATED)
        return found

    def _find_moves(self, known: Known) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
        """The moves that may come at any time, and those that need the command to be sent first."""
        deployment = known.deployment
        late = [(event, Kind.FAULT) for event in self._late(deployment)]
        events = self._once_said.get(deployment.stage)
        if events is None:
            events = self._once_said[deployment.stage] = tuple(once_said(deployment))
        moves = self._moves(known, (*at_any_time(deployment), *late))
        return moves, (*self._moves(known, events), *moves)

    def _moves(self, known: Known, events: Iterable[tuple[Event, Kind]]) -> tuple[Move, ...]:
        turns = [(self.take_in(known, event), kind) for event, kind in events]
        return tuple([(turn, kind) for turn, kind in turns if turn is not None])

    def _late(self, deployment: Deployment) -> list[Event]:
        """The foreign events that change something. A correct core has none."""
        found, follow, event = [], self._follow, None
        try:
            # Most events of a search are tried here, so every call matters.
            for event in foreign_events(deployment):
                after, _ = follow(deployment, event)
                if after is not deployment and after != deployment:
                    found.append(event)
        except Exception as error:
            _note(error, event)
            raise
        return found

    def _followed(self, before: Deployment, event: Event) -> tuple[Deployment, tuple[Edge, ...]]:
        """Call the core under test; an exception gets a note with the event."""
        try:
            return self._follow(before, event)
        except Exception as error:
            _note(error, event)
            raise


def _due_to(deployment: Deployment) -> Command:
    desired = due(deployment)
    return Command(tuple([fleet.count for fleet in desired.fleets]), weights(deployment.split))


def _note(error: Exception, event: Event | None) -> None:
    error.add_note(f"while taking in {event}")


def _same(a: Deployment, b: Deployment) -> bool:
    # Usually the same object, which is quick to compare.
    return a is b or a == b


def _lead_there(
    before: Deployment, event: Event, edges: tuple[Edge, ...], after: Deployment
) -> bool:
    """True if the edges lead from `before` to `after`: the first may be on the event,
    and any other is silent."""
    at = (before.direction, before.phase)
    kind: type[Event] | None = type(event)
    for edge in edges:
        if (edge.direction, edge.phase) != at or edge.event not in (kind, None):
            return False
        at, kind = (edge.target_direction, edge.target), None
    return at == (after.direction, after.phase)


_Parts = tuple[Stage, int, tuple[Fleet, ...], bool, Cause | None, Cause | None, str | None]
"""A deployment without its spec."""


def _parts(deployment: Deployment) -> _Parts:
    return (
        deployment.stage,
        deployment.up,
        deployment.fleets,
        deployment.settled,
        deployment.cause,
        deployment.cut_short,
        deployment.continued_by,
    )


def _without_history(deployment: Deployment) -> _Parts:
    """The deployment without the fields that cannot affect later steps.

    These are the cause of a rollback, what cut it short, and, after the end, the step
    reached, because no edge leads out of an end. Only the existence of a cause is kept:
    no state property and no measure needs more.
    """
    stage, up, ended = deployment.stage, deployment.up, deployment.ended
    return (
        Stage(stage.direction, 1, stage.attempt, stage.phase) if ended else stage,
        0 if ended else up,
        deployment.fleets,
        deployment.settled,
        None if deployment.cause is None else _FORGOTTEN,
        None if deployment.cut_short is None else _FORGOTTEN,
        deployment.continued_by,
    )


def without_history(deployment: Deployment) -> Deployment:
    """The deployment as seen by a search that merges histories."""
    return Deployment(deployment.spec, *_without_history(deployment))
