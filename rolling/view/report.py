"""The report: the result of one deployment, or its progress so far, and its JSON."""

from attrs import frozen

from rolling.view.timeline import Note, Row, number, rows_document


@frozen
class UpdateReport:
    """The result of one update, or its progress so far.

    `outcome`: Succeeded, RolledBack or RollbackFailed; None while it is in progress.
    `cause`: why it rolled back, or None. `cut_short`: why its rollback or its last
    cleanup failed, or None. `endpoint_status`, `failure_reason`: as DescribeEndpoint
    shows them; None without an endpoint. `peak_instances`: the most instances alive or
    requested at any moment. `leftover`: the instances alive but not requested.
    `seconds`: from acceptance to the end, or to the latest look. `timeline`: all its
    rows. `notes`: the backend's notes.
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
    """A report as JSON; `Notes` only if there are any."""
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
