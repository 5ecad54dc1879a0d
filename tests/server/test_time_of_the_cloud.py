"""Time runs, runs faster, or is moved by hand; what it comes to is the same."""

from collections.abc import Callable

import pytest

from rolling.core.errors import InvalidInput
from rolling.server.cloud import Cloud
from rolling.server.service import LATEST
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import FASTEST, ManualTime, RunningTime
from tests.server.clouds import NAME, START, Sky

ENDLESS = pytest.param(10**400, id="10**400")
"""A number that no float can be."""


class Stopwatch:
    """The seconds of a machine's clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def updating(sky: Sky | None = None) -> Sky:
    """A sky with an update accepted now, of three instances by one, a minute's bake each."""
    sky = Sky() if sky is None else sky
    sky.create()
    sky.update()
    return sky


def problem(error: pytest.ExceptionInfo[InvalidInput]) -> str:
    return str(error.value)


# --- running time -----------------------------------------------------------------


@pytest.mark.parametrize("speed", [1, 60, 0.5])
def test_what_is_due_has_happened_whenever_somebody_looks(speed: float) -> None:
    watch = Stopwatch()
    sky = Sky(RunningTime(speed, START, watch))
    sky.call("CreateEndpoint", EndpointName=NAME, EndpointConfigName="config-1")
    watch.seconds = 239 / speed
    assert sky.status() == "Creating"
    watch.seconds = 240 / speed
    assert sky.status() == "InService"
    sky.update()
    watch.seconds = 100_000 / speed
    shown = sky.shown()
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", "config-2")
    # Nobody looked for a day, and it ended when it did: each batch takes 335 seconds.
    assert shown["LastModifiedTime"] == START + 240 + 3 * (240 + 5 + 60 + 30)


def test_a_look_more_or_less_changes_nothing() -> None:
    shown = []
    for looks in (1, 7, 1_000):
        watch = Stopwatch()
        sky = Sky(RunningTime(1, START, watch))
        sky.call("CreateEndpoint", EndpointName=NAME, EndpointConfigName="config-1")
        watch.seconds = 300
        sky.update()
        for look in range(looks):
            watch.seconds = 300 + 1_000 * (look + 1) / looks
            sky.status()
        shown.append(sky.shown())
    assert shown[0] == shown[1] == shown[2]


def test_running_time_is_not_advanced() -> None:
    sky = Sky(RunningTime(1, START))
    assert not sky.manual
    advances: list[Callable[[], object]] = [
        lambda: sky.advance(1),
        lambda: sky.advance_to(START + 100),
        sky.advance_to_next_event,
        lambda: sky.advance_until(NAME, phase="Baking"),
        lambda: sky.advance_to_rest(NAME),
    ]
    for advance in advances:
        with pytest.raises(InvalidInput, match="only manual time is advanced"):
            advance()


@pytest.mark.parametrize("speed", [0, -1, FASTEST + 1, ENDLESS, float("nan")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(InvalidInput, match="Speed"):
        RunningTime(speed)


@pytest.mark.parametrize("start", [-1, ENDLESS, float("inf"), None])
def test_time_starts_at_a_moment(start: float | None) -> None:
    if start is None:
        assert ManualTime().now() == int(ManualTime().now()) > START
        return
    with pytest.raises(InvalidInput, match="Start"):
        ManualTime(start)
    with pytest.raises(InvalidInput, match="Start"):
        RunningTime(1, start)


# --- manual time --------------------------------------------------------------------


def test_manual_time_stands_still() -> None:
    sky = updating()
    assert sky.manual
    assert sky.now() == sky.now() == START + 240
    assert sky.shown() == sky.shown()


def test_to_advance_by_parts_is_to_advance_at_once() -> None:
    one, other = updating(), updating()
    one.events()
    other.events()
    whole = one.advance(1_000)
    parts = [each for _ in range(100) for each in other.advance(10)]
    assert whole == tuple(parts)
    assert one.shown() == other.shown()
    assert one.now() == other.now() == START + 1_240


def test_to_advance_says_what_happened_in_order() -> None:
    sky = updating()
    sky.events()
    happened = sky.advance_to_rest(NAME)
    moments = [each.at for each in happened]
    assert moments == sorted(moments)
    assert len(happened) == 12
    assert happened[0].why == (
        "Batch 1 of 3 is in service, so traffic shifts until the new fleet carries "
        "1/3 of the traffic."
    )
    assert happened[-1].status == "InService"


def test_to_the_next_event_is_to_the_next_change_of_a_stage_or_status() -> None:
    sky = updating()
    began_at = sky.now()
    sky.events()
    moments = []
    for _ in range(4):
        moments += [each.at - began_at for each in sky.advance_to_next_event()]
    assert moments == [240, 245, 305, 335]
    assert sky.now() == began_at + 335


def test_without_an_event_to_come_time_stands_still() -> None:
    sky = Sky()
    sky.create()
    sky.events()
    assert sky.advance_to_next_event() == ()
    assert sky.now() == START + 240


def test_it_stops_exactly_where_it_was_asked_to() -> None:
    sky = updating()
    sky.advance_until(NAME, batch=3, phase="Baking")
    assert sky.now() == START + 240 + 2 * 335 + 245
    assert sky.pending()["VariantStatus"][0]["Status"] == "Baking"
    sky.advance_until(NAME, batch=3, phase="Baking")
    assert sky.now() == START + 240 + 2 * 335 + 245
    sky.advance_until(NAME, phase="Succeeded", status="InService")
    assert sky.now() == START + 240 + 3 * 335


def test_it_stops_in_the_way_back() -> None:
    sky = updating()
    sky.advance_until(NAME, batch=2, phase="Baking")
    sky.alarm("ALARM")
    sky.advance_until(NAME, direction="Back", batch=1, phase="Cleaning")
    status = sky.pending()["VariantStatus"][0]
    assert status["StatusMessage"].startswith("Terminating")


def test_an_end_without_it_is_an_error_and_time_stands_there() -> None:
    sky = updating()
    with pytest.raises(InvalidInput) as error:
        sky.advance_until(NAME, phase="RolledBack")
    assert problem(error) == (
        "EndpointName = 'my-endpoint': is InService and has not come to RolledBack. "
        'The update to endpoint configuration "config-2" succeeded'
    )
    assert sky.now() == START + 240 + 3 * 335


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "1", True, 10**12, ENDLESS])
def test_time_does_not_run_backwards_or_out(seconds: float) -> None:
    sky = updating()
    with pytest.raises(InvalidInput, match="Seconds"):
        sky.advance(seconds)
    with pytest.raises(InvalidInput, match="Moment"):
        sky.advance_to(START + 239 if seconds == -1 else seconds)
    assert sky.now() == START + 240


def test_eight_hours_are_a_matter_of_milliseconds() -> None:
    sky = updating()
    assert sky.advance(8 * 3_600)
    assert sky.now() == START + 240 + 8 * 3_600


def test_time_has_an_end_and_says_so() -> None:
    sky = Sky()
    with pytest.raises(InvalidInput, match="time ends with the year 9999"):
        sky.advance(1e18)
    with pytest.raises(InvalidInput, match="the end of the year 9999"):
        sky.advance_to(1e18)


@pytest.mark.parametrize(
    "advance",
    [
        lambda sky: sky.advance_to_next_event(),
        lambda sky: sky.advance_until(NAME, phase="Shifting"),
        lambda sky: sky.advance_to_rest(NAME),
        lambda sky: sky.cloud.pass_time(240),
    ],
    ids=["to the next event", "until", "to rest", "a waiter's sleep"],
)
def test_nothing_moves_time_past_its_end(advance: Callable[[Sky], object]) -> None:
    sky = updating()
    sky.advance_to(LATEST)
    sky.events()
    sky.update("config-1")
    with pytest.raises(InvalidInput, match="the year 9999"):
        advance(sky)
    assert sky.now() == sky.shown()["LastModifiedTime"] == LATEST
    assert sky.advance(0)[-1].why.startswith("The update to config-1 is accepted")


def test_time_that_runs_ends_too() -> None:
    watch = Stopwatch()
    steering = SteeredCloud(Cloud(RunningTime(1, LATEST - 10, watch)))
    watch.seconds = 1_000
    assert steering.now() == LATEST


def test_who_made_a_manual_time_cannot_move_it_out_either() -> None:
    time = ManualTime(START)
    for later in (LATEST + 1, float("inf"), float("nan")):
        with pytest.raises(InvalidInput, match="Time"):
            time.move_to(later)
    time.move_to(START - 1)
    assert time.now() == START


def test_time_that_runs_by_itself_is_what_is_refused_and_not_the_endpoint() -> None:
    steering = SteeredCloud(Cloud(RunningTime()))
    with pytest.raises(InvalidInput) as of_an_endpoint:
        steering.advance_to_rest("no")
    with pytest.raises(InvalidInput) as of_all:
        steering.advance(60)
    for error in (of_an_endpoint, of_all):
        assert [problem.field for problem in error.value.problems] == ["Time"]
