"""A backend that says what a test tells it to, and writes down what it was told."""

from collections.abc import Iterable

from rolling import Desired, Sighting
from rolling.driving import Observation


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


def all_true(desired: Desired) -> Observation:
    """What is seen where everything asked for came true; alarms cannot be read."""
    return Observation(tuple(Sighting(n, n) for n in desired.counts), desired.split)
