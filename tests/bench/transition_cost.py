"""(a) `advance` and `due` beside peers that take in the same facts and decide the same."""

from collections.abc import Callable

from rolling import (
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
    instances,
    serving,
    start,
    wanted,
)
from tests.bench.measure import medians
from tests.bench.peers import ByHand, ByTransitions, Rollout

SIZE, BATCH, ALARMS, WAIT_SECONDS = 100, 5, ("p99",), 300
ROUNDS = 20


def report() -> list[str]:
    """Lines that say what one event of a rollout costs in each."""
    events = rollout()
    ours, transitions, by_hand = medians(
        lambda: _walk(events), _peer(ByTransitions, events), _peer(ByHand, events)
    )
    per_event = ours / (ROUNDS * len(events))
    return [
        f"advance + due, an event of a rollout: {per_event * 1e6:.1f} µs",
        f"transitions, the same decisions: {transitions / ours:.2f} of our time (goal: at least 2)",
        f"if and else on a mutable object: ours is {ours / by_hand:.1f} times it (stretch: 3)",
    ]


def rollout() -> list[Event]:
    """The facts of a rollout in which all goes well."""
    deployment, events = begun(), []
    while not deployment.ended:
        event = _good_news(deployment)
        events.append(event)
        deployment = advance(deployment, event)
    return events


def begun() -> Deployment:
    """The deployment, accepted."""
    policy = RollingUpdatePolicy(instances(BATCH), WAIT_SECONDS)
    return start(serving("old", SIZE), wanted("new", SIZE), policy, ALARMS)


def peer(kind: type[Rollout]) -> Rollout:
    """The same rollout as a peer begins it."""
    return kind(SIZE, BATCH, ALARMS, WAIT_SECONDS)


def _walk(events: list[Event]) -> None:
    for _ in range(ROUNDS):
        deployment = begun()
        for event in events:
            deployment = advance(deployment, event)
            due(deployment)


def _peer(kind: type[ByHand] | type[ByTransitions], events: list[Event]) -> Callable[[], None]:
    # Making a machine of transitions is no part of a step.
    begun = [kind(SIZE, BATCH, ALARMS, WAIT_SECONDS) for _ in range(8 * ROUNDS)]

    def walk() -> None:
        for _ in range(ROUNDS):
            rollout = begun.pop()
            for event in events:
                rollout.advance(event)
                rollout.due()

    return walk


def _good_news(deployment: Deployment) -> Event:
    stage = deployment.stage
    if deployment.phase is Phase.SHIFTING:
        return SplitSettled(stage, deployment.split)
    if deployment.phase is Phase.BAKING:
        return AlarmsRead(stage, tuple([(name, Reading.OK) for name in ALARMS]), True)
    return FleetsSeen(stage, tuple([Sighting(f.asked, f.asked) for f in deployment.fleets]))
