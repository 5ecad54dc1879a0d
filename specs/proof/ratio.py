"""Exact ratios of numbers that need not be known.

The properties of the core compare shares as `fractions.Fraction`, which cancels
its terms and so needs their values; and so do shares themselves, which are
always in lowest terms. Here belongs what takes their place in a proof: the same
numbers, never cancelled, compared by multiplying crosswise. Tests hold that
fractions agree on plain numbers, and that the core does not see which share is
reduced.
"""

from functools import total_ordering

from rolling.core.capacity import Share


@total_ordering
class Ratio:
    """The number `part`/`whole`, where `whole` ≥ 1."""

    def __init__(self, part: int, whole: int = 1) -> None:
        self.part = part
        self.whole = whole

    def __repr__(self) -> str:
        return f"Ratio({self.part}, {self.whole})"

    def __add__(self, other: "Ratio | int") -> "Ratio":
        other = _ratio(other)
        if other.whole is self.whole:
            return Ratio(self.part + other.part, self.whole)
        return Ratio(self.part * other.whole + other.part * self.whole, self.whole * other.whole)

    __radd__ = __add__

    def __mul__(self, factor: int) -> "Ratio":
        return Ratio(self.part * factor, self.whole)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ratio | int):
            return NotImplemented
        other = _ratio(other)
        return self.part * other.whole == other.part * self.whole

    def __lt__(self, other: "Ratio | int") -> bool:
        # So, and not by `<` of the products: from `a·n <= b·n` an unknown n can be cancelled.
        return (_ratio(other) <= self) ^ True

    def __le__(self, other: "Ratio | int") -> bool:
        other = _ratio(other)
        return self.part * other.whole <= other.part * self.whole

    def __ceil__(self) -> int:
        return -(-self.part // self.whole)

    def __floor__(self) -> int:
        return self.part // self.whole

    __hash__ = None  # type: ignore[assignment]


def same_amount(a: Share, b: object) -> bool:
    """`==` of shares that need not be in lowest terms."""
    return isinstance(b, Share) and Ratio(a.part, a.whole) == Ratio(b.part, b.whole)


def _ratio(value: "Ratio | int") -> Ratio:
    return value if isinstance(value, Ratio) else Ratio(value)
