"""Back from unknown numbers to plain ones.

Every path of a proof is gone again with plain ints and the properties as they
stand, with `fractions.Fraction`: so that what was proved is about the program,
and not about what unknown numbers do to it. A counterexample counts only when
the replay shows it too.
"""

from itertools import product
from typing import Any, TypeVar, cast

import attrs

from rolling.core.stage import Direction, Phase, Stage
from specs.proof.formula import Assignment, judge
from specs.proof.search import Search
from specs.proof.unknown import Truth, is_unknown

T = TypeVar("T")


def plain(value: T, numbers: Assignment) -> T:
    """The same value with a plain number for each unknown one."""
    return cast(T, _plain(value, numbers))


def _plain(value: Any, numbers: Assignment) -> Any:
    if is_unknown(value):
        return sum(factor * _product(names, numbers) for names, factor in value.terms.items())
    if type(value) is Truth:
        return judge(value.formula, numbers)
    if isinstance(value, Stage):
        direction, step, attempt, phase = [_plain(item, numbers) for item in value]
        return Stage(Direction(direction), step, attempt, Phase(phase))
    if type(value) is tuple:
        return tuple([_plain(item, numbers) for item in value])
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
        return type(value)(*[_plain(getattr(value, field.name), numbers) for field in fields])
    return value


def _product(names: tuple[str, ...], numbers: Assignment) -> int:
    product = 1
    for name in names:
        product *= numbers[name]
    return product


def smallest_example(search: Search) -> Assignment | None:
    """Plain numbers for this path, for the smallest fleet that has some."""
    for n in (*range(1, 7), 10, 20, 100):
        floors = range(1, n) if "f" in search.numbers else (n,)
        # With the floor and the wholes known as well, no product of two unknowns is left to find.
        for floor, whole in product(floors, dict.fromkeys((n, 1, 2))):
            given = {"n": n, "f": floor, "whole": whole, "seen whole": whole}
            numbers = search.example(given)
            if numbers is not None:
                return numbers
    return None
