"""The history of a local SageMaker in this process, for the report of a failing test."""

from collections import deque
from collections.abc import Iterator

from rolling.server.cloud import Cloud
from rolling.server.endpoint_now import endpoint_now
from rolling.server.region.endpoint_event import EndpointEvent

MOST_EVENTS = 100
"""The number of events shown: the last ones."""


class History:
    """The events of a cloud from now on.

    As text they come with the seconds from now on, and are followed by the endpoints as they
    are then, with their faults that have not struck.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._began_at, _ = cloud.at_one_moment(lambda: None)
        self._events: deque[EndpointEvent] = deque(maxlen=MOST_EVENTS)
        self._events_ever = 0
        cloud.listen(self._keep)

    def _keep(self, event: EndpointEvent) -> None:
        self._events.append(event)
        self._events_ever += 1

    def __str__(self) -> str:
        now, endpoints = self._cloud.at_one_moment(lambda: [*self._endpoint_lines()])
        earlier = self._events_ever - len(self._events)
        lines = [f"{earlier} earlier events are not shown."] if earlier else []
        for each in self._events:
            place = "" if each.region == self._cloud.home_region else f" ({each.region})"
            since = each.at - self._began_at
            lines.append(f"{since:8,.0f} s  {each.endpoint}{place}  {each.why}")
        lines.append(f"At {now - self._began_at:,.0f} s, when the test failed:")
        return "\n".join(lines + (endpoints or ["No endpoint exists."]))

    def _endpoint_lines(self) -> Iterator[str]:
        for running in self._cloud.running_endpoints():
            seen = endpoint_now(running)
            yield seen.under_way or f"{seen.name} in {seen.region} is {seen.status.value}."
            unstruck = [f"{each.field} ({each.kind})" for each in running.unstruck_faults]
            if unstruck:
                yield f"  faults that have not struck: {', '.join(unstruck)}"
            if any(seen.waiting_faults):
                waiting = [", ".join(kinds) or "none" for kinds in seen.waiting_faults]
                yield f"  faults of its next updates: {'; '.join(waiting)}"
        for region in self._cloud.regions():
            for name, faults in region.endpoints.faults_at_creation.items():
                kinds = ", ".join([fault.kind.value for fault in faults])
                yield f"{name} in {region.name} was not created.\n  faults of its creation: {kinds}"
