"""The simulation: the updates of a scenario, one after the other, in virtual time."""

from collections.abc import Iterable, Iterator
from functools import partial

from attrs import evolve

from rolling.backends.simulated import SimulatedBackend
from rolling.backends.simulated.settings import SimulationSettings
from rolling.backends.simulated.world import World
from rolling.core.deployment import Deployment
from rolling.driving.clock import VirtualClock
from rolling.driving.record import accept
from rolling.driving.run import run
from rolling.endpoint.apply_deployment import with_deployment
from rolling.endpoint.describe import Times, describe
from rolling.endpoint.endpoint import Endpoint
from rolling.endpoint.refusals import ValidationException
from rolling.endpoint.update import update_endpoint
from rolling.simulation.report import Report, SimulatedUpdate, UnusedFault, durations_of
from rolling.simulation.rollback_estimate import rollback_estimate
from rolling.simulation.scenario import Scenario, path_in_update
from rolling.simulation.walk import Leftover
from rolling.view.snapshots import RollbackEstimate, Snapshot
from rolling.view.view import View


def simulate(scenario: Scenario) -> Report:
    """Carry out a scenario, to the end of its last update.

    An update begins when the one before it has ended; what is still
    terminating then goes on doing so. Virtual time begins at 0, when the
    endpoint was created. Raises ValidationException for an update that the
    endpoint refuses in the state in which the one before it left it.
    """
    return report_of(scenario, carry_out(scenario))


def report_of(scenario: Scenario, carried_out: Iterable[SimulatedUpdate]) -> Report:
    """The report of a scenario whose updates were carried out so."""
    steps = tuple(carried_out)
    last = steps[-1]
    shown = describe(last.after, Times(creation=0, last_modified=last.ended_at))
    return Report(steps, shown, durations_of(scenario.settings, scenario.assumed))


def carry_out(scenario: Scenario) -> Iterator[SimulatedUpdate]:
    """What `simulate` does, an update at a time."""
    return (each for each in snapshots(scenario) if isinstance(each, SimulatedUpdate))


def snapshots(scenario: Scenario) -> Iterator[Snapshot | SimulatedUpdate]:
    """What `simulate` does, a tick at a time: the snapshots of each update, then its step."""
    clock = VirtualClock()
    endpoint = scenario.endpoint
    backend = SimulatedBackend(endpoint.fleets, scenario.settings, clock=clock)
    for place, update in enumerate(scenario.updates):
        at = f"Updates[{place}]"
        try:
            accepted = update_endpoint(
                endpoint,
                update.request,
                scenario.configs,
                engine=update.engine,
                engine_path=f"{at}.Engine",
            )
        except ValidationException as refused:
            raise ValidationException(
                [evolve(each, field=path_in_update(at, each.field)) for each in refused.problems]
            ) from None
        assert accepted.deployment is not None
        now = clock.now()
        leftovers = _leftovers(accepted, backend.world, now)
        backend = backend.next_update(update.faults)
        record = accept(accepted.deployment, now)
        view = View(
            accepted.name,
            record,
            endpoint=accepted,
            place=place + 1,
            updates=len(scenario.updates),
            estimate_rollback=partial(_estimate, scenario.settings, leftovers, now),
        )
        for tick in run(record, backend, clock, stop_requested=backend.stop_requested):
            yield view.take(tick)
        endpoint = with_deployment(accepted, view.snapshot.deployment)
        unused = tuple(
            [
                UnusedFault(f"{at}.Faults[{number}]", fault.kind.value)
                for number, fault in backend.unstruck
            ]
        )
        yield SimulatedUpdate(accepted, leftovers, view.report(), unused, endpoint, clock.now())


def _estimate(
    settings: SimulationSettings,
    leftovers: tuple[Leftover, ...],
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


def _leftovers(accepted: Endpoint, world: World, now: float) -> tuple[Leftover, ...]:
    """What is alive and asked for by nobody when an update is accepted.

    What is stuck is terminated again as soon as the update begins.
    """
    assert accepted.deployment is not None
    found: list[Leftover] = []
    for place, spec in enumerate(accepted.deployment.spec.fleets):
        fleet = world.fleet(spec.configuration)
        found += [
            Leftover(place, count, int(moment - now)) for moment, count in fleet.terminating.items()
        ]
        if fleet.stuck:
            found.append(Leftover(place, fleet.stuck, world.settings.cleanup_seconds))
    return tuple(found)
