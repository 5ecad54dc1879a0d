"""The common part of the handles of a deployment: they wake the waiting driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Handle:
    """A handle by which people control a deployment while it is driven."""

    # A watch has one for each deployment.
    __slots__ = ("_wakes",)

    def __init__(self) -> None:
        self._wakes: tuple[Callable[[], object], ...] = ()

    def _wake(self) -> None:
        for wake in self._wakes:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], object]) -> Iterator[None]:
        """Within the context, each request calls `wake`, in the requesting thread."""
        self._wakes = (*self._wakes, wake)
        try:
            yield
        finally:
            self._wakes = tuple([each for each in self._wakes if each is not wake])
