"""What is wrong with an input, said so that it can be mended.

Here belong the exceptions of the core and the record of one mistake. Every
exception that rolling raises on purpose descends from `RollingError` and
carries a stable `code`; a caller may match on the code, never on the text.
"""

from collections.abc import Iterable
from typing import ClassVar

from attrs import frozen


@frozen
class Problem:
    """One mistake in an input.

    `field` is the path of the field in the input's own words, `value` what
    stands there, `rule` what would be accepted, and `fix` the nearest value
    that works (None when no single value does; then the rule says what to do).
    """

    field: str
    value: object
    rule: str
    fix: object = None

    def __str__(self) -> str:
        shown = _shorten(repr(self.value))
        advice = "" if self.fix is None else f"; use {_shorten(repr(self.fix))}"
        return f"{self.field} = {shown}: {self.rule}{advice}"


class RollingError(Exception):
    """The root of every exception that rolling raises on purpose."""

    code: ClassVar[str] = "rolling-error"


class InvalidInput(RollingError):
    """An input that breaks rules; `problems` lists all of them at once."""

    code: ClassVar[str] = "invalid-input"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ForeignEvent(RollingError):
    """An event that cannot be about this deployment: wrong type or wrong number of fleets."""

    code: ClassVar[str] = "foreign-event"


def is_whole_number(value: object) -> bool:
    """True for an int that is not a bool, which Python counts among the ints."""
    return isinstance(value, int) and not isinstance(value, bool)


def range_problem(field: str, value: object, low: int, high: int, unit: str = "") -> Problem | None:
    """The problem of a `value` that is not a whole number from `low` to `high`, if it has one."""
    rule = f"must be a whole number from {low} to {high}{unit}"
    if not is_whole_number(value):
        return Problem(field, value, rule, low)
    assert isinstance(value, int)
    if low <= value <= high:
        return None
    return Problem(field, value, rule, min(max(value, low), high))


def _shorten(text: str, width: int = 80) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
