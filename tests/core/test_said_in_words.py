"""What the core says of itself in words: causes, stages, and events that it cannot take."""

from collections.abc import Callable

import pytest
from attrs import evolve

from rolling import (
    AlarmTripped,
    Direction,
    Event,
    Failed,
    FleetsSeen,
    ForeignEvent,
    Operation,
    OperationFailed,
    Phase,
    Problem,
    Share,
    Sighting,
    SplitSettled,
    Stage,
    Stopped,
    TimedOut,
    advance,
)
from rolling.core.errors import nearest, range_problem
from tests.core.afresh import read_afresh
from tests.core.walking import rolling

HERE = Stage(Direction.FORWARD, 1, 1, Phase.PROVISIONING)
ONE = Sighting(1, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (AlarmTripped(("p99",)), "alarm p99 tripped"),
        (AlarmTripped(("p99", "errors")), "alarm p99, errors tripped"),
        (
            Failed(Operation.PROVISION, "config-2", "no capacity"),
            "provisioning config-2 failed: no capacity",
        ),
        (
            Failed(Operation.SHIFT, "config-2", "refused"),
            "shifting traffic to config-2 failed: refused",
        ),
        (
            Failed(Operation.CLEAN_UP, "config-1", "stuck"),
            "cleaning up config-1 failed: stuck",
        ),
        (TimedOut(600), "not done within 600 seconds"),
        (Stopped("me"), "stopped by me"),
        (Stage(Direction.FORWARD, 2, 1, Phase.BAKING), "forward 2.1 baking"),
        (Stage(Direction.BACK, 3, 2, Phase.ROLLBACK_FAILED), "back 3.2 rollback_failed"),
        (Share(0, 7), "0"),
        (Share(7, 7), "1"),
        (Share(4, 6), "2/3"),
    ],
)
def test_a_value_of_the_core_in_words(value: object, words: str) -> None:
    assert str(value) == words


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(ForeignEvent) as caught:
        make()
    return str(caught.value)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (FleetsSeen(HERE, (ONE,)), "FleetsSeen speaks of 1 fleets; this deployment has 2"),
        (FleetsSeen(HERE, (ONE,) * 3), "FleetsSeen speaks of 3 fleets; this deployment has 2"),
        (
            SplitSettled(HERE, (Share(1, 1),)),
            "SplitSettled speaks of 1 fleets; this deployment has 2",
        ),
        (
            OperationFailed(HERE, Operation.PROVISION, -1, ""),
            "OperationFailed speaks of fleet -1; this deployment has fleets 0 to 1",
        ),
        (
            OperationFailed(HERE, Operation.PROVISION, 2, ""),
            "OperationFailed speaks of fleet 2; this deployment has fleets 0 to 1",
        ),
        ("stop", "'stop' is not an event of a deployment"),
    ],
)
def test_an_event_of_another_deployment_is_refused_with_what_differs(
    event: Event, words: str
) -> None:
    assert refusal(lambda: advance(rolling(), event)) == words


def test_the_failure_of_any_fleet_of_the_deployment_is_taken() -> None:
    begun = rolling()
    for fleet, name in ((0, "config-2"), (1, "config-1")):
        failed = OperationFailed(begun.stage, Operation.PROVISION, fleet, "no capacity")
        cause = Failed(Operation.PROVISION, name, "no capacity")
        assert advance(begun, failed).cause == cause


def test_what_an_event_is_made_of_is_refused_with_what_it_should_be() -> None:
    stage = rolling().stage
    assert refusal(lambda: Sighting(2, 1)) == (
        "a fleet has whole numbers 0 ≤ in_service ≤ alive, not 2 of 1"
    )
    assert refusal(lambda: Sighting("1", 1)) == (  # type: ignore[arg-type]
        "a fleet has whole numbers 0 ≤ in_service ≤ alive, not '1' of 1"
    )
    assert refusal(lambda: SplitSettled(stage, (Share(1, 2), Share(2, 6)))) == (
        "the shares of a split sum to 1, and these do not: 1/2, 1/3"
    )
    with pytest.raises(ValueError, match=r"^a share lies between 0 and 1, not 3/2$"):
        Share(3, 2)


def test_a_sighting_of_nothing_and_of_what_is_alive_and_out_of_service_is_taken() -> None:
    assert (Sighting(0, 0).alive, Sighting(0, 2).alive, Sighting(2, 2).alive) == (0, 2, 2)


@pytest.mark.parametrize(
    ("value", "is_nearest"),
    [
        (4, 5), (5, 5), (7, 7), (50, 50), (51, 50),
        (7.9, 7), (-1.5, 5), (1e300, 50), (float("inf"), 50), (float("-inf"), 5),
        (float("nan"), 5),
        ("7", 7), ("700", 50), ("-7", 5), ("7.5", 5), ("seven", 5), ("", 5),
        ("9" * 19, 50), ("9" * 20, 5), ("٧", 5),
        (True, 5), (None, 5), ([7], 5),
    ],
)  # fmt: skip
def test_the_fix_is_the_nearest_number_that_works(value: object, is_nearest: int) -> None:
    found = nearest(value, 5, 50)
    assert found == is_nearest and type(found) is int


def test_a_number_out_of_range_is_told_with_its_unit_if_it_has_one() -> None:
    rule = "must be a whole number from 1 to 10"
    assert range_problem("F", 10, 1, 10) is None and range_problem("F", 1, 1, 10) is None
    assert range_problem("F", 0, 1, 10) == Problem("F", 0, rule, 1)
    assert range_problem("F", 11, 1, 10, " points") == Problem("F", 11, f"{rule} points", 10)


def test_a_problem_shows_a_long_value_in_part() -> None:
    problem: type[Problem] = read_afresh("rolling.core.errors").Problem

    def shown(value: object) -> str:
        return str(problem("Field", value, "is wrong")).removeprefix("Field = ")

    assert shown("x" * 78) == f"{'x' * 78!r}: is wrong"
    assert shown("x" * 79) == f"'{'x' * 37}...{'x' * 38}': is wrong"
    assert shown(2**127 - 1) == f"{2**127 - 1}: is wrong"
    assert shown(2**127) == "a number of 128 bits: is wrong"
    odd = complex(10**30 + 0.5, 10**30)
    assert shown(odd) == f"{odd!r}: is wrong"

    class Long:
        def __repr__(self) -> str:
            return "y" * 81

    assert shown(Long()) == f"{'y' * 38}...{'y' * 39}: is wrong"


def test_a_problem_shows_its_fix_as_a_program_would_write_it() -> None:
    assert str(Problem("F", "x", "is wrong", "0")) == "F = 'x': is wrong; use '0'"
    assert str(Problem("F", "x", "is wrong", 0)) == "F = 'x': is wrong; use 0"
    assert str(Problem("F", "x", "is wrong")) == "F = 'x': is wrong"
    assert str(evolve(Problem("F", 1, "is wrong"), fix=2**200)) == (
        "F = 1: is wrong; use a number of 201 bits"
    )
