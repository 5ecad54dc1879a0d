"""An event of an endpoint: for tests, logs and people."""

from attrs import frozen

from rolling.core.stage import Stage
from rolling.endpoint.endpoint import Endpoint, EndpointStatus


@frozen
class EndpointEvent:
    """A request was accepted, or an endpoint's status or the stage of its update changed.

    Other events: a fault cannot strike the accepted update, faults never struck, or the
    backend has a note.

    `at`: seconds since the epoch. `status`: the status afterwards; None once the endpoint
    is gone. `stage`: the stage that its update entered, or None. `why`: one sentence.
    """

    at: float
    region: str
    endpoint: str
    status: EndpointStatus | None
    stage: Stage | None
    why: str

    def is_of(self, endpoint: Endpoint) -> bool:
        """True if it happened to this endpoint."""
        return (self.region, self.endpoint) == (endpoint.region, endpoint.name)
