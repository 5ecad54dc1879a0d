"""The cloud: all regions under one clock and one lock, and what only a tester can do to them.

No thread moves anything here. Whoever calls first lets everything happen that is
due by now, at its own moment and in its order: so it is as if it had been
watched all the time, whether time runs by itself, runs faster, or is moved by hand.

Every method may be called from any thread. One that would move time past the end of
the year 9999 raises InvalidInput; time then stays where it has come to.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from threading import RLock
from typing import TypeVar

from attrs import evolve

from rolling.backends.simulated import Fault, SimulationSettings, settings_problems
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import StopRequested
from rolling.driving.clock import VirtualClock
from rolling.endpoint.arns import ACCOUNT, REGION
from rolling.endpoint.refusals import ValidationException
from rolling.schema.shapes import Text, name, problem
from rolling.server.wakes import Agenda
from rolling.server.milestones import Goal, goal
from rolling.server.places import REGION_NAME
from rolling.server.region.injection import When, check_faults, faults_now, when_of
from rolling.server.region.region import Region
from rolling.server.region.running_endpoint import Happening, RunningEndpoint
from rolling.server.service import (
    Answer,
    Parameters,
    Place,
    not_implemented,
)
from rolling.server.timekeeping import ManualTime, RunningTime, Time, duration, moment
from rolling.server.endpoint_now import EndpointNow, endpoint_now
from rolling.simulation.scenario import Scenario

MOST_HAPPENINGS = 10_000
"""How many happenings are kept until somebody asks for them; the oldest are forgotten."""

T = TypeVar("T")


class Cloud:
    """A local SageMaker, and CloudWatch's alarms.

    `time`: running as the machine's unless given. `settings`: how endpoints
    behave that are created in it. `region`: the one that is meant where a method
    is given none. Raises InvalidInput for settings at fault.
    """

    def __init__(
        self,
        time: Time | None = None,
        settings: SimulationSettings | None = None,
        account: str = ACCOUNT,
        region: str = REGION,
    ) -> None:
        self._settings_at_first = SimulationSettings() if settings is None else settings
        found = settings_problems(self._settings_at_first)
        if found:
            raise InvalidInput(found)
        self._time = RunningTime() if time is None else time
        self._account = account
        self._home = region
        self._lock = RLock()
        self._clock = VirtualClock(self._time.now())
        self._scenario: Scenario | None = None
        self._listener: Callable[[Happening], None] = lambda happening: None
        self._begin()

    @classmethod
    def from_scenario(
        cls,
        scenario: Scenario,
        time: Time | None = None,
        region: str = REGION,
        account: str = ACCOUNT,
    ) -> "Cloud":
        """A cloud with what a scenario begins with, in one region.

        Its configurations, its endpoint in service, its alarms, which are OK,
        and its settings. The faults of its updates wait for the endpoint's next
        updates, in their order; the updates themselves are the caller's to make.
        """
        cloud = cls(time, scenario.settings, account, region)
        cloud._scenario = scenario
        cloud._begin()
        return cloud

    def _begin(self) -> None:
        self._settings = self._settings_at_first
        self._regions: dict[str, Region] = {}
        self._agenda: Agenda[RunningEndpoint] = Agenda()
        self._happened: deque[Happening] = deque(maxlen=MOST_HAPPENINGS)
        self._happened_ever = 0
        if self._scenario is not None:
            self._region(self._home).take_in(self._scenario)

    # --- what clients call ------------------------------------------------------

    def implements(self, service: str, operation: str) -> bool:
        """True when there is such an operation here."""
        with self._lock:
            return (service, operation) in self._region(self._home).operations

    def call(self, service: str, operation: str, parameters: Parameters, region: str) -> Answer:
        """The answer of an operation of "sagemaker" or "cloudwatch".

        `parameters` fit the model of its input: whoever calls has seen to that.
        Raises ServiceError, or InvalidInput, which is a ValidationException.
        """
        with self._lock:
            self._catch_up()
            found = self._region(region).operations.get((service, operation))
            if found is None:
                raise not_implemented(service, operation)
            return found(parameters)

    # --- time ---------------------------------------------------------------------

    def now(self) -> float:
        """The present moment, in seconds since the epoch."""
        with self._lock:
            return max(self._clock.now(), self._time.now())

    @property
    def manual(self) -> bool:
        """True when time stands still until it is advanced."""
        return isinstance(self._time, ManualTime)

    def advance(self, seconds: float) -> tuple[Happening, ...]:
        """Let so many seconds pass; what has happened since somebody last asked.

        Raises InvalidInput for a negative number, and where time runs by itself.
        """
        with self._lock:
            self.pass_time(seconds)
            return self._take()

    def advance_to(self, later: float) -> tuple[Happening, ...]:
        """The same, up to a moment in seconds since the epoch.

        Raises InvalidInput for one that is past, and where time runs by itself.
        """
        with self._lock:
            self._begin_to_advance()
            self._move_to(moment("Moment", later, self._clock.now()))
            return self._take()

    def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass, and leave what happens to whoever asks next.

        For who waits, and is not to take anything from those who watch. Raises as `advance`.
        """
        with self._lock:
            self._begin_to_advance()
            now = self._clock.now()
            self._move_to(now + duration("Seconds", seconds, now))

    def advance_to_next_event(self) -> tuple[Happening, ...]:
        """The same, up to the next moment at which a status, or the stage of an update, changes.

        Where none will, time stands still and nothing is returned.
        """
        with self._lock:
            self._begin_to_advance()
            before = self._happened_ever
            while self._happened_ever == before and self._agenda.next_moment() < math.inf:
                self._move_to(self._agenda.next_moment())
            return self._take()

    def advance_until(
        self,
        endpoint: str,
        *,
        batch: int | None = None,
        phase: str | None = None,
        direction: str | None = None,
        status: str | None = None,
        region: str | None = None,
    ) -> tuple[Happening, ...]:
        """The same, up to the moment at which an endpoint has come to a stage or a status.

        `phase`: Provisioning, Shifting, Baking, Cleaning, Succeeded, RolledBack
        or RollbackFailed. `direction`: Forward or Back; either where it is not
        given. `batch`: from 1, of its direction. `status`: an EndpointStatus. What holds
        already takes no time. A stage that takes no time is passed by.
        Raises InvalidInput for words that mean nothing, an unknown endpoint or region,
        and at once for a batch or a direction that can never come; and when the endpoint
        comes to rest without it, with how its update ended: time then stands there.
        """
        with self._lock:
            self._begin_to_advance()
            wanted = goal(batch, phase, direction, status)
            running = self._find(endpoint, region)
            self._move_until(running, wanted)
            return self._take()

    def advance_to_rest(self, endpoint: str, region: str | None = None) -> tuple[Happening, ...]:
        """The same, up to the moment at which nothing of an endpoint is under way any more.

        Raises InvalidInput for an unknown endpoint.
        """
        with self._lock:
            self._begin_to_advance()
            running = self._find(endpoint, region)
            while not running.gone and not running.resting:
                self._move_to(self._agenda.next_moment())
            return self._take()

    def happenings(self) -> tuple[Happening, ...]:
        """What has happened since somebody last asked, by this or by advancing; the last 10,000."""
        with self._lock:
            self._catch_up()
            return self._take()

    def listen(self, listener: Callable[[Happening], None]) -> None:
        """Tell `listener` of each happening from now on; nothing is taken from anybody else.

        It is called while nobody else may call: it must be quick, and call nothing here.
        """
        with self._lock:
            self._listener = listener

    def at_one_moment(self, ask: Callable[[], T]) -> tuple[float, T]:
        """What `ask` returns, which may call all methods here; and the moment that it is true of.

        Nothing happens in between, though time may run.
        """
        with self._lock:
            answer = ask()
            return self._clock.now(), answer

    # --- faults and controls --------------------------------------------------------

    def inject(
        self,
        endpoint: str,
        faults: Iterable[Fault],
        when: When | str = When.NEXT_UPDATE,
        region: str | None = None,
    ) -> None:
        """Let something go wrong with an endpoint.

        In its creation, which is still to come; in its next update, and called
        again in the one after (no faults leave that one alone); or now, in what is
        under way: a fault whose beginning has passed then begins at once, unless it
        names a batch or a phase that is over. `when`: a `When` or its text. What
        waits for an update cannot be judged against it: a fault that cannot strike
        it is told when the update is accepted, and one that never struck when it
        has ended, as a happening and in `endpoints()`. Raises InvalidInput for
        faults at fault, an unknown endpoint, and for those that could not strike.
        """
        given = tuple(faults)
        with self._lock:
            self._catch_up()
            meant = when_of(when)
            there = self._there(region)
            if meant is When.CREATION:
                _check_text("EndpointName", endpoint, name("my-endpoint"))
                there.endpoints.give_at_creation(endpoint, given)
                self._regions[there.name] = there
                return
            running = self._find(endpoint, region)
            if meant is When.NEXT_UPDATE:
                check_faults(given)
                running.faults_to_come.append(given)
                return
            running.backend.add_faults(faults_now(running.endpoint, given))
            self._look(running)

    def withdraw_faults(self, endpoint: str, region: str | None = None) -> None:
        """Take back every fault of an endpoint.

        Those that wait for its creation or its next updates; and of what is under
        way those that have still to strike or that hold, such as an alarm. What
        has struck has struck. Raises InvalidInput for an endpoint that neither
        exists nor has faults waiting for its creation.
        """
        with self._lock:
            self._catch_up()
            if self._there(region).endpoints.withdraw_at_creation(endpoint):
                return
            running = self._find(endpoint, region)
            running.withdraw_faults()
            self._look(running)

    def limit_capacity(
        self, limit: int | None, endpoint: str | None = None, region: str | None = None
    ) -> None:
        """From now on no more than `limit` instances of an endpoint may be alive together.

        None for no limit. Of every endpoint, also of those to come, where none
        is named. What is alive beyond it stays. Raises InvalidInput for a limit
        outside 1 to 100,000 and an unknown endpoint.
        """
        with self._lock:
            self._catch_up()
            settings = evolve(self._settings, capacity_limit=limit)
            found = settings_problems(settings)
            if found:
                raise InvalidInput([evolve(each, field="Limit") for each in found])
            if endpoint is not None:
                self._find(endpoint, region).backend.limit_capacity(limit)
                return
            self._there(region)  # which may be none
            self._settings = settings
            for each in self._regions.values():
                for running in each.endpoints:
                    running.backend.limit_capacity(limit)

    def stop_update(self, endpoint: str, by: str = "operator", region: str | None = None) -> None:
        """Ask for the update in progress to stop: SageMaker has no such operation.

        It is undone, unless all traffic has moved; one that is going back goes on.
        Raises InvalidInput for an unknown endpoint, one without an update in
        progress, and a `by` that is not 1 to 255 characters.
        """
        with self._lock:
            self._catch_up()
            _check_text("By", by, Text(1, 255, example="operator"))
            running = self._find(endpoint, region)
            if running.deployment is None:
                rule = f"is {running.endpoint.status.value} and has no update in progress to stop"
                raise InvalidInput([Problem("EndpointName", endpoint, rule)])
            self._look(running, StopRequested(by))

    def running(self) -> tuple[str, ...]:
        """What is under way in all regions, in one sentence each."""
        return tuple([each.under_way for each in self.endpoints() if each.under_way is not None])

    def endpoints(self) -> tuple[EndpointNow, ...]:
        """All endpoints of all regions, as they are now."""
        with self._lock:
            self._catch_up()
            return tuple(
                [
                    endpoint_now(running)
                    for region in self._regions.values()
                    for running in region.endpoints
                ]
            )

    def reset(self) -> None:
        """Make it as it was at first, but for the time, which goes on."""
        with self._lock:
            self._clock.wait_until(self._time.now())
            self._begin()

    # --- inside -----------------------------------------------------------------------

    def _region(self, region: str) -> Region:
        if region not in self._regions:
            self._regions[region] = self._new_region(region)
        return self._regions[region]

    def _new_region(self, region: str) -> Region:
        place = Place(region, self._account)
        return Region(place, self._clock, lambda: self._settings, self._look)

    def _there(self, named: str | None) -> Region:
        """The region that a tester names, else its own; one only asked about is not kept.

        Raises InvalidInput for what is no name of a region.
        """
        region = self._home if named is None else named
        _check_text("Region", region, REGION_NAME)
        return self._regions.get(region) or self._new_region(region)

    def _find(self, endpoint: str, region: str | None) -> RunningEndpoint:
        """The endpoint that a tester names, who is told of an unknown one as of all else."""
        try:
            return self._there(region).endpoints.find(endpoint)
        except ValidationException as unknown:
            found = [problem(each.field, endpoint, each.rule) for each in unknown.problems]
            raise InvalidInput(found) from None

    def _look(self, running: RunningEndpoint, stop: StopRequested | None = None) -> None:
        """Let happen to an endpoint what does at this moment.

        Its faults are shown before, as a bake reads what they leave; and after,
        as more may have begun or ended.
        """
        region = self._regions[running.endpoint.region]
        region.show_faults(running)
        happened = running.look(self._clock.now(), stop)
        self._happened_ever += len(happened)
        self._happened += happened
        for each in happened:
            self._listener(each)
        self._agenda.put(running, running.wake_at)
        if running.gone:
            region.endpoints.forget(running)
        region.show_faults(running)

    def _catch_up(self) -> None:
        """Let happen whatever is due by now."""
        now = self._time.now()
        while (due_at := self._agenda.next_moment()) <= now:
            self._clock.wait_until(due_at)
            self._look(self._agenda.take())
        self._clock.wait_until(now)

    def _begin_to_advance(self) -> None:
        """Come to where time is: whoever made it may have moved it since."""
        self._manual()
        self._catch_up()

    def _move_to(self, later: float) -> None:
        self._manual().move_to(later)
        self._catch_up()

    def _move_until(self, running: RunningEndpoint, wanted: Goal) -> None:
        passed = ""
        deployment = running.deployment
        never = [] if deployment is None else wanted.never_comes(deployment)
        if never:
            raise InvalidInput(never)
        while not wanted.holds(running.endpoint) or running.gone:
            if running.gone or running.resting:
                status = "Deleted" if running.gone else running.endpoint.status.value
                rule = f"is {status} and has not come to {wanted}{passed}{_ending(running)}"
                raise InvalidInput([Problem("EndpointName", running.endpoint.name, rule)])
            before = self._happened_ever
            self._move_to(self._agenda.next_moment())
            recent = islice(reversed(self._happened), self._happened_ever - before)
            if any(each.is_of(running) and wanted.includes(each.stage) for each in recent):
                passed = ": it passed that by in no time"

    def _take(self) -> tuple[Happening, ...]:
        taken = tuple(self._happened)
        self._happened.clear()
        return taken

    def _manual(self) -> ManualTime:
        if isinstance(self._time, ManualTime):
            return self._time
        rule = "time runs by itself here; only manual time is advanced"
        raise InvalidInput([Problem("Time", "running", rule, "manual")])


def _ending(running: RunningEndpoint) -> str:
    """How the last change of an endpoint ended, where it says so."""
    endpoint, deployment = running.endpoint, running.endpoint.deployment
    if endpoint.failure_reason is not None:
        return f". {endpoint.failure_reason}".removesuffix(".")
    if deployment is None or running.gone:
        return ""
    return f'. The update to endpoint configuration "{endpoint.config_name}" succeeded'


def _check_text(field: str, value: object, shape: Text) -> None:
    found = shape.problems(value, field)
    if found:
        raise InvalidInput(found)
