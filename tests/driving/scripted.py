"""Backends that say what a test tells them to, and write down what they were told."""

import math
from collections.abc import Iterable

from attrs import evolve

from rolling import Desired, Direction
from rolling.driving import Observation, ObservedFleet


class Scripted:
    """Gives the observations in turn, the last one for ever; None makes everything true."""

    def __init__(self, observations: Iterable[Observation | None] = (None,)) -> None:
        self._observations = list(observations)
        self.told: list[Desired] = []
        self.calls: list[str] = []

    def make_true(self, desired: Desired) -> None:
        self.calls.append("make_true")
        self.told.append(desired)

    def observe(self, desired: Desired) -> Observation:
        self.calls.append("observe")
        observation = self._observations[0]
        if len(self._observations) > 1:
            del self._observations[0]
        return all_true(desired) if observation is None else observation


class NoNews(Scripted):
    """Nothing it is told comes true until it goes back, and it knows of no news for ever."""

    def observe(self, desired: Desired) -> Observation:
        if desired.stage.direction is Direction.BACK:
            return all_true(desired)
        seen = all_true(desired)
        return evolve(
            seen, fleets=(evolve(seen.fleets[0], in_service=0), *seen.fleets[1:]), news_at=math.inf
        )


class Saying(Scripted):
    """Nothing comes true, and each look has the notes that are next, the last for ever."""

    def __init__(self, *notes: tuple[str, ...] | None) -> None:
        super().__init__()
        self.notes = list(notes)

    def observe(self, desired: Desired) -> Observation:
        notes = self.notes.pop(0) if len(self.notes) > 1 else self.notes[0]
        if notes is None:
            raise ConnectionError("gone")
        fleets = all_true(desired).fleets
        return Observation((evolve(fleets[0], in_service=0), *fleets[1:]), notes=notes)


def all_true(desired: Desired) -> Observation:
    """What is seen where everything asked for came true; alarms cannot be read."""
    return Observation(
        tuple(ObservedFleet(fleet.count, fleet.count, fleet.share) for fleet in desired.fleets)
    )
