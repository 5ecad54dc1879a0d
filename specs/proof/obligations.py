"""What is to be shown, piece by piece.

That the invariant holds when a deployment starts; that where it holds, every
property of a state does; that where it holds, it holds after any event, and so
does every property of an edge; and what the core counts on of the world. Each
piece is an obligation of its own, and all of them together are the proof.
"""

from collections.abc import Iterator
from functools import partial
from unittest import mock

from rolling.core import transition
from rolling.core.capacity import NO_TRAFFIC
from rolling.core.deployment import LAST_GENERATION, Deployment
from rolling.core.errors import RollingError
from rolling.core.events import Event
from rolling.core.fleet import Fleet, FleetSpec
from rolling.core.lifecycle import EDGES
from rolling.core.properties import Asked
from rolling.core.stage import Direction, Phase
from rolling.core.transition import advance, start
from specs.proof.claims import edge_claims, start_claims, state_claims
from specs.proof.discharge import Claim, Obligation, Situation, all_of
from specs.proof.formula import Assignment
from specs.proof.invariant import (
    Traffic,
    invariant,
    size,
    spec_conditions,
    traffic_after,
    traffic_at_first,
    waits,
    whole,
)
from specs.proof.logic import every
from specs.proof.loop import Around, CutLoop
from specs.proof.replay import plain
from specs.proof.search import Search
from specs.proof.states import (
    ALARM,
    EVENTS,
    PLACES,
    Kind,
    some_deployment,
    some_event,
    some_fleets,
    some_gates,
    some_policy,
    some_traffic,
)

_Place = tuple[Direction, Phase]


def obligations() -> Iterator[Obligation]:
    """All of them: together they are the proof."""
    yield Obligation("what is alive counts", _some_world, _counted_alive)
    for kind in Kind:
        yield _starting(kind)
        for place in PLACES:
            if kind is Kind.GATED and place[0] is Direction.BACK:
                continue  # Only bakes read what the gates are.
            yield _standing(kind, place)
            for event in EVENTS:
                yield _stepping(kind, place, event)


def edge_names() -> frozenset[str]:
    """The names of all edges of the lifecycle: the proof is to have followed each."""
    return frozenset(edge.name for edge in EDGES)


def _starting(kind: Kind) -> Obligation:
    return Obligation(f"{kind.value}, start", some_fleets, partial(_start, kind=kind))


def _standing(kind: Kind, place: _Place) -> Obligation:
    return Obligation(
        f"{kind.value}, {_name(place)}, state",
        partial(_some_situation, kind=kind, place=place),
        _state,
    )


def _stepping(kind: Kind, place: _Place, event: type[Event]) -> Obligation:
    return Obligation(
        f"{kind.value}, {_name(place)}, {event.__name__}",
        partial(_some_situation, kind=kind, place=place),
        partial(_step, event_type=event),
    )


def _name(place: _Place) -> str:
    return " ".join(part.name.lower() for part in place)


def _start(search: Search, given: tuple[FleetSpec, FleetSpec], kind: Kind) -> Situation:
    """`start` takes every request within the limits, and the invariant holds then."""
    old, new = given
    generation = search.number("generation", 1, LAST_GENERATION)
    policy, gates = some_policy(search, kind, new.full), some_gates(search, kind)
    unknown = Asked((old,), new, policy, (ALARM,), generation, gates)

    def situation(numbers: Assignment | None) -> Situation:
        asked = unknown if numbers is None else plain(unknown, numbers)
        deployment = start(
            asked.old, asked.new, asked.policy, asked.alarms, asked.generation, asked.gates
        )
        spec = deployment.spec
        claims = (
            *start_claims(asked, deployment),
            all_of("spec", lambda: spec_conditions(spec)),
            all_of("invariant", lambda: invariant(deployment, traffic_at_first(spec))),
            Claim("it waits for an event", lambda: waits(deployment)),
        )
        follows = tuple(state_claims(deployment))
        return Situation(claims, follows, situation, f"start of {asked}", deployment)

    return situation(None)


def _some_situation(search: Search, kind: Kind, place: _Place) -> tuple[Deployment, Traffic]:
    """Any deployment at this place for which the invariant holds, between two events."""
    deployment, traffic = some_deployment(search, kind, place), some_traffic(search)
    assumed = spec_conditions(deployment.spec) | invariant(deployment, traffic)
    search.assume(*assumed.values(), waits(deployment))
    return deployment, traffic


def _state(search: Search, given: tuple[Deployment, Traffic]) -> Situation:
    """Where the invariant holds, every property of a state does."""
    unknown, _ = given

    def situation(numbers: Assignment | None) -> Situation:
        deployment = unknown if numbers is None else plain(unknown, numbers)
        claims = tuple(state_claims(deployment))
        return Situation(claims, (), situation, _in_words(deployment), deployment)

    return situation(None)


def _step(search: Search, given: tuple[Deployment, Traffic], event_type: type[Event]) -> Situation:
    """Where the invariant holds, it holds after the event, and so do the properties of edges."""
    unknown, traffic = given
    event = some_event(search, event_type, unknown, traffic)

    def situation(numbers: Assignment | None) -> Situation:
        all_three = (unknown, traffic, event)
        if numbers is not None:
            all_three = plain(all_three, numbers)
        loop = CutLoop(search, numbers, lambda head: _then(all_three, head))
        return _stepped(*all_three, loop)

    def _stepped(before: Deployment, where: Traffic, told: Event, open_edge: CutLoop) -> Situation:
        text = f"{_in_words(before)}, {where}; {told} leads to "
        try:
            with mock.patch.object(transition, "open_edge", open_edge):
                after = advance(before, told)
        except Around:
            text += "another turn of the loop"
            return Situation(open_edge.claims, (), situation, text, None, open_edge.edges)
        except (AssertionError, ValueError, RollingError) as error:
            failed = Claim("an event raises no error", lambda: False)
            return Situation((failed,), (), situation, f"{text}{error!r}", None, open_edge.edges)
        then = _then((before, where, told), after)
        claims = (*open_edge.claims, *edge_claims(before, told, after))
        if after is not before or then is not where:
            claims += (
                all_of("invariant", lambda: invariant(after, then)),
                Claim("it waits for an event", lambda: waits(after)),
            )
        return Situation(
            claims,
            tuple(state_claims(after)),
            situation,
            f"{text}{_in_words(after)}, {then}",
            (after, then),
            open_edge.edges,
        )

    return situation(None)


def _then(given: tuple[Deployment, Traffic, Event], after: Deployment) -> Traffic:
    before, traffic, event = given
    return traffic_after(traffic, before, event, after)


def _in_words(deployment: Deployment) -> str:
    pace = deployment.spec.pace
    return (
        f"[n={whole(deployment.spec)} floor={size(deployment.spec)}"
        f" b={pace.provision_batch} r={pace.rollback_batch}:"
        f" {deployment.stage}, up {deployment.up},"
        f" new {_fleet(deployment.new)}, old {_fleet(deployment.old[0])},"
        f" {'settled' if deployment.settled else 'not settled'}]"
    )


def _fleet(fleet: Fleet) -> str:
    return (
        f"{fleet.asked} asked {fleet.in_service} in service {fleet.alive} alive"
        f" share {fleet.share.part}/{fleet.share.whole}"
    )


def _some_world(search: Search) -> tuple[int, ...]:
    """Of one fleet: what is asked, in service and counted; told to the world, alive there; more."""
    names = ("asked", "in service", "counted", "told", "alive", "wanted", "part seen")
    world = tuple([search.number(name, 0) for name in names])
    asked, in_service, counted, told, alive, *_ = world
    search.assume(in_service <= asked, asked <= counted, told <= counted, alive <= counted)
    return world


def _counted_alive(search: Search, unknown: tuple[int, ...]) -> Situation:
    """No more is ever alive than counts: what the events are trusted with, shown.

    A world that was `told` a count and has `alive` instances, against the core's
    fleet. The world is told what is asked, launches up to what it was told,
    terminates, and is seen after it was told.
    """
    asked, _, _, told, alive, _, part_seen = unknown
    does = search.pick(("ask", "tell", "launch", "terminate", "see"))
    if does == "launch":
        search.assume(alive < told)
    if does == "terminate":
        search.assume(alive >= 1)
    if does == "see":
        search.assume(told == asked, part_seen <= alive)

    def situation(numbers: Assignment | None) -> Situation:
        given = unknown if numbers is None else plain(unknown, numbers)
        asked, in_service, counted, told, alive, wanted, part_seen = given
        fleet = Fleet(asked, in_service, counted, NO_TRAFFIC)
        if does == "ask":
            fleet = fleet.ask(wanted)
        elif does == "tell":
            told = fleet.asked
        elif does == "see":
            fleet = fleet.seen(part_seen, alive)
        else:
            alive = alive + (1 if does == "launch" else -1)
        counts = Claim(
            "all that is alive or may yet be counts",
            lambda: every(alive <= fleet.alive, told <= fleet.alive, fleet.asked <= fleet.alive),
        )
        return Situation((counts,), (), situation, f"{does}: {given}", (fleet, told, alive))

    return situation(None)
