"""Why a deployment turned back, and how it ended.

Source: "an alarm is tripped", "if your rolling deployments fails", "Exceeding
this limit causes a timeout"; a stop is ours, SageMaker has none.
"""

from enum import Enum

from attrs import frozen


class Operation(Enum):
    """What a backend was doing when it failed."""

    PROVISION = "provisioning"
    SHIFT = "shifting traffic to"
    CLEAN_UP = "cleaning up"


@frozen
class AlarmTripped:
    """The named alarms were in ALARM in a baking period."""

    alarms: tuple[str, ...]

    def __str__(self) -> str:
        return f"alarm {', '.join(self.alarms)} tripped"


@frozen
class Failed:
    """An operation on the fleet of `configuration` failed, for `reason`."""

    operation: Operation
    configuration: str
    reason: str

    def __str__(self) -> str:
        return f"{self.operation.value} {self.configuration} failed: {self.reason}"


@frozen
class TimedOut:
    """A direction of the deployment took longer than its limit of `seconds`."""

    seconds: int

    def __str__(self) -> str:
        return f"not done within {self.seconds} seconds"


@frozen
class NotContinued:
    """The gate of a bake was not continued within its timeout of `seconds`."""

    seconds: int

    def __str__(self) -> str:
        return f"not continued within {self.seconds} seconds"


@frozen
class Stopped:
    """Somebody, `by` name, asked for the deployment to stop."""

    by: str

    def __str__(self) -> str:
        return f"stopped by {self.by}"


Cause = AlarmTripped | Failed | TimedOut | Stopped | NotContinued
"""Why a deployment turned back, or ended before it was done."""


@frozen
class Succeeded:
    """All traffic is on the new fleet.

    `leftover` instances of the old fleet were still alive at the end, because
    `cut_short` ended the last cleanup; 0 and None otherwise.
    """

    leftover: int
    cut_short: Cause | None


@frozen
class RolledBack:
    """All traffic is where it was before the update, for `cause`.

    `leftover` and `cut_short` as for `Succeeded`, of the new fleet.
    """

    cause: Cause
    leftover: int
    cut_short: Cause | None


@frozen
class RollbackFailed:
    """`cause` turned the deployment back and `rollback_cause` stopped it on the way.

    The endpoint stays in service with the mix of fleets that the deployment shows.
    """

    cause: Cause
    rollback_cause: Cause


Outcome = Succeeded | RolledBack | RollbackFailed
"""How a deployment ended."""
