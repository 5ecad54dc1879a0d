"""A bake passes on good evidence only: the interval over, and every alarm read and quiet."""

import pytest

from rolling import (
    AlarmsRead,
    AlarmTripped,
    BakeVerdict,
    Deployment,
    Direction,
    Phase,
    Reading,
    RollingUpdatePolicy,
    advance,
    evaluate_bake,
    percent,
    serving,
    start,
    wanted,
)
from tests.core.walking import read, rolling, run_to, trip


def baking(*alarms: str, wait: int = 300) -> Deployment:
    policy = RollingUpdatePolicy(percent(50), wait)
    return run_to(start(serving("a", 4), wanted("b", 4), policy, alarms), "forward 1.1 baking")


def reading_of(
    deployment: Deployment, after_interval: bool = True, **states: Reading
) -> AlarmsRead:
    return AlarmsRead.of(deployment.stage, states, after_interval=after_interval)


QUIET = (Reading.OK, Reading.INSUFFICIENT_DATA)


@pytest.mark.parametrize("reading", QUIET)
def test_a_quiet_reading_after_the_interval_passes(reading: Reading) -> None:
    """Only ALARM trips: INSUFFICIENT_DATA is quiet."""
    deployment = baking("p99")
    assert advance(deployment, read(deployment, reading)).phase is Phase.CLEANING


@pytest.mark.parametrize("reading", [*Reading, None])
def test_before_the_interval_is_over_no_reading_passes(reading: Reading | None) -> None:
    deployment = baking("p99")
    later = advance(deployment, read(deployment, reading, after_interval=False))
    assert later.phase is not Phase.CLEANING


@pytest.mark.parametrize("after_interval", [False, True])
def test_an_alarm_in_alarm_trips_at_any_moment(after_interval: bool) -> None:
    deployment = baking("p99")
    turned = advance(deployment, read(deployment, Reading.ALARM, after_interval=after_interval))
    assert turned.direction is Direction.BACK
    assert turned.cause == AlarmTripped(("p99",))


def test_an_alarm_that_cannot_be_read_holds_the_bake_open() -> None:
    """argo-rollouts #4479: successful, though every measurement errored."""
    deployment = baking("p99")
    assert advance(deployment, read(deployment, Reading.UNREADABLE)) is deployment


def test_a_missing_alarm_is_not_ok() -> None:
    """A name that is absent from DescribeAlarms is no evidence."""
    deployment = baking("p99", "errors")
    assert advance(deployment, reading_of(deployment, p99=Reading.OK)) is deployment
    assert advance(deployment, read(deployment, None)) is deployment


def test_one_bad_alarm_among_good_ones_decides() -> None:
    deployment = baking("p99", "errors")
    held = reading_of(deployment, p99=Reading.OK, errors=Reading.UNREADABLE)
    assert evaluate_bake(deployment, held) is BakeVerdict.HELD
    tripped = reading_of(deployment, p99=Reading.ALARM, errors=Reading.UNREADABLE)
    assert evaluate_bake(deployment, tripped) is BakeVerdict.TRIPPED
    assert advance(deployment, tripped).cause == AlarmTripped(("p99",))


def test_all_alarms_that_tripped_are_named_in_their_order() -> None:
    deployment = baking("p99", "errors", "cost")
    turned = advance(
        deployment, reading_of(deployment, False, cost=Reading.ALARM, p99=Reading.ALARM)
    )
    assert turned.cause == AlarmTripped(("p99", "cost"))


def test_an_alarm_that_is_not_watched_decides_nothing() -> None:
    deployment = baking("p99")
    foreign = reading_of(deployment, p99=Reading.OK, other=Reading.ALARM)
    assert advance(deployment, foreign).phase is Phase.CLEANING
    alone = reading_of(deployment, other=Reading.ALARM)
    assert advance(deployment, alone) is deployment


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_alarm_read_twice_is_judged_by_the_worse(order: tuple[int, int]) -> None:
    deployment = baking("p99")
    pairs = (("p99", Reading.OK), ("p99", Reading.ALARM))
    event = AlarmsRead(deployment.stage, (pairs[order[0]], pairs[order[1]]), True)
    assert advance(deployment, event).direction is Direction.BACK


@pytest.mark.parametrize("wait", [0, 3600])
def test_a_reading_is_needed_also_when_the_interval_is_zero(wait: int) -> None:
    deployment = baking("p99", wait=wait)
    early = read(deployment, Reading.OK, after_interval=False)
    assert advance(deployment, early) is deployment
    assert advance(deployment, read(deployment, Reading.ALARM)).direction is Direction.BACK
    assert advance(deployment, read(deployment, Reading.OK)).phase is Phase.CLEANING


def test_without_alarms_the_wait_still_happens() -> None:
    deployment = baking()
    assert advance(deployment, read(deployment, None, after_interval=False)) is deployment
    assert advance(deployment, read(deployment, None)).phase is Phase.CLEANING


def test_an_alarm_already_in_alarm_trips_in_the_first_bake() -> None:
    """The level is judged, not its change: what was firing before counts."""
    assert trip(baking("p99")).direction is Direction.BACK


def test_alarms_are_judged_in_bakes_only() -> None:
    for stage in ("forward 1.1 provisioning", "forward 1.1 shifting", "forward 1.1 cleaning"):
        deployment = run_to(rolling(), stage)
        assert advance(deployment, read(deployment, Reading.ALARM)) is deployment
    back = trip(run_to(rolling(), "forward 2.1 baking"))
    assert advance(back, read(back, Reading.ALARM)) is back
