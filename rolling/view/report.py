"""The report: what became of one deployment, or has so far, and its JSON."""

from attrs import frozen

from rolling.view.timeline import Note, Row, number, rows_document


@frozen
class UpdateReport:
    """What became of one update.

    `outcome`: Succeeded, RolledBack or RollbackFailed; None while it is under way.
    `cause`: why it turned back; None when it did not. `cut_short`: what failed its
    rollback, or its last cleanup; None when nothing did. `endpoint_status`,
    `failure_reason`: as DescribeEndpoint gives them; None where no endpoint is known.
    `peak_instances`: the most that were alive or asked for at one moment. `leftover`:
    the instances alive that are not asked for. `seconds`: from acceptance to the end, or
    to the latest look. `timeline`: all its rows. `notes`: what the backend said meanwhile.
    """

    outcome: str | None
    cause: str | None
    cut_short: str | None
    endpoint_status: str | None
    failure_reason: str | None
    peak_instances: int
    leftover: int
    seconds: float
    timeline: tuple[Row, ...]
    notes: tuple[Note, ...] = ()


def update_document(report: UpdateReport) -> dict[str, object]:
    """A report as JSON; `Notes` only where there are any."""
    notes = [{"At": number(note.at), "Note": note.text} for note in report.notes]
    return {
        "Outcome": report.outcome,
        "Cause": report.cause,
        "CutShort": report.cut_short,
        "EndpointStatus": report.endpoint_status,
        "FailureReason": report.failure_reason,
        "PeakInstances": report.peak_instances,
        "Leftover": report.leftover,
        "Seconds": number(report.seconds),
        "Timeline": rows_document(report.timeline),
        **({"Notes": notes} if notes else {}),
    }
