"""The view: shows one deployment from its ticks.

Feed it a driver's ticks; it returns the snapshot for a picture, and the report with the
whole timeline. It does no I/O.
"""

from functools import lru_cache

from rolling.core.deployment import Deployment
from rolling.driving.record import Record
from rolling.driving.tick import Tick, TickFailed, new_notes
from rolling.endpoint.apply_deployment import with_deployment
from rolling.endpoint.endpoint import Endpoint
from rolling.view.narration import is_told
from rolling.view.report import UpdateReport
from rolling.view.snapshots import EstimateRollback, Snapshot, Subject, first, following
from rolling.view.timeline import PHASES, Note, Row, change_row, first_row


class View:
    """Shows one deployment to people.

    `name`: identifies it, such as the name of its endpoint. `record`: the driver's
    first record: the result of `accept`, or the last one that a previous driver stored.
    `endpoint`: the result of `update_endpoint`; without it no endpoint status is shown.
    `accepted_at`: the time of acceptance on the driver's clock; by default, when the
    record's direction began. `place`, `updates`: the number of this update, from 1, and
    the number of updates. `estimate_rollback`: estimates the rollback from a state;
    without it no estimate is shown.

    `snapshot`: the current state. `rows`, `notes`: everything since `record`.
    `peak_instances`: the most instances alive or requested at any moment since then.
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
        # A picture needs the estimate of the same state again and again.
        estimate = None if estimate_rollback is None else lru_cache(maxsize=1)(estimate_rollback)
        subject = Subject(name, began_at, endpoint, place, updates, estimate)
        self.rows: list[Row] = [first_row(record, began_at)]
        self.notes: list[Note] = []
        self.peak_instances = _alive(deployment)
        self.snapshot: Snapshot = first(subject, record, self.rows[0])

    def take(self, seen: Tick | TickFailed) -> Snapshot:
        """Add a tick or a failure of a driver; returns the new snapshot."""
        before, told = self.snapshot, len(self.rows)
        accepted_at = before.subject.accepted_at
        if isinstance(seen, Tick):
            self.rows += [
                change_row(change, accepted_at) for change in seen.changes if is_told(change)
            ]
            self.notes += [
                Note(seen.at - accepted_at, text) for text in new_notes(before.notes, seen.notes)
            ]
        deployment = seen.record.deployment
        self.peak_instances = max(self.peak_instances, _alive(deployment))
        self.snapshot = following(before, seen, self.rows[told:])
        if deployment.ended:
            # The last row shows the end as observed after its command was sent.
            self.rows[-1] = self.rows[-1].of(deployment)
        return self.snapshot

    def report(self) -> UpdateReport:
        """The result, or the progress so far."""
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
    """All instances alive or requested; leftovers of an earlier update are a fleet of this one."""
    return sum(fleet.alive for fleet in deployment.fleets)
