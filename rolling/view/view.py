"""The view: one deployment as its ticks tell it, from its record on.

A driver's ticks go in; the snapshot for a picture, and the report with the whole
timeline, come out. It decides nothing, and does no I/O.
"""

from functools import lru_cache

from rolling.core.deployment import Deployment
from rolling.driving.record import Record
from rolling.driving.tick import Tick, TickFailed, new_notes
from rolling.endpoint.apply_deployment import with_deployment
from rolling.endpoint.endpoint import Endpoint
from rolling.view.report import UpdateReport
from rolling.view.snapshots import EstimateRollback, Snapshot, Subject, first, following
from rolling.view.timeline import PHASES, Note, Row, change_row, first_row


class View:
    """What a person should know of one deployment.

    `name`: what it is called, such as the name of its endpoint. `record`: what its
    driver begins with: what `accept` gave, or the last one stored of a driver before.
    `endpoint`: as `update_endpoint` gave it; without it no endpoint status is shown.
    `accepted_at`: the moment of acceptance on the driver's clock; when the record's
    direction began, unless given. `place`, `updates`: which update it is of how many,
    from 1. `estimate_rollback`: gives what turning back from a state would take;
    without it that is not shown.

    `snapshot`: what is going on now. `rows`, `notes`: all that happened since `record`.
    `peak_instances`: the most that were alive or asked for at one moment since then.
    """

    def __init__(
        self,
        name: str,
        record: Record,
        *,
        endpoint: Endpoint | None = None,
        accepted_at: float | None = None,
        place: int = 1,
        updates: int = 1,
        estimate_rollback: EstimateRollback | None = None,
    ) -> None:
        deployment = record.deployment
        began_at = record.direction_began_at if accepted_at is None else accepted_at
        # A picture asks again and again for the estimate of the same state.
        estimate = None if estimate_rollback is None else lru_cache(maxsize=1)(estimate_rollback)
        subject = Subject(name, began_at, endpoint, place, updates, estimate)
        self.rows: list[Row] = [first_row(record, began_at)]
        self.notes: list[Note] = []
        self.peak_instances = _alive(deployment)
        self.snapshot: Snapshot = first(subject, record, self.rows[0])

    def take(self, seen: Tick | TickFailed) -> Snapshot:
        """Take in what a driver handed over; the snapshot after it."""
        before, told = self.snapshot, len(self.rows)
        accepted_at = before.subject.accepted_at
        if isinstance(seen, Tick):
            self.rows += [
                change_row(change, accepted_at)
                for change in seen.changes
                if change.enters_stage and not change.before.ended
            ]
            self.notes += [
                Note(seen.at - accepted_at, text) for text in new_notes(before.notes, seen.notes)
            ]
        deployment = seen.record.deployment
        self.peak_instances = max(self.peak_instances, _alive(deployment))
        self.snapshot = following(before, seen, self.rows[told:])
        if deployment.ended:
            # The end is told as it is seen once the backend has been told of it.
            self.rows[-1] = self.rows[-1].of(deployment)
        return self.snapshot

    def report(self) -> UpdateReport:
        """What became of it, or has so far."""
        snapshot, deployment = self.snapshot, self.snapshot.deployment
        endpoint = snapshot.subject.endpoint
        if endpoint is not None:
            endpoint = with_deployment(endpoint, deployment)
        return UpdateReport(
            outcome=PHASES[deployment.phase] if deployment.ended else None,
            cause=None if deployment.cause is None else str(deployment.cause),
            cut_short=None if deployment.cut_short is None else str(deployment.cut_short),
            endpoint_status=None if endpoint is None else endpoint.status.value,
            failure_reason=None if endpoint is None else endpoint.failure_reason,
            peak_instances=self.peak_instances,
            leftover=sum(fleet.alive - fleet.asked for fleet in deployment.fleets),
            seconds=snapshot.seconds(snapshot.seen_at),
            timeline=tuple(self.rows),
            notes=tuple(self.notes),
        )


def _alive(deployment: Deployment) -> int:
    """All instances alive or asked for; what an earlier update left over is a fleet of this one."""
    return sum(fleet.alive for fleet in deployment.fleets)
