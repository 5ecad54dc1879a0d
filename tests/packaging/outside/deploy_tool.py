"""A deploy tool of somebody else's, checked strictly against the installed wheel.

A line with `type: ignore[code]` must be an error of that code.
"""

from collections.abc import Callable
from typing import assert_type

from rolling import (
    Deployment,
    Desired,
    Outcome,
    RollingUpdatePolicy,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.driving import (
    Backend,
    Clock,
    Observation,
    ObservedFleet,
    Record,
    Tick,
    VirtualClock,
    accept,
    run,
)
from rolling.embedding import DeploymentMachine, Move, Watched


class Fleet:
    """Every wish comes true at once."""

    def __init__(self) -> None:
        self.desired: Desired | None = None

    def make_true(self, desired: Desired) -> None:
        self.desired = desired

    def observe(self, desired: Desired) -> Observation:
        return Observation(
            tuple(ObservedFleet(fleet.count, fleet.count, fleet.share) for fleet in desired.fleets)
        )


class Half:
    """Not a backend: it cannot be told anything."""

    def observe(self, desired: Desired) -> Observation:
        raise NotImplementedError


class Pager(Watched):
    """Hears of each bake."""

    def on_enter_baking(self, move: Move) -> None:
        print(f"batch {move.after.stage.step} bakes")


def deploy(backend: Backend, clock: Clock, store: Callable[[Record], None]) -> Outcome | None:
    policy = RollingUpdatePolicy(percent(50), wait_interval_seconds=0)
    deployment = start(serving("config-1", 4), wanted("config-2", 4), policy, alarms=[])
    assert_type(deployment, Deployment)
    pager = Pager()
    DeploymentMachine(pager, deployment)
    record = accept(deployment, clock.now())
    for tick in run(record, backend, clock):
        assert_type(tick, Tick)
        store(tick.record)
        record = tick.record
        for change in tick.changes:
            assert_type(pager.advance(change.event), Deployment)
    return record.deployment.outcome


def mistakes() -> None:
    RollingUpdatePolicy("50%", wait_interval_seconds=0)  # type: ignore[arg-type]
    instances("2")  # type: ignore[arg-type]
    deploy(Half(), VirtualClock(), print)  # type: ignore[arg-type]


if __name__ == "__main__":
    print(deploy(Fleet(), VirtualClock(), lambda record: None))
