"""What is wrong with an input, said so that it can be mended.

Here belong the exceptions of the core and the record of one mistake. Every
exception that rolling raises on purpose descends from `RollingError` and
carries a stable `code`; a caller may match on the code, never on the text.
"""

import reprlib
from collections.abc import Iterable
from typing import ClassVar, TypeGuard

from attrs import frozen


@frozen
class Problem:
    """One mistake in an input.

    `field` is the path of the field in the words of the API or the file, `value` what
    stands there, `rule` what would be accepted, and `fix` the nearest value
    that works (None when no single value does; then the rule says what to do).
    """

    field: str
    value: object
    rule: str
    fix: object = None

    def __str__(self) -> str:
        advice = "" if self.fix is None else f"; use {_SHORT.repr(self.fix)}"
        return f"{self.field} = {_SHORT.repr(self.value)}: {self.rule}{advice}"


class RollingError(Exception):
    """The root of every exception that rolling raises on purpose."""

    code: ClassVar[str] = "rolling-error"


class InvalidInput(RollingError):
    """An input that breaks rules; `problems` lists all of them at once."""

    code: ClassVar[str] = "invalid-input"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        # What a copy, and a pickle, is made of.
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ForeignEvent(RollingError, ValueError):
    """What cannot be an event of this deployment, or of any: a wrong type, a split that is
    not whole, another number of fleets."""

    code: ClassVar[str] = "foreign-event"


def is_whole_number(value: object) -> TypeGuard[int]:
    """True for an int that is not a bool, which Python counts among the ints."""
    return isinstance(value, int) and not isinstance(value, bool)


def range_problem(field: str, value: object, low: int, high: int, unit: str = "") -> Problem | None:
    """The problem of a `value` that is not a whole number from `low` to `high`, if it has one."""
    if is_whole_number(value) and low <= value <= high:
        return None
    rule = f"must be a whole number from {low} to {high}{unit}"
    seconds = meant_seconds(value) if unit == " seconds" else None
    return Problem(field, value, rule, nearest(value if seconds is None else seconds, low, high))


def meant_seconds(value: object) -> int | None:
    """The seconds that a text such as "10m" or "1h" means; None for anything else."""
    if not isinstance(value, str):
        return None
    number, unit = value[:-1].strip(), value[-1:]
    if unit not in _SECONDS or not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return int(number) * _SECONDS[unit]


_SECONDS = {"s": 1, "m": 60, "h": 3600}


def nearest(value: object, low: int, high: int) -> int:
    """The whole number from `low` to `high` that is nearest to `value`; `low` if none is.

    The text of a number counts as the number: "300" seconds are meant as 300.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return low
    return int(min(max(value, low), high))


class _Short(reprlib.Repr):
    """A `repr` that stays short, and that no input can make fail."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 80

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to print very long ints at all.
        return repr(x) if x.bit_length() < 128 else f"a number of {x.bit_length()} bits"


_SHORT = _Short()
