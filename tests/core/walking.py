"""What the tests of the core share: walks through a world where everything comes true."""

from collections.abc import Iterable

from rolling import (
    AlarmsRead,
    Continued,
    Deployment,
    Event,
    FleetsSeen,
    Gates,
    Phase,
    Reading,
    RollingUpdatePolicy,
    Share,
    Sighting,
    SurgeRollingPolicy,
    advance,
    due,
    instances,
    serving,
    start,
    wanted,
)
from rolling.core.gate import awaits_continuation
from rolling.core.plan import ideal_event


def rolling(
    old: int = 3, new: int = 3, batch: int = 1, back: int | None = None, wait: int = 300
) -> Deployment:
    """A rolling deployment from config-1 to config-2 that watches the alarm "p99"."""
    size = None if back is None else instances(back)
    policy = RollingUpdatePolicy(instances(batch), wait, size)
    return start(serving("config-1", old), wanted("config-2", new), policy, ["p99"])


def drain_first(
    full: int = 3,
    surge: int = 0,
    unavailable: int = 1,
    gates: Gates | None = None,
    wait: int = 300,
) -> Deployment:
    """An update within given room, of fleets of this size, that watches the alarm "p99"."""
    policy = SurgeRollingPolicy(instances(surge), instances(unavailable), wait)
    return start(serving("config-1", full), wanted("config-2", full), policy, ["p99"], gates=gates)


def states(deployment: Deployment) -> list[Deployment]:
    """Every state from this one to the end, when everything comes true."""
    found = [deployment]
    for _ in range(10_000):
        if deployment.ended:
            return found
        event = ideal_event(deployment)
        if awaits_continuation(deployment):
            event = Continued(deployment.stage, "ann")
        deployment = advance(deployment, event)
        if deployment.stage != found[-1].stage:
            found.append(deployment)
    raise AssertionError("no end in sight")


def run_to(deployment: Deployment, stage: str) -> Deployment:
    """The state at this stage, as "forward 2.1 baking", when everything comes true."""
    for state in states(deployment):
        if str(state.stage) == stage:
            return state
    raise AssertionError(f"{stage} is not on the way")


def end_of(deployment: Deployment) -> Deployment:
    """The end, when everything comes true."""
    return states(deployment)[-1]


def after(deployment: Deployment, events: Iterable[Event]) -> Deployment:
    """The deployment after these events."""
    for event in events:
        deployment = advance(deployment, event)
    return deployment


def seen(deployment: Deployment, *counts: tuple[int, int]) -> FleetsSeen:
    """The fleets as seen now: in service and alive of each, the new one first."""
    return FleetsSeen(deployment.stage, tuple(Sighting(*pair) for pair in counts))


def read(
    deployment: Deployment, reading: Reading | None, *, after_interval: bool = True
) -> AlarmsRead:
    """The same reading of every alarm; None leaves all of them out."""
    names = () if reading is None else deployment.spec.alarms
    pairs = tuple((name, reading) for name in names if reading is not None)
    return AlarmsRead(deployment.stage, pairs, after_interval)


def trip(deployment: Deployment) -> Deployment:
    """The deployment after all its alarms went off in the present bake."""
    assert deployment.phase is Phase.BAKING
    return advance(deployment, read(deployment, Reading.ALARM, after_interval=False))


def counts_due(deployment: Deployment) -> tuple[int, ...]:
    """How many instances each fleet should have."""
    return tuple(fleet.count for fleet in due(deployment).fleets)


def split_due(deployment: Deployment) -> tuple[Share, ...]:
    """The share of the traffic that each fleet should be sent."""
    return tuple(fleet.share for fleet in due(deployment).fleets)


def row(deployment: Deployment) -> str:
    """What is due, in one line: the stage, the counts and the traffic, old before new."""
    (new, *old), (new_share, *old_shares) = counts_due(deployment), split_due(deployment)
    counts = "+".join(map(str, old))
    shares = "+".join(map(str, old_shares))
    return f"{deployment.stage}: old {counts} new {new}, traffic {shares} and {new_share}"


def rows(deployment: Deployment) -> list[str]:
    """The rows of every state to the end, when everything comes true."""
    return [row(state) for state in states(deployment)]
