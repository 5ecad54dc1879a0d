"""One endpoint in the server: its value, its driver, its times and its faults.

It keeps what happens to one endpoint between two looks. `rolling.endpoint` and
`rolling.core` decide what follows from an observation.
"""

import math
from collections import deque
from collections.abc import Iterable
from itertools import zip_longest

from attrs import evolve

from rolling.backends.simulated import Fault, SimulatedBackend, misses
from rolling.backends.simulated.faults import UnusedFault
from rolling.core.deployment import Deployment
from rolling.core.events import StopRequested
from rolling.core.stage import Stage
from rolling.driving.record import Record
from rolling.driving.tick import new_notes
from rolling.endpoint.deletion import delete_endpoint
from rolling.endpoint.describe import Times, describe
from rolling.endpoint.endpoint import Endpoint, EndpointStatus
from rolling.endpoint.launching import launch_due, with_launched
from rolling.endpoint.scaling import scale_endpoint
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.region.images import Images, of_configurations
from rolling.server.service import Parameters
from rolling.simulation.running_update import RunningUpdate
from rolling.view.view import View


class RunningEndpoint:
    """An endpoint, and what happens to it as time passes.

    `backend`: its instances and its traffic. `endpoint`, `times`: its current state, for
    answers. `wake_at`: when to look at it next; None for never. `gone`: True once it is
    deleted. `unused_faults`: the faults of the last operation that never struck, or that
    cannot strike the update in progress. `images`: the images that its configurations were
    deployed with. `view`: shows its update, even after the end, until another operation
    begins; otherwise None.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        backend: SimulatedBackend,
        now: float,
        scenario_faults: Iterable[tuple[Fault, ...]] = (),
    ) -> None:
        self.endpoint = endpoint
        self.backend = backend
        self.times = Times(creation=now, last_modified=now, stage_start=now)
        self.wake_at: float | None = None
        self.gone = False
        # Each queue has one entry for each of the next updates.
        self._scenario_faults = deque(scenario_faults)
        self._injected_faults: deque[tuple[Fault, ...]] = deque()
        self.unused_faults: tuple[UnusedFault, ...] = ()
        self.images: Images = {}
        self.view: View | None = None
        # Set while there is something to drive.
        self._update: RunningUpdate | None = None
        # What happened since the last look, and the notes of that look.
        self._events: list[EndpointEvent] = []
        self._standing: tuple[str, ...] = ()
        self._tell(now)

    @property
    def deployment(self) -> Deployment | None:
        """The deployment of the update in progress, or None."""
        return None if self.endpoint.pending is None else self.endpoint.deployment

    @property
    def resting(self) -> bool:
        """True if nothing in progress changes its status or its traffic."""
        if self.endpoint.launching or self.endpoint.status is EndpointStatus.DELETING:
            return False
        return self._update is None or self._update.view.snapshot.deployment.at_rest

    @property
    def serving(self) -> tuple[str, ...]:
        """The configurations of the variants in use; several for a mix, newest first."""
        endpoint, pending = self.endpoint, self.endpoint.pending
        fleets = endpoint.fleets if pending is None else pending.deployment.spec.old
        there = [each.configuration for each in fleets if each.count]
        return tuple(there) or (endpoint.config_name,)

    @property
    def waiting_faults(self) -> tuple[tuple[Fault, ...], ...]:
        """The faults of each of the next updates: those of a scenario before injected ones."""
        queues = zip_longest(self._scenario_faults, self._injected_faults, fillvalue=())
        return tuple([(*scenario, *injected) for scenario, injected in queues])

    @property
    def unstruck_faults(self) -> tuple[UnusedFault, ...]:
        """The faults of the operation in progress that have not struck; at rest `unused_faults`."""
        return self.unused_faults if self.resting else self.backend.unused_faults()

    def tripped(self) -> frozenset[str]:
        """The alarms that a fault of the update in progress holds in ALARM now."""
        watched = () if self.deployment is None else self.deployment.spec.alarms
        return frozenset(each for each in watched if self.backend.trips(each))

    def describe(self) -> dict[str, object]:
        """The answer of DescribeEndpoint."""
        return describe(self.endpoint, self.times)

    # --- requests ---------------------------------------------------

    def update(self, endpoint: Endpoint, now: float) -> None:
        """Begin the accepted update of this endpoint, the result of `update_endpoint`."""
        assert endpoint.deployment is not None
        waiting = self.waiting_faults
        faults = waiting[0] if waiting else ()
        for queue in (self._scenario_faults, self._injected_faults):
            if queue:
                queue.popleft()
        update = self._update = RunningUpdate(endpoint, self.backend, now, faults)
        self.backend = update.backend
        self._begin(endpoint, now, update.view)
        for place, fault in enumerate(faults):
            missing = misses(fault, endpoint.deployment.spec, f"Faults[{place}]")
            if missing:
                self.unused_faults += (UnusedFault(f"Faults[{place}]", fault.kind.value),)
            for problem in missing:
                self._tell(now, f"{fault.kind} cannot strike this update: {problem}.")

    def scale(self, request: Parameters, now: float) -> None:
        """UpdateEndpointWeightsAndCapacities. Raises as `update` does."""
        endpoint = scale_endpoint(self.endpoint, request)
        self.backend = self.backend.next_update()
        self._begin(endpoint, now)

    def delete(self, now: float) -> None:
        """DeleteEndpoint. Raises as `update` does. It is gone once its instances would be."""
        endpoint = delete_endpoint(self.endpoint)
        self.wake_at = now + self.backend.world.settings.cleanup_seconds
        self._begin(endpoint, now)

    def inject(self, faults: tuple[Fault, ...]) -> None:
        """Set the faults of its next update; each further call is for the update after."""
        self._injected_faults.append(faults)

    def withdraw_faults(self) -> None:
        """Remove all its faults, including those that wait, strike or hold an alarm."""
        self._scenario_faults.clear()
        self._injected_faults.clear()
        self.unused_faults = ()
        self.backend.drop_faults()

    def _begin(self, endpoint: Endpoint, now: float, view: View | None = None) -> None:
        """Begin an update with this view, or another operation."""
        self.endpoint, self.view = endpoint, view
        self.unused_faults = ()
        began = None if view is None else now
        self.times = evolve(self.times, last_modified=now, update_start=began, stage_start=now)
        if view is None:
            self._update = None
            self._tell(now)
        else:
            self._tell(now, view.rows[0].why, view.rows[0].stage)

    def _tell(self, now: float, why: str | None = None, stage: Stage | None = None) -> None:
        """Add an event; `why` is by default its status."""
        endpoint, status = self.endpoint, None if self.gone else self.endpoint.status
        why = why or _status_sentence(endpoint, status)
        event = EndpointEvent(now, endpoint.region, endpoint.name, status, stage, why)
        self._events.append(event)

    # --- events ----------------------------------------------------

    def look(self, now: float, stop: StopRequested | None = None) -> list[EndpointEvent]:
        """Process everything at the time `now`; `wake_at` says when to look again."""
        if self.endpoint.status is EndpointStatus.DELETING:
            self._end(now)
        elif self.endpoint.launching:
            self._launch(now)
        elif self._update is not None:
            self._drive(self._update, now, stop)
        else:
            self.wake_at = None
        events, self._events = self._events, []
        return events

    def _note(self, notes: tuple[str, ...], now: float) -> None:
        """Report a note once for as long as it stands."""
        for note in new_notes(self._standing, notes):
            self._tell(now, note)
        self._standing = notes

    def _end(self, now: float) -> None:
        if self.wake_at is None or now >= self.wake_at:
            self.gone, self.wake_at = True, None
            self._tell(now)

    def _launch(self, now: float) -> None:
        """One look at an endpoint that is created or scaled."""
        wanted = launch_due(self.endpoint)
        self.backend.make_true(wanted)
        seen = self.backend.observe(wanted)
        failure = seen.failures[0].reason if seen.failures else None
        status = self.endpoint.status
        self.endpoint = with_launched(self.endpoint, seen.sightings, seen.split, failure)
        self.wake_at = seen.news_at
        if self.endpoint.status is not status:
            self.times = evolve(self.times, last_modified=now, stage_start=now)
            # A reverted change is commanded at once.
            self.wake_at = now if self.endpoint.launching else None
            self._tell(now)
        self._note(seen.notes, now)
        if not self.endpoint.launching:
            self._drop_faults(now)

    def _drive(self, update: RunningUpdate, now: float, stop: StopRequested | None) -> None:
        """One look at an endpoint whose update is in progress, or has left something over."""
        rows, snapshot = update.tick(now, stop), update.view.snapshot
        if update.endpoint.status is not self.endpoint.status:
            self.times = evolve(self.times, last_modified=now)
        self.times = evolve(self.times, stage_start=snapshot.record.stage_began_at)
        self.endpoint, self.wake_at = update.endpoint, update.wake_at
        for row in rows:
            self._tell(now, row.why, row.stage)
        self._note(snapshot.notes, now)
        if self.wake_at is None:
            self.images = of_configurations(self.images, self.serving)
            self._drop_faults(now)
            self._release(snapshot.record)

    def _drop_faults(self, now: float) -> None:
        """The operation has ended, and its faults with it: report those that never struck.

        A second call, for leftovers, has no faults to report.
        """
        unused_faults = self.backend.unused_faults()
        self.backend.drop_faults()
        if unused_faults:
            self.unused_faults = unused_faults
            listed = ", ".join(f"{each.field} ({each.kind})" for each in unused_faults)
            self._tell(now, f"Never struck: {listed}.")

    def _release(self, record: Record) -> None:
        """Keep driving only while instances are still being terminated."""
        left_over = any(fleet.alive > fleet.asked for fleet in record.deployment.fleets)
        news_at = self.backend.observe(record.desired).news_at if left_over else None
        if news_at is None or math.isinf(news_at):
            self._update = None
        else:
            self.wake_at = news_at


def _status_sentence(endpoint: Endpoint, status: EndpointStatus | None) -> str:
    if status is None:
        return "The endpoint is deleted."
    reason = "" if endpoint.failure_reason is None else f": {endpoint.failure_reason}"
    return f"The endpoint is {status.value}{reason}".rstrip(".") + "."
