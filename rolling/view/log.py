"""The log: hooks that write every deployment to your log, line by line.

They import nothing until they are made. The names of the fields are stable, so that
dashboards can rely on them.
"""

from collections.abc import Hashable
from typing import TYPE_CHECKING

from rolling.core.outcome import RollbackFailed, RolledBack
from rolling.core.stage import Stage
from rolling.driving.hooks import Hooks
from rolling.driving.tick import Change, Tick, TickFailed, new_notes
from rolling.view.narration import is_told, narrate
from rolling.view.terminal import printable

if TYPE_CHECKING:
    from logging import Logger

LOG_FIELDS = (
    "rolling_key",
    "rolling_event",
    "rolling_direction",
    "rolling_batch",
    "rolling_attempt",
    "rolling_phase",
    "rolling_at",
)
"""The attributes of every log record, for a formatter that writes fields.

The key of the deployment; the name of the event that changed it, or Tick, Note, End or
TickFailed; its stage after that, in lower case; the driver's clock, in seconds.
A TickFailed (also one for a tick made without a look at the world) also has
`rolling_retry_at`, None if it is not tried again.
"""


def log_to(logger: "Logger | None" = None) -> Hooks:
    """Hooks that log, by default to the logger "rolling"; they configure nothing.

    INFO: every new stage, a continued gate, a success, and each note, once for as long
    as it stands.
    WARNING: the start and the end of a rollback, and failed ticks.
    ERROR: a failed rollback. DEBUG: every tick, and every change within a stage.
    """
    import logging

    to = logging.getLogger("rolling") if logger is None else logger
    standing: dict[Hashable, tuple[str, ...]] = {}

    def on_change(key: Hashable, change: Change) -> None:
        level, after = logging.INFO, change.after
        if not is_told(change):
            level = logging.DEBUG
        elif after.direction is not change.before.direction:
            level = logging.WARNING
        fields = _fields(key, type(change.event).__name__, after.stage, change.at)
        to.log(level, "%s: %s, %s", key, after.stage, printable(why(change)), extra=fields)

    def why(change: Change) -> str:
        if is_told(change):
            return narrate(change)
        return " ".join([edge.why for edge in change.edges]) or str(change.event)

    def on_tick(key: Hashable, tick: Tick) -> None:
        stage, wake_at = tick.record.deployment.stage, tick.wake_at
        fields = _fields(key, "Tick", stage, tick.at)
        to.debug("%s: %s, next look at %s", key, stage, wake_at, extra=fields)
        if tick.error is not None:
            tell_error(key, stage, tick.at, tick.error, wake_at)
        elif tick.notes or key in standing:
            tell_notes(key, stage, tick)

    def tell_notes(key: Hashable, stage: Stage, tick: Tick) -> None:
        fields = _fields(key, "Note", stage, tick.at)
        for note in new_notes(standing.pop(key, ()), tick.notes):
            to.info("%s: %s, %s", key, stage, printable(note), extra=fields)
        if tick.notes and tick.wake_at is not None:
            standing[key] = tick.notes

    def on_end(key: Hashable, tick: Tick) -> None:
        deployment = tick.record.deployment
        outcome = deployment.outcome
        level = logging.INFO
        if isinstance(outcome, RolledBack):
            level = logging.WARNING
        elif isinstance(outcome, RollbackFailed):
            level = logging.ERROR
        fields = _fields(key, "End", deployment.stage, tick.at)
        to.log(level, "%s: ended, %s", key, printable(str(outcome)), extra=fields)

    def on_error(key: Hashable, failed: TickFailed) -> None:
        stage = failed.record.deployment.stage
        tell_error(key, stage, failed.at, failed.error, failed.retry_at)

    def tell_error(
        key: Hashable, stage: Stage, at: float, error: Exception, retry_at: float | None
    ) -> None:
        fields = _fields(key, "TickFailed", stage, at)
        fields["rolling_retry_at"] = retry_at
        again = "not tried again" if retry_at is None else f"again at {retry_at}"
        told = printable(f"{type(error).__name__}: {error}")
        to.warning("%s: %s, %s; %s", key, stage, told, again, exc_info=error, extra=fields)

    return Hooks(on_tick=on_tick, on_change=on_change, on_end=on_end, on_error=on_error)


def _fields(key: Hashable, event: str, stage: Stage, at: float) -> dict[str, object]:
    direction, phase = stage.direction.name.lower(), stage.phase.name.lower()
    values = (key, event, direction, stage.step, stage.attempt, phase, at)
    return dict(zip(LOG_FIELDS, values, strict=True))
