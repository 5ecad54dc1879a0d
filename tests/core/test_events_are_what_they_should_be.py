"""An event that would silently pass a bake, or spoil a state, is refused there and then."""

from collections.abc import Callable

import pytest

from rolling import (
    AlarmsRead,
    Direction,
    Event,
    FleetsSeen,
    ForeignEvent,
    Operation,
    OperationFailed,
    Phase,
    Reading,
    RollingError,
    Share,
    Sighting,
    SplitSettled,
    Stage,
    StopRequested,
)

STAGE = Stage(Direction.FORWARD, 1, 1, Phase.BAKING)
HALF = Share(1, 2)


def test_the_string_alarm_does_not_pass_for_a_quiet_alarm() -> None:
    with pytest.raises(ForeignEvent, match="'ALARM' stands where the Reading of 'p99' should"):
        AlarmsRead(STAGE, (("p99", "ALARM"),), True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: AlarmsRead(STAGE, (("p", None),), True),  # type: ignore[arg-type]
        lambda: AlarmsRead(STAGE, (("p", 1),), True),  # type: ignore[arg-type]
        lambda: AlarmsRead(STAGE, (), "no"),  # type: ignore[arg-type]
        lambda: AlarmsRead.of(STAGE, {"p": "OK"}, after_interval=True),  # type: ignore[dict-item]
        lambda: SplitSettled(STAGE, (Share(1, 1), Share(1, 1))),
        lambda: SplitSettled(STAGE, (HALF, Share(1, 3))),
        lambda: SplitSettled(STAGE, ()),
        lambda: OperationFailed(STAGE, "provision", 0, "r"),  # type: ignore[arg-type]
        lambda: OperationFailed(STAGE, Operation.SHIFT, 0, None),  # type: ignore[arg-type]
        lambda: StopRequested(None),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_event_is_refused(make: Callable[[], Event]) -> None:
    with pytest.raises(ForeignEvent):
        make()


@pytest.mark.parametrize(
    ("in_service", "alive"), [(1.0, 1.0), (0.5, 1.5), (True, True), (2, 1), (-1, 0), (None, 1)]
)
def test_counts_that_cannot_be_are_refused(in_service: int, alive: int) -> None:
    with pytest.raises(ForeignEvent):
        Sighting(in_service, alive)


def test_the_refusal_is_one_of_ours_and_a_value_error() -> None:
    assert issubclass(ForeignEvent, RollingError) and issubclass(ForeignEvent, ValueError)


def test_what_is_right_is_taken() -> None:
    assert AlarmsRead.of(STAGE, {"p": Reading.ALARM}, after_interval=False).readings
    assert SplitSettled(STAGE, (HALF, Share(1, 3), Share(1, 6))).split
    assert FleetsSeen(STAGE, (Sighting(0, 0),)).fleets
