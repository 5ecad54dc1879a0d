"""Stop: a handle to stop a deployment while it is being driven.

Stopping a deployment rolls it back, which takes as long as a rollback takes.
Stopping the driver is different: just leave its loop.
"""

from rolling.core.events import StopRequested
from rolling.driving.handle import Handle


class Stop(Handle):
    """A handle to stop one deployment: pass it to `run` or `run_async`, and keep it.

    Use one handle per deployment, for all its runs. A request is permanent: another
    deployment that runs with the same handle stops at once.
    May be used from any thread, and in a signal handler.
    """

    __slots__ = ("_requested",)

    def __init__(self) -> None:
        super().__init__()
        self._requested: StopRequested | None = None

    @property
    def requested(self) -> StopRequested | None:
        """The first stop requested; None before any request."""
        return self._requested

    def request(self, by: str) -> None:
        """Request a stop. The deployment's outcome names `by`, the requester.

        `run_async` reacts at once, `run` within one poll interval, even while the backend
        cannot see the world. Harmless to repeat. It changes nothing after all traffic has
        arrived, or after the end.
        """
        if self._requested is None:
            self._requested = StopRequested(by)
        self._wake()
