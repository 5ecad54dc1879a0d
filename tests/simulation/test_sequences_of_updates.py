"""Whatever goes wrong, and whatever was left by the update before: every update ends in the
status that SageMaker would show, and what must hold does, also of the instances really there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    BlueGreenUpdatePolicy,
    Deployment,
    Direction,
    FleetSpec,
    Phase,
    RollingUpdatePolicy,
    UpdatePolicy,
    instances,
    percent,
    serving,
    start,
)
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend
from rolling.core.capacity import NO_TRAFFIC, carries
from rolling.core.properties import EDGE_PROPERTIES, STATE_PROPERTIES
from rolling.driving import VirtualClock, accept, run
from tests.simulation.scenarios import Document, simulated, update

pytestmark = pytest.mark.slow

BREAKING = [
    Fault(FaultKind.PROVISIONING_FAILED, Direction.BACK, batch=2),
    Fault(FaultKind.SHIFT_FAILED, Direction.BACK),
    Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=3),
    Fault(FaultKind.CLEANUP_FAILED, Direction.BACK, phase=Phase.CLEANING),
]
TURNING = [
    Fault(FaultKind.STOP, batch=batch, phase=phase, after_seconds=seconds)
    for batch in (1, 2, 3)
    for phase in list(Phase)[:4]
    for seconds in (0, 3)
]
POLICIES: list[UpdatePolicy] = [
    RollingUpdatePolicy(instances(2), 60, instances(1)),
    RollingUpdatePolicy(instances(2), 0),
    RollingUpdatePolicy(percent(30), 60, percent(40)),
    BlueGreenUpdatePolicy(),
    BlueGreenUpdatePolicy(termination_wait_seconds=60),
]


def fleets_left_by(deployment: Deployment) -> list[FleetSpec]:
    """What an endpoint serves after a deployment, newest first."""
    pairs = zip(deployment.spec.fleets, deployment.fleets, strict=True)
    return [
        FleetSpec(spec.configuration, spec.full, fleet.in_service, fleet.share)
        for spec, fleet in pairs
        if fleet.in_service
    ]


def next_update(
    fleets: list[FleetSpec], to: str, full: int, policy: UpdatePolicy, generation: int
) -> Deployment:
    """An update of a mix of fleets; its target may be among them already."""
    present = [fleet for fleet in fleets if fleet.configuration == to]
    count, share = (present[0].count, present[0].share) if present else (0, NO_TRAFFIC)
    new = FleetSpec(to, present[0].full if present else full, count, share)
    old = [fleet for fleet in fleets if fleet.configuration != to]
    return start(old, new, policy, ["p99"], generation)


@st.composite
def struck(draw: st.DrawFn) -> list[Fault]:
    turning = draw(st.sampled_from([None, *TURNING]))
    breaking = draw(st.lists(st.sampled_from(BREAKING), max_size=2))
    return [fault for fault in (turning, *breaking) if fault is not None]


@given(st.data())
def test_updates_and_repairs_of_what_is_really_there(data: st.DataObject) -> None:
    clock = VirtualClock()
    fleets = [serving("config-1", data.draw(st.integers(4, 9)))]
    backend = SimulatedBackend(fleets, clock=clock)
    for generation in range(1, 5):
        others = [name for name in ("config-1", "config-2", "config-3") if len(fleets) > 1
                  or name != fleets[0].configuration]  # fmt: skip
        to = data.draw(st.sampled_from(others))
        full, policy = data.draw(st.integers(4, 9)), data.draw(st.sampled_from(POLICIES))
        deployment = next_update(fleets, to, full, policy, generation)
        backend = backend.next_update(data.draw(struck()))
        for tick in run(
            accept(deployment, clock.now()), backend, clock, stop_requested=backend.stop_requested
        ):
            for change in tick.changes:
                for holds in STATE_PROPERTIES:
                    # Leftovers of an earlier update are alive beside what this one may have.
                    if holds.__name__ != "s2_under_the_ceiling":
                        assert holds(change.after), holds.__name__
                for preserves in EDGE_PROPERTIES:
                    assert preserves(change.before, change.event, change.after), preserves
            deployment = tick.record.deployment
            for spec in deployment.spec.fleets:
                real = backend.world.fleets[spec.configuration].in_service
                for split in backend.world.splits:
                    share = split.get(spec.configuration, NO_TRAFFIC)
                    assert carries(real, share, spec.full), (str(deployment.stage), spec, split)
        assert deployment.ended
        # What it says of itself is what is there.
        names = [spec.configuration for spec in deployment.spec.fleets]
        (settled,) = backend.world.splits
        assert [str(settled.get(name, NO_TRAFFIC)) for name in names] == [
            str(share) for share in deployment.split
        ]
        seen = [backend.world.fleets[name].in_service for name in names]
        assert [fleet.in_service for fleet in deployment.fleets] == seen
        fleets = fleets_left_by(deployment)


STATUS = {
    "Succeeded": "InService",
    "RolledBack": "InService",
    "RollbackFailed": "UpdateRollbackFailed",
}
FAULTS: list[Document] = [
    {"Kind": "Stop", "Batch": 2},
    {"Kind": "Alarm", "AlarmName": "p99", "Batch": 2, "AfterSeconds": 30},
    {"Kind": "ShiftFailed", "Batch": 2},
    {"Kind": "InstanceLost", "Batch": 2, "AfterSeconds": 20},
    {"Kind": "ProvisioningFailed", "Direction": "Back", "Batch": 2},
    {"Kind": "ShiftFailed", "Direction": "Back"},
    {"Kind": "CleanupFailed", "Direction": "Back", "Phase": "Cleaning"},
]


@given(st.lists(st.lists(st.sampled_from(FAULTS), max_size=3), min_size=1, max_size=3))
def test_every_sequence_of_updates_leaves_the_endpoint_in_a_true_status(
    sequence: list[list[Document]],
) -> None:
    updates: list[Document] = []
    in_use, broken = "config-1", False
    for faults in sequence:
        to = "config-2" if in_use != "config-2" else "config-3"
        updates.append(update(to, *faults))
        document = simulated(*updates)
        report, shown = document["Updates"][-1], document["Endpoint"]
        if broken and report["Outcome"] == "RolledBack":
            # A repair that rolls back is back at the mix that it set out to repair.
            assert report["EndpointStatus"] == "UpdateRollbackFailed"
        else:
            assert report["EndpointStatus"] == STATUS[report["Outcome"]]
        assert shown["EndpointStatus"] == report["EndpointStatus"]
        assert (report["FailureReason"] is None) == (report["Outcome"] == "Succeeded")
        in_use = to if report["Outcome"] == "Succeeded" else in_use
        assert shown["EndpointConfigName"] == in_use
        broken = report["EndpointStatus"] == "UpdateRollbackFailed"
