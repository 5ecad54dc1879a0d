"""What may become of a deployment, as faults: what is driven in more than one way in tests."""

from rolling import Direction
from rolling.backends.simulated import Fault, FaultKind

CASES: dict[str, tuple[Fault, ...]] = {
    "success": (),
    "alarm": (Fault(FaultKind.ALARM, batch=2, after_seconds=30),),
    "loss": (Fault(FaultKind.INSTANCE_LOST, batch=2, after_seconds=10),),
    "failed rollback": (
        Fault(FaultKind.SHIFT_FAILED, batch=2),
        Fault(FaultKind.PROVISIONING_FAILED, Direction.BACK, batch=2),
    ),
    "stop": (Fault(FaultKind.STOP, batch=2, after_seconds=100),),
}
