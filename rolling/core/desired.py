"""What should be true of the world now: all that a backend gets from a deployment.

`due` is a function of the deployment alone. It is absolute and complete in
every state, ends included: so it may be said again at any time, the latest
wins, and after a crash the reloaded deployment says again what is due.
"""

from attrs import frozen

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.gate import gate_seconds
from rolling.core.pace import bake_seconds, deadline_seconds
from rolling.core.stage import ENDS, Phase, Stage


@frozen
class DesiredFleet:
    """What one fleet should be: `count` instances of `configuration`, sent `share`."""

    configuration: str
    count: int
    share: Share


@frozen
class Desired:
    """The desired state of the world.

    `generation`, `stage`: the update and the stage of it that make this due. A
    later pair supersedes it. While one record is followed, no pair has two
    different desired states.
    `fleets`: each fleet of the deployment, the new one first.
    `alarms`: the alarms to read now; none outside a bake.
    `interval_seconds`: a timer to keep from the moment this stage began, or None.
    `deadline_seconds`: a timer to keep from the moment this direction began, or None.
    `gate_seconds`: a timer to keep from the moment this stage began, or None. It is kept
    also when the gate was continued, and means nothing then.
    """

    generation: int
    stage: Stage
    fleets: tuple[DesiredFleet, ...]
    alarms: tuple[str, ...]
    interval_seconds: int | None
    deadline_seconds: int | None
    gate_seconds: int | None = None


def due(deployment: Deployment) -> Desired:
    """What should be true of the world now."""
    spec, stage = deployment.spec, deployment.stage
    baking = stage.phase is Phase.BAKING
    fleets = zip(spec.fleets, deployment.fleets, strict=True)
    return Desired(
        spec.generation,
        stage,
        tuple([DesiredFleet(start.configuration, now.asked, now.share) for start, now in fleets]),
        alarms=spec.alarms if baking else (),
        interval_seconds=bake_seconds(deployment) if baking else None,
        deadline_seconds=None if stage.phase in ENDS else deadline_seconds(deployment),
        gate_seconds=gate_seconds(deployment) if baking else None,
    )
