"""The public names: what `from rolling import …` gives.

Imports and nothing else. `rolling` loads them all when the first of them is used.
"""

from rolling.core.baking import BakeVerdict, evaluate_bake
from rolling.core.capacity import (
    ALL_TRAFFIC,
    NO_TRAFFIC,
    CapacitySize,
    Share,
    SizeType,
    instances,
    percent,
)
from rolling.core.cleaning import clean_up
from rolling.core.deployment import Deployment, Gates, GateTimeoutAction, Spec
from rolling.core.desired import Desired, DesiredFleet, due
from rolling.core.errors import ForeignEvent, InvalidInput, Problem, RollingError
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import Fleet, FleetSpec, serving, wanted
from rolling.core.lifecycle import EDGES, Edge
from rolling.core.outcome import (
    AlarmTripped,
    Cause,
    Failed,
    NotContinued,
    Operation,
    Outcome,
    RollbackFailed,
    RolledBack,
    Stopped,
    Succeeded,
    TimedOut,
)
from rolling.core.plan import Batch, plan_batches
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    Pace,
    RollingUpdatePolicy,
    RoutingType,
    SageMakerPolicy,
    SurgeRollingPolicy,
    TrafficRouting,
    UpdatePolicy,
)
from rolling.core.provisioning import provision_batch
from rolling.core.repair import fleets_left, sides_of
from rolling.core.rollback import roll_back
from rolling.core.shifting import apply_shift
from rolling.core.stage import ENDS, Direction, Phase, Stage
from rolling.core.transition import advance, follow, start

__all__ = [
    "ALL_TRAFFIC",
    "EDGES",
    "ENDS",
    "NO_TRAFFIC",
    "AlarmTripped",
    "AlarmsRead",
    "BakeVerdict",
    "Batch",
    "BlueGreenUpdatePolicy",
    "CapacitySize",
    "Cause",
    "Continued",
    "DeadlineElapsed",
    "Deployment",
    "Desired",
    "DesiredFleet",
    "Direction",
    "Edge",
    "Event",
    "Failed",
    "Fleet",
    "FleetSpec",
    "FleetsSeen",
    "ForeignEvent",
    "GateElapsed",
    "GateTimeoutAction",
    "Gates",
    "InvalidInput",
    "NotContinued",
    "Operation",
    "OperationFailed",
    "Outcome",
    "Pace",
    "Phase",
    "Problem",
    "Reading",
    "RollbackFailed",
    "RolledBack",
    "RollingError",
    "RollingUpdatePolicy",
    "RoutingType",
    "SageMakerPolicy",
    "Share",
    "Sighting",
    "SizeType",
    "Spec",
    "SplitSettled",
    "Stage",
    "StopRequested",
    "Stopped",
    "Succeeded",
    "SurgeRollingPolicy",
    "TimedOut",
    "TrafficRouting",
    "UpdatePolicy",
    "advance",
    "apply_shift",
    "clean_up",
    "due",
    "evaluate_bake",
    "fleets_left",
    "follow",
    "instances",
    "percent",
    "plan_batches",
    "provision_batch",
    "roll_back",
    "serving",
    "sides_of",
    "start",
    "wanted",
]
