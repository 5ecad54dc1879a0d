"""Wake-ups: which of many items comes next, and when.

A heap with lazy deletion: an entry that was moved or removed stays in the heap until
its time comes, or until such entries outnumber the current ones.
"""

import math
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST_OUTDATED = 64


class Wakes(Generic[T]):
    """A time for each item; of equal times the one put first comes first.

    An infinite time never comes, but its item counts as waiting.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._moments: dict[T, float] = {}
        self._numbers = count()

    def __contains__(self, item: T) -> bool:
        """True while `item` waits for its time."""
        return item in self._moments

    def __len__(self) -> int:
        """The number of waiting items."""
        return len(self._moments)

    def put(self, item: T, moment: float | None) -> None:
        """Set the time of `item` to `moment`, replacing an earlier one; None removes it."""
        if moment is None:
            self._moments.pop(item, None)
        elif self._moments.get(item) != moment:
            self._moments[item] = moment
            heappush(self._heap, (moment, next(self._numbers), item))
        if len(self._heap) > 2 * len(self._moments) + _MOST_OUTDATED:
            self._heap = [entry for entry in self._heap if self._is_current(entry)]
            heapify(self._heap)

    def next_moment(self) -> float:
        """The earliest time; `inf` if no item waits."""
        while self._heap and not self._is_current(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else math.inf

    def take(self) -> T:
        """Remove and return the item with the earliest time. Raises IndexError if there is none."""
        self.next_moment()
        item = heappop(self._heap)[2]
        del self._moments[item]
        return item

    def _is_current(self, entry: tuple[float, int, T]) -> bool:
        return self._moments.get(entry[2]) == entry[0]
