"""What the benchmark puts beside the core decides as the core does, fact by fact."""

import pytest

from rolling import AlarmsRead, FleetsSeen, Reading, Sighting, advance, due
from tests.bench.peers import ByHand, ByTransitions
from tests.bench.transition_cost import begun, peer, rollout


@pytest.mark.parametrize("kind", [ByHand, ByTransitions])
def test_a_peer_has_the_same_due_after_every_fact(kind: type[ByHand] | type[ByTransitions]) -> None:
    deployment, beside = begun(), kind(100, 5, ("p99",), 300)
    for event in rollout():
        deployment = advance(deployment, event)
        beside.advance(event)
        desired = due(deployment)
        (phase, counts, split), alarms, interval, deadline = beside.due()
        assert phase == deployment.phase.name
        assert counts == tuple(fleet.count for fleet in desired.fleets)
        assert split[0] == (desired.fleets[0].share.part, desired.fleets[0].share.whole)
        assert (alarms, interval, deadline) == (
            desired.alarms,
            desired.interval_seconds,
            desired.deadline_seconds,
        )
    assert deployment.ended


@pytest.mark.parametrize("kind", [ByHand, ByTransitions])
def test_a_peer_heeds_a_loss_an_alarm_and_a_stale_fact(
    kind: type[ByHand] | type[ByTransitions],
) -> None:
    provisioned, shifted, *_ = rollout()
    for attempt in (1, 2):
        beside = peer(kind)
        assert isinstance(beside, ByHand | ByTransitions)
        beside.advance(provisioned)
        beside.advance(shifted)
        deployment = advance(advance(begun(), provisioned), shifted)
        if attempt == 2:
            lost = FleetsSeen(deployment.stage, (Sighting(4, 5), Sighting(100, 100)))
            beside.advance(lost)
            deployment = advance(deployment, lost)
        assert (beside.phase, beside.attempt) == (deployment.phase.name, deployment.stage.attempt)
        beside.advance(AlarmsRead(rollout()[2].stage, (("p99", Reading.ALARM),), False))  # type: ignore[union-attr]
        assert beside.phase == ("TURNED" if attempt == 1 else "PROVISIONING")
