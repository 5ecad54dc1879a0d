"""The cloud: all regions under one clock and one lock.

It answers AWS's operations and keeps the time. The calls that only testers have are in
control_calls.py.

There is no background thread. Each call first processes everything that is due by now,
each event at its own time and in order. So the history does not depend on when calls come,
or on whether time runs by itself, runs faster, or is moved by hand.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from threading import RLock
from typing import TypeVar

from rolling.backends.simulated import SimulationSettings
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import StopRequested
from rolling.driving.clock import VirtualClock
from rolling.driving.wakes import Wakes
from rolling.endpoint.arns import ACCOUNT, REGION
from rolling.endpoint.refusals import ValidationException
from rolling.schema.shapes import problem
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.region.region import Region
from rolling.server.region.running_endpoint import RunningEndpoint
from rolling.server.service import (
    Answer,
    Parameters,
    Place,
    not_implemented,
)
from rolling.server.timekeeping import ManualTime, RunningTime, Time, duration
from rolling.simulation.scenario import Scenario
from rolling.view.snapshots import Snapshot

MOST_EVENTS = 10_000
"""How many untaken events are kept; the oldest are dropped."""

T = TypeVar("T")


class Cloud:
    """A local SageMaker, and CloudWatch's alarms.

    `time`: the machine's by default. `home_region`: the default region of control calls.
    `scenario`: the initial content of that region: its configurations, its endpoint in
    service, and its alarms, in state OK. The faults of its updates wait for the endpoint's
    next updates, in order; the caller makes the updates. `settings`: the behaviour of
    endpoints created here; by default the scenario's.
    Raises InvalidInput for configurations that CreateEndpointConfig would refuse.
    """

    def __init__(
        self,
        time: Time | None = None,
        settings: SimulationSettings | None = None,
        account: str = ACCOUNT,
        home_region: str = REGION,
        scenario: Scenario | None = None,
    ) -> None:
        self.home_region = home_region
        if settings is None:
            settings = SimulationSettings() if scenario is None else scenario.settings
        self._settings_at_first = settings
        self._time = RunningTime() if time is None else time
        self._account = account
        self._lock = RLock()
        self._clock = VirtualClock(self._time.now())
        self._scenario = scenario
        self._listeners: list[Callable[[EndpointEvent], None]] = []
        self.reset()

    # --- for any thread ---------------------------------------------------------------

    def implements(self, service: str, operation: str) -> bool:
        """True if this operation is implemented."""
        with self._lock:
            return (service, operation) in self.region(None).operations

    def call(self, service: str, operation: str, parameters: Parameters, region: str) -> Answer:
        """The answer of an operation of "sagemaker" or "cloudwatch".

        `parameters` must fit the model of its input.
        Raises ServiceError, or InvalidInput, which is a ValidationException.
        """
        with self._lock:
            self._catch_up()
            found = self.region(region).operations.get((service, operation))
            if found is None:
                raise not_implemented(service, operation)
            return found(parameters)

    def pass_time(self, seconds: float) -> None:
        """Let this many seconds pass; the events stay for the next call that takes them.

        Raises InvalidInput if time runs by itself, for a negative number, and for one that
        leads past the year 9999; time then stays as it is.
        """
        with self._lock:
            self.require_manual_time()
            self._catch_up()
            now = self._clock.now()
            self.move_to(now + duration("Seconds", seconds, now))

    def listen(self, listener: Callable[[EndpointEvent], None]) -> None:
        """Call `listener` with each event from now on; untaken events stay.

        No other call is answered meanwhile: it must be quick, and must not call this object.
        """
        with self._lock:
            self._listeners.append(listener)

    def at_one_moment(self, ask: Callable[[], T]) -> tuple[float, T]:
        """The current time, and the result of `ask`, which may call all methods here.

        The time is in seconds since the epoch. Nothing else happens meanwhile, although
        time may run.
        """
        with self._lock:
            self._catch_up()
            answer = ask()
            return self._clock.now(), answer

    # --- for control calls, at one moment -----------------------------------------------

    @property
    def manual(self) -> bool:
        """True if time stands still until it is advanced."""
        return isinstance(self._time, ManualTime)

    def require_manual_time(self) -> ManualTime:
        """The time, if it can be moved. Raises InvalidInput if it runs by itself."""
        if isinstance(self._time, ManualTime):
            return self._time
        rule = "time runs by itself here; only manual time is advanced"
        raise InvalidInput([Problem("Time", "running", rule, "manual")])

    def now(self) -> float:
        """The time up to which everything has happened, in seconds since the epoch."""
        return self._clock.now()

    def move_to(self, later: float) -> None:
        """Let time pass up to `later`. Raises InvalidInput like `pass_time`."""
        self.require_manual_time().move_to(later)
        self._catch_up()

    def next_wake(self) -> float:
        """The next time at which something may happen by itself; `inf` for never."""
        return self._wakes.next_moment()

    def move_to_next_wake(self) -> tuple[EndpointEvent, ...]:
        """Let time pass up to `next_wake`; returns the new events, which stay untaken."""
        before = self._events_ever
        self.move_to(self.next_wake())
        return tuple(islice(reversed(self._events), self._events_ever - before))

    def take_events(self) -> tuple[EndpointEvent, ...]:
        """The events since they were last taken; at most the last 10,000."""
        taken = tuple(self._events)
        self._events.clear()
        return taken

    def region(self, name: str | None) -> Region:
        """The region of this name; `home_region` for None."""
        region = name or self.home_region
        if region not in self._regions:
            place = Place(region, self._account)
            self._regions[region] = Region(place, self._clock, lambda: self.settings, self.look)
        return self._regions[region]

    def regions(self) -> Iterable[Region]:
        """All regions that were used."""
        return self._regions.values()

    def running_endpoints(self) -> Iterator[RunningEndpoint]:
        """All endpoints of all regions."""
        for region in self.regions():
            yield from region.endpoints

    def snapshots(self) -> list[Snapshot]:
        """The snapshot of each endpoint whose last operation was an update."""
        running = [each.view for each in self.running_endpoints()]
        return [view.snapshot for view in running if view is not None]

    def find(self, endpoint: str, region: str | None) -> RunningEndpoint:
        """The endpoint that a tester named. Raises InvalidInput for an unknown one."""
        try:
            return self.region(region).endpoints.find(endpoint)
        except ValidationException as unknown:
            found = [problem(each.field, endpoint, each.rule) for each in unknown.problems]
            raise InvalidInput(found) from None

    def look(self, running: RunningEndpoint, stop: StopRequested | None = None) -> None:
        """Process everything that happens to an endpoint at this time.

        Its alarm faults are shown both before, because a bake reads them, and after,
        because faults may have begun or ended.
        """
        region = self._regions[running.endpoint.region]
        region.show_faults(running)
        for event in running.look(self._clock.now(), stop):
            self._events_ever += 1
            self._events.append(event)
            for listener in self._listeners:
                listener(event)
        self._wakes.put(running, running.wake_at)
        if running.gone:
            region.endpoints.forget(running)
        region.show_faults(running)

    def reset(self) -> None:
        """Reset everything except the time."""
        self.settings = self._settings_at_first
        self._regions: dict[str, Region] = {}
        self._wakes: Wakes[RunningEndpoint] = Wakes()
        self._events: deque[EndpointEvent] = deque(maxlen=MOST_EVENTS)
        self._events_ever = 0
        if self._scenario is not None:
            self.region(None).take_in(self._scenario)

    # --- inside -------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Process everything that is due by now."""
        now = self._time.now()
        while (due_at := self._wakes.next_moment()) <= now:
            self._clock.wait_until(due_at)
            self.look(self._wakes.take())
        self._clock.wait_until(now)
