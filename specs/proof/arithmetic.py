"""Arithmetic of numbers that are not known.

Here belongs which unknowns there are, and what is true of them wherever they
occur: their ranges, what a quotient or the smaller of two is. z3 decides
arithmetic of sums completely; of products it knows nothing here. Each product
of two unknowns is an unknown of its own, and of it only such things are told as
are true of every product. So nothing false is ever concluded; it may only be
that something true is not.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from math import gcd
from typing import cast

from specs.proof.formula import (
    Formula,
    Monomial,
    Terms,
    compare,
    conjunction,
    disjunction,
    implication,
)
from specs.proof.unknown import (
    Truth,
    Undecided,
    formula_of,
    is_unknown,
    number_of,
    sum_of,
    terms_of,
    truth_of,
)


class Arithmetic(ABC):
    """The unknowns, and the facts about them, which are true on every path."""

    def __init__(self) -> None:
        self.facts: list[Formula] = []
        self.numbers: dict[str, tuple[int | None, int | None]] = {}
        self.truths: set[str] = set()
        self.products: set[Monomial] = set()
        self._sizes: set[str] = set()
        self._derived: dict[object, str] = {}

    @abstractmethod
    def certain(self, condition: bool) -> bool:
        """True when the condition is true whatever the unknowns are, on this path."""

    def number(self, name: str, least: int | None = None, most: int | None = None) -> int:
        """The unknown number called `name`, from `least` to `most`."""
        if name not in self.numbers:
            self.numbers[name] = least, most
            if least is not None:
                self.facts.append(compare({(name,): -1, (): least}, "<="))
            if most is not None:
                self.facts.append(compare({(name,): 1, (): -most}, "<="))
        assert self.numbers[name] == (least, most), f"two ranges of {name}"
        return number_of({(name,): 1})

    def size(self, name: str, most: int | None = None) -> int:
        """The unknown number called `name`, at least 1, that others are multiples and parts of.

        It is cancelled where it can be, and what is true of products is told of its products.
        """
        self._sizes.add(name)
        return self.number(name, 1, most)

    def truth(self, name: str) -> bool:
        """The unknown truth value called `name`."""
        self.truths.add(name)
        return cast(bool, Truth(("is", name)))

    def quotient(self, dividend: Terms, divisor: Terms) -> int:
        """The dividend divided by the divisor, rounded down.

        What the divisor goes into exactly is cancelled. For the rest the
        quotient is an unknown of its own: the only q with q·d ≤ x < q·d + d.
        """
        if len(divisor) != 1:
            raise Undecided(f"division by the sum {divisor}")
        ((names, times),) = divisor.items()
        d = sum_of(divisor, 1, {}, 1)
        if len(names) > 1 or times < 1 or not self.certain(d >= 1):
            raise Undecided(f"division by {divisor}, which is not known to be at least 1")
        exact: Terms = {}
        rest: Terms = {}
        for monomial, count in dividend.items():
            if set(names) <= set(monomial) and count % times == 0:
                exact[_without(monomial, names)] = count // times
            elif count:
                rest[monomial] = count
        if not rest:
            return sum_of(exact, 1, {}, 1)
        key = ("quotient", tuple(sorted(rest.items())), names, times)
        name = self._derived.setdefault(key, f"quotient {len(self._derived)}")
        if name not in self.numbers:
            q, x = self.number(name), sum_of(rest, 1, {}, 1)
            bounds = conjunction(map(formula_of, (q * d <= x, x < q * d + d)))
            self.facts.append(implication(formula_of(d >= 1), bounds))
        return sum_of(exact, 1, {(name,): 1}, 1)

    def extreme(self, a: int, b: int, *, smaller: bool) -> int:
        """The smaller or the larger of two numbers, without a path for each."""
        if not is_unknown(a - b):
            return a if (a - b <= 0) == smaller else b
        key = (smaller, *sorted(tuple(sorted(terms_of(value).items())) for value in (a, b)))
        name = self._derived.setdefault(key, f"extreme {len(self._derived)}")
        if name not in self.numbers:
            x = self.number(name)
            bounds = (x <= a, x <= b) if smaller else (x >= a, x >= b)
            self.facts += map(formula_of, bounds)
            self.facts.append(disjunction(map(formula_of, (x == a, x == b))))
        return number_of({(name,): 1})

    def comparison(self, terms: Terms, how: str) -> bool:
        """How the sum compares with 0: `==` or `<=`."""
        terms = self._cancelled(terms)
        for monomial in terms:
            if len(monomial) > 1 and monomial not in self.products:
                if len(monomial) > 2:
                    raise Undecided(f"a product of {len(monomial)} unknowns: {monomial}")
                self.products.add(monomial)
                self.facts += self._product_facts(monomial)
        return truth_of(compare(terms, how))

    def _cancelled(self, terms: Terms) -> Terms:
        """The same sum without a factor ≥ 1 that all its terms have in common."""
        divisor = gcd(*terms.values())
        terms = {names: times // divisor for names, times in terms.items()}
        # Sorted: the order of a set is another in each process, and z3's answers follow it.
        for name in sorted(set.intersection(*map(set, terms)) & self._sizes):
            return self._cancelled(
                {_without(names, (name,)): times for names, times in terms.items()}
            )
        return terms

    def _product_facts(self, names: Monomial) -> Iterator[Formula]:
        """What is true of this product, and of it and each earlier one, in terms of sums.

        For y ≥ 1: x ≤ k gives x·y ≤ k·y, and x ± z ≤ k gives x·y ± z·y ≤ k·y; and with ≥.
        """
        orders = [order for order in sorted({names, names[::-1]}) if order[1] in self._sizes]
        for x, y in orders or (names, names[::-1]):
            bounds = {-2, -1, 0, 1, *[edge or 0 for edge in self.numbers[x]]}
            sums: list[tuple[Terms, Terms, int]] = [
                ({(x,): 1}, {names: 1}, bound) for bound in sorted(bounds)
            ]
            for other in sorted(self.products - {names}):
                if y in other:
                    z = _without(other, (y,))
                    sums += [
                        ({(x,): 1} | {z: sign}, {names: 1, other: sign}, bound)
                        for bound in (-2, -1, 0, 1)
                        for sign in (-1, 1)
                    ]
            for of_firsts, of_products, bound in sums:
                for sign in (1, -1):
                    first = {name: sign * times for name, times in of_firsts.items()}
                    product = {name: sign * times for name, times in of_products.items()}
                    known = compare(first | {(): -sign * bound}, "<=")
                    follows = compare(product | {(y,): -sign * bound}, "<=")
                    yield implication(
                        conjunction((compare({(y,): -1, (): 1}, "<="), known)), follows
                    )


def _without(names: Monomial, taken: Iterable[str]) -> Monomial:
    left = list(names)
    for name in taken:
        left.remove(name)
    return tuple(left)
