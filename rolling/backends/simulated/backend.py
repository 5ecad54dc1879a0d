"""The simulated backend: the interface for a driver, and for the control of a simulation."""

from collections.abc import Callable, Iterable

from attrs import evolve

from rolling.backends.simulated.execution import Execution
from rolling.backends.simulated.faults import (
    Fault,
    UnusedFault,
    fault_problems,
    problems_of,
    refuse,
)
from rolling.backends.simulated.settings import SimulationSettings, settings_problems
from rolling.backends.simulated.strikes import Strikes
from rolling.backends.simulated.world import World
from rolling.core.capacity import NO_TRAFFIC
from rolling.core.desired import Desired
from rolling.core.events import Continued, Reading, StopRequested
from rolling.core.fleet import FleetSpec
from rolling.core.stage import Stage
from rolling.driving.backend import Failure, Observation, ObservedFleet, Superseded
from rolling.driving.clock import Clock, VirtualClock


def _all_ok(alarm: str) -> Reading:
    return Reading.OK


def _checked(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults. Raises InvalidInput for those that have problems."""
    faults = tuple(faults)
    refuse(problems_of(faults, fault_problems))
    return faults


class SimulatedBackend:
    """A `Backend` with a simulated endpoint.

    Missing instances are launched at once; surplus instances are condemned, launching
    ones first. A lost instance is replaced. Beyond the capacity limit it launches what
    fits, and reports a failure. A failed operation is tried again only in the next stage.

    `fleets`: the instances in service and the traffic at the start; for a deployment,
    `deployment.spec.fleets`. `faults`: the faults of the one update that it serves. The
    clock is read and never set. `alarms`: returns the state of an alarm that no fault
    affects; by default OK. `news_at` does not announce changes of that state.
    Raises InvalidInput for invalid settings or faults.
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
        refuse(settings_problems(settings))
        self._clock = VirtualClock() if clock is None else clock
        self._alarms = _all_ok if alarms is None else alarms
        self._execution = Execution(World(fleets, settings), Strikes(_checked(faults)))

    def fresh(self) -> "SimulatedBackend":
        """Another backend for the same endpoint and update, as a restarted driver makes it."""
        return self._over(self._execution)

    def next_update(self, faults: Iterable[Fault] = ()) -> "SimulatedBackend":
        """A backend for the next update of the same endpoint in its current state.

        Instances that are launching, terminating or stuck stay so. The faults of this
        update end, and its backends refuse everything from now on. Raises InvalidInput
        for invalid faults.
        """
        following = Execution(self.world, Strikes(_checked(faults)))
        self._catch_up()
        self._execution.end()
        self.world.forget_gone()
        return self._over(following)

    def _over(self, execution: Execution) -> "SimulatedBackend":
        another = SimulatedBackend.__new__(SimulatedBackend)
        another._clock, another._alarms = self._clock, self._alarms
        another._execution = execution
        return another

    def add_faults(self, faults: Iterable[Fault]) -> None:
        """Add faults to the current update; those whose beginning has passed begin now.

        They have no effect before the next call. Raises InvalidInput for invalid faults;
        then none is added.
        """
        self._execution.add_faults(_checked(faults), self._catch_up())

    def drop_faults(self) -> None:
        """End all faults of the current update; stuck instances stay stuck."""
        self._catch_up()
        self._execution.drop_faults()

    def limit_capacity(self, limit: int | None) -> None:
        """Allow at most `limit` instances alive together from now on; None for no limit.

        Existing instances beyond it stay. Raises InvalidInput for a limit outside 1 to 100,000.
        """
        settings = evolve(self.world.settings, capacity_limit=limit)
        refuse(settings_problems(settings))
        self.world.settings = settings

    @property
    def world(self) -> World:
        """The real state of the endpoint, to check a deployment from outside."""
        return self._execution.world

    @property
    def struck(self) -> frozenset[int]:
        """The indexes of the faults of this update that had an effect.

        An alarm fault has an effect when it is read, a stop when it is requested, a
        continuation when it comes at a gate, any other fault when it strikes an instance,
        its room or a shift.
        """
        return frozenset(self._execution.strikes.struck)

    def unused_faults(self, at: str = "Faults") -> tuple[UnusedFault, ...]:
        """The faults of this update that have done nothing so far; `at` is their path."""
        strikes = self._execution.strikes
        return tuple(
            [
                UnusedFault(f"{at}[{place}]", fault.kind.value)
                for place, fault in enumerate(strikes.faults)
                if place not in strikes.struck
            ]
        )

    def trips(self, alarm: str) -> bool:
        """True while a fault of kind Alarm holds for this alarm."""
        return self._execution.strikes.trips(alarm, self._clock.now())

    def stop_requested(self) -> StopRequested | None:
        """The stop that a fault requests, from its time to the end of the update."""
        self._catch_up()
        return self._execution.stop

    def continuation(self) -> Continued | None:
        """The continuation by a fault, once it strikes: of the gate at that moment."""
        self._catch_up()
        return self._execution.continued

    def make_true(self, desired: Desired) -> None:
        """Begin to make `desired` true. Raises Superseded if its stage is over."""
        execution, fence = self._execution, (desired.generation, desired.stage)
        latest = execution.world.fence
        if latest is not None and fence < latest:
            raise Superseded(f"{_text(*fence)} came after {_text(*latest)}")
        if execution.over:
            raise Superseded(f"{_text(*fence)} came after the next update had begun")
        now = self._catch_up()
        last = execution.last
        if desired is not last and desired != last:
            execution.world.fence = fence
            new_stage = last is None or fence != (last.generation, last.stage)
            execution.carry_out(desired, now, new_stage=new_stage)

    def observe(self, desired: Desired) -> Observation:
        """The current state. Raises Superseded if the next update of the endpoint has begun."""
        execution, now = self._execution, self._clock.now()
        if execution.over:
            raise Superseded("asked of an update once the next one has begun")
        execution.catch_up(now)
        world = execution.world
        settled = world.splits[0] if len(world.splits) == 1 else None
        fleets = []
        for wanted in desired.fleets:
            name = wanted.configuration
            fleet = world.fleet(name)
            share = None if settled is None else settled.get(name, NO_TRAFFIC)
            fleets.append(ObservedFleet(fleet.in_service, fleet.alive, share))
        return Observation(
            tuple(fleets),
            {name: self._reading(name, now) for name in desired.alarms},
            self._failures(desired) if execution.failures else (),
            self._news_at(now),
        )

    def _failures(self, desired: Desired) -> tuple[Failure, ...]:
        last, failures = self._execution.last, self._execution.failures
        if last is None or (desired.generation, desired.stage) != (last.generation, last.stage):
            return ()
        return tuple([Failure(*key, reason) for key, reason in failures.items()])

    def _reading(self, alarm: str, now: float) -> Reading:
        struck = self._execution.strikes.reading(alarm, now)
        return self._alarms(alarm) if struck is None else struck

    def _news_at(self, now: float) -> float:
        execution = self._execution
        if execution.call_is_news:
            # An observation has no calls: the driver checks for one before its next tick.
            execution.call_is_news = False
            return now
        moment, strikes = execution.next_due, execution.strikes
        return min(moment, strikes.next_alarm_change(now)) if strikes.alarms else moment

    def _catch_up(self) -> float:
        """Let everything happen that is due; returns the current time."""
        now = self._clock.now()
        self._execution.catch_up(now)
        return now


def _text(generation: int, stage: Stage) -> str:
    return f"generation {generation}, {stage}"
