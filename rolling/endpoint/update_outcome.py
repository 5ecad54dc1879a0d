"""The outcome of an update, derived from DescribeEndpoint, because SageMaker has no field for it.

An update that was rolled back leaves the endpoint InService, so boto3's waiter
`endpoint_in_service` succeeds. One whose rollback failed leaves it
UpdateRollbackFailed, which that waiter does not know, so it waits until it times out.
The outcome follows from two fields of the output, so this works against AWS too.
"""

from collections.abc import Mapping
from enum import StrEnum

from rolling.core.errors import InvalidInput, Problem


class UpdateOutcome(StrEnum):
    """The outcome of an update, in the words of `rolling simulate`, and other statuses.

    `FAILED`: the endpoint is lost; only DeleteEndpoint works.
    `DELETING`, `OUT_OF_SERVICE`: the endpoint's status, which hides the outcome.
    """

    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    ROLLED_BACK = "RolledBack"
    ROLLBACK_FAILED = "RollbackFailed"
    FAILED = "Failed"
    DELETING = "Deleting"
    OUT_OF_SERVICE = "OutOfService"


_MOVING = ("Creating", "Updating", "SystemUpdating", "RollingBack")

_BY_STATUS = {each: UpdateOutcome.IN_PROGRESS for each in _MOVING} | {
    "UpdateRollbackFailed": UpdateOutcome.ROLLBACK_FAILED,
    "Failed": UpdateOutcome.FAILED,
    "Deleting": UpdateOutcome.DELETING,
    "OutOfService": UpdateOutcome.OUT_OF_SERVICE,
}


def update_outcome(described: Mapping[str, object], config_name: str) -> UpdateOutcome:
    """The outcome of the update to `config_name`, from the output of DescribeEndpoint.

    If it is not Succeeded, the FailureReason in the output says why. Raises InvalidInput
    if `described` is not such an output, or has an unknown status.

    >>> update_outcome({"EndpointStatus": "InService", "EndpointConfigName": "old"}, "new")
    <UpdateOutcome.ROLLED_BACK: 'RolledBack'>
    """
    # A caller without a type checker may pass anything.
    answer: object = described
    fields = answer if isinstance(answer, Mapping) else {}
    found = [
        Problem(field, None, "is required: pass the output of DescribeEndpoint")
        for field in ("EndpointStatus", "EndpointConfigName")
        if not isinstance(fields.get(field), str)
    ]
    if found:
        raise InvalidInput(found)
    status = str(fields["EndpointStatus"])
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status != "InService":
        rule = f"must be an EndpointStatus: InService, {', '.join(_BY_STATUS)}"
        raise InvalidInput([Problem("EndpointStatus", status, rule, "InService")])
    if described["EndpointConfigName"] != config_name:
        return UpdateOutcome.ROLLED_BACK
    return UpdateOutcome.SUCCEEDED
