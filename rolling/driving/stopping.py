"""The stop: a handle by which a deployment is asked to stop while somebody drives it.

To stop a deployment is to turn it back, and takes as long as the way back does.
To leave off driving it is another thing: whoever drives simply does that.
"""

from rolling.core.events import StopRequested
from rolling.driving.handle import Handle


class Stop(Handle):
    """A handle for one deployment: give it to `run` or `run_async`, and keep it.

    It is for all runs of that deployment, one after the other, and stays asked for:
    another deployment that is run with it is stopped at once. Make one for each.
    May be used from any thread, and in a signal handler.
    """

    __slots__ = ("_requested",)

    def __init__(self) -> None:
        super().__init__()
        self._requested: StopRequested | None = None

    @property
    def requested(self) -> StopRequested | None:
        """The stop that was asked for, by whoever asked first; None while nobody has."""
        return self._requested

    def request(self, by: str) -> None:
        """Ask for the deployment to stop; `by` is who asks, for its outcome.

        `run_async` hears of it at once, `run` within one poll interval, also while the
        backend cannot see the world. Harmless to repeat; when all traffic has arrived
        already, or after the end, it changes nothing.
        """
        if self._requested is None:
            self._requested = StopRequested(by)
        self._wake()
