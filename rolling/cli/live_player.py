"""The player: virtual time runs with the wall clock, only faster.

It only schedules: it shows each snapshot of the simulation at its time.
"""

import math
from collections.abc import Callable, Iterable

from rolling.driving.clock import Clock
from rolling.simulation.report import SimulatedUpdate
from rolling.view.snapshots import Snapshot

FRAME_SECONDS = 0.1
"""The time between two pictures, in seconds of real time."""

END_SECONDS = 1.5
"""How long the end of an update is shown before the next one begins, in seconds of real time."""

_LONGEST_STEP_SECONDS = 1.0
"""The most real time that counts between two pictures, so a suspended process skips nothing."""


class Player:
    """Plays snapshots at `speed` times the pace of `wall`.

    `show` receives the current snapshot and the virtual time, about ten times a second.
    `stopped` is called before each picture; when it returns True, `play` returns.
    `latest`: the latest snapshot of each update that has begun, the current one last.
    `now`: the virtual time.
    """

    def __init__(
        self,
        speed: float,
        wall: Clock,
        show: Callable[[Snapshot, float], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.latest: list[Snapshot] = []
        self.now: float = 0
        self._speed = speed
        self._wall = wall
        self._show = show
        self._stopped = stopped
        self._looked_at = wall.now()
        self._spare: float = 0  # real seconds that have passed but are not played yet

    def play(self, played: Iterable[Snapshot | SimulatedUpdate]) -> bool:
        """Play them to the end; False if stopped before."""
        for each in played:
            if self._stopped():
                return False
            if isinstance(each, SimulatedUpdate):
                ended = self.latest[-1].subject
                last = ended.place == ended.updates
                if not self._draw() or not (last or self._pause(END_SECONDS)):
                    return False
            elif self._pass_to(each.seen_at):
                if self.latest and self.latest[-1].subject is each.subject:
                    self.latest.pop()
                self.latest.append(each)
            else:
                return False
        return True

    def _pass_to(self, moment: float) -> bool:
        """Let virtual time pass until `moment`; False if stopped before."""
        if math.isinf(self._speed):
            self.now = moment
            return True
        while (left := (moment - self.now) / self._speed) > self._spare:
            self.now += self._spare * self._speed
            self._spare = 0
            if not self._draw():
                return False
            self._spare = self._wait()
        self._spare -= left
        self.now = moment
        return True

    def _pause(self, seconds: float) -> bool:
        """Let real time pass, without virtual time."""
        while seconds > 0 and not math.isinf(self._speed):
            if not self._draw():
                return False
            seconds -= self._wait()
        return True

    def _wait(self) -> float:
        """Wait for the next picture; the real seconds since the last one, drawing included."""
        self._wall.wait_until(self._looked_at + FRAME_SECONDS)
        before, self._looked_at = self._looked_at, self._wall.now()
        return min(self._looked_at - before, _LONGEST_STEP_SECONDS)

    def _draw(self) -> bool:
        if self._stopped():
            return False
        if self.latest:
            self._show(self.latest[-1], self.now)
        return True
