"""Settings: the durations and the capacity of a simulation."""

from attrs import frozen

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.errors import Problem, range_problem

LONGEST_SECONDS = 1_000_000
"""The longest duration that a setting or a fault may give, in seconds. Ours: eleven days."""


@frozen
class SimulationSettings:
    """The behaviour of a simulated endpoint without faults.

    `seed`: the seed of the jitter; without jitter it has no effect.
    `provisioning_seconds`: from launch to service, for each instance.
    `shift_seconds`: from the command of a split until it has settled.
    `cleanup_seconds`: from condemnation until an instance is gone.
    `capacity_limit`: the most instances that may be alive together; None for no limit.
    `jitter_percent`: how far a duration may be from its setting, in both directions,
    uniformly and in whole seconds, 0–100.
    """

    seed: int = 0
    provisioning_seconds: int = 240
    shift_seconds: int = 5
    cleanup_seconds: int = 30
    capacity_limit: int | None = None
    jitter_percent: int = 0


def settings_problems(settings: SimulationSettings, at: str = "Simulation") -> list[Problem]:
    """All problems of the settings; `at` is the path of their fields in the input."""
    long = LONGEST_SECONDS
    found = [
        range_problem(f"{at}.Seed", settings.seed, 0, 2**63 - 1),
        range_problem(
            f"{at}.ProvisioningSeconds", settings.provisioning_seconds, 0, long, " seconds"
        ),
        range_problem(f"{at}.ShiftSeconds", settings.shift_seconds, 0, long, " seconds"),
        range_problem(f"{at}.CleanupSeconds", settings.cleanup_seconds, 0, long, " seconds"),
        range_problem(f"{at}.JitterPercent", settings.jitter_percent, 0, 100, " percent"),
    ]
    limit = settings.capacity_limit
    if limit is not None:
        found.append(range_problem(f"{at}.CapacityLimit", limit, 1, MOST_INSTANCES, " instances"))
    return [problem for problem in found if problem is not None]
