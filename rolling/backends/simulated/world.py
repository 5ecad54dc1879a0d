"""The world: the instances and the traffic of one simulated endpoint, from update to update.

This file has the physics: durations, capacity, and what happens as time passes.
execution.py handles commands and faults.
"""

import math
from collections.abc import Iterable
from random import Random

from rolling.backends.simulated.instances import Due, Instances, add
from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.capacity import NO_TRAFFIC, Share
from rolling.core.fleet import FleetSpec
from rolling.core.stage import Stage

Split = dict[str, Share]
"""Each configuration's share of the traffic; a missing one gets none."""


class World:
    """Fleets by the name of their configuration, and the traffic.

    `fleets`: the instances of each. `splits`: the last settled split, followed by those
    commanded since: while there are several, traffic may follow any of them. `fence`:
    the generation and stage of the latest command carried out, from any driver; None
    before the first.
    """

    def __init__(self, fleets: Iterable[FleetSpec], settings: SimulationSettings) -> None:
        specs = tuple(fleets)
        self.settings = settings
        self.fleets = {f.configuration: Instances(f.count, f.count) for f in specs}
        self.splits: list[Split] = [{f.configuration: f.share for f in specs}]
        self.fence: tuple[int, Stage] | None = None
        self._settles_at = math.inf
        # Its state is larger than all else here: not kept where nothing is drawn.
        self._random = Random(settings.seed) if settings.jitter_percent else None

    @property
    def alive(self) -> int:
        """All existing instances, including those of earlier updates' fleets."""
        return sum(fleet.alive for fleet in self.fleets.values())

    @property
    def room(self) -> float:
        """How many more instances may be launched."""
        limit = self.settings.capacity_limit
        return math.inf if limit is None else max(0, limit - self.alive)

    def fleet(self, configuration: str) -> Instances:
        """The fleet of a configuration; a new, empty one if there was none."""
        found = self.fleets.get(configuration)
        if found is None:
            found = self.fleets[configuration] = Instances(0, 0)
        return found

    def forget_gone(self) -> None:
        """Remove fleets without living instances."""
        self.fleets = {name: fleet for name, fleet in self.fleets.items() if fleet.alive}

    def next_due(self) -> float:
        """The next moment at which something happens by itself; `inf` for never."""
        moments = [self._settles_at]
        for fleet in self.fleets.values():
            moments += fleet.launching
            moments += fleet.terminating
        return min(moments)

    def settle(self, now: float) -> None:
        """Let everything happen that is due by `now`."""
        for fleet in self.fleets.values():
            fleet.settle(now)
        if self._settles_at <= now:
            self.splits = self.splits[-1:]
            self._settles_at = math.inf

    def schedule_launch(self, fleet: Instances, count: int, now: float) -> None:
        """Launch `count` instances."""
        self._schedule(fleet.launching, self.settings.provisioning_seconds, count, now)

    def schedule_end(self, fleet: Instances, count: int, now: float) -> None:
        """Terminate `count` instances that were withdrawn."""
        self._schedule(fleet.terminating, self.settings.cleanup_seconds, count, now)

    def is_headed_for(self, split: Split) -> bool:
        """True if traffic follows `split`, or is shifting to it."""
        last = self.splits[-1]
        return last == split or all(
            last.get(name, NO_TRAFFIC) == split.get(name, NO_TRAFFIC)
            for name in last.keys() | split.keys()
        )

    def shift(self, split: Split, now: float) -> None:
        """Start a shift; until it has settled, no split is reported."""
        self.splits.append(split)
        self._settles_at = now + self._drawn(self.settings.shift_seconds)

    def abandon_shift(self) -> None:
        """Leave traffic where it last settled."""
        self.splits = self.splits[:1]
        self._settles_at = math.inf

    def _schedule(self, due: Due, seconds: int, count: int, now: float) -> None:
        if not self.settings.jitter_percent:
            add(due, now + seconds, count)
            return
        for _ in range(count):
            add(due, now + self._drawn(seconds))

    def _drawn(self, seconds: int) -> int:
        """A duration of `seconds`, in whole seconds, varied by at most the jitter."""
        if self._random is None:
            return seconds
        jitter = self.settings.jitter_percent
        least, most = -(-seconds * (100 - jitter) // 100), seconds * (100 + jitter) // 100
        return self._random.randint(least, most)
