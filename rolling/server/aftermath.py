"""What became of an update, told from DescribeEndpoint: SageMaker does not say it in one word.

An update that was rolled back leaves the endpoint InService, and boto3's waiter
`endpoint_in_service` succeeds; one whose rollback failed leaves it
UpdateRollbackFailed, which that waiter does not know, so that it waits in vain.
What follows is told from three fields of the answer, and asks nothing of this
package: it serves against AWS as it does here.
"""

from collections.abc import Mapping
from enum import StrEnum


class UpdateOutcome(StrEnum):
    """What became of an update, in the words of `rolling simulate`, and what may be besides.

    `FAILED`: the endpoint is of no use any more; only DeleteEndpoint helps.
    """

    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    ROLLED_BACK = "RolledBack"
    ROLLBACK_FAILED = "RollbackFailed"
    FAILED = "Failed"


_MOVING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})


def update_outcome(described: Mapping[str, object], config_name: str) -> UpdateOutcome:
    """What became of the update to `config_name`, by DescribeEndpoint's answer after it.

    The FailureReason of the answer says why, where it is not Succeeded.

    >>> update_outcome({"EndpointStatus": "InService", "EndpointConfigName": "old"}, "new")
    <UpdateOutcome.ROLLED_BACK: 'RolledBack'>
    """
    status = described["EndpointStatus"]
    if status in _MOVING:
        return UpdateOutcome.IN_PROGRESS
    if status == "UpdateRollbackFailed":
        return UpdateOutcome.ROLLBACK_FAILED
    if status != "InService":
        return UpdateOutcome.FAILED
    if described["EndpointConfigName"] != config_name:
        return UpdateOutcome.ROLLED_BACK
    return UpdateOutcome.SUCCEEDED
