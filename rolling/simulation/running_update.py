"""The running update: one update of a simulated endpoint, from its acceptance to its end.

`rolling simulate` and the local SageMaker both drive one. What follows from what is
seen is decided in `rolling.core`; what it means for the endpoint, in `rolling.endpoint`.
"""

from collections.abc import Iterable
from functools import partial

from rolling.backends.simulated import Fault, SimulatedBackend, SimulationSettings
from rolling.backends.simulated.world import World
from rolling.core.deployment import Deployment
from rolling.core.events import StopRequested
from rolling.driving.record import accept
from rolling.driving.tick import tick
from rolling.endpoint.apply_deployment import with_deployment
from rolling.endpoint.endpoint import Endpoint
from rolling.simulation.rollback_estimate import rollback_estimate
from rolling.simulation.walk import Leftover
from rolling.view.snapshots import RollbackEstimate
from rolling.view.timeline import Row
from rolling.view.view import View


class RunningUpdate:
    """An update that `accepted`, as `update_endpoint` gave it, has accepted at the moment `now`.

    `backend`: that of the endpoint so far, which serves no more; then the update's own.
    `faults`: what goes wrong in this update. `place`, `updates`: which update it is of
    how many, from 1.

    `leftovers`: what earlier updates had left alive at its acceptance. `view`: what a
    person should know of it. `endpoint`: as the update has made it so far.
    Raises InvalidInput for faults that have problems.
    """

    def __init__(
        self,
        accepted: Endpoint,
        backend: SimulatedBackend,
        now: float,
        faults: Iterable[Fault] = (),
        place: int = 1,
        updates: int = 1,
    ) -> None:
        assert accepted.deployment is not None
        self.leftovers = _leftovers(accepted.deployment, backend.world, now)
        self.backend = backend.next_update(faults)
        estimate = partial(_estimate, backend.world.settings, self.leftovers, now)
        self.view = View(
            accepted.name,
            accept(accepted.deployment, now),
            endpoint=accepted,
            place=place,
            updates=updates,
            estimate_rollback=estimate,
        )
        self.endpoint = accepted

    @property
    def wake_at(self) -> float | None:
        """The moment of the next tick; None once the update has ended."""
        return self.view.snapshot.wake_at

    def tick(self, now: float, stop: StopRequested | None = None) -> list[Row]:
        """Look at the endpoint's instances, and take in what is seen.

        `stop`: somebody asks for the update to stop; a fault may ask too. The new rows
        of its timeline are returned. After the end, it takes in what is still to go.
        """
        record, told = self.view.snapshot.record, len(self.view.rows)
        stop = stop or self.backend.stop_requested()
        made = tick(record, self.backend, now, stop=stop, continued=self.backend.continuation())
        self.view.take(made)
        self.endpoint = with_deployment(self.endpoint, made.record.deployment)
        return self.view.rows[told:]


def _estimate(
    settings: SimulationSettings,
    leftovers: Iterable[Leftover],
    accepted_at: float,
    deployment: Deployment,
    at: float,
) -> RollbackEstimate | None:
    """The rollback of an update from this state; `leftovers`: as they were at acceptance."""
    passed = at - accepted_at
    left = [
        Leftover(each.fleet, each.count, int(each.after_seconds - passed))
        for each in leftovers
        if each.after_seconds > passed
    ]
    return rollback_estimate(deployment, settings, left)


def _leftovers(deployment: Deployment, world: World, now: float) -> tuple[Leftover, ...]:
    """The instances that are alive but not requested when an update is accepted.

    Stuck ones are terminated again as soon as the update begins.
    """
    found: list[Leftover] = []
    for place, spec in enumerate(deployment.spec.fleets):
        fleet = world.fleet(spec.configuration)
        found += [
            Leftover(place, count, int(moment - now)) for moment, count in fleet.terminating.items()
        ]
        if fleet.stuck:
            found.append(Leftover(place, fleet.stuck, world.settings.cleanup_seconds))
    return tuple(found)
