"""Moments: numbers of seconds on a clock. The few values that would spoil a record are refused."""

from rolling.core.errors import Problem

# Beyond it a float does not tell one second from the next, and no wait would come to its end.
FARTHEST_SECONDS = 2**53

MOMENT_RULE = (
    "must be a moment: a number of seconds, at most 2**53 from 0, such as clock.now() gives"
)

POLL_INTERVAL_SECONDS = 15.0
"""How long to wait before looking again at a backend that cannot say when. Ours."""


def is_moment(value: object) -> bool:
    """True for a number of seconds that a clock can show, and JSON can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -FARTHEST_SECONDS <= value <= FARTHEST_SECONDS


def check_moment(field: str, moment: float) -> None:
    """Raise ValueError for a moment that no clock can show."""
    if not is_moment(moment):
        raise ValueError(str(Problem(field, moment, MOMENT_RULE)))


def check_poll_interval(seconds: float) -> None:
    """Raise ValueError for a poll interval that is not above 0."""
    if not seconds > 0:
        rule = "must be a number of seconds above 0"
        raise ValueError(
            str(Problem("poll_interval_seconds", seconds, rule, POLL_INTERVAL_SECONDS))
        )
