"""What happened to an endpoint, as a value: for tests, logs and people."""

from attrs import frozen

from rolling.core.stage import Stage
from rolling.endpoint.endpoint import Endpoint, EndpointStatus


@frozen
class EndpointEvent:
    """Something was accepted, or the status of an endpoint or the stage of its update changed.

    Or a fault cannot strike the update that was accepted, faults never struck, or the
    backend says something to people.

    `at`: seconds since the epoch. `status`: after it; None once the endpoint is
    gone. `stage`: the one that its update came into; None when none did.
    `why`: one sentence.
    """

    at: float
    region: str
    endpoint: str
    status: EndpointStatus | None
    stage: Stage | None
    why: str

    def is_of(self, endpoint: Endpoint) -> bool:
        """True when it happened to this endpoint."""
        return (self.region, self.endpoint) == (endpoint.region, endpoint.name)
