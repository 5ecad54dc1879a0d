"""The report of a simulation: what became of each update, and its JSON."""

from attrs import frozen

from rolling.backends.simulated.faults import UnusedFault, unused_document
from rolling.backends.simulated.settings import SimulationSettings
from rolling.endpoint.endpoint import Endpoint
from rolling.simulation.walk import Leftover
from rolling.view.report import UpdateReport, update_document


@frozen
class AcceptedUpdate:
    """One update of a scenario, about to be carried out.

    `endpoint`: the endpoint, which has accepted it. `leftovers`: what the updates
    before it have left alive.
    """

    endpoint: Endpoint
    leftovers: tuple[Leftover, ...]


@frozen
class SimulatedUpdate:
    """One update of a scenario, carried out.

    `accepted`: the endpoint once it had accepted the update. `unused_faults`: those of
    its faults that never struck. `after`: the endpoint once the update had ended, at
    `ended_at` of the virtual time.
    """

    accepted: Endpoint
    report: UpdateReport
    unused_faults: tuple[UnusedFault, ...]
    after: Endpoint
    ended_at: float


@frozen
class Durations:
    """How long operations take, in seconds; `assumed`: those that the input does not say."""

    provisioning_seconds: int
    shift_seconds: int
    cleanup_seconds: int
    assumed: tuple[str, ...]


def durations_of(settings: SimulationSettings, assumed: tuple[str, ...]) -> Durations:
    """The durations of a simulation, of which these were assumed."""
    return Durations(
        settings.provisioning_seconds, settings.shift_seconds, settings.cleanup_seconds, assumed
    )


@frozen
class Report:
    """What became of a scenario; `endpoint` is DescribeEndpoint's JSON at its end."""

    updates: tuple[SimulatedUpdate, ...]
    endpoint: dict[str, object]
    durations: Durations


def report_document(report: Report) -> dict[str, object]:
    """The JSON that `rolling simulate -o json` prints."""
    return {
        "Updates": [_step_document(step) for step in report.updates],
        "Endpoint": report.endpoint,
        "Durations": durations_document(report.durations),
    }


def _step_document(step: SimulatedUpdate) -> dict[str, object]:
    return {
        **update_document(step.report),
        "UnusedFaults": unused_document(step.unused_faults),
    }


def durations_document(durations: Durations) -> dict[str, object]:
    """How long operations take, as JSON."""
    return {
        "ProvisioningSeconds": durations.provisioning_seconds,
        "ShiftSeconds": durations.shift_seconds,
        "CleanupSeconds": durations.cleanup_seconds,
        "Assumed": list(durations.assumed),
    }
