"""The simulated backend: an endpoint's instances, traffic and alarms as numbers in virtual time.

Fully deterministic: the same settings, faults and commands at the same times give
the same observations. All durations are whole seconds.
"""

from rolling.backends.simulated.backend import SimulatedBackend
from rolling.backends.simulated.execution import NO_CAPACITY
from rolling.backends.simulated.faults import Fault, FaultKind, fault_problems, futile, misses
from rolling.backends.simulated.settings import SimulationSettings, settings_problems

__all__ = [
    "NO_CAPACITY",
    "Fault",
    "FaultKind",
    "SimulatedBackend",
    "SimulationSettings",
    "fault_problems",
    "futile",
    "misses",
    "settings_problems",
]
