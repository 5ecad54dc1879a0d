"""Steering: time and faults of a cloud, for tests that live in one region of it."""

from collections.abc import Iterable, Mapping

from attrs import evolve

from rolling.backends.simulated import Fault, SimulationSettings
from rolling.endpoint.arns import ACCOUNT, REGION
from rolling.server.cloud import Cloud
from rolling.server.control_json import faults_from
from rolling.server.region.injection import When
from rolling.server.region.running_endpoint import Happening
from rolling.server.timekeeping import Time
from rolling.server.endpoint_now import EndpointNow
from rolling.simulation.scenario import Scenario, parse_scenario

ScenarioLike = Scenario | Mapping[str, object]
"""A scenario, or its JSON."""


def cloud_of(
    scenario: ScenarioLike | None,
    settings: SimulationSettings | None,
    time: Time,
    region: str = REGION,
    account: str = ACCOUNT,
) -> Cloud:
    """A cloud, with what a scenario begins with; `settings` go before the scenario's.

    Raises InvalidInput for a scenario or settings at fault.
    """
    if scenario is None:
        return Cloud(time, settings, account, region)
    read = scenario if isinstance(scenario, Scenario) else parse_scenario(scenario)
    if settings is not None:
        read = evolve(read, settings=settings)
    return Cloud.from_scenario(read, time, region, account)


class Steered:
    """A cloud, the region that is meant, and what a test does to them.

    The methods are those of `cloud`, with its rules and errors. Where they take a
    `region`, it is this one's unless given.
    """

    def __init__(self, cloud: Cloud, region: str = REGION) -> None:
        self.cloud = cloud
        self.region = region

    # --- time -------------------------------------------------------------------

    def now(self) -> float:
        """The present moment, in seconds since the epoch."""
        return self.cloud.now()

    def advance(self, seconds: float) -> tuple[Happening, ...]:
        """Let so many seconds pass; what has happened since somebody last asked."""
        return self.cloud.advance(seconds)

    def advance_to(self, later: float) -> tuple[Happening, ...]:
        """The same, up to a moment in seconds since the epoch."""
        return self.cloud.advance_to(later)

    def advance_to_next_event(self) -> tuple[Happening, ...]:
        """The same, up to the next moment at which a status or a stage changes."""
        return self.cloud.advance_to_next_event()

    def advance_until(
        self,
        endpoint: str,
        *,
        batch: int | None = None,
        phase: str | None = None,
        direction: str | None = None,
        status: str | None = None,
        region: str | None = None,
    ) -> tuple[Happening, ...]:
        """The same, up to the moment at which an endpoint has come to a stage or a status.

        `phase`: Provisioning, Shifting, Baking, Cleaning, Succeeded, RolledBack or
        RollbackFailed. `direction`: Forward or Back. `batch`: from 1, of its
        direction. `status`: an EndpointStatus. Raises InvalidInput when the
        endpoint comes to rest without it.
        """
        return self.cloud.advance_until(
            endpoint,
            batch=batch,
            phase=phase,
            direction=direction,
            status=status,
            region=region or self.region,
        )

    def advance_to_rest(self, endpoint: str, *, region: str | None = None) -> tuple[Happening, ...]:
        """The same, up to the moment at which nothing of an endpoint is under way any more."""
        return self.cloud.advance_to_rest(endpoint, region or self.region)

    # --- what there is ------------------------------------------------------------

    def happenings(self) -> tuple[Happening, ...]:
        """What has happened since somebody last asked."""
        return self.cloud.happenings()

    def running(self) -> tuple[str, ...]:
        """What is under way in all regions, in one sentence each."""
        return self.cloud.running()

    def endpoints(self) -> tuple[EndpointNow, ...]:
        """All endpoints of all regions, as they are now."""
        return self.cloud.endpoints()

    # --- faults and controls --------------------------------------------------------

    def inject(
        self,
        endpoint: str,
        faults: Iterable[Fault | Mapping[str, object]],
        when: When | str = When.NEXT_UPDATE,
        *,
        region: str | None = None,
    ) -> None:
        """Let something go wrong with an endpoint: faults, or a scenario's JSON of them.

        `when`: NextUpdate, Creation, or Now. Raises InvalidInput for faults at fault.
        Those that never struck are the `unused_faults` of `endpoints()`.
        """
        self.cloud.inject(endpoint, faults_from(faults), when, region or self.region)

    def withdraw_faults(self, endpoint: str, *, region: str | None = None) -> None:
        """Take back every fault of an endpoint: those that wait, and those that still hold."""
        self.cloud.withdraw_faults(endpoint, region or self.region)

    def limit_capacity(
        self, limit: int | None, endpoint: str | None = None, *, region: str | None = None
    ) -> None:
        """Let no more than `limit` instances be alive, of an endpoint or of each; None lifts it."""
        self.cloud.limit_capacity(limit, endpoint, region or self.region)

    def stop_update(
        self, endpoint: str, by: str = "operator", *, region: str | None = None
    ) -> None:
        """Ask for the update in progress to stop: SageMaker has no such operation."""
        self.cloud.stop_update(endpoint, by, region or self.region)

    def reset(self) -> None:
        """Make everything as it was at first, but for the time, which goes on."""
        self.cloud.reset()
