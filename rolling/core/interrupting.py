"""Interrupting: the facts that turn a deployment back, or end it early.

They are an alarm that trips, an operation that fails, the deadline, a stop, and a
gate that was not continued in time.
What each of them leads to, in which phase, is in lifecycle.py.
"""

from rolling.core.baking import tripped_alarms
from rolling.core.deployment import Deployment
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    GateElapsed,
    OperationFailed,
    StopRequested,
)
from rolling.core.outcome import (
    AlarmTripped,
    Cause,
    Failed,
    NotContinued,
    Operation,
    Stopped,
    TimedOut,
)
from rolling.core.pace import deadline_seconds, is_last_step
from rolling.core.stage import Direction, Phase


def failure_matters(deployment: Deployment, failure: OperationFailed) -> bool:
    """True when this stage cannot do without the operation that failed.

    Forward, until the last batch has baked, every failure counts. After that,
    and on the way back, a cleanup needs only itself and a shift only itself, and
    provisioning needs the old fleets: a failure of the new fleet does not fail
    the rollback.
    """
    forward, phase = deployment.direction is Direction.FORWARD, deployment.phase
    if forward and not (phase is Phase.CLEANING and is_last_step(deployment)):
        return True
    if phase is Phase.CLEANING:
        return failure.operation is Operation.CLEAN_UP
    if phase is Phase.SHIFTING:
        return failure.operation is Operation.SHIFT
    return failure.operation is Operation.PROVISION and failure.fleet > 0


def cause_of(deployment: Deployment, event: Event) -> Cause:
    """The cause that an event gives for turning back or ending early."""
    match event:
        case AlarmsRead():
            return AlarmTripped(tripped_alarms(deployment, event))
        case OperationFailed(operation=operation, fleet=fleet, reason=reason):
            return Failed(operation, deployment.spec.fleets[fleet].configuration, reason)
        case DeadlineElapsed():
            return TimedOut(deadline_seconds(deployment))
        case StopRequested(by=by):
            return Stopped(by)
        case GateElapsed():
            assert deployment.spec.gates is not None
            return NotContinued(deployment.spec.gates.timeout_seconds)
        case _:
            raise AssertionError(f"{event} is no reason to turn back")
