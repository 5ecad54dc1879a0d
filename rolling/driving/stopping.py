"""The stop: a handle by which a deployment is asked to stop while somebody drives it.

To stop a deployment is to turn it back, and takes as long as the way back does.
To leave off driving it is another thing: whoever drives simply does that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rolling.core.events import StopRequested


class Stop:
    """A handle for one deployment: give it to `run` or `run_async`, and keep it.

    It is for all runs of that deployment, one after the other, and stays asked for:
    another deployment that is run with it is stopped at once. Make one for each.
    May be used from any thread, and in a signal handler.
    """

    # One for each deployment of a watch.
    __slots__ = ("_requested", "_wakes")

    def __init__(self) -> None:
        self._requested: StopRequested | None = None
        self._wakes: tuple[Callable[[], object], ...] = ()

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
        for wake in self._wakes:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], object]) -> Iterator[None]:
        """While the context lasts, `wake` is called, in the thread that asks, for each request."""
        self._wakes = (*self._wakes, wake)
        try:
            yield
        finally:
            self._wakes = tuple([each for each in self._wakes if each is not wake])
