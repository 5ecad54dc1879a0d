"""The world is as bad as it may be, and no worse, with commands, instances and traffic."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from rolling import Share
from rolling.checking import Command, Granularity, Kind, Limits, World
from rolling.checking.world import (
    Arrived,
    CameIntoService,
    Killed,
    Lost,
    Moved,
    Stalled,
    Vanished,
    WorldEvent,
    halfway,
    quiet_world,
    send,
    shares,
    stalls,
    weights,
    world_events,
)
from rolling.core.errors import InvalidInput

ALL_OLD, HALF = (0, 1), (1, 1)
LIMITS = Limits(losses=1, stalls=1)
T = TypeVar("T")


def quiet(limits: Limits = LIMITS) -> World:
    return quiet_world((0, 4), ALL_OLD, limits)


def after(world: World, wish: WorldEvent, limits: Limits = LIMITS) -> World:
    """The world after one thing that may happen in it."""
    return next(world for label, world, _ in world_events(world, limits) if label == wish)


def carried_out(world: World, command: Command) -> World:
    return after(send(world, command), Arrived(world.split))


def labels(world: World, limits: Limits = LIMITS) -> list[WorldEvent]:
    return [label for label, _, _ in world_events(world, limits)]


def only(values: list[T], chosen: Callable[[T], bool]) -> list[T]:
    return [value for value in values if chosen(value)]


def test_the_latest_command_wins() -> None:
    world = send(send(quiet(), Command((2, 4), ALL_OLD)), Command((1, 4), ALL_OLD))
    assert after(world, Arrived(ALL_OLD)).received == Command((1, 4), ALL_OLD)


def test_a_command_for_what_was_last_asked_calls_back_one_in_flight() -> None:
    world = send(send(quiet(), Command((2, 4), ALL_OLD)), Command((0, 4), ALL_OLD))
    assert world == quiet()._replace(said=True)


def test_until_it_arrives_a_command_changes_nothing() -> None:
    world = send(quiet(), Command((2, 3), HALF))
    assert (world.alive, world.in_service, world.split) == ((0, 4), (0, 4), ALL_OLD)


def test_launching_instances_are_alive_and_come_into_service_by_parts() -> None:
    world = carried_out(quiet(), Command((3, 4), ALL_OLD))
    assert (world.alive, world.in_service) == ((3, 4), (0, 4))
    assert after(world, CameIntoService(0, 1)).in_service == (1, 4)
    assert after(world, CameIntoService(0, 3)).in_service == (3, 4)


def test_launching_instances_are_condemned_before_those_in_service() -> None:
    world = carried_out(quiet(), Command((3, 4), ALL_OLD))
    world = after(world, CameIntoService(0, 1))
    world = carried_out(world, Command((1, 4), ALL_OLD))
    assert (world.in_service, world.condemned, world.alive) == ((1, 4), (2, 0), (3, 4))


def test_condemned_instances_are_alive_until_they_vanish() -> None:
    world = carried_out(quiet(), Command((0, 2), ALL_OLD))
    assert (world.in_service, world.alive) == ((0, 2), (0, 4))
    assert after(world, Vanished(1, 1)).alive == (0, 3)
    assert after(world, Vanished(1, 2)).alive == (0, 2)


def test_an_ask_that_rises_again_does_not_bring_condemned_instances_back() -> None:
    world = carried_out(quiet(), Command((0, 2), ALL_OLD))
    world = carried_out(world, Command((0, 4), ALL_OLD))
    assert (world.in_service, world.alive) == ((0, 2), (0, 6))


def test_coarse_steps_leave_one_over_or_none() -> None:
    limits = Limits(granularity=Granularity.COARSE)
    world = send(quiet(limits), Command((9, 0), ALL_OLD))
    world = after(world, Arrived(ALL_OLD), limits)
    counted = (CameIntoService, Vanished)
    assert only(labels(world, limits), lambda label: isinstance(label, counted)) == [
        CameIntoService(0, 8),
        CameIntoService(0, 9),
        Vanished(1, 3),
        Vanished(1, 4),
    ]


def test_a_later_command_finds_moving_traffic_at_either_end() -> None:
    world = carried_out(quiet(), Command((2, 4), HALF))
    assert not world.at_rest
    world = send(world, Command((2, 4), (1, 3)))
    found = [after(world, Arrived(split)).split for split in (ALL_OLD, HALF)]
    assert found == [ALL_OLD, HALF]
    assert after(world, Moved(HALF)).at_rest


def test_traffic_under_way_arrives() -> None:
    world = after(carried_out(quiet(), Command((2, 4), HALF)), Moved(HALF))
    assert (world.split, world.at_rest) == (HALF, True)


def test_a_lost_instance_is_replaced_and_the_budget_ends() -> None:
    world = after(quiet(), Lost(1))
    assert (world.in_service, world.alive) == ((0, 3), (0, 4))
    assert not only(labels(world), lambda label: isinstance(label, Lost))


def test_a_shift_stalls_where_it_began_or_half_way_and_not_once_superseded() -> None:
    world = carried_out(quiet(), Command((2, 4), HALF))
    assert [label for label, _ in stalls(world)] == [Stalled(ALL_OLD), Stalled((1, 3))]
    assert list(stalls(next(after for _, after in stalls(world)))) == []
    assert list(stalls(send(world, Command((2, 4), ALL_OLD)))) == []
    assert list(stalls(quiet())) == []


def test_a_killed_driver_must_say_again_what_is_due() -> None:
    world = send(quiet(), Command((2, 4), ALL_OLD))
    killed = after(world, Killed())
    assert killed == world._replace(said=False)
    assert Killed() not in labels(killed)
    assert Killed() not in labels(world, Limits(kills=False))


def test_only_what_goes_wrong_is_a_fault() -> None:
    world = carried_out(quiet(), Command((2, 3), HALF))._replace(in_flight=Command((1, 3), HALF))
    faults = {type(label) for label, _, kind in world_events(world, LIMITS) if kind is Kind.FAULT}
    progress = {
        type(label) for label, _, kind in world_events(world, LIMITS) if kind is Kind.PROGRESS
    }
    assert faults == {Lost, Killed}
    assert progress == {Arrived, CameIntoService, Vanished, Moved}


def test_equal_splits_have_equal_weights() -> None:
    assert weights((Share(2, 4), Share(1, 2))) == weights((Share(1, 2), Share(3, 6))) == (1, 1)
    assert weights((Share(0, 1), Share(1, 1))) == (0, 1)
    assert shares((1, 2)) == (Share(1, 3), Share(2, 3))
    assert halfway((0, 1), (1, 1)) == (1, 3)


def test_what_is_no_limit_is_refused_all_of_it_at_once() -> None:
    wrong: Any = {"losses": 1.5, "stalls": -1, "kills": "no", "granularity": "exact"}
    with pytest.raises(InvalidInput) as caught:
        Limits(**wrong)
    assert [(each.field, each.value) for each in caught.value.problems] == [*wrong.items()]
