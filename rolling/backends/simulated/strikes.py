"""Strikes: the faults of an update that have begun, and what they still have to strike."""

import math
from collections.abc import Iterable

from attrs import define

from rolling.backends.simulated.faults import Fault, FaultKind
from rolling.core.events import Reading
from rolling.core.stage import Stage

_READINGS = (
    (FaultKind.ALARM_UNREADABLE, Reading.UNREADABLE),
    (FaultKind.ALARM, Reading.ALARM),
)
"""What a fault makes of an alarm that it strikes; the first hides the second."""

_ALARMS = [kind for kind, _ in _READINGS]


@define
class Strike:
    """A fault that has begun: it strikes at `moment`, and lapses at `lapses_at`.

    `place`: its index among the faults of the update.
    `remaining`: how many instances or shifts it still has to strike.
    """

    place: int
    fault: Fault
    moment: float
    lapses_at: float
    remaining: int


class Strikes:
    """The faults of one update.

    `faults`: all of them. `struck`: the indexes of those that had an effect.
    `alarms`: the alarm faults that have begun.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.struck: set[int] = set()
        self.faults: list[Fault] = []
        self._to_begin: list[tuple[int, Fault]] = []
        self._to_strike: list[Strike] = []
        self._standing: list[Strike] = []
        self.alarms: list[Strike] = []
        self.add(faults)

    def begin(self, stage: Stage, now: float) -> None:
        """Begin the faults whose beginning is reached with a command of `stage`.

        May be called again for the same stage, for faults added since.
        """
        if not self._to_begin:
            return
        begun = [each for each in self._to_begin if each[1].has_begun(stage)]
        self._to_begin = [each for each in self._to_begin if each not in begun]
        for place, fault in begun:
            moment = now + fault.after_seconds
            lapses_at = math.inf if fault.for_seconds is None else moment + fault.for_seconds
            strike = Strike(place, fault, moment, lapses_at, fault.count)
            (self.alarms if fault.kind in _ALARMS else self._to_strike).append(strike)

    def add(self, faults: Iterable[Fault]) -> None:
        """Add faults after the existing ones."""
        for fault in faults:
            self._to_begin.append((len(self.faults), fault))
            self.faults.append(fault)

    def next_due(self) -> float:
        """The next moment at which a fault strikes; `inf` for never."""
        return min([strike.moment for strike in self._to_strike]) if self._to_strike else math.inf

    def striking(self, now: float) -> list[Strike]:
        """The faults that strike by `now`, including losses that still have nothing to lose.

        They may strike the rest later.
        """
        waiting = [
            strike
            for strike in self._standing
            if strike.fault.kind is FaultKind.INSTANCE_LOST and strike.place not in self.struck
        ]
        if not self._to_strike:
            return waiting
        begun = [strike for strike in self._to_strike if strike.moment <= now]
        self._to_strike = [strike for strike in self._to_strike if strike.moment > now]
        self._standing += begun
        return waiting + begun

    def take(
        self, kind: FaultKind, new_fleet: bool, most: int, now: float
    ) -> list[tuple[int, Fault]]:
        """How many of `most` are struck now, as counts, each with its fault."""
        taken = []
        for strike in self._standing:
            fault = strike.fault
            if fault.kind is not kind or fault.strikes_new_fleet() is not new_fleet:
                continue
            count = min(most, strike.remaining) if now < strike.lapses_at else 0
            if count:
                strike.remaining -= count
                most -= count
                taken.append((count, fault))
                self.struck.add(strike.place)
        return taken

    def reading(self, alarm: str, now: float) -> Reading | None:
        """The reading of an alarm under the faults, UNREADABLE first; None if none affects it."""
        active = self._active(alarm, now) if self.alarms else []
        for kind, reading in _READINGS:
            seen = {strike.place for strike in active if strike.fault.kind is kind}
            if seen:
                self.struck |= seen
                return reading
        return None

    def trips(self, alarm: str, now: float) -> bool:
        """True while a fault of kind Alarm holds for an alarm, whether or not it can be read."""
        return any(each.fault.kind is FaultKind.ALARM for each in self._active(alarm, now))

    def _active(self, alarm: str, now: float) -> list[Strike]:
        return [
            strike
            for strike in self.alarms
            if strike.moment <= now < strike.lapses_at and strike.fault.alarm_name in (None, alarm)
        ]

    def next_alarm_change(self, now: float) -> float:
        """The next time after `now` when an alarm may change; `inf` for never."""
        moments = [m for strike in self.alarms for m in (strike.moment, strike.lapses_at)]
        return min((moment for moment in moments if moment > now), default=math.inf)
