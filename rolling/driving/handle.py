"""What the handles of a deployment share: they wake the driver that waits for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Handle:
    """By which a person says something to a deployment while it is driven."""

    # One for each deployment of a watch.
    __slots__ = ("_wakes",)

    def __init__(self) -> None:
        self._wakes: tuple[Callable[[], object], ...] = ()

    def _wake(self) -> None:
        for wake in self._wakes:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], object]) -> Iterator[None]:
        """While the context lasts, `wake` is called for each request, in the thread that asks."""
        self._wakes = (*self._wakes, wake)
        try:
            yield
        finally:
            self._wakes = tuple([each for each in self._wakes if each is not wake])
