"""DeleteEndpoint: which endpoints may be deleted, and their status until they are gone."""

from attrs import evolve

from rolling.endpoint.endpoint import Endpoint, EndpointStatus
from rolling.endpoint.refusals import ValidationException, in_progress

_DELETABLE = (
    EndpointStatus.IN_SERVICE,
    EndpointStatus.UPDATE_ROLLBACK_FAILED,
    EndpointStatus.FAILED,
)


def delete_endpoint(endpoint: Endpoint) -> Endpoint:
    """The endpoint while it is being deleted.

    Raises ValidationException for one that is being created, updated, scaled or
    deleted: SageMaker refuses that as it refuses an update.
    """
    if endpoint.status not in _DELETABLE:
        raise ValidationException([in_progress(endpoint.status.value, endpoint.arn)])
    return evolve(endpoint, status=EndpointStatus.DELETING)
