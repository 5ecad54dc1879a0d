"""The simulation: the updates of a scenario, one after the other, in virtual time."""

from collections.abc import Iterator

from attrs import evolve, frozen

from rolling.backends.simulated import SimulatedBackend
from rolling.backends.simulated.world import World
from rolling.core.deployment import Deployment
from rolling.driving.clock import VirtualClock
from rolling.driving.record import accept
from rolling.driving.run import run
from rolling.endpoint.describe import Times, describe
from rolling.endpoint.endpoint import Endpoint
from rolling.endpoint.folding import with_deployment
from rolling.endpoint.refusals import ValidationException
from rolling.endpoint.shapes import under
from rolling.endpoint.update import update_endpoint
from rolling.simulation.forecast import Leftover
from rolling.simulation.narration import acceptance, narrate
from rolling.simulation.report import (
    PHASES,
    Report,
    Row,
    UnusedFault,
    UpdateReport,
    durations_of,
    row,
)
from rolling.simulation.scenario import Scenario


@frozen
class Step:
    """One update of a scenario, carried out.

    `accepted`: the endpoint once it had accepted the update, `leftovers`: what the
    updates before had left alive then. `after`: the endpoint once the update had
    ended, at `ended_at` of the virtual time.
    """

    accepted: Endpoint
    leftovers: tuple[Leftover, ...]
    report: UpdateReport
    after: Endpoint
    ended_at: float


def simulate(scenario: Scenario) -> Report:
    """Carry out a scenario, to the end of its last update.

    An update begins when the one before it has ended; what is still
    terminating then goes on doing so. Virtual time begins at 0, when the
    endpoint was created. Raises ValidationException for an update that the
    endpoint refuses in the state in which the one before it left it.
    """
    steps = tuple(carry_out(scenario))
    last = steps[-1]
    shown = describe(last.after, Times(creation=0, last_modified=last.ended_at))
    reports = tuple([step.report for step in steps])
    return Report(reports, shown, durations_of(scenario.settings, scenario.assumed))


def carry_out(scenario: Scenario) -> Iterator[Step]:
    """What `simulate` does, an update at a time."""
    clock = VirtualClock()
    endpoint = scenario.endpoint
    backend = SimulatedBackend(endpoint.fleets, scenario.settings, clock=clock)
    for place, update in enumerate(scenario.updates):
        try:
            accepted = update_endpoint(endpoint, update.request, scenario.configs)
        except ValidationException as refused:
            at = f"Updates[{place}].UpdateEndpoint"
            raise ValidationException(under(at, refused.problems)) from None
        leftovers = _leftovers(accepted, backend.world, clock.now())
        backend = backend.next_update(update.faults)
        report, endpoint = _carry_out(accepted, backend, clock)
        unused = tuple(
            [
                UnusedFault(f"Updates[{place}].Faults[{number}]", fault.kind.value)
                for number, fault in enumerate(update.faults)
                if number not in backend.struck
            ]
        )
        report = evolve(report, unused_faults=unused)
        yield Step(accepted, leftovers, report, endpoint, clock.now())


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


def _carry_out(
    endpoint: Endpoint, backend: SimulatedBackend, clock: VirtualClock
) -> tuple[UpdateReport, Endpoint]:
    """The report of the update in progress, and the endpoint after it."""
    deployment = endpoint.deployment
    assert deployment is not None
    accepted_at = clock.now()
    record = accept(deployment, accepted_at)
    rows = [_accepted(deployment)]
    peak = _instances(deployment)
    for tick in run(record, backend, clock, stop_requested=backend.stop_requested):
        for change in tick.changes:
            if change.after.stage == change.before.stage or change.before.ended:
                continue
            why = narrate(change, change.at - record.stage_began_at)
            event = type(change.event).__name__
            rows.append(row(change.after, change.at - accepted_at, event, why))
        record = tick.record
        peak = max(peak, _instances(record.deployment))
    deployment = record.deployment
    # The end is told as it was seen once the backend had been told of it.
    last = rows[-1]
    rows[-1] = row(deployment, last.at, last.event, last.why)
    endpoint = with_deployment(endpoint, deployment)
    report = UpdateReport(
        outcome=PHASES[deployment.phase],
        cause=None if deployment.cause is None else str(deployment.cause),
        cut_short=None if deployment.cut_short is None else str(deployment.cut_short),
        endpoint_status=endpoint.status.value,
        failure_reason=endpoint.failure_reason,
        peak_instances=peak,
        leftover=sum(fleet.alive - fleet.asked for fleet in deployment.fleets),
        seconds=last.at,
        timeline=tuple(rows),
    )
    return report, endpoint


def _accepted(deployment: Deployment) -> Row:
    """The first row: what the update found, before it asked for anything."""
    spec = deployment.spec
    first = row(deployment, 0, "UpdateEndpoint", acceptance(deployment))
    return evolve(first, old=spec.old_count, new=spec.new.count)


def _instances(deployment: Deployment) -> int:
    """All instances alive or asked for; what an earlier update left over is a fleet of this one."""
    return sum(fleet.alive for fleet in deployment.fleets)
