"""Notes: what a backend says to people. A view shows a note once for as long as it stands."""

from collections.abc import Collection, Iterable


def new_notes(before: Collection[str], now: Iterable[str]) -> tuple[str, ...]:
    """The notes of a look, in their order, without those of the look before it."""
    return tuple([note for note in dict.fromkeys(now) if note not in before])
