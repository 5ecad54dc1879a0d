"""The simulation: the updates of a scenario, one after the other, in virtual time."""

from collections.abc import Iterable, Iterator
from itertools import islice

from attrs import evolve

from rolling.backends.simulated import SimulatedBackend
from rolling.driving.clock import VirtualClock
from rolling.endpoint.describe import Times, describe
from rolling.endpoint.refusals import ValidationException
from rolling.endpoint.update import update_endpoint
from rolling.simulation.report import AcceptedUpdate, Report, SimulatedUpdate, durations_of
from rolling.simulation.running_update import RunningUpdate
from rolling.simulation.scenario import Scenario, path_in_update
from rolling.view.snapshots import Snapshot


def simulate(scenario: Scenario) -> Report:
    """Carry out a scenario, to the end of its last update.

    An update begins when the previous one has ended; instances that are still
    terminating continue to terminate. Virtual time begins at 0, when the endpoint was
    created. Raises ValidationException for an update that the endpoint, as the previous
    update left it, refuses.
    """
    return report_of(scenario, carry_out(scenario))


def report_of(scenario: Scenario, carried_out: Iterable[SimulatedUpdate]) -> Report:
    """The report of a scenario and its simulated updates."""
    steps = tuple(carried_out)
    last = steps[-1]
    shown = describe(last.after, Times(creation=0, last_modified=last.ended_at))
    return Report(steps, shown, durations_of(scenario.settings, scenario.assumed))


def carry_out(scenario: Scenario) -> Iterator[SimulatedUpdate]:
    """Like `simulate`, but one update at a time."""
    return (each for each in snapshots(scenario) if isinstance(each, SimulatedUpdate))


def snapshots(scenario: Scenario) -> Iterator[Snapshot | SimulatedUpdate]:
    """Like `simulate`, but one tick at a time: the snapshots of each update, then its result."""
    return (each for each in _played(scenario) if not isinstance(each, AcceptedUpdate))


def accepted_updates(scenario: Scenario) -> Iterator[AcceptedUpdate]:
    """Each update as the endpoint accepts it, from what the ones before it leave.

    The last one is not carried out. Raises ValidationException as `simulate` does.
    """
    accepted = (each for each in _played(scenario) if isinstance(each, AcceptedUpdate))
    return islice(accepted, len(scenario.updates))


def _played(scenario: Scenario) -> Iterator[AcceptedUpdate | Snapshot | SimulatedUpdate]:
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
        running = RunningUpdate(
            accepted,
            backend,
            clock.now(),
            update.faults,
            place=place + 1,
            updates=len(scenario.updates),
        )
        backend = running.backend
        yield AcceptedUpdate(accepted, running.leftovers)
        while running.wake_at is not None:
            clock.wait_until(running.wake_at)
            running.tick(clock.now())
            yield running.view.snapshot
        endpoint = running.endpoint
        unused = backend.unused_faults(f"{at}.Faults")
        report = running.view.report()
        yield SimulatedUpdate(accepted, report, unused, endpoint, clock.now())
