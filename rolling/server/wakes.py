"""The agenda: who is to be looked at next, and when."""

import math
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")


class Agenda(Generic[T]):
    """Moments, at most one for each item; of those at one moment the first put comes first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._moments: dict[T, float] = {}
        self._numbers = count()

    def put(self, item: T, moment: float | None) -> None:
        """Look at `item` at `moment` and no other; None and `inf` for never."""
        if moment is None or math.isinf(moment):
            self._moments.pop(item, None)
        elif self._moments.get(item) != moment:
            self._moments[item] = moment
            heappush(self._heap, (moment, next(self._numbers), item))
        if len(self._heap) > 2 * len(self._moments) + 64:
            self._heap = [entry for entry in self._heap if self._is_meant(entry)]
            heapify(self._heap)

    def next_moment(self) -> float:
        """The earliest moment; `inf` when there is none."""
        while self._heap and not self._is_meant(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else math.inf

    def take(self) -> T:
        """Take the item of the earliest moment off. Raises IndexError when there is none."""
        self.next_moment()
        item = heappop(self._heap)[2]
        del self._moments[item]
        return item

    def _is_meant(self, entry: tuple[float, int, T]) -> bool:
        return self._moments.get(entry[2]) == entry[0]
