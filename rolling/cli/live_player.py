"""The player: virtual time passes as the clock on the wall does, only faster.

It knows nothing of what is shown, and decides nothing of what happens: the
moments are those of the simulation, each shown when its time has come.
"""

import math
from collections.abc import Callable, Iterable

from rolling.driving.clock import Clock
from rolling.simulation.moments import Moment
from rolling.simulation.run import Step
from rolling.simulation.watching import Watch, watch

FRAME_SECONDS = 0.1
"""How long a picture stands, in seconds of the wall clock."""

END_SECONDS = 1.5
"""How long the end of an update stands before the next one begins."""

_LONGEST_STEP_SECONDS = 1.0
"""The most that passes between two pictures: a process that slept has missed nothing."""


class Player:
    """Plays moments at `speed` times the pace of `wall`.

    `show` is given what is known and the virtual moment, about ten times a second.
    `stopped` is asked before each picture; once it says True, `play` returns.
    `watches`: what is known of each update that was begun, the present one last.
    `now`: the virtual moment.
    """

    def __init__(
        self,
        speed: float,
        wall: Clock,
        show: Callable[[Watch, float], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.watches: list[Watch] = []
        self.now: float = 0
        self._speed = speed
        self._wall = wall
        self._show = show
        self._stopped = stopped
        self._looked_at = wall.now()
        self._spare: float = 0  # wall seconds that have passed and stand for nothing yet

    def play(self, moments: Iterable[Moment | Step]) -> bool:
        """Play them to the end; False when it was stopped before."""
        for each in moments:
            if self._stopped():
                return False
            if isinstance(each, Step):
                ended = self.watches[-1].update
                last = ended.place == ended.updates
                if not self._draw() or not (last or self._pause(END_SECONDS)):
                    return False
            elif self._pass_to(each.at):
                self._learn(each)
            else:
                return False
        return True

    def _learn(self, moment: Moment) -> None:
        if self.watches and self.watches[-1].update is moment.update:
            self.watches[-1] = watch(self.watches[-1], moment)
        else:
            self.watches.append(watch(None, moment))

    def _pass_to(self, moment: float) -> bool:
        """Let virtual time pass until `moment`; False when it was stopped before."""
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
        """Let wall time pass and no virtual time."""
        while seconds > 0 and not math.isinf(self._speed):
            if not self._draw():
                return False
            seconds -= self._wait()
        return True

    def _wait(self) -> float:
        """Let a picture stand; the wall seconds since the one before, drawing included."""
        self._wall.wait_until(self._looked_at + FRAME_SECONDS)
        before, self._looked_at = self._looked_at, self._wall.now()
        return min(self._looked_at - before, _LONGEST_STEP_SECONDS)

    def _draw(self) -> bool:
        if self._stopped():
            return False
        if self.watches:
            self._show(self.watches[-1], self.now)
        return True
