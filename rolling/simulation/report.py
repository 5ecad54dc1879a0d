"""The report of a simulation: what became of each update, row by row, and its JSON."""

from collections.abc import Iterator

from attrs import frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.capacity import Share, rest_of
from rolling.core.deployment import Deployment
from rolling.core.stage import Direction, Phase

DIRECTIONS = {Direction.FORWARD: "Forward", Direction.BACK: "Back"}
PHASES = {
    Phase.PROVISIONING: "Provisioning",
    Phase.SHIFTING: "Shifting",
    Phase.BAKING: "Baking",
    Phase.CLEANING: "Cleaning",
    Phase.SUCCEEDED: "Succeeded",
    Phase.ROLLED_BACK: "RolledBack",
    Phase.ROLLBACK_FAILED: "RollbackFailed",
}


@frozen
class Row:
    """One row of a timeline: the deployment at a moment, and why it is so.

    `at`: seconds since acceptance. `old`, `new`: instances in service, drained
    ones included, launching and terminating ones not; `old` of all old fleets.
    The shares are those asked for; `settled`: they were seen since, else traffic
    may still be in motion. `event`: the name of the fact that led here, as in the
    core; UpdateEndpoint for acceptance.
    """

    at: float
    direction: Direction
    phase: Phase
    batch: int
    old: int
    new: int
    old_share: Share
    new_share: Share
    settled: bool
    event: str
    why: str


def row(deployment: Deployment, at: float, event: str, why: str) -> Row:
    """The row of a deployment that came into its stage."""
    return Row(
        at,
        deployment.direction,
        deployment.phase,
        deployment.stage.step,
        sum(fleet.in_service for fleet in deployment.old),
        deployment.new.in_service,
        rest_of(deployment.new.share),
        deployment.new.share,
        deployment.settled,
        event,
        why,
    )


@frozen
class Note:
    """What the backend began to say to people `at` so many seconds since acceptance."""

    at: float
    text: str


@frozen
class UnusedFault:
    """A fault that never struck: its path in the scenario, and its kind."""

    field: str
    kind: str


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
class UpdateReport:
    """What became of one update.

    `outcome`: Succeeded, RolledBack or RollbackFailed. `cause`: why it turned
    back; None when it succeeded. `cut_short`: what failed its rollback, or its
    last cleanup; None when nothing did. `endpoint_status`, `failure_reason`: as
    DescribeEndpoint gives them after it. `peak_instances`: the most that were
    alive or asked for at one moment. `leftover`: the instances alive at the end
    that nobody asks for. `seconds`: from acceptance to the end. `unused_faults`:
    those of its faults that never struck. `notes`: what the backend said meanwhile.
    """

    outcome: str
    cause: str | None
    cut_short: str | None
    endpoint_status: str
    failure_reason: str | None
    peak_instances: int
    leftover: int
    seconds: float
    timeline: tuple[Row, ...]
    unused_faults: tuple[UnusedFault, ...] = ()
    notes: tuple[Note, ...] = ()


@frozen
class Report:
    """What became of a scenario; `endpoint` is DescribeEndpoint's JSON at its end."""

    updates: tuple[UpdateReport, ...]
    endpoint: dict[str, object]
    durations: Durations


def report_document(report: Report) -> dict[str, object]:
    """The JSON that `rolling simulate -o json` prints."""
    return {
        "Updates": [_update_document(update) for update in report.updates],
        "Endpoint": report.endpoint,
        "Durations": durations_document(report.durations),
    }


def durations_document(durations: Durations) -> dict[str, object]:
    """How long operations take, as JSON."""
    return {
        "ProvisioningSeconds": durations.provisioning_seconds,
        "ShiftSeconds": durations.shift_seconds,
        "CleanupSeconds": durations.cleanup_seconds,
        "Assumed": list(durations.assumed),
    }


def _update_document(update: UpdateReport) -> dict[str, object]:
    notes = [{"At": number(note.at), "Note": note.text} for note in update.notes]
    return {
        "Outcome": update.outcome,
        "Cause": update.cause,
        "CutShort": update.cut_short,
        "EndpointStatus": update.endpoint_status,
        "FailureReason": update.failure_reason,
        "PeakInstances": update.peak_instances,
        "Leftover": update.leftover,
        "Seconds": number(update.seconds),
        "Timeline": list(_rows(update.timeline)),
        "UnusedFaults": [
            {"Field": fault.field, "Kind": fault.kind} for fault in update.unused_faults
        ],
        **({"Notes": notes} if notes else {}),
    }


def _rows(timeline: tuple[Row, ...]) -> Iterator[dict[str, object]]:
    for each in timeline:
        yield {
            "At": number(each.at),
            "Direction": DIRECTIONS[each.direction],
            "Phase": PHASES[each.phase],
            "Batch": each.batch,
            "Old": each.old,
            "New": each.new,
            "OldShare": str(each.old_share),
            "NewShare": str(each.new_share),
            "Settled": each.settled,
            "Event": each.event,
            "Why": each.why,
        }


def number(seconds: float) -> int | float:
    """A time as JSON shows it: a whole number without a point."""
    return int(seconds) if seconds == int(seconds) else seconds
