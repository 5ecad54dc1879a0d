"""Whatever the policy, the fleets and the faults: a simulated deployment ends, and what must
hold does, of the deployment in every state and of the instances that are really there."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    BlueGreenUpdatePolicy,
    Deployment,
    Direction,
    Gates,
    GateTimeoutAction,
    InvalidInput,
    Phase,
    RollingUpdatePolicy,
    RoutingType,
    SurgeRollingPolicy,
    TrafficRouting,
    UpdatePolicy,
    instances,
    percent,
)
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend, SimulationSettings
from rolling.backends.simulated.world import World
from rolling.core.capacity import NO_TRAFFIC, carries
from rolling.core.pace import drains_first
from rolling.core.properties import EDGE_PROPERTIES, STATE_PROPERTIES, ceiling
from rolling.driving import VirtualClock, accept, tick
from tests.simulated import begun

pytestmark = pytest.mark.slow

WAITS = st.integers(0, 3600)
SIZES = st.integers(1, 6).map(instances) | st.integers(1, 100).map(percent)


def timeouts() -> st.SearchStrategy[int]:
    return st.just(28_800) | st.integers(600, 5_000)


@st.composite
def rolling_policies(draw: st.DrawFn) -> UpdatePolicy:
    return RollingUpdatePolicy(
        draw(st.integers(1, 6).map(instances) | st.integers(5, 50).map(percent)),
        draw(WAITS),
        draw(st.none() | SIZES),
        draw(timeouts()),
    )


@st.composite
def blue_green_policies(draw: st.DrawFn) -> UpdatePolicy:
    kind = draw(st.sampled_from(RoutingType))
    size = None if kind is RoutingType.ALL_AT_ONCE else percent(draw(st.integers(10, 50)))
    routing = TrafficRouting(kind, draw(WAITS), size)
    return BlueGreenUpdatePolicy(routing, draw(WAITS), draw(timeouts()))


@st.composite
def surge_policies(draw: st.DrawFn) -> UpdatePolicy:
    room = st.integers(0, 3).map(instances) | st.integers(0, 60).map(percent)
    return SurgeRollingPolicy(
        draw(room), draw(room), draw(WAITS), draw(st.none() | SIZES), draw(timeouts())
    )


NO_GATES: st.SearchStrategy[Gates | None] = st.none()
GATES = NO_GATES | st.builds(
    Gates, st.integers(1, 600), st.sampled_from(GateTimeoutAction), st.none() | st.just((1,))
)


@st.composite
def deployments(draw: st.DrawFn, gates: st.SearchStrategy[Gates | None] = NO_GATES) -> Deployment:
    old, new = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    policy = draw(rolling_policies() | blue_green_policies() | surge_policies())
    try:
        return begun(policy, old, new, gates=draw(gates))
    except InvalidInput:
        return begun(RollingUpdatePolicy(percent(30), 60, percent(30)), old, new)


PLACES = [
    *[(Direction.FORWARD, phase) for phase in list(Phase)[:4]],
    *[(Direction.BACK, phase) for phase in list(Phase)[:4] if phase is not Phase.BAKING],
]


@st.composite
def faults(draw: st.DrawFn, kinds: Sequence[FaultKind]) -> Fault:
    kind = draw(st.sampled_from(kinds))
    direction, phase = draw(st.sampled_from(PLACES))
    asked = kind in (FaultKind.STOP, FaultKind.CONTINUE)
    lasting = kind is not FaultKind.INSTANCE_LOST and not asked
    counted = kind not in (FaultKind.ALARM, FaultKind.ALARM_UNREADABLE) and not asked
    aimed = counted and kind not in (FaultKind.SHIFT_FAILED, FaultKind.ROOM_TAKEN)
    return Fault(
        kind,
        direction,
        draw(st.none() | st.integers(1, 4)),
        draw(st.sampled_from([None, phase])),
        draw(st.integers(0, 500)),
        for_seconds=draw(st.none() | st.integers(1, 5_000)) if lasting else None,
        count=draw(st.integers(1, 5)) if counted else 1,
        fleet=draw(st.sampled_from([None, "new", "old"])) if aimed else None,
        seconds=draw(st.integers(1, 5_000)) if kind is FaultKind.PROVISIONING_SLOW else None,
    )


@st.composite
def settings(draw: st.DrawFn, old: int) -> SimulationSettings:
    return SimulationSettings(
        seed=draw(st.integers(0, 5)),
        provisioning_seconds=draw(st.integers(0, 400)),
        shift_seconds=draw(st.integers(0, 20)),
        cleanup_seconds=draw(st.integers(0, 100)),
        capacity_limit=draw(st.none() | st.integers(old, old + 15)),
        jitter_percent=draw(st.sampled_from([0, 0, 30])),
    )


def drive(deployment: Deployment, configured: SimulationSettings, struck: list[Fault]) -> Phase:
    """Drive to the end and judge on the way; the phase of the end."""
    clock = VirtualClock()
    backend = SimulatedBackend(deployment.spec.fleets, configured, struck, clock)
    lossless = all(fault.kind is not FaultKind.INSTANCE_LOST for fault in struck)
    record = accept(deployment, 0)
    for _ in range(3_000):
        stop, continued = backend.stop_requested(), backend.continuation()
        made = tick(record, backend, clock.now(), stop=stop, continued=continued)
        for change in made.changes:
            assert all(holds(change.after) for holds in STATE_PROPERTIES)
            for property_ in EDGE_PROPERTIES:
                assert property_(change.before, change.event, change.after), property_.__name__
        judge(deployment, backend.world, lossless)
        record = made.record
        if made.wake_at is None:
            return record.deployment.phase
        clock.wait_until(made.wake_at)
    raise AssertionError(f"still {record.deployment.stage} after 3,000 ticks")


def judge(deployment: Deployment, world: World, lossless: bool) -> None:
    """What must hold of the instances that are really there."""
    assert world.alive <= ceiling(deployment.spec)
    for spec in deployment.spec.fleets if lossless else ():
        real = world.fleets[spec.configuration].in_service
        for split in world.splits:
            share = split.get(spec.configuration, NO_TRAFFIC)
            assert carries(real, share, spec.floor), (spec.configuration, split, real)


@given(st.data(), deployments(GATES))
def test_with_any_faults(data: st.DataObject, deployment: Deployment) -> None:
    configured = data.draw(settings(deployment.spec.old_count))
    struck = data.draw(st.lists(faults(list(FaultKind)), max_size=6))
    assert drive(deployment, configured, struck) in (
        Phase.SUCCEEDED,
        Phase.ROLLED_BACK,
        Phase.ROLLBACK_FAILED,
    )


@given(st.data(), deployments(GATES))
def test_without_losses_no_fleet_ever_carries_more_than_it_can(
    data: st.DataObject, deployment: Deployment
) -> None:
    kinds = [kind for kind in FaultKind if kind is not FaultKind.INSTANCE_LOST]
    struck = data.draw(st.lists(faults(kinds), max_size=6))
    drive(deployment, data.draw(settings(deployment.spec.old_count)), struck)


@given(deployments(), st.integers(0, 300), st.integers(0, 3))
def test_without_faults_and_in_time_it_succeeds(
    deployment: Deployment, provisioning_seconds: int, seed: int
) -> None:
    configured = SimulationSettings(seed, provisioning_seconds, jitter_percent=20)
    ended = drive(deployment, configured, [])
    if deployment.spec.deadline_seconds == 28_800 and deployment.spec.new.full <= 6:
        assert ended is Phase.SUCCEEDED
    # Within given room the way back goes in batches too, and may meet its own limit.
    assert ended in (Phase.SUCCEEDED, Phase.ROLLED_BACK) or drains_first(deployment.spec)
