"""The approval: a handle by which somebody continues a deployment that waits at a gate."""

from rolling.core.events import Continued
from rolling.core.stage import Stage
from rolling.driving.handle import Handle


class Approval(Handle):
    """A handle for one deployment: give it to `run` or `run_async`, and keep it.

    It is for all runs of that deployment, one after the other. Make one for each.
    May be used from any thread, and in a signal handler.
    """

    __slots__ = ("_given",)

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[Stage, Continued] = {}

    def continue_stage(self, stage: Stage, by: str) -> None:
        """Let the gate of the bake in `stage` pass; `by` is who continues it.

        `stage`: that of the record, `record.deployment.stage`. It counts for this bake
        alone: when an instance is lost, the next attempt must be continued again. Where
        that bake has not begun, it passes the gate once it has; where it is over, or is
        not a gate, this changes nothing.
        `run_async` hears of it at once, `run` within one poll interval, also while the
        backend cannot see the world. The first to continue a stage is named.
        """
        self._given.setdefault(stage, Continued(stage, by))
        self._wake()

    def of(self, stage: Stage) -> Continued | None:
        """The continuation of this stage; None while it was not given."""
        return self._given.get(stage) if self._given else None
