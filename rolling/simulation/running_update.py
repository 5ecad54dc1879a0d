"""A running update: one update of a simulated endpoint, from acceptance to its end.

`rolling simulate` and the local SageMaker both drive one. `rolling.core` decides what
follows from an observation, `rolling.endpoint` what it means for the endpoint.
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
from rolling.simulation.walk import Leftover, leftovers_at
from rolling.view.snapshots import RollbackEstimate
from rolling.view.timeline import Row
from rolling.view.view import View


class RunningUpdate:
    """An update that the endpoint accepted at the time `now`.

    `accepted`: the result of `update_endpoint`. `backend`: the previous backend of the
    endpoint, which must not be used afterwards; as an attribute, the update's own.
    `faults`: the faults of this update. `place`, `updates`: the number of this update,
    from 1, and the number of updates.

    `leftovers`: the instances of earlier updates still alive at acceptance. `view`: shows
    the update to people. `endpoint`: its current state.
    Raises InvalidInput for invalid faults.
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
        """The time of the next tick; None after the end of the update."""
        return self.view.snapshot.wake_at

    def tick(self, now: float, stop: StopRequested | None = None) -> list[Row]:
        """Observe the endpoint's instances and advance; returns the new rows of the timeline.

        `stop`: a request to stop the update; a fault may request one too. After the end,
        it observes the instances that are still being terminated.
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
    """The estimated rollback from this state; `leftovers`: those at acceptance."""
    return rollback_estimate(deployment, settings, leftovers_at(leftovers, at - accepted_at))


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
