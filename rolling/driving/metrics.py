"""Metrics: hooks that count and time the stages of deployments.

The names of metrics and labels are stable, so that dashboards can rely on them.
"""

from collections.abc import Hashable, Mapping
from typing import Protocol

from rolling.core.events import Continued, GateElapsed
from rolling.core.stage import Stage
from rolling.driving.hooks import Hooks
from rolling.driving.tick import Change, Tick, TickFailed


class Metrics(Protocol):
    """The interface to your metrics client: a few lines around it.

    A metric always has the same label names, with few values; the key of a deployment
    is never a label.
    """

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        """Add one to a counter."""
        ...

    def observe(self, name: str, seconds: float, labels: Mapping[str, str]) -> None:
        """Add a duration to a distribution."""
        ...


def measure_to(metrics: Metrics) -> Hooks:
    """Hooks that count and measure.

    | metric | labels | |
    |---|---|---|
    | `rolling_ticks_total` | | ticks made |
    | `rolling_stages_total` | direction, phase | stages entered |
    | `rolling_stage_seconds` | direction, phase | how long a finished stage lasted |
    | `rolling_gates_total` | event | gates that ended, by `Continued` or `GateElapsed` |
    | `rolling_ends_total` | outcome | `Succeeded`, `RolledBack`, `RollbackFailed` |
    | `rolling_tick_errors_total` | error | failed looks, by exception class |
    """

    def on_tick(_: Hashable, tick: Tick) -> None:
        metrics.count("rolling_ticks_total", {})
        if tick.error is not None:
            count_error(tick.error)

    def on_change(_: Hashable, change: Change) -> None:
        if isinstance(change.event, Continued | GateElapsed):
            metrics.count("rolling_gates_total", {"event": type(change.event).__name__})
        if not change.enters_stage:
            return
        metrics.count("rolling_stages_total", _labels(change.after.stage))
        lasted = change.at - change.stage_began_at
        metrics.observe("rolling_stage_seconds", lasted, _labels(change.before.stage))

    def on_end(_: Hashable, tick: Tick) -> None:
        outcome = type(tick.record.deployment.outcome).__name__
        metrics.count("rolling_ends_total", {"outcome": outcome})

    def on_error(_: Hashable, failed: TickFailed) -> None:
        count_error(failed.error)

    def count_error(error: Exception) -> None:
        metrics.count("rolling_tick_errors_total", {"error": type(error).__name__})

    return Hooks(on_tick=on_tick, on_change=on_change, on_end=on_end, on_error=on_error)


def _labels(stage: Stage) -> dict[str, str]:
    return {"direction": stage.direction.name.lower(), "phase": stage.phase.name.lower()}
