"""The simulated backend: commands carried out, and faults that strike, in a simulated world."""

from collections.abc import Callable, Iterable

from attrs import evolve

from rolling.backends.simulated.faults import Fault, FaultKind, fault_problems
from rolling.backends.simulated.instances import Due, Instances, add, take_latest
from rolling.backends.simulated.settings import SimulationSettings, settings_problems
from rolling.backends.simulated.strikes import Strike, Strikes
from rolling.backends.simulated.world import World
from rolling.core.capacity import NO_TRAFFIC, at_most
from rolling.core.desired import Desired
from rolling.core.errors import InvalidInput
from rolling.core.events import Reading, StopRequested
from rolling.core.fleet import FleetSpec
from rolling.core.outcome import Operation
from rolling.core.stage import Stage
from rolling.driving.backend import Failure, Observation, Superseded
from rolling.driving.clock import Clock, VirtualClock

NO_CAPACITY = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."
)
"""The reason of an ask beyond the capacity limit, in SageMaker's own words."""

_REQUEST_FAILED = (
    "Request to service failed. If failure persists after retry, contact customer support."
)


def _all_ok(alarm: str) -> Reading:
    return Reading.OK


def _check(faults: tuple[Fault, ...]) -> None:
    problems = [
        problem
        for place, fault in enumerate(faults)
        for problem in fault_problems(fault, f"Faults[{place}]")
    ]
    if problems:
        raise InvalidInput(problems)


class SimulatedBackend:
    """A `Backend` whose endpoint is a few numbers.

    What is asked for and missing is launched at once; what is no longer asked
    for is condemned, launching instances first. A lost instance is replaced.
    Beyond the capacity limit what fits is launched, and the failure reported.
    Within a stage nothing that failed is tried again; with the next it is.

    `fleets`: what is in service, and where the traffic goes, when it begins: of
    a deployment, `deployment.spec.fleets`. `faults`: those of the one update
    that it serves. The clock is read and never set. `alarms`: what the state of
    an alarm is where no fault says otherwise; OK where it is not given. It tells
    of no moment at which one will change: whoever changes one, looks.
    Raises InvalidInput for settings or faults that have problems.
    """

    def __init__(
        self,
        fleets: Iterable[FleetSpec],
        settings: SimulationSettings | None = None,
        faults: Iterable[Fault] = (),
        clock: Clock | None = None,
        alarms: Callable[[str], Reading] | None = None,
    ) -> None:
        settings = SimulationSettings() if settings is None else settings
        problems = settings_problems(settings)
        if problems:
            raise InvalidInput(problems)
        self._alarms = _all_ok if alarms is None else alarms
        self._begin(
            World(fleets, settings), VirtualClock() if clock is None else clock, tuple(faults)
        )

    def _begin(self, world: World, clock: Clock, faults: tuple[Fault, ...]) -> None:
        _check(faults)
        self._world = world
        self._clock = clock
        self._strikes = Strikes(faults)
        # The last command, and the fleets that it is about, in its order.
        self._last: Desired | None = None
        self._fleets: list[Instances] = []
        self._failures: dict[tuple[Operation, int], str] = {}
        self._stop: StopRequested | None = None
        self._stop_is_news = False

    def next_update(self, faults: Iterable[Fault] = ()) -> "SimulatedBackend":
        """A backend for the next update of the same endpoint, as it stands.

        What is launching, terminating or stuck goes on; the faults of this
        update end with it. Raises InvalidInput for faults that have problems.
        """
        self._catch_up()
        self._world.forget_gone()
        following = SimulatedBackend.__new__(SimulatedBackend)
        following._alarms = self._alarms
        following._begin(self._world, self._clock, tuple(faults))
        return following

    def add_faults(self, faults: Iterable[Fault]) -> None:
        """More faults for the update that is served: those whose beginning has passed begin now.

        Nothing of them is seen before the next call. Raises InvalidInput for
        faults that have problems; then none of them is added.
        """
        added = tuple(faults)
        _check(added)
        now = self._catch_up()
        self._strikes.add(added)
        if self._last is not None:
            self._strikes.begin(self._last.stage, now)

    def drop_faults(self) -> None:
        """No fault of the update that is served strikes or holds any more; what is stuck stays."""
        self._catch_up()
        self._strikes = Strikes(())
        self._stop, self._stop_is_news = None, False

    def limit_capacity(self, limit: int | None) -> None:
        """From now on no more than `limit` instances may be alive together; None for no limit.

        What is alive beyond it stays. Raises InvalidInput for a limit outside 1 to 100,000.
        """
        settings = evolve(self._world.settings, capacity_limit=limit)
        problems = settings_problems(settings)
        if problems:
            raise InvalidInput(problems)
        self._world.settings = settings

    @property
    def world(self) -> World:
        """What is really there, for whoever judges a deployment from outside."""
        return self._world

    @property
    def struck(self) -> frozenset[int]:
        """The places, among the faults of this update, of those that have done something.

        An alarm has when it was read so, a stop when it was asked for, any other
        fault when it has struck an instance or a shift.
        """
        return frozenset(self._strikes.struck)

    @property
    def unstruck(self) -> tuple[tuple[int, Fault], ...]:
        """The faults of this update that have done nothing so far, each with its place."""
        return tuple(
            [each for each in enumerate(self._strikes.faults) if each[0] not in self.struck]
        )

    def trips(self, alarm: str) -> bool:
        """True while a fault of kind Alarm holds for this alarm."""
        return self._strikes.trips(alarm, self._clock.now())

    def stop_requested(self) -> StopRequested | None:
        """The stop that a fault asks for: from its moment to the end of the update."""
        self._catch_up()
        return self._stop

    def make_true(self, desired: Desired) -> None:
        """Begin to make `desired` true. Raises Superseded when its stage is over."""
        now = self._catch_up()
        last = self._last
        if desired == last:
            return
        if last is not None and _fence(desired) < _fence(last):
            raise Superseded(f"told of {_text(desired)} after {_text(last)}")
        self._last = desired
        self._fleets = [self._world.fleet(fleet.configuration) for fleet in desired.fleets]
        if last is None or _fence(desired) != _fence(last):
            self._failures.clear()
            self._retry_ends(now)
            self._strikes.begin(desired.stage, now)
            self._strike_all(now)
        for fleet, wanted in zip(self._fleets, desired.fleets, strict=True):
            fleet.asked = wanted.count
        self._match_counts(now)
        self._match_split(desired, now)

    def observe(self, desired: Desired) -> Observation:
        """What is true now."""
        now = self._catch_up()
        world = self._world
        split = None
        if len(world.splits) == 1:
            settled = world.splits[0]
            split = tuple(
                [settled.get(fleet.configuration, NO_TRAFFIC) for fleet in desired.fleets]
            )
        current = self._last is not None and _fence(self._last) == _fence(desired)
        failures = [Failure(*key, reason) for key, reason in self._failures.items()]
        return Observation(
            fleets=tuple([world.fleet(fleet.configuration).sighting for fleet in desired.fleets]),
            split=split,
            alarms={name: self._reading(name, now) for name in desired.alarms},
            failures=tuple(failures) if current else (),
            news_at=self._news_at(now),
        )

    def _reading(self, alarm: str, now: float) -> Reading:
        struck = self._strikes.reading(alarm, now)
        return self._alarms(alarm) if struck is None else struck

    def _news_at(self, now: float) -> float:
        if self._stop_is_news:
            # A stop is not seen in an observation; it is asked for before the next tick.
            self._stop_is_news = False
            return now
        return min(self._next_due(), self._strikes.next_alarm_change(now))

    def _next_due(self) -> float:
        return min(self._world.next_due(), self._strikes.next_due())

    def _catch_up(self) -> float:
        """Let everything happen that is due, in the order of its moments; the present moment."""
        now = self._clock.now()
        moment = self._next_due()
        while moment <= now:
            self._world.settle(moment)
            self._strike_all(moment)
            self._match_counts(moment)
            moment = self._next_due()
        return now

    # --- commands -------------------------------------------------------------

    def _match_counts(self, now: float) -> None:
        for place, fleet in enumerate(self._fleets):
            surplus = fleet.ready - fleet.asked
            if surplus > 0:
                fleet.withdraw(surplus)
                self._end(place, fleet, surplus, now)
            elif surplus < 0 and (Operation.PROVISION, place) not in self._failures:
                self._launch(place, fleet, -surplus, now)

    def _launch(self, place: int, fleet: Instances, missing: int, now: float) -> None:
        for count, fault in self._strikes.take(
            FaultKind.PROVISIONING_FAILED, place == 0, missing, now
        ):
            missing -= count
            self._fail(Operation.PROVISION, place, fault)
        fitting = int(min(missing, self._world.room))
        if fitting < missing:
            self._failures.setdefault((Operation.PROVISION, place), NO_CAPACITY)
        for count, fault in self._strikes.take(
            FaultKind.PROVISIONING_SLOW, place == 0, fitting, now
        ):
            fitting -= count
            self._world.schedule_launch(fleet, count, now + (fault.seconds or 0))
        self._world.schedule_launch(fleet, fitting, now)

    def _end(self, place: int, fleet: Instances, count: int, now: float) -> None:
        for stuck, fault in self._strikes.take(FaultKind.CLEANUP_FAILED, place == 0, count, now):
            count -= stuck
            fleet.stuck += stuck
            self._fail(Operation.CLEAN_UP, place, fault)
        self._world.schedule_end(fleet, count, now)

    def _retry_ends(self, now: float) -> None:
        assert self._last is not None
        names = _names(self._last)
        for name, fleet in self._world.fleets.items():
            stuck, fleet.stuck = fleet.stuck, 0
            if name in names:
                self._end(names.index(name), fleet, stuck, now)
            else:
                self._world.schedule_end(fleet, stuck, now)

    def _match_split(self, desired: Desired, now: float) -> None:
        world = self._world
        split = {fleet.configuration: fleet.share for fleet in desired.fleets}
        if not world.is_headed_for(split):
            world.shift(split, now)
            self._break_shift(now)

    # --- faults ---------------------------------------------------------------

    def _fail(self, operation: Operation, place: int, fault: Fault) -> None:
        self._failures.setdefault((operation, place), fault.reason or _REQUEST_FAILED)

    def _strike_all(self, now: float) -> None:
        waiting = self._strikes.unsated(FaultKind.INSTANCE_LOST)
        for strike in [*waiting, *self._strikes.take_due(now)]:
            self._strike(strike, now)

    def _strike(self, strike: Strike, now: float) -> None:
        """What a fault does at its moment; what it leaves undone strikes the next to come."""
        fault = strike.fault
        if fault.kind is FaultKind.STOP:
            self._stop, self._stop_is_news = StopRequested(fault.by or "operator"), True
            self._strikes.struck.add(strike.place)
            return
        if fault.kind is FaultKind.SHIFT_FAILED:
            self._break_shift(now)
            return
        for place, fleet in enumerate(self._fleets):
            if (place == 0) is not fault.strikes_new_fleet():
                continue
            match fault.kind:
                case FaultKind.INSTANCE_LOST:
                    lost = min(strike.remaining, fleet.in_service)
                    strike.remaining -= lost
                    fleet.in_service -= lost
                    if lost:
                        self._strikes.struck.add(strike.place)
                case FaultKind.PROVISIONING_FAILED:
                    self._break(fault.kind, Operation.PROVISION, place, fleet.launching, now)
                case FaultKind.CLEANUP_FAILED:
                    fleet.stuck += self._break(
                        fault.kind, Operation.CLEAN_UP, place, fleet.terminating, now
                    )
                case FaultKind.PROVISIONING_SLOW:
                    self._delay(place, fleet, now)

    def _break(
        self, kind: FaultKind, operation: Operation, place: int, due: Due, now: float
    ) -> int:
        """Strike those under way; how many were."""
        broken = 0
        for count, fault in self._strikes.take(kind, place == 0, sum(due.values()), now):
            broken += take_latest(due, count)
            self._fail(operation, place, fault)
        return broken

    def _delay(self, place: int, fleet: Instances, now: float) -> None:
        under_way = sum(fleet.launching.values())
        for count, fault in self._strikes.take(
            FaultKind.PROVISIONING_SLOW, place == 0, under_way, now
        ):
            latest = max(fleet.launching)
            taken = take_latest(fleet.launching, count)
            add(fleet.launching, latest + (fault.seconds or 0), taken)

    def _break_shift(self, now: float) -> None:
        world = self._world
        if self._last is None or len(world.splits) == 1:
            return
        origin, target = world.splits[-2:]
        place = next(
            place
            for place, name in enumerate(_names(self._last))
            if not at_most(target.get(name, NO_TRAFFIC), origin.get(name, NO_TRAFFIC))
        )
        for _, fault in self._strikes.take(FaultKind.SHIFT_FAILED, place == 0, 1, now):
            world.abandon_shift()
            self._fail(Operation.SHIFT, place, fault)


def _names(desired: Desired) -> list[str]:
    return [fleet.configuration for fleet in desired.fleets]


def _fence(desired: Desired) -> tuple[int, Stage]:
    return (desired.generation, desired.stage)


def _text(desired: Desired) -> str:
    return f"generation {desired.generation}, {desired.stage}"
