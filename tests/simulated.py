"""A deployment on the simulated endpoint, driven to its end: what several tests begin with."""

from collections.abc import Iterable, Sequence

from rolling import (
    CapacitySize,
    Deployment,
    Gates,
    RollingUpdatePolicy,
    SurgeRollingPolicy,
    UpdatePolicy,
    instances,
    serving,
    start,
    wanted,
)
from rolling.backends.simulated import Fault, SimulatedBackend, SimulationSettings
from rolling.driving import Change, Tick, VirtualClock, accept, run

ALARM = "p99"


def rolling_update(
    old: int = 3,
    new: int | None = None,
    batch: CapacitySize | None = None,
    wait_seconds: int = 60,
    rollback_batch: CapacitySize | None = None,
    timeout_seconds: int = 28_800,
    alarms: Sequence[str] = (ALARM,),
    generation: int = 1,
    gates: Gates | None = None,
) -> Deployment:
    """A rolling update that was just accepted; a batch is one instance unless given."""
    policy = RollingUpdatePolicy(
        instances(1) if batch is None else batch, wait_seconds, rollback_batch, timeout_seconds
    )
    return begun(policy, old, old if new is None else new, alarms, generation, gates)


def drain_first(
    full: int = 3,
    surge: int = 0,
    unavailable: int = 1,
    gates: Gates | None = None,
    wait_seconds: int = 60,
    alarms: Sequence[str] = (ALARM,),
) -> Deployment:
    """An update within given room that was just accepted."""
    policy = SurgeRollingPolicy(instances(surge), instances(unavailable), wait_seconds)
    return begun(policy, full, full, alarms, gates=gates)


def begun(
    policy: UpdatePolicy,
    old: int,
    new: int,
    alarms: Sequence[str] = (ALARM,),
    generation: int = 1,
    gates: Gates | None = None,
) -> Deployment:
    """An update from config-1 to config-2 that was just accepted."""
    fleets = serving("config-1", old), wanted("config-2", new)
    return start(*fleets, policy, alarms, generation, gates)


class Drive:
    """One deployment driven to its end in virtual time, from second 0 on."""

    def __init__(
        self,
        deployment: Deployment,
        faults: Iterable[Fault] = (),
        settings: SimulationSettings | None = None,
    ) -> None:
        self.clock = VirtualClock()
        self.backend = SimulatedBackend(deployment.spec.fleets, settings, faults, self.clock)
        self.ticks: list[Tick] = list(
            run(
                accept(deployment, 0, "a"),
                self.backend,
                self.clock,
                stop_requested=self.backend.stop_requested,
                continuation=self.backend.continuation,
            )
        )

    @property
    def end(self) -> Deployment:
        """The deployment as it ended."""
        return self.ticks[-1].record.deployment

    @property
    def changes(self) -> list[Change]:
        """Everything that changed it, in order."""
        return [change for tick in self.ticks for change in tick.changes]

    @property
    def stages(self) -> list[tuple[float, str]]:
        """The moments at which it came into another stage, and the stage."""
        return [
            (change.at, str(change.after.stage))
            for change in self.changes
            if change.after.stage != change.before.stage
        ]

    def entered(self, stage: str) -> float:
        """The moment at which it came into a stage."""
        return next(at for at, entered in self.stages if entered == stage)
