"""Sizes, counts and shares: the arithmetic of a fleet.

Everything that rounds is in this file, and rounds on integers. A size is what
a policy says (10 instances, 25 percent); a count is a number of instances; a
share is the part of the traffic that a fleet is sent.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import gcd, lcm

from attrs import frozen


class SizeType(StrEnum):
    """How a size is given: SageMaker's `CapacitySize.Type`."""

    INSTANCE_COUNT = "INSTANCE_COUNT"
    CAPACITY_PERCENT = "CAPACITY_PERCENT"


MOST_INSTANCES = 100_000
"""The largest fleet. Ours: far above any quota, and small enough to plan one by one."""


@frozen
class CapacitySize:
    """The size of a batch: a number of instances, or a percentage of a fleet.

    Source: "You can specify the batch size as a number of instances or as the
    overall percentage of your fleet."
    """

    type: SizeType
    value: int

    def count_in(self, fleet_size: int) -> int:
        """This size as a count of instances in a fleet of `fleet_size`, at least 1.

        A percentage rounds down, because the field is a *maximum* batch size:
        33% of 3 is 1, and 50% of 3 is 1, not 2.
        """
        count = self.part_of(fleet_size)
        return count if self.type is SizeType.INSTANCE_COUNT else max(1, count)

    def part_of(self, fleet_size: int) -> int:
        """This size as a count of instances, which may be 0; a percentage rounds down."""
        if self.type is SizeType.INSTANCE_COUNT:
            return self.value
        return fleet_size * self.value // 100


def instances(count: int) -> CapacitySize:
    """A size given as a number of instances."""
    return CapacitySize(SizeType.INSTANCE_COUNT, count)


def percent(value: int) -> CapacitySize:
    """A size given as a percentage of the fleet, in whole points."""
    return CapacitySize(SizeType.CAPACITY_PERCENT, value)


@frozen
class Share:
    """A part of the traffic, as the exact fraction `part`/`whole` between 0 and 1.

    Always in lowest terms: `Share(2, 4) == Share(1, 2)`.
    Raises ValueError for anything outside 0 to 1.
    """

    part: int
    whole: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.part <= self.whole or self.whole == 0:
            raise ValueError(f"a share lies between 0 and 1, not {self.part}/{self.whole}")
        divisor = gcd(self.part, self.whole)
        if divisor > 1:
            object.__setattr__(self, "part", self.part // divisor)
            object.__setattr__(self, "whole", self.whole // divisor)

    def __str__(self) -> str:
        return str(self.part) if self.whole == 1 else f"{self.part}/{self.whole}"


NO_TRAFFIC = Share(0, 1)
"""The share of a fleet that is sent nothing."""

ALL_TRAFFIC = Share(1, 1)
"""The share of a fleet that is sent everything."""


def at_most(a: Share, b: Share) -> bool:
    """True when share `a` is no more traffic than share `b`."""
    return a.part * b.whole <= b.part * a.whole


def larger(a: Share, b: Share) -> Share:
    """The share that is more traffic."""
    return a if at_most(b, a) else b


def smaller(a: Share, b: Share) -> Share:
    """The share that is less traffic."""
    return a if at_most(a, b) else b


def rest_of(share: Share) -> Share:
    """All the traffic that `share` leaves."""
    return Share(share.whole - share.part, share.whole)


def minus(a: Share, b: Share) -> Share:
    """Share `a` less share `b`. Raises ValueError when `b` is the larger."""
    return Share(a.part * b.whole - b.part * a.whole, a.whole * b.whole)


def are_whole(split: Iterable[Share]) -> bool:
    """True when the shares are all of the traffic, and no more."""
    shares = tuple(split)
    whole = lcm(*[share.whole for share in shares])
    return sum([share.part * (whole // share.whole) for share in shares]) == whole


def instances_for(share: Share, floor: int) -> int:
    """The least count that carries `share`, in a fleet that carries all the traffic at `floor`.

    Rounds up: a fraction of an instance's worth of traffic needs an instance.
    """
    return -(-floor * share.part // share.whole)


def floor_of(full: int, new_full: int, unavailable: int) -> int:
    """The least count that must carry all the traffic of a fleet, while instances may be missing.

    `unavailable` of the new fleet's `new_full` instances may; of any other fleet the same
    part. Rounds up: a floor that rounded down would let more be missing.
    """
    return -(-full * (new_full - unavailable) // new_full)


def most_within_room(
    old_count: int, new_full: int, old_floor: int, new_floor: int, surge: int
) -> int:
    """The most instances that exist at one moment where only the surge is in excess."""
    return max(old_count + surge, new_full - (-old_floor * surge // new_floor))


def carries(count: int, share: Share, floor: int) -> bool:
    """True when `count` instances of a fleet with this `floor` carry `share`."""
    return floor * share.part <= count * share.whole
