"""The core's graph: every state that it can reach in the world of the specs.

The world here is the one that RollingDeployment.tla describes under "The
world: which events may come". It is written a second time, in Python, so that an
event that only one of the two lets come is a difference as well.
"""

from collections.abc import Callable, Iterator
from itertools import product

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import Fleet
from rolling.core.outcome import (
    AlarmTripped,
    Cause,
    Failed,
    NotContinued,
    Operation,
    Stopped,
    TimedOut,
)
from rolling.core.stage import Direction, Phase, Stage
from rolling.core.transition import advance
from tests.specs.cases import Case
from tests.specs.graphs import Counts, Graph, Label, Node, Place

Advance = Callable[[Deployment, Event], Deployment]


def core_graph(case: Case, advance: Advance = advance) -> Graph:
    """The graph of `case`, as the core has it, or another `advance` in its place."""
    world = World(case)
    initial = world.node(case.deployment)
    edges: dict[Node, dict[Label, Node]] = {}
    # Deployments that are one node differ in the wording of a cause; the first one met
    # stands for all.
    standing_for = {initial: case.deployment}
    frontier = [initial]
    for node in frontier:
        deployment = standing_for[node]
        leads = edges[node] = {}
        for event in world.possible(deployment):
            after = advance(deployment, event)
            target = node if after is deployment else world.node(after)
            leads[world.label(event)] = target
            if target not in standing_for:
                standing_for[target] = after
                frontier.append(target)
    return Graph(initial, edges)


def core_counts(case: Case) -> tuple[int, int]:
    """The states and the labelled steps of the graph of `case`, without the graph."""
    world = World(case)
    met = {world.node(case.deployment)}
    frontier = [case.deployment]
    steps = 0
    for deployment in frontier:
        for event in world.possible(deployment):
            steps += 1
            after = advance(deployment, event)
            if after is not deployment and (node := world.node(after)) not in met:
                met.add(node)
                frontier.append(after)
    return len(met), steps


class World:
    """Which events may come, and how a case's deployments and events read as nodes and labels."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.spec = case.deployment.spec
        self.per_new, self.per_old = self.spec.old[0].floor, self.spec.new.floor
        self.whole = self.per_new * self.per_old

    # --- nodes ---

    def node(self, deployment: Deployment) -> Node:
        """The node that a deployment is."""
        new, old = deployment.fleets
        return Node(
            stage=_place(deployment.stage),
            up=deployment.up,
            new=_counts(new),
            old=_counts(old),
            traffic=(self.units(new.share), self.units(old.share)),
            settled=deployment.settled,
            cause=_reason(deployment.cause),
            cut_short=_reason(deployment.cut_short),
            continued=deployment.continued_by is not None,
        )

    def units(self, share: Share) -> int:
        """The share in units of which all traffic is the product of the two floors."""
        units, rest = divmod(share.part * self.whole, share.whole)
        assert rest == 0, f"{share} is no whole number of units of 1/{self.whole}"
        return units

    # --- labels ---

    def label(self, event: Event) -> Label:
        """The event as text."""
        kind = type(event).__name__
        match event:
            case FleetsSeen(stage=stage, fleets=(new, old)):
                data = [f"new={new.in_service}/{new.alive}", f"old={old.in_service}/{old.alive}"]
                return (kind, _at(stage), *data)
            case SplitSettled(stage=stage, split=(new_share, _)):
                return (kind, _at(stage), f"traffic={self.units(new_share)}")
            case AlarmsRead(stage=stage, readings=readings, after_interval=late):
                states = ",".join(state.name for _, state in readings)
                return (kind, _at(stage), f"readings={states}", f"after_interval={late}")
            case OperationFailed(stage=stage, operation=operation, fleet=fleet):
                what = operation.name.lower().replace("_", " ")
                data = [f"operation={what}", f"fleet={('new', 'old')[fleet]}"]
                return (kind, _at(stage), *data)
            case DeadlineElapsed(direction=direction):
                return (kind, f"direction={direction.name.lower()}")
            case StopRequested():
                return (kind,)
            case Continued(stage=stage) | GateElapsed(stage=stage):
                return (kind, _at(stage))
            case _:
                raise AssertionError(f"no label says {event}")

    # --- what may come ---

    def possible(self, deployment: Deployment) -> Iterator[Event]:
        """The events that may come to a deployment; each has a label of its own."""
        stage, troubles = deployment.stage, self.case.troubles
        yield from self._fleets_seen(deployment)
        for units in self._splits(deployment):
            yield SplitSettled(stage, (Share(units, self.whole), self._rest(units)))
        yield from self._readings(stage)
        if "failure" in troubles:
            for operation, fleet in product(Operation, (0, 1)):
                yield OperationFailed(stage, operation, fleet, "no reason given")
        if "deadline" in troubles:
            yield from map(DeadlineElapsed, Direction)
        if "stop" in troubles:
            yield StopRequested("anyone")
        yield from self._of_gates(stage)
        if self.case.stale_events:
            for other in _other_stages(stage):
                yield from self._stale(deployment, other)

    def _fleets_seen(self, deployment: Deployment) -> Iterator[Event]:
        new, old = deployment.fleets
        held = (
            deployment.phase is Phase.BAKING and deployment.stage.attempt >= self.case.most_attempts
        )
        least = min(new.asked, self.spec.new.full) if held else 0
        for new_seen, old_seen in product(_sightings(new), _sightings(old)):
            if new_seen.in_service >= least:
                yield FleetsSeen(deployment.stage, (new_seen, old_seen))

    def _splits(self, deployment: Deployment) -> set[int]:
        new, old = deployment.fleets
        start = self.spec.new.share
        asked = {
            *range(0, self.whole + 1, self.per_new),
            *range(self.whole, -1, -self.per_old),
            self.units(start),
        }
        return {self.units(new.share)} | {
            units
            for units in asked
            if units <= new.asked * self.per_new and self.whole - units <= old.asked * self.per_old
        }

    def _rest(self, units: int) -> Share:
        return Share(self.whole - units, self.whole)

    def _readings(self, stage: Stage) -> Iterator[Event]:
        names = self.spec.alarms
        states = [
            state
            for state in Reading
            if state is not Reading.ALARM or "alarm" in self.case.troubles
        ]
        for readings, late in product(product(states, repeat=len(names)), (False, True)):
            yield AlarmsRead(stage, tuple(zip(names, readings, strict=True)), late)

    def _stale(self, deployment: Deployment, stage: Stage) -> Iterator[Event]:
        yield FleetsSeen(stage, tuple([Sighting(f.asked, f.asked) for f in deployment.fleets]))
        yield SplitSettled(stage, deployment.split)
        for state in (Reading.ALARM, Reading.OK):
            yield AlarmsRead(stage, tuple([(name, state) for name in self.spec.alarms]), True)
        yield OperationFailed(stage, Operation.CLEAN_UP, 0, "a failure elsewhere")
        yield from self._of_gates(stage)

    def _of_gates(self, stage: Stage) -> Iterator[Event]:
        if self.spec.gates is not None:
            yield Continued(stage, "anyone")
            yield GateElapsed(stage)


def _sightings(fleet: Fleet) -> list[Sighting]:
    """Every count that the core tells apart, and two that it must bring into bounds."""
    asked, alive = fleet.asked, fleet.alive
    seen = {(i, a) for i in range(asked + 1) for a in range(asked, alive + 1)}
    return [Sighting(*counts) for counts in sorted(seen | {(0, 0), (alive, alive)})]


def _other_stages(stage: Stage) -> list[Stage]:
    direction, step, attempt, phase = stage.direction, stage.step, stage.attempt, stage.phase
    return [
        Stage(Direction(1 - direction), step, attempt, phase),
        Stage(direction, step + 1, attempt, phase),
        Stage(direction, step, attempt + 1, phase),
        *[stage.enter(other) for other in Phase if other is not phase],
    ]


def _place(stage: Stage) -> Place:
    direction = stage.direction.name.lower()
    return (direction, stage.step, stage.attempt, stage.phase.name.lower().replace("_", " "))


def _at(stage: Stage) -> str:
    return "stage=" + " ".join(map(str, _place(stage)))


def _counts(fleet: Fleet) -> Counts:
    return (fleet.asked, fleet.in_service, fleet.alive)


def _reason(cause: Cause | None) -> str:
    match cause:
        case None:
            return "none"
        case AlarmTripped():
            return "alarm"
        case Failed():
            return "failure"
        case TimedOut():
            return "deadline"
        case Stopped():
            return "stop"
        case NotContinued():
            return "gate"
