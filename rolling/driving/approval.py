"""Approval: a handle to continue a deployment that waits at a gate."""

from rolling.core.events import Continued
from rolling.core.stage import Stage
from rolling.driving.handle import Handle


class Approval(Handle):
    """A handle to continue one deployment: pass it to `run` or `run_async`, and keep it.

    Use one handle per deployment, for all its runs.
    May be used from any thread, and in a signal handler.
    """

    __slots__ = ("_given",)

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[Stage, Continued] = {}

    def continue_stage(self, stage: Stage, by: str) -> None:
        """Continue the gate of the bake in `stage`, in the name of `by`.

        `stage`: from the record, `record.deployment.stage`. It counts for this bake only:
        after an instance is lost, the next attempt must be continued again. If the bake
        has not begun yet, the call takes effect when it does; if it is over, or is not a
        gate, the call changes nothing.
        `run_async` reacts at once, `run` within one poll interval, even while the backend
        cannot see the world. Only the first call for a stage counts.
        """
        self._given.setdefault(stage, Continued(stage, by))
        self._wake()

    def of(self, stage: Stage) -> Continued | None:
        """The continuation of this stage; None before it is given."""
        return self._given.get(stage) if self._given else None
