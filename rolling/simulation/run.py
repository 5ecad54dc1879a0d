"""The simulation: the updates of a scenario, one after the other, in virtual time."""

from collections.abc import Generator, Iterable, Iterator

from attrs import evolve, frozen

from rolling.backends.simulated import SimulatedBackend
from rolling.backends.simulated.world import World
from rolling.core.deployment import Deployment
from rolling.driving.clock import VirtualClock
from rolling.driving.notes import new_notes
from rolling.driving.record import accept
from rolling.driving.run import run
from rolling.endpoint.describe import Times, describe
from rolling.endpoint.endpoint import Endpoint
from rolling.endpoint.folding import with_deployment
from rolling.endpoint.refusals import ValidationException
from rolling.endpoint.update import update_endpoint
from rolling.schema.shapes import under
from rolling.simulation.moments import Accepted, Moment
from rolling.simulation.narration import acceptance, narrate
from rolling.simulation.report import (
    PHASES,
    Note,
    Report,
    Row,
    UnusedFault,
    UpdateReport,
    durations_of,
    row,
)
from rolling.simulation.scenario import Scenario
from rolling.simulation.walk import Leftover


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
    return report_of(scenario, carry_out(scenario))


def report_of(scenario: Scenario, carried_out: Iterable[Step]) -> Report:
    """The report of a scenario whose updates were carried out so."""
    steps = tuple(carried_out)
    last = steps[-1]
    shown = describe(last.after, Times(creation=0, last_modified=last.ended_at))
    reports = tuple([step.report for step in steps])
    return Report(reports, shown, durations_of(scenario.settings, scenario.assumed))


def carry_out(scenario: Scenario) -> Iterator[Step]:
    """What `simulate` does, an update at a time."""
    return (each for each in moments(scenario) if isinstance(each, Step))


def moments(scenario: Scenario) -> Iterator[Moment | Step]:
    """What `simulate` does, a tick at a time: the moments of each update, then its step."""
    clock = VirtualClock()
    endpoint = scenario.endpoint
    backend = SimulatedBackend(endpoint.fleets, scenario.settings, clock=clock)
    count = len(scenario.updates)
    for place, update in enumerate(scenario.updates):
        try:
            accepted = update_endpoint(endpoint, update.request, scenario.configs)
        except ValidationException as refused:
            at = f"Updates[{place}].UpdateEndpoint"
            raise ValidationException(under(at, refused.problems)) from None
        now = clock.now()
        leftovers = _leftovers(accepted, backend.world, now)
        backend = backend.next_update(update.faults)
        begun = Accepted(place + 1, count, accepted, now, leftovers, scenario.settings)
        report, endpoint = yield from _carry_out(begun, backend, clock)
        unused = tuple(
            [
                UnusedFault(f"Updates[{place}].Faults[{number}]", fault.kind.value)
                for number, fault in backend.unstruck
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
    update: Accepted, backend: SimulatedBackend, clock: VirtualClock
) -> Generator[Moment, None, tuple[UpdateReport, Endpoint]]:
    """The moments of an update; then its report, and the endpoint after it."""
    endpoint = update.endpoint
    deployment = endpoint.deployment
    assert deployment is not None
    record = accept(deployment, update.at)
    rows = [_accepted(deployment)]
    told = 0
    standing: tuple[str, ...] = ()
    notes: list[Note] = []
    peak = _instances(deployment)
    for tick in run(record, backend, clock, stop_requested=backend.stop_requested):
        assert tick.seen is not None, "a simulated backend raises nothing"
        for change in tick.changes:
            if not change.enters_stage or change.before.ended:
                continue
            why = narrate(change)
            event = type(change.event).__name__
            rows.append(row(change.after, change.at - update.at, event, why))
        notes += [Note(tick.at - update.at, text) for text in new_notes(standing, tick.notes)]
        record, standing = tick.record, tick.notes
        peak = max(peak, _instances(record.deployment))
        yield Moment(update, tick.at, record, tick.seen, tuple(rows[told:]), tick.wake_at)
        told = len(rows)
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
        notes=tuple(notes),
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
