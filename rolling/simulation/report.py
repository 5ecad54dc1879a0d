"""The report of a simulation: what became of each update, row by row, and its JSON."""

from collections.abc import Iterator

from attrs import frozen

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
    `event`: the name of the fact that led here, as in the core; UpdateEndpoint
    for acceptance.
    """

    at: float
    direction: Direction
    phase: Phase
    batch: int
    old: int
    new: int
    old_share: Share
    new_share: Share
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
        event,
        why,
    )


@frozen
class UpdateReport:
    """What became of one update.

    `outcome`: Succeeded, RolledBack or RollbackFailed. `cause`: why it turned
    back; None when it succeeded. `endpoint_status`, `failure_reason`: as
    DescribeEndpoint gives them after it. `peak_instances`: the most that were
    alive or asked for at one moment. `seconds`: from acceptance to the end.
    """

    outcome: str
    cause: str | None
    endpoint_status: str
    failure_reason: str | None
    peak_instances: int
    seconds: float
    timeline: tuple[Row, ...]


@frozen
class Report:
    """What became of a scenario; `endpoint` is DescribeEndpoint's JSON at its end."""

    updates: tuple[UpdateReport, ...]
    endpoint: dict[str, object]


def report_document(report: Report) -> dict[str, object]:
    """The JSON that `rolling simulate -o json` prints."""
    return {
        "Updates": [_update_document(update) for update in report.updates],
        "Endpoint": report.endpoint,
    }


def _update_document(update: UpdateReport) -> dict[str, object]:
    return {
        "Outcome": update.outcome,
        "Cause": update.cause,
        "EndpointStatus": update.endpoint_status,
        "FailureReason": update.failure_reason,
        "PeakInstances": update.peak_instances,
        "Seconds": number(update.seconds),
        "Timeline": list(_rows(update.timeline)),
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
            "Event": each.event,
            "Why": each.why,
        }


def number(seconds: float) -> int | float:
    """A time as JSON shows it: a whole number without a point."""
    return int(seconds) if seconds == int(seconds) else seconds
