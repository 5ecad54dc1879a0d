"""And, or and not that ask nothing: for plain truth values and for unknown ones alike.

`and`, `or` and `not` make Python decide, and an unknown truth then splits the
proof in two. Here belong the connectives that leave it whole.
"""

from functools import reduce
from operator import and_, or_


def every(*conditions: bool) -> bool:
    """True when all of them are."""
    return reduce(and_, conditions, True)


def either(*conditions: bool) -> bool:
    """True when one of them is."""
    return reduce(or_, conditions, False)


def implies(condition: bool, consequence: bool) -> bool:
    """True when `consequence` is, wherever `condition` is."""
    return (condition ^ True) | consequence
