"""(a) `advance` and `due` beside a `transitions` trigger on the same lifecycle graph."""

from collections.abc import Callable
from typing import Any

from transitions import Machine

from rolling import (
    EDGES,
    AlarmsRead,
    Deployment,
    Event,
    FleetsSeen,
    Phase,
    Reading,
    RollingUpdatePolicy,
    Sighting,
    SplitSettled,
    advance,
    due,
    follow,
    instances,
    serving,
    start,
    wanted,
)
from tests.bench.measure import medians


def report() -> list[str]:
    """Lines that say what one step costs in each."""
    steps = _rollout()
    triggers = [name for before, event, _ in steps for name in _triggers(before, event)]
    model, machine = _machine()
    rounds = range(20)

    def ours() -> None:
        for _ in rounds:
            for before, event, _ in steps:
                due(advance(before, event))

    def theirs() -> None:
        for _ in rounds:
            machine.set_state("FORWARD PROVISIONING")
            for name in triggers:
                getattr(model, name)(event=None)

    mine, other = medians(ours, theirs)
    per_step = mine / (len(rounds) * len(steps))
    per_trigger = other / (len(rounds) * len(triggers))
    return [
        f"advance + due, a step that changes the stage: {per_step * 1e6:.1f} µs",
        f"transitions, a trigger with one guard:        {per_trigger * 1e6:.1f} µs",
        f"transitions / ours = {per_trigger / per_step:.2f} (goal 2)",
    ]


def _rollout() -> list[tuple[Deployment, Event, Deployment]]:
    """Every step of a rollout in which all goes well that changes the stage."""
    deployment = start(
        old=serving("old", 100),
        new=wanted("new", 100),
        policy=RollingUpdatePolicy(instances(5), wait_interval_seconds=300),
        alarms=["p99"],
    )
    steps = []
    while not deployment.ended:
        event = _good_news(deployment)
        after = advance(deployment, event)
        if after.stage != deployment.stage:
            steps.append((deployment, event, after))
        deployment = after
    return steps


def _good_news(deployment: Deployment) -> Event:
    stage, desired = deployment.stage, due(deployment)
    if deployment.phase is Phase.SHIFTING:
        return SplitSettled(stage, deployment.split)
    if deployment.phase is not Phase.BAKING:
        return FleetsSeen(
            stage, tuple([Sighting(fleet.count, fleet.count) for fleet in desired.fleets])
        )
    readings = tuple([(name, Reading.OK) for name in desired.alarms])
    return AlarmsRead(stage, readings, after_interval=True)


def _triggers(before: Deployment, event: Event) -> list[str]:
    return [_trigger(edge.event) for edge in follow(before, event)[1]]


def _trigger(event: type[Event] | None) -> str:
    return "silent" if event is None else event.__name__


def _machine() -> tuple[Any, Any]:
    """The lifecycle's graph as a `transitions` machine, every guard open."""

    class Model:
        pass

    def is_open(_: object) -> bool:
        return True

    states = {f"{edge.direction.name} {edge.phase.name}" for edge in EDGES}
    states |= {f"{edge.target_direction.name} {edge.target.name}" for edge in EDGES}
    model = Model()
    machine = Machine(
        model,
        states=sorted(states),
        initial="FORWARD PROVISIONING",
        auto_transitions=False,
        send_event=True,
    )
    seen: set[tuple[str, str]] = set()
    condition: Callable[[object], bool] = is_open
    for edge in EDGES:
        source = f"{edge.direction.name} {edge.phase.name}"
        target = f"{edge.target_direction.name} {edge.target.name}"
        name = _trigger(edge.event)
        if "ROLLBACK" in target or edge.direction is not edge.target_direction:
            continue
        if (name, source) not in seen or edge.guard.__name__ == "clean_at_last":
            machine.add_transition(name, source, target, conditions=[condition])
        seen.add((name, source))
    return model, machine
