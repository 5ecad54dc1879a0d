"""Cores with one mistake each, as wrappers around the right one.

Each is a bug that some rollout system had: see the names of the tests.
"""

from collections.abc import Callable

from attrs import evolve

from rolling import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    AlarmsRead,
    Deployment,
    Direction,
    Edge,
    Event,
    FleetsSeen,
    Phase,
    Reading,
    Sighting,
    StopRequested,
    follow,
)

Result = tuple[Deployment, tuple[Edge, ...]]
Follow = Callable[[Deployment, Event], Result]


def cleans_up_before_the_split_is_seen(deployment: Deployment, event: Event) -> Result:
    """A shift counts as made as soon as it was asked for."""
    after, edges = follow(deployment, event)
    return (after if after == deployment else evolve(after, settled=True)), edges


def reads_a_missing_alarm_as_ok(deployment: Deployment, event: Event) -> Result:
    """No evidence is taken for good evidence."""
    if isinstance(event, AlarmsRead):
        readings = dict.fromkeys(deployment.spec.alarms, Reading.OK) | dict(event.readings)
        event = AlarmsRead.of(event.stage, readings, after_interval=event.after_interval)
    return follow(deployment, event)


def ignores_a_stop_while_cleaning(deployment: Deployment, event: Event) -> Result:
    """Cleaning is not to be interrupted."""
    if isinstance(event, StopRequested) and deployment.phase is Phase.CLEANING:
        return deployment, ()
    return follow(deployment, event)


def believes_what_it_asks_for(deployment: Deployment, event: Event) -> Result:
    """Whatever was asked for is taken to be in service as soon as anything was seen."""
    if isinstance(event, FleetsSeen) and event.stage == deployment.stage:
        sightings = [
            Sighting(fleet.asked, max(seen.alive, fleet.asked))
            for seen, fleet in zip(event.fleets, deployment.fleets, strict=True)
        ]
        event = FleetsSeen(event.stage, tuple(sightings))
    return follow(deployment, event)


def rolls_back_to_the_broken_side(deployment: Deployment, event: Event) -> Result:
    """A rollback sends all the traffic to the new fleet."""
    after, edges = follow(deployment, event)
    turned = deployment.direction is Direction.FORWARD and after.direction is Direction.BACK
    if not turned:
        return after, edges
    fleets = (after.new.sent(ALL_TRAFFIC), *[fleet.sent(NO_TRAFFIC) for fleet in after.old])
    return evolve(after, fleets=fleets), edges


def gives_up_the_old_batch_at_the_shift(deployment: Deployment, event: Event) -> Result:
    """The old fleet is scaled in together with its share of the traffic, before the bake."""
    after, edges = follow(deployment, event)
    shifts = after.phase is Phase.SHIFTING and deployment.phase is not Phase.SHIFTING
    if not shifts or after.direction is Direction.BACK:
        return after, edges
    fleets = zip(after.spec.fleets, after.fleets, strict=True)
    return evolve(after, fleets=tuple([f.ask(f.needed(spec.full)) for spec, f in fleets])), edges


def begins_a_batch_beside_condemned_instances(deployment: Deployment, event: Event) -> Result:
    """Instances that are terminating do not count against the ceiling."""
    if isinstance(event, FleetsSeen) and event.stage == deployment.stage:
        sightings = [
            evolve(seen, alive=max(seen.in_service, min(seen.alive, fleet.asked)))
            for seen, fleet in zip(event.fleets, deployment.fleets, strict=True)
        ]
        event = FleetsSeen(event.stage, tuple(sightings))
    return follow(deployment, event)


def takes_in_observations_of_other_stages(deployment: Deployment, event: Event) -> Result:
    """An observation counts whenever it arrives."""
    if isinstance(event, FleetsSeen) and event.stage < deployment.stage:
        event = evolve(event, stage=deployment.stage)
    return follow(deployment, event)


def waits_for_ever_after_a_turn(deployment: Deployment, event: Event) -> Result:
    """On the way back nothing is observed, and no deadline ends that."""
    if deployment.direction is Direction.BACK and not deployment.ended:
        return deployment, ()
    return follow(deployment, event)


def crashes_on_an_empty_reading(deployment: Deployment, event: Event) -> Result:
    """The worst of the readings is asked for, even when there are none."""
    if isinstance(event, AlarmsRead) and max(state for _, state in event.readings) is Reading.OK:
        return follow(deployment, event)
    return follow(deployment, event)
