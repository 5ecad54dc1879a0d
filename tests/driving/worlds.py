"""A small honest backend, and backends that each break one promise: what a contract must find."""

from attrs import Factory, define, evolve, field

from rolling import ALL_TRAFFIC, NO_TRAFFIC, Desired, Operation, Reading, Share, Stage
from rolling.driving import Failure, Observation, ObservedFleet, Superseded, VirtualClock

CALLS = VirtualClock()
"""What the calls of a backend take their time of."""

LAUNCH_SECONDS, END_SECONDS, SHIFT_SECONDS = 30, 20, 10

Fence = tuple[int, Stage]
Split = dict[str, Share]

FLEETS = ("config-1", "config-2", "config-3")


def fence(desired: Desired) -> Fence:
    """What orders commands."""
    return (desired.generation, desired.stage)


def split_of(desired: Desired) -> Split:
    """The share of each configuration."""
    return {fleet.configuration: fleet.share for fleet in desired.fleets}


@define
class World:
    """Three fleets and their traffic; all that there is when a driver has died.

    `launching`, `ending`: each instance on its way, by the moment at which it comes or
    is gone. `refusal`: why there can be no instances of config-2, if there can be none.
    """

    refusal: str | None = None
    now: float = 0
    ready: dict[str, int] = Factory(lambda: dict.fromkeys(FLEETS, 0) | {"config-1": 4})
    launching: dict[str, list[float]] = Factory(lambda: {name: [] for name in FLEETS})
    ending: dict[str, list[float]] = Factory(lambda: {name: [] for name in FLEETS})
    split: Split = Factory(lambda: dict.fromkeys(FLEETS, NO_TRAFFIC) | {"config-1": ALL_TRAFFIC})
    settles_at: float = 0
    ringing: set[str] = field(factory=set)
    fence: Fence | None = None
    failures: tuple[Failure, ...] = ()

    def pass_time(self, seconds: float) -> None:
        """Let what is under way come true."""
        self.now += seconds
        for name in FLEETS:
            self.ready[name] += len([at for at in self.launching[name] if at <= self.now])
            self.launching[name] = [at for at in self.launching[name] if at > self.now]
            self.ending[name] = [at for at in self.ending[name] if at > self.now]


class Honest:
    """A backend that keeps every promise, in as few lines as that takes."""

    def __init__(self, world: World | None = None) -> None:
        self.world = World() if world is None else world

    def make_true(self, desired: Desired) -> None:
        """Begin to make it true."""
        self.check_fence(desired)
        if fence(desired) != self.world.fence:
            self.world.failures = ()
        self.world.fence = fence(desired)
        for place, fleet in enumerate(desired.fleets):
            self.match(place, fleet.configuration, fleet.count)
        split = split_of(desired)
        if not self.is_split(split):
            self.shift(split)

    def check_fence(self, desired: Desired) -> None:
        """Refuse what is over."""
        if self.world.fence is not None and fence(desired) < self.world.fence:
            raise Superseded(f"told of {fence(desired)} after {self.world.fence}")

    def match(self, place: int, name: str, count: int) -> None:
        """Launch what is missing; end what is too much, launching ones first."""
        world = self.world
        missing = count - world.ready[name] - len(world.launching[name])
        if missing > 0 and name == "config-2" and world.refusal:
            self.refuse(place, world.refusal)
        elif missing > 0:
            world.launching[name] += [world.now + LAUNCH_SECONDS] * missing
        for _ in range(-missing):
            if world.launching[name]:
                world.launching[name].pop()
            else:
                world.ready[name] -= 1
            world.ending[name].append(world.now + END_SECONDS)

    def refuse(self, place: int, why: str) -> None:
        """What is asked for cannot be."""
        self.world.failures = (Failure(Operation.PROVISION, place, why),)

    def is_split(self, split: Split) -> bool:
        """True when traffic is headed there already."""
        return all(self.world.split[name] == split[name] for name in split)

    def shift(self, split: Split) -> None:
        """Set traffic in motion."""
        self.world.split |= split
        self.world.settles_at = self.world.now + SHIFT_SECONDS

    def observe(self, desired: Desired) -> Observation:
        """What is there now."""
        moving = self.world.now < self.world.settles_at
        split = None if moving else self.settled_split(desired)
        return Observation(
            self.fleets(desired, split),
            {name: self.reading(name) for name in desired.alarms if self.has(name)},
            self.world.failures,
            self.news_at(),
            self.notes(),
        )

    def fleets(self, desired: Desired, split: Split | None) -> tuple[ObservedFleet, ...]:
        """The fleets as they are."""
        return tuple(
            [
                ObservedFleet(*self.counts(name), None if split is None else split[name])
                for name in split_of(desired)
            ]
        )

    def counts(self, name: str) -> tuple[int, int]:
        """How many are in service, and how many alive."""
        ready, world = self.world.ready[name], self.world
        return ready, ready + len(world.launching[name]) + len(world.ending[name])

    def settled_split(self, desired: Desired) -> Split | None:
        """The split, now that nothing moves."""
        return self.world.split

    def has(self, alarm: str) -> bool:
        """Whether there is such an alarm."""
        return alarm == "p99"

    def reading(self, alarm: str) -> Reading:
        """The state of an alarm."""
        return Reading.ALARM if alarm in self.world.ringing else Reading.OK

    def news_at(self) -> float | None:
        """When something happens next."""
        world = self.world
        under_way = [*world.launching.values(), *world.ending.values(), [world.settles_at]]
        return min([at for ats in under_way for at in ats if at > world.now], default=float("inf"))

    def notes(self) -> tuple[str, ...]:
        """What somebody who waits would like to know."""
        slow = [name for name in FLEETS if self.world.launching[name]]
        return tuple([f"Launches of {name} take {LAUNCH_SECONDS} s today." for name in slow])


class Rounds(Honest):
    """Honest too: it sends traffic by weights of 0 to 256, and tells of what was asked for."""

    def is_split(self, split: Split) -> bool:
        """Whether the weights are already what this makes of them."""
        return weights(self.world.split | split) == weights(self.world.split)

    def settled_split(self, desired: Desired) -> Split | None:
        """What is asked for, where the weights are those of that."""
        asked = self.world.split | split_of(desired)
        return asked if self.is_split(asked) else self.world.split


class OneAtATime(Honest):
    """Honest too: it moves traffic only once the instances are there, and so needs two rounds."""

    def shift(self, split: Split) -> None:
        """Set traffic in motion, if nothing is launching."""
        if not any(self.world.launching.values()):
            super().shift(split)


def weights(split: Split) -> dict[str, int]:
    """The nearest whole parts of 256."""
    return {name: round(256 * share.part / share.whole) for name, share in split.items()}


# --- broken ones ------------------------------------------------------------------


class AddsUp(Honest):
    """Takes a count for so many more."""

    def match(self, place: int, name: str, count: int) -> None:
        more = count + self.world.ready[name]
        super().match(place, name, more if name == "config-2" else count)


class LaunchesAgain(Honest):
    """Forgets what is on its way, and launches it again whenever it is told."""

    def match(self, place: int, name: str, count: int) -> None:
        under_way, self.world.launching[name] = self.world.launching[name], []
        super().match(place, name, count)
        self.world.launching[name] += under_way


class ActsOnALook(Honest):
    """Ends an instance whenever somebody looks."""

    def observe(self, desired: Desired) -> Observation:
        self.world.ready["config-1"] = max(0, self.world.ready["config-1"] - 1)
        return super().observe(desired)


class FinishesFirst(Honest):
    """Takes in no command while the one before is under way."""

    def make_true(self, desired: Desired) -> None:
        if not any([*self.world.launching.values(), *self.world.ending.values()]):
            super().make_true(desired)


class NoFence(Honest):
    """Carries out whatever comes."""

    def check_fence(self, desired: Desired) -> None:
        return


class RefusesTooLate(Honest):
    """Has begun before it sees that it should not have."""

    def make_true(self, desired: Desired) -> None:
        latest, self.world.fence = self.world.fence, None
        super().make_true(desired)
        if latest is not None and fence(desired) < latest:
            self.world.fence = latest
            raise Superseded("an earlier stage, carried out")


class FenceByStepAlone(Honest):
    """Takes the way back, whose steps begin at 1 again, for something that is over."""

    def check_fence(self, desired: Desired) -> None:
        if self.world.fence is None:
            return
        generation, stage = self.world.fence
        if (desired.generation, desired.stage.step) < (generation, stage.step):
            raise Superseded("an earlier step")


class FenceByTheWholeStep(Honest):
    """Knows the steps of both directions apart, and not the phases of a step."""

    def check_fence(self, desired: Desired) -> None:
        if self.world.fence is None:
            return
        generation, stage = self.world.fence
        said = desired.stage
        if (desired.generation, said.direction, said.step) < (
            generation,
            stage.direction,
            stage.step,
        ):
            raise Superseded("an earlier step")


class GenerationInTheObject(Honest):
    """Keeps the stage in the world, and the generation in the object that dies with a driver."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        if self.world.fence is not None:
            self.world.fence = (0, self.world.fence[1])


class HeedsNoGeneration(Honest):
    """Takes the next update, whose stages begin at the first again, for something that is over."""

    def check_fence(self, desired: Desired) -> None:
        if self.world.fence is not None and desired.stage < self.world.fence[1]:
            raise Superseded("an earlier stage")


class TrustsOtherGenerations(Honest):
    """Forgets its stage for any other generation, so that an earlier one is let in again."""

    def check_fence(self, desired: Desired) -> None:
        if self.world.fence is not None and desired.generation == self.world.fence[0]:
            super().check_fence(desired)


class KnowsOneGeneration(Honest):
    """Takes every generation but the first that it was told of for one that is over."""

    def check_fence(self, desired: Desired) -> None:
        super().check_fence(desired)
        if self.world.fence is not None and desired.generation != self.world.fence[0]:
            raise Superseded("another generation")


class ForgetsTheFence(Honest):
    """Keeps the latest command in the object, which dies with its driver."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.world.fence = None


class ForgetsWhatItBegan(Honest):
    """Keeps in the object what it launched, and launches it again once that has died."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.launched: dict[str, list[float]] = {name: [] for name in FLEETS}

    def match(self, place: int, name: str, count: int) -> None:
        unknown = [at for at in self.world.launching[name] if at not in self.launched[name]]
        for at in unknown:
            self.world.launching[name].remove(at)
        super().match(place, name, count)
        self.launched[name] = list(self.world.launching[name])
        self.world.launching[name] += unknown


class ForgetsWhatFailed(Honest):
    """Keeps failures in the object, and does not try again what the world knows has failed."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.world.failures = ()
        self.tried = self.world.fence

    def refuse(self, place: int, why: str) -> None:
        if self.world.fence != self.tried:
            super().refuse(place, why)


class ShiftsAnew(Honest):
    """Sets all traffic in motion again in the first call of an object."""

    is_new = True

    def is_split(self, split: Split) -> bool:
        was_new, self.is_new = self.is_new, False
        return super().is_split(split) and not was_new


class CountsTheCondemned(Honest):
    """Counts an instance as in service until it is gone."""

    def counts(self, name: str) -> tuple[int, int]:
        there = self.world.ready[name] + len(self.world.ending[name])
        return there, there + len(self.world.launching[name])


class ScalesInLast(Honest):
    """Ends no instance of a fleet that is sent all the traffic."""

    def match(self, place: int, name: str, count: int) -> None:
        if self.world.split[name] == ALL_TRAFFIC:
            count = max(count, self.world.ready[name])
        super().match(place, name, count)


class CountsTheLaunching(Honest):
    """Counts an instance that was asked for twice: as ready, and as on its way."""

    def counts(self, name: str) -> tuple[int, int]:
        in_service, alive = super().counts(name)
        return in_service, alive + len(self.world.launching[name])


class TellsOfMotion(Honest):
    """Tells where traffic is on its way."""

    def fleets(self, desired: Desired, split: Split | None) -> tuple[ObservedFleet, ...]:
        on_the_way = dict.fromkeys(FLEETS, Share(1, 3)) | {"config-1": Share(2, 3)}
        return super().fleets(desired, on_the_way if split is None else split)


class LosesTraffic(Honest):
    """Tells of shares that are not all of the traffic."""

    def settled_split(self, desired: Desired) -> Split | None:
        return dict.fromkeys(FLEETS, Share(1, 3))


class RoundsAndRemembers(Rounds):
    """Tells of the first split that it rounded to the weights that it holds."""

    def settled_split(self, desired: Desired) -> Split | None:
        return self.world.split


class ForgetsFailures(Honest):
    """Tells of a failure once."""

    def observe(self, desired: Desired) -> Observation:
        seen = super().observe(desired)
        if self.world.failures:
            self.world.failures, self.world.refusal = (), None
        return seen


class KeepsFailures(Honest):
    """Tells of a failure for ever."""

    def make_true(self, desired: Desired) -> None:
        failures = self.world.failures
        super().make_true(desired)
        self.world.failures = self.world.failures or failures


class NeverFails(Honest):
    """Tells of no failure."""

    def refuse(self, place: int, why: str) -> None:
        return


class RaisesARefusal(Honest):
    """Passes on what its client raises where something is not allowed."""

    def refuse(self, place: int, why: str) -> None:
        if why == "no permission":
            raise PermissionError(why)
        super().refuse(place, why)


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

    answer: tuple[float, list[str], Observation] | None = None

    def observe(self, desired: Desired) -> Observation:
        asked = list(split_of(desired))
        if self.answer is not None:
            at, configurations, seen = self.answer
            if self.world.now - at < 5 and configurations == asked:
                return seen
        seen = super().observe(desired)
        self.answer = (self.world.now, asked, seen)
        return seen


class KnowsWholePercents(Honest):
    """Sends traffic by whole percents, and tells of those."""

    def shift(self, split: Split) -> None:
        parts = {name: share.part * 100 // share.whole for name, share in split.items()}
        parts[next(iter(parts))] += 100 - sum(parts.values())
        super().shift({name: Share(part, 100) for name, part in parts.items()})


class KnowsTwoFleets(Honest):
    """Has nothing to say of the fleets after the second."""

    def fleets(self, desired: Desired, split: Split | None) -> tuple[ObservedFleet, ...]:
        first, second, *others = super().fleets(desired, split)
        return (first, second, *[evolve(each, in_service=0, alive=0) for each in others])


class OldFirst(Honest):
    """Tells of the fleets in an order of its own."""

    def fleets(self, desired: Desired, split: Split | None) -> tuple[ObservedFleet, ...]:
        return super().fleets(desired, split)[::-1]


class NeverAnyNews(Honest):
    """Says that nothing is to come, while it comes."""

    def news_at(self) -> float | None:
        return float("inf")


class NotesTracebacks(Honest):
    """Passes on to people whatever it logs."""

    def notes(self) -> tuple[str, ...]:
        return tuple([f"Traceback:\n  {note}" for note in super().notes()])


class Waits(Honest):
    """Waits in its first call for what it asked for."""

    def make_true(self, desired: Desired) -> None:
        if self.world.fence is None:
            CALLS.wait_until(CALLS.now() + 0.3)
        super().make_true(desired)
