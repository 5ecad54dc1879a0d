"""Numbers and truth values that are not known, to calculate and compare with.

A `Whole` is a whole number that is a sum of products of unknowns; a program
calculates with it as with any int. Where it compares, it gets a `Truth`, and
where it then asks whether that is so, the search that is under way decides.
"""

from typing import Protocol, TypeGuard, cast

from specs.proof.formula import (
    Formula,
    Terms,
    conjunction,
    disjunction,
    equivalence,
    negation,
)


class Undecided(Exception):
    """The solver, or what it can be told, does not suffice for an answer."""


class Arithmetician(Protocol):
    """What knows the unknowns: it divides and compares them, and decides between truths."""

    def quotient(self, dividend: Terms, divisor: Terms) -> int:
        """The dividend divided by the divisor, rounded down."""

    def comparison(self, terms: Terms, how: str) -> bool:
        """How a sum compares with 0: `==` or `<=`."""

    def decide(self, formula: Formula) -> bool:
        """A truth value that the formula can have here."""


ACTIVE: list[Arithmetician] = []
"""Those that are under way, the one to ask last."""


class Whole:
    """A whole number that is not known: a sum of products of unknowns.

    Divisions round down, as Python's do.
    """

    __slots__ = ("terms",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    # What asks whether it has got a whole number has.
    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return int

    def __repr__(self) -> str:
        return " + ".join("·".join((str(times), *names)) for names, times in self.terms.items())

    def __add__(self, other: int) -> int:
        return sum_of(self.terms, 1, terms_of(other), 1)

    __radd__ = __add__

    def __sub__(self, other: int) -> int:
        return sum_of(self.terms, 1, terms_of(other), -1)

    def __rsub__(self, other: int) -> int:
        return sum_of(terms_of(other), 1, self.terms, -1)

    def __neg__(self) -> int:
        return sum_of(self.terms, -1, {}, 1)

    def __mul__(self, other: int) -> int:
        product: Terms = {}
        for names, times in self.terms.items():
            for more, further in terms_of(other).items():
                monomial = tuple(sorted(names + more))
                product[monomial] = product.get(monomial, 0) + times * further
        return sum_of(product, 1, {}, 1)

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> int:
        return ACTIVE[-1].quotient(self.terms, terms_of(other))

    def __rfloordiv__(self, other: int) -> int:
        return ACTIVE[-1].quotient(terms_of(other), self.terms)

    def __eq__(self, other: object) -> bool:
        return _compared(self - cast(int, other), "==")

    def __ne__(self, other: object) -> bool:
        return _compared(self - cast(int, other), "==") ^ True

    def __le__(self, other: int) -> bool:
        return _compared(self - other, "<=")

    def __lt__(self, other: int) -> bool:
        return _compared(self - other + 1, "<=")

    def __ge__(self, other: int) -> bool:
        return _compared(other - self, "<=")

    def __gt__(self, other: int) -> bool:
        return _compared(other - self + 1, "<=")

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __int__(self) -> int:
        raise Undecided(f"the value of {self!r} was asked for")

    __index__ = __int__


class Truth:
    """A truth value that is not known; where a program asks for it, both are gone through."""

    __slots__ = ("formula",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, formula: Formula) -> None:
        self.formula = formula

    def __bool__(self) -> bool:
        return ACTIVE[-1].decide(self.formula)

    def __and__(self, other: bool) -> bool:
        return truth_of(conjunction((self.formula, formula_of(other))))

    def __or__(self, other: bool) -> bool:
        return truth_of(disjunction((self.formula, formula_of(other))))

    def __xor__(self, other: bool) -> bool:
        return truth_of(negation(equivalence(self.formula, formula_of(other))))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __eq__(self, other: object) -> bool:
        return truth_of(equivalence(self.formula, formula_of(cast(bool, other))))

    def __add__(self, other: int) -> int:
        return int(bool(self)) + other

    __radd__ = __add__


def is_unknown(value: object) -> TypeGuard[Whole]:
    """True of a number that is not known."""
    return type(value) is Whole


def terms_of(value: object) -> Terms:
    """The sum that a number is."""
    if is_unknown(value):
        return value.terms
    if isinstance(value, Truth):
        value = bool(value)
    assert isinstance(value, int), f"{value!r} is no whole number"
    return {(): int(value)}


def sum_of(a: Terms, times: int, b: Terms, further: int) -> int:
    """`times` the first sum and `further` times the second."""
    terms = {names: times * count for names, count in a.items()}
    for names, count in b.items():
        terms[names] = terms.get(names, 0) + further * count
    return number_of({names: count for names, count in terms.items() if count})


def number_of(terms: Terms) -> int:
    """The number that a sum is: a plain one where nothing is unknown in it."""
    return cast(int, Whole(terms)) if terms.keys() - {()} else terms.get((), 0)


def formula_of(value: object) -> Formula:
    """The formula that a truth value is."""
    return value.formula if isinstance(value, Truth) else bool(value)


def truth_of(formula: Formula) -> bool:
    """The truth value that a formula is: a plain one where nothing is unknown in it."""
    return formula if isinstance(formula, bool) else cast(bool, Truth(formula))


def _compared(difference: object, how: str) -> bool:
    if is_unknown(difference):
        return ACTIVE[-1].comparison(difference.terms, how)
    return difference == 0 if how == "==" else cast(int, difference) <= 0
