"""The player lets virtual time pass at the speed that was asked for, and shows every look."""

import math
from itertools import pairwise

import pytest
from attrs import define, field

from rolling.cli.live_player import END_SECONDS, FRAME_SECONDS, Player
from rolling.driving.clock import VirtualClock
from rolling.simulation.run import snapshots
from rolling.view.snapshots import Snapshot
from tests.simulation.library import load

ONE, TWO = "seed-success", "rollback-failed-repaired-to-a-third"
ONE_SECONDS = 2875
"""How long seed-success takes."""


@define
class Drawn:
    """What was shown, and when on the wall; a picture takes `costs` seconds to draw."""

    wall: VirtualClock
    costs: float = 0
    pictures: list[tuple[float, float, Snapshot]] = field(factory=list)

    def show(self, known: Snapshot, now: float) -> None:
        self.pictures.append((self.wall.now(), now, known))
        self.wall.wait_until(self.wall.now() + self.costs)


def played(name: str, speed: float, costs: float = 0) -> Drawn:
    """A scenario, played to its end."""
    wall = VirtualClock()
    drawn = Drawn(wall, costs)
    assert Player(speed, wall, drawn.show).play(snapshots(load(name)))
    return drawn


@pytest.mark.parametrize("speed", [1, 7.5, 100, 1000])
def test_it_lasts_as_long_as_its_speed_says(speed: float) -> None:
    drawn = played(ONE, speed)
    assert drawn.wall.now() == pytest.approx(ONE_SECONDS / speed, abs=2 * FRAME_SECONDS)


def test_time_passes_evenly() -> None:
    pictures = played(ONE, 100).pictures[:-1]
    for (wall, now, _), (next_wall, next_now, _) in pairwise(pictures):
        assert next_now - now == pytest.approx((next_wall - wall) * 100, abs=1e-6)
        assert next_wall - wall == pytest.approx(FRAME_SECONDS)


def test_nothing_is_shown_before_its_time() -> None:
    for _, now, known in played(TWO, 100).pictures:
        assert known.seen_at <= now
        assert known.wake_at is None or known.wake_at >= now - 1e-6


def test_the_end_of_each_update_is_shown_and_stands_for_a_while() -> None:
    drawn = played(TWO, 1000)
    ends = [
        [wall for wall, _, known in drawn.pictures if known.wake_at is None and here(known, place)]
        for place in (1, 2)
    ]
    assert max(ends[0]) - min(ends[0]) >= END_SECONDS - 2 * FRAME_SECONDS
    assert ends[1]


def here(known: Snapshot, place: int) -> bool:
    return known.subject.place == place


def test_slow_drawing_takes_nothing_from_the_time() -> None:
    quick, slow = played(ONE, 100), played(ONE, 100, costs=0.4)
    assert slow.wall.now() == pytest.approx(quick.wall.now(), abs=1)
    assert len(slow.pictures) < len(quick.pictures) / 3


def test_a_process_that_slept_has_missed_nothing() -> None:
    wall = VirtualClock()
    drawn = Drawn(wall)

    def show(known: Snapshot, now: float) -> None:
        drawn.show(known, now)
        if len(drawn.pictures) == 50:
            wall.wait_until(wall.now() + 3600)

    assert Player(100, wall, show).play(snapshots(load(ONE)))
    steps = [after - before for (_, before, _), (_, after, _) in pairwise(drawn.pictures)]
    assert max(steps) <= 101
    assert wall.now() > 3600


def test_instant_takes_no_time_and_shows_the_end() -> None:
    drawn = played(TWO, math.inf)
    assert drawn.wall.now() == 0
    assert [known.subject.place for _, _, known in drawn.pictures] == [1, 2]
    assert all(known.deployment.ended for _, _, known in drawn.pictures)


@pytest.mark.parametrize("pictures", [0, 1, 20, 200])
def test_it_stops_when_it_is_told_to(pictures: int) -> None:
    wall = VirtualClock()
    drawn = Drawn(wall)
    player = Player(100, wall, drawn.show, lambda: len(drawn.pictures) >= pictures)
    assert not player.play(snapshots(load(ONE)))
    assert len(drawn.pictures) == pictures
    if pictures:
        assert player.latest[-1] is drawn.pictures[-1][2]
        assert player.now == pytest.approx(drawn.pictures[-1][1], abs=101 * FRAME_SECONDS)
