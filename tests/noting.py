"""A simulated backend that has something to say to people: what tests of the views begin with."""

import pytest
from attrs import evolve

from rolling import Desired
from rolling.backends.simulated import SimulatedBackend
from rolling.driving import Observation

NOTE = "Launch throttled; trying again in 30 s."


@pytest.fixture
def throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    """While anything of the first fleet is launching, every look has the note."""
    observe = SimulatedBackend.observe

    def noting(backend: SimulatedBackend, desired: Desired) -> Observation:
        seen = observe(backend, desired)
        launching = backend.world.fleet(desired.fleets[0].configuration).launching
        return evolve(seen, notes=(NOTE,)) if launching else seen

    monkeypatch.setattr(SimulatedBackend, "observe", noting)
