"""Options: what a local SageMaker is made with, read so that all that is wrong is said at once."""

from collections.abc import Mapping

from rolling.backends.simulated import SimulationSettings, settings_problems
from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.arns import ACCOUNT, REGION, place_problems
from rolling.server.cloud import Cloud
from rolling.server.timekeeping import ManualTime, Time
from rolling.simulation.scenario import SCENARIO, Scenario, parse_scenario, settings_of

ScenarioLike = Scenario | Mapping[str, object]
"""A scenario, or its JSON."""

SettingsLike = SimulationSettings | Mapping[str, object]
"""Settings, or a scenario's JSON of them."""


def make_cloud(
    *,
    region: str = REGION,
    time: Time | None = None,
    settings: SettingsLike | None = None,
    scenario: ScenarioLike | None = None,
    account: str = ACCOUNT,
) -> Cloud:
    """The cloud of a local SageMaker, with what a scenario begins with.

    `time`: manual unless given. `settings` go before the scenario's.
    Raises InvalidInput with everything wrong with the options, or with the scenario.
    """
    found = place_problems("region", region, "account", account)
    read = None if settings is None else _settings(settings, found)
    if found:
        raise InvalidInput(found)
    if scenario is not None and not isinstance(scenario, Scenario):
        scenario = parse_scenario(scenario)
    return Cloud(ManualTime() if time is None else time, read, account, region, scenario)


def _settings(given: SettingsLike, found: list[Problem]) -> SimulationSettings | None:
    """The settings, if they are right; what is wrong with them is added to `found`."""
    wrong: list[Problem] = []
    if not isinstance(given, SimulationSettings):
        wrong = SCENARIO.fields["Simulation"].problems(given, "settings")
        given = SimulationSettings() if wrong else settings_of(given)
    found += wrong or settings_problems(given, "settings")
    return given
