"""The timeline: a deployment row by row, with the reason for each change, and its JSON."""

from collections.abc import Iterable

from attrs import evolve, frozen

from rolling.core.capacity import Share, rest_of
from rolling.core.deployment import Deployment, Spec
from rolling.core.pace import drains_first
from rolling.core.stage import Direction, Phase, Stage
from rolling.driving.record import Record
from rolling.driving.tick import Change
from rolling.view.narration import acceptance, narrate, resumption

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
DIRECTION_OF = {text: direction for direction, text in DIRECTIONS.items()}
PHASE_OF = {text: phase for phase, text in PHASES.items()}


@frozen
class Row:
    """One row of a timeline: the deployment at a moment, with the reason.

    `at`: seconds since acceptance. `old`, `new`: instances in service, including
    drained ones, without launching and terminating ones; `old` sums all old fleets.
    The shares are the requested ones. `settled`: they have been seen since; otherwise
    traffic may still be shifting. `event`: the name of the core's event that led here;
    UpdateEndpoint for acceptance, Resumed for a stored record.
    """

    at: float
    stage: Stage
    old: int
    new: int
    old_share: Share
    new_share: Share
    settled: bool
    event: str
    why: str

    def of(self, deployment: Deployment) -> "Row":
        """The same row, with the deployment as it was seen later."""
        return _row(deployment, self.at, self.event, self.why)


@frozen
class Note:
    """A note from the backend; `at`: when it began, in seconds since acceptance."""

    at: float
    text: str


def first_row(record: Record, accepted_at: float) -> Row:
    """The first row of a timeline: acceptance, or the resumption of a stored record."""
    deployment, spec = record.deployment, record.deployment.spec
    if deployment.stage != _accepted(spec):
        at = record.stage_began_at - accepted_at
        return _row(deployment, at, "Resumed", resumption(deployment))
    # The state that the update found, before it requested anything.
    accepted = _row(deployment, 0, "UpdateEndpoint", acceptance(deployment))
    return evolve(accepted, old=spec.old_count, new=spec.new.count)


def _accepted(spec: Spec) -> Stage:
    """The first stage of an update with this spec."""
    return Stage(Direction.FORWARD, 0 if drains_first(spec) else 1, 1, Phase.PROVISIONING)


def change_row(change: Change, accepted_at: float) -> Row:
    """The row of a change that has a sentence."""
    event = type(change.event).__name__
    return _row(change.after, change.at - accepted_at, event, narrate(change))


def _row(deployment: Deployment, at: float, event: str, why: str) -> Row:
    return Row(
        at,
        deployment.stage,
        sum(fleet.in_service for fleet in deployment.old),
        deployment.new.in_service,
        rest_of(deployment.new.share),
        deployment.new.share,
        deployment.settled,
        event,
        why,
    )


def rows_document(rows: Iterable[Row]) -> list[dict[str, object]]:
    """Rows as JSON."""
    return [
        {
            "At": number(each.at),
            "Direction": DIRECTIONS[each.stage.direction],
            "Phase": PHASES[each.stage.phase],
            "Batch": each.stage.step,
            "Old": each.old,
            "New": each.new,
            "OldShare": str(each.old_share),
            "NewShare": str(each.new_share),
            "Settled": each.settled,
            "Event": each.event,
            "Why": each.why,
        }
        for each in rows
    ]


def number(seconds: float) -> int | float:
    """A time for JSON: whole numbers without a decimal point."""
    return int(seconds) if seconds == int(seconds) else seconds
