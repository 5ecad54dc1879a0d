"""The execution of one update: carries out commands in a world, and applies faults."""

import math
from collections.abc import Iterable

from attrs import define, field

from rolling.backends.simulated.faults import Fault, FaultKind
from rolling.backends.simulated.instances import Due, Instances, add, take_latest
from rolling.backends.simulated.strikes import Strike, Strikes
from rolling.backends.simulated.world import World
from rolling.core.capacity import NO_TRAFFIC, at_most
from rolling.core.desired import Desired
from rolling.core.events import Continued, StopRequested
from rolling.core.outcome import Operation

NO_CAPACITY = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."
)
"""The reason of a failure at the capacity limit, in SageMaker's own words."""

_REQUEST_FAILED = (
    "Request to service failed. If failure persists after retry, contact customer support."
)


@define(eq=False)
class Execution:
    """One update, creation or scaling of a simulated endpoint, in progress.

    `strikes`: its faults. `last`: the last command, and `fleets` the instances that it
    names, in its order. `failures`: the reasons by operation and index of the fleet.
    `stop`: the stop that a fault requests. `continued`: the continuation of a gate by a
    fault. `call_is_news`: one of them came, and the driver has not been woken for it yet.
    `taken`: the instances of others, within the capacity limit.
    `over`: a later update has begun, and this one has no more effect.
    `next_due`: the next time at which something happens by itself; `inf` for never.
    """

    world: World
    strikes: Strikes
    last: Desired | None = None
    fleets: list[Instances] = field(factory=list)
    failures: dict[tuple[Operation, int], str] = field(factory=dict)
    stop: StopRequested | None = None
    continued: Continued | None = None
    call_is_news: bool = False
    taken: int = 0
    over: bool = False
    # Cached: read several times per tick, updated when an operation starts, ends or moves.
    next_due: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._look_ahead()

    def _look_ahead(self) -> None:
        self.next_due = min(self.world.next_due(), self.strikes.next_due())

    def catch_up(self, now: float) -> None:
        """Let everything happen that is due by `now`, in order of time."""
        while self.next_due <= now:
            moment = self.next_due
            self.world.settle(moment)
            self._strike_all(moment)
            self._match_counts(moment)
            self._look_ahead()

    def end(self) -> None:
        """Hand the world over to the execution of the next update."""
        self.over, self.next_due = True, math.inf

    def carry_out(self, desired: Desired, now: float, *, new_stage: bool) -> None:
        """Begin to make `desired` true. A new stage retries failed operations."""
        self.last = desired
        self.fleets = [self.world.fleet(fleet.configuration) for fleet in desired.fleets]
        if new_stage:
            self.failures.clear()
            self._retry_ends(now)
            self.strikes.begin(desired.stage, now)
            self._strike_all(now)
        for fleet, wanted in zip(self.fleets, desired.fleets, strict=True):
            fleet.asked = wanted.count
        self._match_counts(now)
        self._match_split(desired, now)
        self._look_ahead()

    def add_faults(self, faults: Iterable[Fault], now: float) -> None:
        """Add faults; those whose beginning has passed begin now."""
        self.strikes.add(faults)
        if self.last is not None:
            self.strikes.begin(self.last.stage, now)
        self._look_ahead()

    def drop_faults(self) -> None:
        """End all faults; stuck instances stay stuck."""
        self.strikes = Strikes(())
        self.stop, self.continued, self.call_is_news, self.taken = None, None, False, 0
        self._look_ahead()

    # --- commands -------------------------------------------------------------

    def _match_counts(self, now: float) -> None:
        for place, fleet in enumerate(self.fleets):
            surplus = fleet.ready - fleet.asked
            if surplus > 0:
                fleet.withdraw(surplus)
                self._end(place, fleet, surplus, now)
            elif surplus < 0 and (Operation.PROVISION, place) not in self.failures:
                self._launch(place, fleet, -surplus, now)

    def _launch(self, place: int, fleet: Instances, missing: int, now: float) -> None:
        for count, fault in self.strikes.take(
            FaultKind.PROVISIONING_FAILED, place == 0, missing, now
        ):
            missing -= count
            self._fail(Operation.PROVISION, place, fault)
        fitting = int(min(missing, self._room(now)))
        if fitting < missing:
            self.failures.setdefault((Operation.PROVISION, place), NO_CAPACITY)
        for count, fault in self.strikes.take(
            FaultKind.PROVISIONING_SLOW, place == 0, fitting, now
        ):
            fitting -= count
            self.world.schedule_launch(fleet, count, now + (fault.seconds or 0))
        self.world.schedule_launch(fleet, fitting, now)

    def _room(self, now: float) -> float:
        """How many instances can be launched, after others have taken their part of the room."""
        room = max(0, self.world.room - self.taken)
        if math.isinf(room):
            return room
        for strikes_new in (True, False):
            for count, _ in self.strikes.take(FaultKind.ROOM_TAKEN, strikes_new, int(room), now):
                self.taken += count
                room -= count
        return room

    def _end(self, place: int, fleet: Instances, count: int, now: float) -> None:
        for stuck, fault in self.strikes.take(FaultKind.CLEANUP_FAILED, place == 0, count, now):
            count -= stuck
            fleet.stuck += stuck
            self._fail(Operation.CLEAN_UP, place, fault)
        self.world.schedule_end(fleet, count, now)

    def _retry_ends(self, now: float) -> None:
        stuck_fleets = [fleet for fleet in self.world.fleets.values() if fleet.stuck]
        for fleet in stuck_fleets:
            stuck, fleet.stuck = fleet.stuck, 0
            places = [place for place, each in enumerate(self.fleets) if each is fleet]
            if places:
                self._end(places[0], fleet, stuck, now)
            else:
                self.world.schedule_end(fleet, stuck, now)

    def _match_split(self, desired: Desired, now: float) -> None:
        split = {fleet.configuration: fleet.share for fleet in desired.fleets}
        if not self.world.is_headed_for(split):
            self.world.shift(split, now)
            self._break_shift(now)

    # --- faults ---------------------------------------------------------------

    def _fail(self, operation: Operation, place: int, fault: Fault) -> None:
        self.failures.setdefault((operation, place), fault.reason or _REQUEST_FAILED)

    def _strike_all(self, now: float) -> None:
        for strike in self.strikes.striking(now):
            self._strike(strike, now)

    def _strike(self, strike: Strike, now: float) -> None:
        """Apply a fault at its time; the rest of it strikes later operations."""
        fault = strike.fault
        if fault.kind is FaultKind.STOP:
            self.stop, self.call_is_news = StopRequested(fault.by or "operator"), True
            self.strikes.struck.add(strike.place)
            return
        if fault.kind is FaultKind.CONTINUE:
            self._continue(strike)
            return
        if fault.kind is FaultKind.ROOM_TAKEN:
            self._room(now)
            return
        if fault.kind is FaultKind.SHIFT_FAILED:
            self._break_shift(now)
            return
        for place, fleet in enumerate(self.fleets):
            if (place == 0) is not fault.strikes_new_fleet():
                continue
            match fault.kind:
                case FaultKind.INSTANCE_LOST:
                    lost = min(strike.remaining, fleet.in_service)
                    strike.remaining -= lost
                    fleet.in_service -= lost
                    if lost:
                        self.strikes.struck.add(strike.place)
                case FaultKind.PROVISIONING_FAILED:
                    self._break(fault.kind, Operation.PROVISION, place, fleet.launching, now)
                case FaultKind.CLEANUP_FAILED:
                    fleet.stuck += self._break(
                        fault.kind, Operation.CLEAN_UP, place, fleet.terminating, now
                    )
                case FaultKind.PROVISIONING_SLOW:
                    self._delay(place, fleet, now)

    def _continue(self, strike: Strike) -> None:
        if self.last is not None and self.last.gate_seconds is not None:
            by = strike.fault.by or "operator"
            self.continued, self.call_is_news = Continued(self.last.stage, by), True
            self.strikes.struck.add(strike.place)

    def _break(
        self, kind: FaultKind, operation: Operation, place: int, due: Due, now: float
    ) -> int:
        """Strike operations in progress; returns how many."""
        broken = 0
        for count, fault in self.strikes.take(kind, place == 0, sum(due.values()), now):
            broken += take_latest(due, count)
            self._fail(operation, place, fault)
        return broken

    def _delay(self, place: int, fleet: Instances, now: float) -> None:
        under_way = sum(fleet.launching.values())
        for count, fault in self.strikes.take(
            FaultKind.PROVISIONING_SLOW, place == 0, under_way, now
        ):
            latest = max(fleet.launching)
            taken = take_latest(fleet.launching, count)
            add(fleet.launching, latest + (fault.seconds or 0), taken)

    def _break_shift(self, now: float) -> None:
        world = self.world
        if self.last is None or len(world.splits) == 1:
            return
        origin, target = world.splits[-2:]
        place = next(
            place
            for place, fleet in enumerate(self.last.fleets)
            if not at_most(
                target.get(fleet.configuration, NO_TRAFFIC),
                origin.get(fleet.configuration, NO_TRAFFIC),
            )
        )
        for _, fault in self.strikes.take(FaultKind.SHIFT_FAILED, place == 0, 1, now):
            world.abandon_shift()
            self._fail(Operation.SHIFT, place, fault)
