"""Formulas about numbers that are not known: built, judged and handed to z3.

A formula is a plain value: True, False, or a tuple that says what it is made
of. So building one and judging it by given numbers costs little, equal ones are
known to be equal, and z3 sees each of them once.

    ("<=", terms), ("==", terms)    a sum of products of unknowns is ≤ 0, is 0
    ("is", name)                    an unknown truth value
    ("not", formula), ("and", formulas), ("or", formulas), ("iff", formulas)
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import z3

Monomial = tuple[str, ...]
"""The names of the unknowns that are multiplied, sorted; of none: the number 1."""

Terms = dict[Monomial, int]
"""A sum: how often each monomial is in it."""

Formula = bool | tuple[Any, ...]

Assignment = Mapping[str, int]
"""A value for each unknown by its name; 0 or 1 for each unknown truth value."""


def compare(terms: Terms, how: str) -> Formula:
    """The formula that a sum is ≤ 0 (`<=`) or is 0 (`==`)."""
    if not terms.keys() - {()}:
        value = terms.get((), 0)
        return value <= 0 if how == "<=" else value == 0
    return how, tuple(sorted(terms.items()))


def negation(formula: Formula) -> Formula:
    """Not this formula."""
    if isinstance(formula, bool):
        return not formula
    return formula[1] if formula[0] == "not" else ("not", formula)


def conjunction(formulas: Iterable[Formula]) -> Formula:
    """All of these formulas."""
    parts = tuple(dict.fromkeys([formula for formula in formulas if formula is not True]))
    if False in parts:
        return False
    if not parts:
        return True
    return parts[0] if len(parts) == 1 else ("and", parts)


def disjunction(formulas: Iterable[Formula]) -> Formula:
    """One of these formulas."""
    parts = tuple(dict.fromkeys([formula for formula in formulas if formula is not False]))
    if True in parts:
        return True
    if not parts:
        return False
    return parts[0] if len(parts) == 1 else ("or", parts)


def implication(formula: Formula, consequence: Formula) -> Formula:
    """If this formula, then that one."""
    return disjunction((negation(formula), consequence))


def equivalence(a: Formula, b: Formula) -> Formula:
    """Both formulas or neither."""
    if isinstance(a, bool):
        return b if a else negation(b)
    if isinstance(b, bool):
        return a if b else negation(a)
    return a == b or ("iff", (a, b))


def name_of(monomial: Monomial) -> str:
    """What a product is called as an unknown of its own."""
    return "·".join(monomial)


def judge(formula: Formula, values: Assignment) -> bool:
    """Whether it is true of these values. What has none is 0 or false, as it is for z3."""
    if isinstance(formula, bool):
        return formula
    kind, what = formula
    match kind:
        case "<=":
            return _sum(what, values) <= 0
        case "==":
            return _sum(what, values) == 0
        case "is":
            return bool(values.get(what, 0))
        case "not":
            return not judge(what, values)
        case "and":
            return all(judge(part, values) for part in what)
        case "or":
            return any(judge(part, values) for part in what)
        case _:
            return judge(what[0], values) == judge(what[1], values)


def _sum(terms: tuple[tuple[Monomial, int], ...], values: Assignment) -> int:
    return sum([times * (values.get(name_of(names), 0) if names else 1) for names, times in terms])


@cache
def in_z3(formula: Formula) -> Any:
    """The same for z3."""
    if isinstance(formula, bool):
        return z3.BoolVal(formula)
    kind, what = formula
    match kind:
        case "<=":
            return _sum_in_z3(what) <= 0
        case "==":
            return _sum_in_z3(what) == 0
        case "is":
            return z3.Bool(what)
        case "not":
            return z3.Not(in_z3(what))
        case "and":
            return z3.And(*map(in_z3, what))
        case "or":
            return z3.Or(*map(in_z3, what))
        case _:
            return in_z3(what[0]) == in_z3(what[1])


def _sum_in_z3(terms: tuple[tuple[Monomial, int], ...]) -> Any:
    return z3.Sum([times * z3.Int(name_of(names)) if names else times for names, times in terms])


def values_of(model: Any) -> dict[str, int]:
    """The values in a model of z3."""
    return {
        declared.name(): int(z3.is_true(value)) if z3.is_bool(value) else value.as_long()
        for declared in model.decls()
        for value in (model[declared],)
    }
