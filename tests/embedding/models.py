"""Deployments and models that the tests of the machine share."""

from collections.abc import Iterator

from rolling import (
    AlarmsRead,
    BlueGreenUpdatePolicy,
    Deployment,
    Event,
    FleetsSeen,
    Reading,
    RollingUpdatePolicy,
    RoutingType,
    Sighting,
    SplitSettled,
    TrafficRouting,
    instances,
    serving,
    start,
    wanted,
)
from rolling.embedding import Move, Watched

ALARM = "p99"


def rolling_update(size: int = 2) -> Deployment:
    """A rolling update by one instance, just accepted."""
    policy = RollingUpdatePolicy(instances(1), 60, instances(1))
    return start(serving("config-1", size), wanted("config-2", size), policy, (ALARM,))


def linear(size: int = 2) -> Deployment:
    """A blue/green update that shifts one instance's share at a time, just accepted.

    Its steps but the first follow on a bake by silent edges.
    """
    policy = BlueGreenUpdatePolicy(TrafficRouting(RoutingType.LINEAR, 60, instances(1)))
    return start(serving("config-1", size), wanted("config-2", size), policy, (ALARM,))


def next_fact(deployment: Deployment, level: Reading = Reading.OK) -> Event:
    """What a world in which every wish comes true at once says next."""
    stage = deployment.stage
    match stage.phase.name:
        case "SHIFTING":
            return SplitSettled(stage, deployment.split)
        case "BAKING":
            readings = {name: level for name in deployment.spec.alarms}
            return AlarmsRead.of(stage, readings, after_interval=True)
        case _:
            return FleetsSeen(
                stage, tuple([Sighting(fleet.asked, fleet.asked) for fleet in deployment.fleets])
            )


def run(model: Watched, until: str | None = None) -> Iterator[Deployment]:
    """Advance a model with one fact after the other, until a state or to the end."""
    while not model.deployment.ended and model.state != until:
        before = model.deployment
        yield model.advance(next_fact(before))
        assert model.deployment is not before, f"nothing moves in {before.stage}"


def reach(model: Watched, state: str) -> None:
    """Advance a model with one fact after the other until it is in `state`."""
    for _ in run(model, until=state):
        pass
    assert model.state == state


class Diary(Watched):
    """A model that notes the callbacks that it gets, and what it holds at each."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.moves: list[Move] = []

    def note(self, kind: str, move: Move) -> None:
        self.notes.append(f"{kind} {self.state}")
        self.moves.append(move)

    def on_exit_provisioning(self, move: Move) -> None:
        self.note("exit", move)

    def on_exit_shifting(self, move: Move) -> None:
        self.note("exit", move)

    def on_exit_baking(self, move: Move) -> None:
        self.note("exit", move)

    def on_exit_cleaning(self, move: Move) -> None:
        self.note("exit", move)

    def on_enter_provisioning(self, move: Move) -> None:
        self.note("enter", move)

    def on_enter_shifting(self, move: Move) -> None:
        self.note("enter", move)

    def on_enter_baking(self, move: Move) -> None:
        self.note("enter", move)

    def on_enter_cleaning(self, move: Move) -> None:
        self.note("enter", move)

    def on_enter_succeeded(self, move: Move) -> None:
        self.note("enter", move)
