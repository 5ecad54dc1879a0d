"""The pace log: what of a policy a finding rests on, so that other policies may share it.

In a sweep the same deployment is met under many policies, and most of what it does
next is the same under all of them. Here belongs the spec that stands for the specs of
all these policies and notes what is read of it. What was found under one policy is
found for each that agrees in what was read. That holds of whatever core is under test.
"""

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from attrs import evolve

from rolling.core.deployment import Spec
from rolling.core.policy import Pace

_SHARED = ("fleets", "alarms", "deadline_seconds", "generation", "gates", "new", "old", "old_count")
"""What the specs of all policies of two fleets have in common."""

Found = TypeVar("Found")


class _ByPace(NamedTuple):
    """What was found, by the values that the `names` read for it had."""

    names: tuple[str, ...]
    found: dict[tuple[object, ...], Any]


_NOT_YET = object()
_MOST_PACES = 32
"""So many are told apart. What reads nearly all of a pace holds for few policies again."""


class PaceLog:
    """Finds out each thing once for all policies that agree in what is read for it.

    Until it stands for a spec nothing is noted, and everything is found once for all.
    """

    def __init__(self) -> None:
        self._read: set[str] = set()
        self._values: dict[tuple[str, ...], tuple[object, ...]] = {}
        self._under_check: Spec | None = None
        self._shared: dict[str, object] = {}
        self.spec: Spec | None = None

    def stand_for(self, spec: Spec) -> Spec:
        """The one spec for all policies, which from now on answers as this one does.

        Raises ValueError unless it differs in the pace alone from those that it stood for
        before.
        """
        if self._under_check is None:
            self._shared = {name: getattr(spec, name) for name in _SHARED}
            self._shared |= {"pace": _LoggedPace(self), "__class__": Spec}
            self.spec = _LoggedSpec(self)
        elif evolve(spec, pace=self._under_check.pace) != self._under_check:
            raise ValueError("the specs of one search and the next differ in the pace alone")
        assert self.spec is not None
        self._under_check = spec
        self._values = {}
        return self.spec

    def once(
        self,
        kept: dict[Hashable, Any],
        what: Hashable,
        find: Callable[..., Found],
        *arguments: object,
    ) -> Found:
        """What `find` finds; `kept` under `what` for all policies that it holds for."""
        found = kept.get(what, _NOT_YET)
        if isinstance(found, _ByPace):
            values = self._values_of(found.names)
            if values in found.found:
                self._read.update(found.names)
                result: Found = found.found[values]
                return result
        elif found is not _NOT_YET:
            result = found
            return result
        outside, self._read = self._read, set()
        try:
            result = find(*arguments)
        finally:
            read, self._read = self._read, outside
            outside |= read
        if not read:
            kept[what] = result
            return result
        names = tuple(sorted(read))
        if not isinstance(found, _ByPace) or found.names != names:
            found = kept[what] = _ByPace(names, {})
        elif len(found.found) == _MOST_PACES:
            found.found.clear()
        found.found[self._values_of(names)] = result
        return result

    def of_spec(self, name: str) -> object:
        """An attribute of the spec under check, noted unless all policies share it."""
        if name in self._shared:
            return self._shared[name]
        self._read.add(name)
        return getattr(self._under_check, name)

    def of_pace(self, name: str) -> object:
        """An attribute of the pace under check, noted."""
        assert self._under_check is not None
        self._read.add(f"pace.{name}")
        return getattr(self._under_check.pace, name)

    def _values_of(self, names: tuple[str, ...]) -> tuple[object, ...]:
        values = self._values.get(names)
        if values is None:
            values = tuple([attrgetter(name)(self._under_check) for name in names])
            self._values[names] = values
        return values


class _LoggedSpec(Spec):
    """The spec under check, as seen through a log."""

    __slots__ = ("_log",)

    def __init__(self, log: PaceLog) -> None:
        object.__setattr__(self, "_log", log)

    def __getattribute__(self, name: str) -> Any:
        log: PaceLog = object.__getattribute__(self, "_log")
        return log.of_spec(name)

    def __eq__(self, other: object) -> bool:
        return self is other or Spec.__eq__(self, other)

    def __hash__(self) -> int:
        return Spec.__hash__(self)


class _LoggedPace(Pace):
    """The pace under check, as seen through a log."""

    __slots__ = ("_log",)

    def __init__(self, log: PaceLog) -> None:
        object.__setattr__(self, "_log", log)

    def __getattribute__(self, name: str) -> Any:
        log: PaceLog = object.__getattribute__(self, "_log")
        return log.of_pace(name)

    def __eq__(self, other: object) -> bool:
        return self is other or Pace.__eq__(self, other)

    def __hash__(self) -> int:
        return Pace.__hash__(self)
