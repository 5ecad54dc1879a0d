"""Transition: start a deployment, and turn it and a fact into the next one.

`advance` is the machine: it takes a fact in, follows one edge that the fact
opens, then every silent edge. Which edges there are is in lifecycle.py.
"""

from collections.abc import Iterable

from attrs import evolve

from rolling.core.baking import evaluate_bake
from rolling.core.deployment import LAST_GENERATION, Deployment, Gates, Spec
from rolling.core.errors import ForeignEvent, InvalidInput, Problem, range_problem
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
from rolling.core.fleet import Fleet, FleetSpec, fleet_problems, is_healthy
from rolling.core.gate import (
    GATE_TIMEOUT,
    concerns_gate,
    gate_problems,
    gated_step_problems,
    turns_back_at_timeout,
)
from rolling.core.interrupting import cause_of, failure_matters
from rolling.core.lifecycle import WITHOUT_CAUSE, Edge, Trigger, open_edge
from rolling.core.pace import drains_first, start_count
from rolling.core.policy import (
    LONGEST_ALARM_NAME,
    MOST_ALARMS,
    SurgeRollingPolicy,
    UpdatePolicy,
    floor_in,
    pace_of,
    policy_problems,
)
from rolling.core.provisioning import drain_to_floor, provision_batch
from rolling.core.stage import Direction, Phase, Stage


def start(
    old: FleetSpec | Iterable[FleetSpec],
    new: FleetSpec,
    policy: UpdatePolicy,
    alarms: Iterable[str] = (),
    generation: int = 1,
    gates: Gates | None = None,
) -> Deployment:
    """Accept an update: the deployment in its first stage, its first batch asked for.

    Where the policy needs room first, that stage is of step 0: the old fleet is asked
    for its floor.

    `old`: the fleet to replace, or several, newest first, where the endpoint
    was left with a mix. `alarms`: the names to watch in every bake, at most 10.
    `generation`: the number of this update on its endpoint, counted from 1. A
    backend refuses the commands of an earlier one. `gates`: the bakes that pass only
    once they are continued; None where none does.
    Raises InvalidInput with every problem of the fleets, the policy, the alarms and the
    gates.
    """
    if not isinstance(old, Iterable | FleetSpec):
        rule = 'must be a FleetSpec, or several, newest first, such as serving("config-1", 10)'
        raise InvalidInput([Problem("old", old, rule)])
    fleets = (new, old) if isinstance(old, FleetSpec) else (new, *old)
    names = _each_once(alarms)
    problems = fleet_problems(fleets)
    # A policy is judged against the fleets: wrong ones leave nothing to judge by.
    old_count = 0 if problems else sum(fleet.count for fleet in fleets[1:])
    if not problems and isinstance(policy, SurgeRollingPolicy):
        problems = _unhealthy_problems(fleets)
    problems += policy_problems(policy, old_count, 0 if problems else new.full)
    problems += _alarm_problems(names)
    wrong = range_problem("generation", generation, 1, LAST_GENERATION)
    problems += [] if wrong is None else [wrong]
    problems += gate_problems(gates)
    if problems:
        raise InvalidInput(problems)
    spec = Spec(
        tuple([evolve(f, floor=floor_in(policy, f.full, new.full)) for f in fleets]),
        pace_of(policy, old_count, new.full),
        names,
        policy.maximum_execution_timeout_seconds,
        generation,
        gates,
    )
    problems = gated_step_problems(spec)
    if problems:
        raise InvalidInput(problems)
    before_first_step = Deployment(
        spec=spec,
        stage=Stage(Direction.FORWARD, 0, 1, Phase.CLEANING),
        up=start_count(spec),
        fleets=tuple([Fleet(f.count, f.count, f.count, f.share) for f in fleets]),
        settled=True,
    )
    begin = drain_to_floor if drains_first(spec) else provision_batch
    return begin(before_first_step)


def advance(deployment: Deployment, event: Event) -> Deployment:
    """The deployment after `event`; the very same one when the event changes nothing.

    An event that belongs to another stage changes nothing, and neither does
    one that comes a second time. Raises ForeignEvent for something that cannot
    be about this deployment at all.
    """
    return trace(deployment, event)[0]


def follow(deployment: Deployment, event: Event) -> tuple[Deployment, tuple[Edge, ...]]:
    """What `advance` does, with the edges that it followed, in their order."""
    after, path = trace(deployment, event)
    # Most events that a search tries follow no edge: then nothing more is built.
    return after, tuple([edge for edge, _ in path]) if path else ()


def trace(
    deployment: Deployment, event: Event
) -> tuple[Deployment, tuple[tuple[Edge, Deployment], ...]]:
    """What `advance` does, with each edge that it followed and the deployment after it."""
    trigger = trigger_of(deployment, event)
    if trigger is None:
        return deployment, ()
    deployment = observe(deployment, event)
    edge = open_edge(deployment, trigger) or open_edge(deployment, None)
    if edge is None:
        return deployment, ()
    cause = None if edge.trigger in WITHOUT_CAUSE else cause_of(deployment, event)
    path: list[tuple[Edge, Deployment]] = []
    while edge is not None:
        deployment = edge.effect(deployment, cause)
        path.append((edge, deployment))
        edge = open_edge(deployment, None)
    return deployment, tuple(path)


def trigger_of(deployment: Deployment, event: Event) -> Trigger | None:
    """What an event may open in the present stage; None if it is about another, or of no account.

    Raises ForeignEvent for one that speaks of fleets that the deployment does not have.
    """
    match event:
        case FleetsSeen(stage=stage, fleets=fleets):
            _check_count(deployment, event, len(fleets))
            return FleetsSeen if stage == deployment.stage else None
        case SplitSettled(stage=stage, split=split):
            _check_count(deployment, event, len(split))
            news = stage == deployment.stage and not deployment.settled
            return SplitSettled if news else None
        case AlarmsRead(stage=stage):
            baking = stage == deployment.stage and stage.phase is Phase.BAKING
            return evaluate_bake(deployment, event) if baking else None
        case OperationFailed(stage=stage, fleet=fleet):
            if not 0 <= fleet < len(deployment.fleets):
                raise ForeignEvent(
                    f"OperationFailed speaks of fleet {fleet}; "
                    f"this deployment has fleets 0 to {len(deployment.fleets) - 1}"
                )
            heeded = stage == deployment.stage and failure_matters(deployment, event)
            return OperationFailed if heeded else None
        case DeadlineElapsed(direction=direction):
            return DeadlineElapsed if direction is deployment.direction else None
        case StopRequested():
            return StopRequested
        case Continued() | GateElapsed():
            return type(event) if concerns_gate(deployment, event) else None
        case _:
            raise ForeignEvent(f"{event!r} is not an event of a deployment")


def _check_count(deployment: Deployment, event: Event, count: int) -> None:
    if count != len(deployment.fleets):
        raise ForeignEvent(
            f"{type(event).__name__} speaks of {count} fleets; "
            f"this deployment has {len(deployment.fleets)}"
        )


def observe(deployment: Deployment, event: Event) -> Deployment:
    """The deployment with what an event of its present stage shows taken in; no edge followed."""
    if isinstance(event, FleetsSeen):
        pairs = zip(deployment.fleets, event.fleets, strict=True)
        fleets = tuple([fleet.seen(seen.in_service, seen.alive) for fleet, seen in pairs])
        return deployment if fleets == deployment.fleets else deployment.knowing(fleets=fleets)
    if isinstance(event, SplitSettled):
        return _observe_split(deployment, event)
    if isinstance(event, Continued | GateElapsed):
        return _observe_continuation(deployment, event)
    return deployment


def _observe_continuation(deployment: Deployment, event: Continued | GateElapsed) -> Deployment:
    if isinstance(event, Continued):
        return deployment.knowing(continued_by=event.by)
    if turns_back_at_timeout(deployment):
        return deployment
    return deployment.knowing(continued_by=GATE_TIMEOUT)


def _observe_split(deployment: Deployment, event: SplitSettled) -> Deployment:
    if event.split == deployment.split:
        return deployment.knowing(settled=True)
    stage = deployment.stage
    if stage.phase is not Phase.ROLLBACK_FAILED or stage.attempt > 1:
        return deployment
    pairs = list(zip(deployment.fleets, event.split, strict=True))
    if any(share.part and not fleet.asked for fleet, share in pairs):
        return deployment
    # The shift that was under way was not made: from now on the split that is there is
    # due. It must be seen again, for a command to make the other may still be in flight.
    return deployment.enter(
        Stage(stage.direction, stage.step, stage.attempt + 1, stage.phase),
        fleets=tuple([fleet.sent(share) for fleet, share in pairs]),
    )


def _unhealthy_problems(fleets: tuple[FleetSpec, ...]) -> list[Problem]:
    """Why a fleet cannot be updated within given room: only a healthy one can."""
    if is_healthy(fleets):
        return []
    counts = ", ".join([f"{fleet.count} of {fleet.full}" for fleet in fleets])
    rule = (
        "a SurgeRollingPolicy replaces one old fleet that is in service in full, by a new one; "
        "repair the endpoint by another policy first"
    )
    return [Problem("SurgeRollingPolicy", counts, rule)]


def _each_once(alarms: Iterable[str]) -> tuple[str, ...]:
    """The names in their order. A string counts as one name, and so does anything that
    cannot be iterated: the problem then shows it."""
    if isinstance(alarms, str) or not isinstance(alarms, Iterable):
        return (alarms,)
    names: list[str] = []
    for name in alarms:
        if name not in names:
            names.append(name)
    return tuple(names)


def _alarm_problems(names: tuple[object, ...]) -> list[Problem]:
    field = "AutoRollbackConfiguration.Alarms"
    found = []
    if len(names) > MOST_ALARMS:
        rule = f"must be at most {MOST_ALARMS} alarms"
        found.append(Problem(field, len(names), rule, MOST_ALARMS))
    found += [
        Problem(
            f"{field}.AlarmName", name, f"must be a name of 1 to {LONGEST_ALARM_NAME} characters"
        )
        for name in names
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_ALARM_NAME
    ]
    return found
