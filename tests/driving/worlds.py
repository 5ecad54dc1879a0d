"""A small honest backend, and backends that each break one promise: what a contract must find."""

from collections.abc import Mapping

from rolling import ALL_TRAFFIC, NO_TRAFFIC, Desired, Operation, Reading, Share, Sighting, Stage
from rolling.driving import Failure, Observation, Superseded, VirtualClock

CALLS = VirtualClock()
"""What the calls of a backend take their time of."""

LAUNCH_SECONDS, END_SECONDS, SHIFT_SECONDS = 30, 20, 10

Split = tuple[Share, ...]


def names(desired: Desired) -> tuple[str, ...]:
    """The configurations of its fleets."""
    return tuple(fleet.configuration for fleet in desired.fleets)


def fence(desired: Desired) -> tuple[int, Stage]:
    """What orders commands."""
    return (desired.generation, desired.stage)


class Honest:
    """A backend of three fleets that keeps every promise, in as few lines as that takes.

    Launching, ending and shifting take their time; `pass_time` is its clock.
    `fits`: whether there is room for instances of config-2.
    """

    def __init__(self, fits: bool = True) -> None:
        self.fits = fits
        self.now = 0.0
        self.said: Desired | None = None
        self.ready = {"config-1": 4, "config-2": 0, "config-3": 0}
        # Each instance on its way, by the moment at which it comes or is gone.
        self.launching: dict[str, list[float]] = {name: [] for name in self.ready}
        self.ending: dict[str, list[float]] = {name: [] for name in self.ready}
        self.split: dict[str, Share] = dict.fromkeys(self.ready, NO_TRAFFIC)
        self.split["config-1"] = ALL_TRAFFIC
        self.settles_at = 0.0
        self.ringing: set[str] = set()
        self.failures: tuple[Failure, ...] = ()

    def pass_time(self, seconds: float) -> None:
        """Let what is under way come true."""
        self.now += seconds
        for name in self.ready:
            arrived = [moment for moment in self.launching[name] if moment <= self.now]
            self.ready[name] += len(arrived)
            self.launching[name] = [at for at in self.launching[name] if at > self.now]
            self.ending[name] = [at for at in self.ending[name] if at > self.now]

    def make_true(self, desired: Desired) -> None:
        """Begin to make it true."""
        self.check_fence(desired)
        if self.said is None or fence(desired) != fence(self.said):
            self.failures = ()
        self.said = desired
        for place, fleet in enumerate(desired.fleets):
            self.match(place, fleet.configuration, fleet.count)
        split = {fleet.configuration: fleet.share for fleet in desired.fleets}
        if not self.is_split(split):
            self.shift(split)

    def check_fence(self, desired: Desired) -> None:
        """Refuse what is over."""
        if self.said is not None and fence(desired) < fence(self.said):
            raise Superseded(f"told of {desired.stage} after {self.said.stage}")

    def match(self, place: int, name: str, count: int) -> None:
        """Launch what is missing; end what is too much, launching ones first."""
        missing = count - self.ready[name] - len(self.launching[name])
        if missing > 0 and name == "config-2" and not self.fits:
            self.failures = (Failure(Operation.PROVISION, place, "no room"),)
        elif missing > 0:
            self.launching[name] += [self.now + LAUNCH_SECONDS] * missing
        for _ in range(-missing):
            if self.launching[name]:
                self.launching[name].pop()
            else:
                self.ready[name] -= 1
            self.ending[name].append(self.now + END_SECONDS)

    def is_split(self, split: Mapping[str, Share]) -> bool:
        """True when traffic is headed there already."""
        return all(self.split[name] == split[name] for name in split)

    def shift(self, split: dict[str, Share]) -> None:
        """Set traffic in motion."""
        self.split, self.settles_at = split, self.now + SHIFT_SECONDS

    def observe(self, desired: Desired) -> Observation:
        """What is there now."""
        return Observation(
            tuple([self.sighting(name) for name in names(desired)]),
            self.seen_split(desired),
            {name: self.reading(name) for name in desired.alarms if self.has(name)},
            self.failures,
            self.news_at(),
        )

    def has(self, alarm: str) -> bool:
        """Whether there is such an alarm."""
        return alarm == "p99"

    def reading(self, alarm: str) -> Reading:
        """The state of an alarm."""
        return Reading.ALARM if alarm in self.ringing else Reading.OK

    def sighting(self, name: str) -> Sighting:
        """A fleet as it is."""
        ready = self.ready[name]
        return Sighting(ready, ready + len(self.launching[name]) + len(self.ending[name]))

    def seen_split(self, desired: Desired) -> Split | None:
        """The split, once nothing moves."""
        if self.now < self.settles_at:
            return None
        return tuple([self.split[name] for name in names(desired)])

    def news_at(self) -> float | None:
        """When something happens next."""
        under_way = [*self.launching.values(), *self.ending.values(), [self.settles_at]]
        return min([at for ats in under_way for at in ats if at > self.now], default=float("inf"))


class AddsUp(Honest):
    """Takes a count for so many more."""

    def match(self, place: int, name: str, count: int) -> None:
        super().match(place, name, count + self.ready[name] if name == "config-2" else count)


class LaunchesAgain(Honest):
    """Forgets what is on its way, and launches it again whenever it is told."""

    def match(self, place: int, name: str, count: int) -> None:
        under_way, self.launching[name] = self.launching[name], []
        super().match(place, name, count)
        self.launching[name] += under_way


class ActsOnALook(Honest):
    """Ends an instance whenever somebody looks."""

    def observe(self, desired: Desired) -> Observation:
        self.ready["config-1"] = max(0, self.ready["config-1"] - 1)
        return super().observe(desired)


class FinishesFirst(Honest):
    """Takes in no command while the one before is under way."""

    def make_true(self, desired: Desired) -> None:
        if not any([*self.launching.values(), *self.ending.values()]):
            super().make_true(desired)


class NoFence(Honest):
    """Carries out whatever comes."""

    def check_fence(self, desired: Desired) -> None:
        return


class RefusesTooLate(Honest):
    """Has begun before it sees that it should not have."""

    def make_true(self, desired: Desired) -> None:
        latest, self.said = self.said, None
        super().make_true(desired)
        if latest is not None and fence(desired) < fence(latest):
            self.said = latest
            raise Superseded("an earlier stage, carried out")


class FenceByStepAlone(Honest):
    """Takes the way back, whose steps begin at 1 again, for something that is over."""

    def check_fence(self, desired: Desired) -> None:
        if self.said is not None and desired.stage.step < self.said.stage.step:
            raise Superseded("an earlier step")


class CountsTheCondemned(Honest):
    """Counts an instance as in service until it is gone."""

    def sighting(self, name: str) -> Sighting:
        there = self.ready[name] + len(self.ending[name])
        return Sighting(there, there + len(self.launching[name]))


class CountsTheLaunching(Honest):
    """Counts an instance that was asked for twice: as ready, and as on its way."""

    def sighting(self, name: str) -> Sighting:
        there = super().sighting(name)
        return Sighting(there.in_service, there.alive + len(self.launching[name]))


class TellsOfMotion(Honest):
    """Tells where traffic is on its way."""

    def seen_split(self, desired: Desired) -> Split | None:
        moving = self.now < self.settles_at
        return (Share(1, 3), Share(2, 3)) if moving else super().seen_split(desired)


class LosesTraffic(Honest):
    """Tells of shares that are not all of the traffic."""

    def seen_split(self, desired: Desired) -> Split | None:
        seen = super().seen_split(desired)
        return None if seen is None else (Share(1, 3), Share(1, 3))


class ComparesShares(Honest):
    """Takes 2/4 for another split than 1/2, and never comes to rest."""

    def is_split(self, split: Mapping[str, Share]) -> bool:
        return split == self.split

    def shift(self, split: dict[str, Share]) -> None:
        super().shift(split)
        if any(share.whole > 2 for share in split.values()):
            self.settles_at = float("inf")


class ForgetsFailures(Honest):
    """Tells of a failure once."""

    def observe(self, desired: Desired) -> Observation:
        seen = super().observe(desired)
        self.failures, self.fits = (), True
        return seen


class KeepsFailures(Honest):
    """Tells of a failure for ever."""

    def make_true(self, desired: Desired) -> None:
        failures = self.failures
        super().make_true(desired)
        self.failures = self.failures or failures


class MissingIsOk(Honest):
    """Reads an alarm that is not there as OK."""

    def has(self, alarm: str) -> bool:
        return True


class ReadsNothing(Honest):
    """Reads no alarm."""

    def has(self, alarm: str) -> bool:
        return False


class AllIsWell(Honest):
    """Reads every alarm as OK."""

    def reading(self, alarm: str) -> Reading:
        return Reading.OK


class AnswersFromACache(Honest):
    """Gives its last answer again, to the same question about fleets, for five seconds."""

    answer: tuple[float, tuple[str, ...], Observation] | None = None

    def observe(self, desired: Desired) -> Observation:
        if self.answer is not None:
            at, configurations, seen = self.answer
            if self.now - at < 5 and configurations == names(desired):
                return seen
        seen = super().observe(desired)
        self.answer = (self.now, names(desired), seen)
        return seen


class KnowsWholePercents(Honest):
    """Sends traffic by whole percents, and tells of those."""

    def shift(self, split: dict[str, Share]) -> None:
        parts = {name: share.part * 100 // share.whole for name, share in split.items()}
        parts[next(iter(parts))] += 100 - sum(parts.values())
        super().shift({name: Share(part, 100) for name, part in parts.items()})


class KnowsTwoFleets(Honest):
    """Has nothing to say of the fleets after the second."""

    def observe(self, desired: Desired) -> Observation:
        seen = super().observe(desired)
        fleets = (*seen.fleets[:2], *[Sighting(0, 0)] * len(seen.fleets[2:]))
        return Observation(fleets, seen.split, seen.alarms, seen.failures, seen.news_at)


class NeverFails(Honest):
    """Tells of no failure."""

    def observe(self, desired: Desired) -> Observation:
        seen = super().observe(desired)
        return Observation(seen.fleets, seen.split, seen.alarms, (), seen.news_at)


class OldFirst(Honest):
    """Tells of the fleets in an order of its own."""

    def observe(self, desired: Desired) -> Observation:
        seen = super().observe(desired)
        return Observation(seen.fleets[::-1], seen.split, seen.alarms, seen.failures, seen.news_at)


class NeverAnyNews(Honest):
    """Says that nothing is to come, while it comes."""

    def news_at(self) -> float | None:
        return float("inf")


class Waits(Honest):
    """Waits in its first call for what it asked for."""

    def make_true(self, desired: Desired) -> None:
        if self.said is None:
            CALLS.wait_until(CALLS.now() + 0.3)
        super().make_true(desired)
