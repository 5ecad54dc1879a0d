"""A counterexample in words: the steps to a violation, as sentences.

`timeline` works for the trace of any model, given a function that describes a step;
`explain` is for a deployment in its world.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from rolling.checking.deployment_model import Situation
from rolling.checking.explorer import EXCEPTION, Step, Violation
from rolling.checking.transition_cache import Taken
from rolling.checking.world import (
    Arrived,
    CameIntoService,
    Command,
    Killed,
    Lost,
    Moved,
    Sent,
    Stalled,
    Vanished,
    Weights,
    World,
    shares,
)
from rolling.core.deployment import Deployment
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
from rolling.core.stage import Stage

State = TypeVar("State", bound=Hashable)


def timeline(violation: Violation[State], sentence: Callable[[State, Step[State]], str]) -> str:
    """The violation as numbered lines; `sentence` describes a step and the state before it."""
    name = violation.property.replace("_", " ")
    because = f" ({violation.detail})" if violation.detail else ""
    if violation.trace is None:
        what = "Broken" if violation.property == EXCEPTION else "Never reached"
        return f"{what}: {name}{because}"
    before, lines = violation.trace.initial, []
    for number, step in enumerate(violation.trace.steps, start=1):
        lines.append(f"{number:3}. {sentence(before, step)}")
        before = step.state
    count = len(lines)
    after = "at the start" if count == 0 else f"after {count} step{'s' if count > 1 else ''}"
    return "\n".join([f"Broken {after}: {name}{because}", *lines])


def explain(violation: Violation[Situation]) -> str:
    """The violation of a deployment in its world, and the real state at its end."""
    told = timeline(violation, sentence)
    if violation.trace is None:
        return told
    return f"{told}\n     {_really_there(violation.trace.last)}"


def sentence(before: Situation, step: Step[Situation]) -> str:
    """A step as a sentence."""
    deployment, world = before.deployment, before.world
    names = fleet_names(deployment)
    match step.label:
        case Sent(command=command):
            return f"The driver asks {_asked(command, world, names)}."
        case Arrived(split=split):
            found = "" if world.at_rest else f", and finds the traffic {_split(split, names)}"
            return f"The command arrives{found}."
        case CameIntoService(fleet=fleet, instances=instances):
            return f"{_instances(instances, names[fleet])} come{_s(instances)} into service."
        case Vanished(fleet=fleet, instances=instances):
            condemned = _instances(instances, f"condemned {names[fleet]}")
            return f"{condemned} vanish{_s(instances, 'es')}."
        case Moved(split=split):
            return f"The traffic has moved: {_split(split, names)}."
        case Lost(fleet=fleet):
            return f"1 {names[fleet]} instance is lost."
        case Stalled(split=split):
            return f"The shift stalls with the traffic {_split(split, names)}."
        case Killed():
            return "The driver is killed, and starts again from the deployment alone."
        case Taken(event=event, stage=stage):
            return _told(event, names) + _turned(deployment.stage, stage)
        case other:
            return str(other)


def fleet_names(deployment: Deployment) -> tuple[str, ...]:
    """The names of the fleets: new and old, or old with the configuration if there are several."""
    old = deployment.spec.old
    if len(old) == 1:
        return ("new", "old")
    return ("new", *[f"old ({fleet.configuration})" for fleet in old])


def _asked(command: Command, world: World, names: tuple[str, ...]) -> str:
    counts = [
        _instances(count, name)
        for count, last, name in zip(command.counts, world.received.counts, names, strict=True)
        if count != last
    ]
    wishes = []
    if counts:
        wishes.append(f"for {_and(counts)}")
    if command.split != world.received.split:
        wishes.append(f"for the traffic {_split(command.split, names)}")
    return _and(wishes) if wishes else "for what the world was last asked for"


def _told(event: Event, names: tuple[str, ...]) -> str:
    match event:
        case FleetsSeen(fleets=fleets):
            serving = [fleet.in_service for fleet in fleets]
            alive = [fleet.alive for fleet in fleets]
            return f"The driver sees {_in_service(serving, alive, names)}"
        case SplitSettled(split=split):
            return f"The driver sees the traffic {_amounts(map(str, split), names)}"
        case AlarmsRead(readings=readings, after_interval=after):
            when = "after" if after else "within"
            states = [f"{name} {state.name}" for name, state in readings] or ["no alarm at all"]
            return f"The driver reads {_and(states)}, {when} the interval"
        case DeadlineElapsed(direction=direction):
            return f"The deadline of the way {direction.name.lower()} is over"
        case OperationFailed(operation=operation, fleet=fleet):
            return f"{operation.value.capitalize()} the {names[fleet]} fleet fails"
        case StopRequested(by=by):
            return f"A stop is requested, by {by}"
        case Continued(by=by):
            return f"The gate is continued, by {by}"
        case GateElapsed():
            return "The timeout of the gate is over"


def _turned(before: Stage, after: Stage) -> str:
    return "." if before == after else f": {before} becomes {after}."


def _really_there(situation: Situation) -> str:
    deployment, world = situation.deployment, situation.world
    names = fleet_names(deployment)
    there = _in_service(world.in_service, world.alive, names)
    traffic = _split(world.split, names)
    if not world.at_rest:
        traffic += f", on its way to {_split(world.received.split, names)}"
    return f"Really there: {there}; the traffic {traffic}."


def _in_service(serving: Iterable[int], alive: Iterable[int], names: tuple[str, ...]) -> str:
    fleets = zip(serving, alive, names, strict=True)
    counts = [
        f"{some} {name}" if some == all_ else f"{some} {name} ({all_} alive)"
        for some, all_, name in fleets
    ]
    return f"{_and(counts)} in service"


def _split(split: Weights, names: tuple[str, ...]) -> str:
    return _amounts(map(str, shares(split)), names)


def _amounts(amounts: Iterable[str], names: tuple[str, ...]) -> str:
    pairs = zip(amounts, names, strict=True)
    return _and([f"{amount} on {name}" for amount, name in pairs])


def _instances(count: int, name: str) -> str:
    return f"{count} {name} instance{'' if count == 1 else 's'}"


def _s(count: int, ending: str = "s") -> str:
    return ending if count == 1 else ""


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
