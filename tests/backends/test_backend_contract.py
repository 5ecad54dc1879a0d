"""The simulated backend keeps the contract that every backend must keep."""

import math

import pytest
from attrs import evolve

from rolling import (
    Deployment,
    Desired,
    DesiredFleet,
    Direction,
    Operation,
    Phase,
    Share,
    Sighting,
    Stage,
    due,
)
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend
from rolling.driving import Failure, Superseded, VirtualClock
from tests.simulated import rolling_update

ALL_OLD = (Share(0, 1), Share(1, 1))
HALF = (Share(1, 2), Share(1, 2))


def desired(new: int, old: int, split: tuple[Share, ...] = ALL_OLD, step: int = 1) -> Desired:
    stage = Stage(Direction.FORWARD, step, 1, Phase.PROVISIONING)
    fleets = tuple(map(DesiredFleet, ("config-2", "config-1"), (new, old), split))
    return Desired(1, stage, fleets, (), None, None)


class At:
    """A simulated endpoint of 4 old instances, and its clock."""

    def __init__(self, *faults: Fault) -> None:
        self.clock = VirtualClock()
        deployment: Deployment = rolling_update(old=4)
        self.backend = SimulatedBackend(deployment.spec.fleets, faults=faults, clock=self.clock)
        self.said = due(deployment)

    def say(self, said: Desired, at: float = 0) -> None:
        self.clock.wait_until(at)
        self.said = said
        self.backend.make_true(said)

    def fleets(self, at: float) -> tuple[Sighting, ...]:
        self.clock.wait_until(at)
        return self.backend.observe(self.said).sightings


def test_what_is_missing_is_launched_at_once_and_comes_into_service_later() -> None:
    world = At()
    world.say(desired(2, 4))
    assert world.fleets(0) == (Sighting(0, 2), Sighting(4, 4))
    assert world.fleets(239) == (Sighting(0, 2), Sighting(4, 4))
    assert world.fleets(240) == (Sighting(2, 2), Sighting(4, 4))


def test_a_command_that_is_repeated_changes_nothing() -> None:
    world = At()
    for moment in range(0, 240, 10):
        world.say(desired(2, 3), at=moment)
    assert world.fleets(239) == (Sighting(0, 2), Sighting(3, 3))
    assert world.fleets(240) == (Sighting(2, 2), Sighting(3, 3))


def test_a_condemned_instance_is_alive_and_not_in_service() -> None:
    world = At()
    world.say(desired(0, 1))
    assert world.fleets(29) == (Sighting(0, 0), Sighting(1, 4))
    assert world.fleets(30) == (Sighting(0, 0), Sighting(1, 1))


def test_launching_instances_are_condemned_first() -> None:
    world = At()
    world.say(desired(0, 6))
    world.say(desired(0, 3, step=2), at=100)
    assert world.fleets(100) == (Sighting(0, 0), Sighting(3, 6))
    assert world.fleets(300) == (Sighting(0, 0), Sighting(3, 3))


def test_of_launching_instances_the_last_to_be_ready_is_condemned_first() -> None:
    world = At()
    world.say(desired(1, 4))
    world.say(desired(2, 4, step=2), at=100)
    world.say(desired(1, 4, step=3), at=150)
    assert world.fleets(240) == (Sighting(1, 1), Sighting(4, 4))


def test_a_shift_that_fails_leaves_traffic_where_it_was_until_another_stage() -> None:
    world = At(Fault(FaultKind.SHIFT_FAILED, batch=2, phase=Phase.PROVISIONING, after_seconds=2))
    world.say(desired(4, 4))
    world.say(desired(4, 4, HALF, step=2), at=240)
    assert world.backend.observe(world.said).split is None
    for moment in (242, 300):
        world.say(desired(4, 4, HALF, step=2), at=moment)
        seen = world.backend.observe(world.said)
        assert seen.split == ALL_OLD
        assert [failure.operation for failure in seen.failures] == [Operation.SHIFT]
        assert [failure.fleet for failure in seen.failures] == [0]
    world.say(desired(4, 4, HALF, step=3), at=300)
    world.clock.wait_until(305)
    assert world.backend.observe(world.said).split == HALF


def test_the_latest_command_wins_and_a_condemned_instance_does_not_come_back() -> None:
    world = At()
    world.say(desired(0, 1))
    world.say(desired(0, 4, step=2), at=10)
    assert world.fleets(10) == (Sighting(0, 0), Sighting(1, 7))
    assert world.fleets(30) == (Sighting(0, 0), Sighting(1, 4))
    assert world.fleets(250) == (Sighting(0, 0), Sighting(4, 4))


def test_a_split_in_motion_is_not_reported() -> None:
    world = At()
    world.say(desired(4, 4))
    assert world.backend.observe(world.said).split == ALL_OLD
    world.say(desired(4, 4, HALF, step=2), at=240)
    assert world.backend.observe(world.said).split is None
    world.clock.wait_until(244)
    assert world.backend.observe(world.said).split is None
    world.clock.wait_until(245)
    assert world.backend.observe(world.said).split == HALF


def test_a_split_that_is_changed_in_motion_settles_anew() -> None:
    world = At()
    world.say(desired(4, 4, HALF), at=0)
    world.say(desired(4, 4, ALL_OLD, step=2), at=4)
    world.clock.wait_until(8)
    assert world.backend.observe(world.said).split is None
    world.clock.wait_until(9)
    assert world.backend.observe(world.said).split == ALL_OLD


def test_equal_shares_in_another_form_move_nothing() -> None:
    world = At()
    world.say(desired(4, 4, (Share(0, 8), Share(8, 8))))
    assert world.backend.observe(world.said).split is not None


def test_a_command_of_an_earlier_stage_is_refused() -> None:
    world = At()
    world.say(desired(2, 4, step=2))
    with pytest.raises(Superseded, match=r"generation 1, forward 1.1 \w+ came after .* 2.1"):
        world.backend.make_true(desired(4, 4, step=1))
    assert world.fleets(0) == (Sighting(0, 2), Sighting(4, 4))


def test_a_failure_stands_until_another_stage_is_commanded() -> None:
    world = At(Fault(FaultKind.PROVISIONING_FAILED, reason="no"))
    world.say(desired(2, 4))
    for moment in (0, 100, 1_000):
        world.say(desired(2, 4), at=moment)
        failures = world.backend.observe(world.said).failures
        assert failures == (Failure(Operation.PROVISION, 0, "no"),)
    # The other instance came into service at 240, and nothing was tried again then.
    assert world.fleets(1_000) == (Sighting(1, 1), Sighting(4, 4))
    world.say(desired(2, 4, step=2), at=1_000)
    assert world.backend.observe(world.said).failures == ()
    assert world.fleets(1_240) == (Sighting(2, 2), Sighting(4, 4))


def test_the_next_news_is_told_exactly_and_none_when_nothing_is_under_way() -> None:
    world = At()
    world.say(desired(2, 3))
    assert world.backend.observe(world.said).news_at == 30
    world.clock.wait_until(30)
    assert world.backend.observe(world.said).news_at == 240
    world.clock.wait_until(240)
    assert world.backend.observe(world.said).news_at == math.inf


def test_a_late_look_finds_what_happened_in_the_order_in_which_it_happened() -> None:
    world = At(Fault(FaultKind.INSTANCE_LOST, after_seconds=300, fleet="new"))
    world.say(desired(2, 4))
    # Lost at 300, launched again at 300, in service at 540.
    assert world.fleets(539) == (Sighting(1, 2), Sighting(4, 4))
    assert world.fleets(540) == (Sighting(2, 2), Sighting(4, 4))
    at_once = At(Fault(FaultKind.INSTANCE_LOST, after_seconds=300, fleet="new"))
    at_once.say(desired(2, 4))
    assert at_once.fleets(540) == (Sighting(2, 2), Sighting(4, 4))


def test_what_is_under_way_at_the_end_of_an_update_goes_on_in_the_next() -> None:
    world = At(Fault(FaultKind.CLEANUP_FAILED), Fault(FaultKind.INSTANCE_LOST, batch=9))
    world.say(desired(2, 2))
    following = world.backend.next_update()
    second = Desired(
        2,
        Stage(Direction.FORWARD, 1, 1, Phase.PROVISIONING),
        tuple(map(DesiredFleet, ("config-3", "config-2"), (1, 2), ALL_OLD)),
        (),
        None,
        None,
    )
    following.make_true(second)
    assert following.observe(second).sightings == (Sighting(0, 1), Sighting(0, 2))
    assert following.world.alive == 4 + 2 + 1
    world.clock.wait_until(240)
    assert following.observe(second).sightings == (Sighting(1, 1), Sighting(2, 2))
    assert following.world.alive == 2 + 2 + 1


def test_the_frozen_driver_of_the_update_before_changes_nothing() -> None:
    world = At(Fault(FaultKind.INSTANCE_LOST, after_seconds=50, fleet="old"))
    world.say(desired(2, 4))
    frozen, following = world.backend, world.backend.next_update()
    said = evolve(desired(0, 4), generation=2)
    following.make_true(said)
    world.clock.wait_until(100)
    for late in (desired(2, 4), desired(0, 0, step=9)):
        with pytest.raises(Superseded, match=r"generation 1, .* came after generation 2"):
            frozen.make_true(late)
        with pytest.raises(Superseded, match=r"generation 1, .* came after generation 2"):
            following.make_true(late)
        with pytest.raises(Superseded, match="the next one has begun"):
            frozen.observe(late)
    # No fault of the update before strikes either.
    assert frozen.stop_requested() is None
    assert following.observe(said).sightings == (Sighting(0, 0), Sighting(4, 4))


def test_the_update_before_is_over_also_before_the_next_one_is_commanded() -> None:
    world = At()
    world.say(desired(2, 4))
    world.backend.next_update()
    with pytest.raises(Superseded, match="after the next update had begun"):
        world.backend.make_true(desired(4, 4, step=2))
