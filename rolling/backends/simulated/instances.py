"""Instances: one simulated fleet, as numbers.

Instances that become ready, or are gone, in the same second are one entry, so a
thousand of them cost as much as one.
"""

from attrs import Factory, define

Due = dict[float, int]
"""The number of instances due at each time."""


@define
class Instances:
    """The instances of one fleet.

    `asked`: the count in the last command. `in_service`: those that serve.
    `launching`: how many come into service at which time. `terminating`: how many
    condemned ones are gone at which time. `stuck`: condemned ones whose termination
    failed.
    """

    asked: int
    in_service: int
    launching: Due = Factory(dict)
    terminating: Due = Factory(dict)
    stuck: int = 0

    @property
    def ready(self) -> int:
        """Those that serve or will."""
        launching = self.launching
        return self.in_service + sum(launching.values()) if launching else self.in_service

    @property
    def alive(self) -> int:
        """All that exist."""
        terminating = self.terminating
        gone_soon = sum(terminating.values()) if terminating else 0
        return self.ready + gone_soon + self.stuck

    def settle(self, now: float) -> None:
        """Complete the launches and terminations that are due by `now`."""
        if self.launching:
            self.in_service += _take_due(self.launching, now)
        if self.terminating:
            _take_due(self.terminating, now)

    def withdraw(self, count: int) -> None:
        """Remove `count` of those that serve or will, starting with the last to be ready."""
        launching = take_latest(self.launching, count) if self.launching else 0
        self.in_service -= count - launching


def add(due: Due, moment: float, count: int = 1) -> None:
    """Add `count` at `moment`."""
    if count:
        due[moment] = due.get(moment, 0) + count


def take_latest(due: Due, most: int) -> int:
    """Remove up to `most`, the latest first; returns how many."""
    taken = 0
    for moment in sorted(due, reverse=True):
        here = min(due[moment], most - taken)
        taken += here
        due[moment] -= here
        if not due[moment]:
            del due[moment]
        if taken == most:
            break
    return taken


def _take_due(due: Due, now: float) -> int:
    return sum(due.pop(moment) for moment in [moment for moment in due if moment <= now])
