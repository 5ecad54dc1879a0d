"""What stands in for Python's own where numbers are not known.

`min`, `max`, `gcd`, `lcm` and `range` want plain ints, or make a path for each outcome.
Here belongs what takes their place in the core while it is proved, and does
what they do for plain numbers.
"""

from functools import partial, reduce
from math import gcd, lcm
from operator import mul

from attrs import frozen

from specs.proof.arithmetic import Arithmetic
from specs.proof.unknown import ACTIVE, is_unknown, terms_of


def smaller(*numbers: int) -> int:
    """`min`, for numbers that need not be known."""
    if not any(map(is_unknown, numbers)):
        return min(numbers)
    return reduce(partial(_arithmetic().extreme, smaller=True), numbers)


def larger(*numbers: int) -> int:
    """`max`, for numbers that need not be known."""
    if not any(map(is_unknown, numbers)):
        return max(numbers)
    return reduce(partial(_arithmetic().extreme, smaller=False), numbers)


def divisor(a: int, b: int) -> int:
    """A common divisor: the greatest, or 1 when the numbers are not known."""
    return 1 if is_unknown(a) or is_unknown(b) else gcd(a, b)


def multiple(*numbers: int) -> int:
    """A common multiple: the least, or the product of those that differ when one is not known."""
    if not any(map(is_unknown, numbers)):
        return lcm(*numbers)
    different = {tuple(sorted(terms_of(number).items())): number for number in numbers}
    return reduce(mul, different.values())


@frozen
class Span:
    """The numbers from `start` to the one before `stop`: the ends of a range, and no more."""

    start: int
    stop: int


def span(start: int, stop: int) -> range | Span:
    """`range`, for numbers that need not be known."""
    unknown = is_unknown(start) or is_unknown(stop)
    return Span(start, stop) if unknown else range(start, stop)


def _arithmetic() -> Arithmetic:
    active = ACTIVE[-1]
    assert isinstance(active, Arithmetic)
    return active
