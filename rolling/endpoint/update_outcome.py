"""What became of an update, told from DescribeEndpoint: SageMaker does not say it in one word.

An update that was rolled back leaves the endpoint InService, and boto3's waiter
`endpoint_in_service` succeeds; one whose rollback failed leaves it
UpdateRollbackFailed, which that waiter does not know, so that it waits in vain.
What follows is told from two fields of the answer, and asks nothing of the
endpoint's value: it serves against AWS as it does here.
"""

from collections.abc import Mapping
from enum import StrEnum

from rolling.core.errors import InvalidInput, Problem


class UpdateOutcome(StrEnum):
    """What became of an update, in the words of `rolling simulate`, and what may be besides.

    `FAILED`: the endpoint is of no use any more; only DeleteEndpoint helps.
    `DELETING`, `OUT_OF_SERVICE`: the endpoint's status, which hides what became of it.
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
    """What became of the update to `config_name`, by DescribeEndpoint's answer after it.

    The FailureReason of the answer says why, where it is not Succeeded. Raises
    InvalidInput for what is no such answer, and for a status that is not known.

    >>> update_outcome({"EndpointStatus": "InService", "EndpointConfigName": "old"}, "new")
    <UpdateOutcome.ROLLED_BACK: 'RolledBack'>
    """
    # Whoever is not type-checked may give anything.
    answer: object = described
    fields = answer if isinstance(answer, Mapping) else {}
    found = [
        Problem(field, None, "must be there: give the answer of DescribeEndpoint")
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
