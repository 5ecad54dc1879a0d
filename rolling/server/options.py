"""Options: what a local SageMaker is made with, read so that all that is wrong is said at once."""

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from rolling.backends.simulated import SimulationSettings, settings_problems
from rolling.core.errors import InvalidInput, Problem
from rolling.schema.shapes import problem
from rolling.server.cloud import Cloud
from rolling.server.places import place_problems
from rolling.server.steering import ScenarioLike, cloud_of
from rolling.server.timekeeping import ManualTime, RunningTime, Time
from rolling.simulation.scenario import SCENARIO, settings_of


@frozen
class Options:
    """The arguments that every way to make a local SageMaker has."""

    region: str
    time: Time
    settings: SimulationSettings | None
    scenario: ScenarioLike | None
    account: str

    @classmethod
    def read(cls, region: Any, time: Any, settings: Any, scenario: Any, account: Any) -> Self:
        """The options that these arguments are; the scenario is read by `cloud`.

        Raises InvalidInput with everything that cannot be.
        """
        found: list[Problem] = []
        if time is not None and not isinstance(time, ManualTime | RunningTime):
            rule = (
                "must be a ManualTime or a RunningTime, of rolling.server.timekeeping; "
                "leave it out for ManualTime()"
            )
            found.append(problem("time", time, rule))
        found += place_problems("region", region, "account", account)
        read = _settings(settings, found)
        if found:
            raise InvalidInput(found)
        return cls(region, ManualTime() if time is None else time, read, scenario, account)

    def cloud(self) -> Cloud:
        """The cloud that they ask for. Raises InvalidInput for a scenario at fault."""
        return cloud_of(self.scenario, self.settings, self.time, self.region, self.account)


def _settings(given: Any, found: list[Problem]) -> SimulationSettings | None:
    if given is None:
        return None
    if isinstance(given, SimulationSettings):
        wrong = settings_problems(given, "settings")
        read = given
    elif isinstance(given, Mapping):
        wrong = SCENARIO.fields["Simulation"].problems(given, "settings")
        if not wrong:
            read = settings_of(given)
            wrong = settings_problems(read, "settings")
    else:
        rule = "must be a SimulationSettings, of rolling.backends.simulated, or an object"
        wrong = [problem("settings", given, rule, {"ProvisioningSeconds": 30})]
    found += wrong
    return None if wrong else read
