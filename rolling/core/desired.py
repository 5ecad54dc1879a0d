"""What should be true of the world now: the only thing a backend is told.

`due` is a function of the deployment alone. It is absolute and complete in
every state, ends included: so it may be said again at any time, the latest
wins, and after a crash the reloaded deployment says again what is due.
"""

from attrs import frozen

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment
from rolling.core.pace import bake_seconds
from rolling.core.stage import Phase, Stage


@frozen
class Desired:
    """The desired state of the world.

    `stage`: the stage that makes it due; a later one supersedes it.
    `configurations`, `counts`, `split`: for each fleet, the new one first, its
    name, how many instances it should have, and its share of the traffic.
    `alarms`: the alarms to read now; none outside a bake.
    `interval_seconds`: a timer to keep from the moment this stage began, or None.
    `deadline_seconds`: a timer to keep from the moment this direction began, or None.
    """

    stage: Stage
    configurations: tuple[str, ...]
    counts: tuple[int, ...]
    split: tuple[Share, ...]
    alarms: tuple[str, ...]
    interval_seconds: int | None
    deadline_seconds: int | None


def due(deployment: Deployment) -> Desired:
    """What should be true of the world now."""
    spec = deployment.spec
    baking = deployment.phase is Phase.BAKING
    return Desired(
        stage=deployment.stage,
        configurations=tuple([fleet.configuration for fleet in spec.fleets]),
        counts=tuple([fleet.asked for fleet in deployment.fleets]),
        split=deployment.split,
        alarms=spec.alarms if baking else (),
        interval_seconds=bake_seconds(deployment) if baking else None,
        deadline_seconds=None if deployment.ended else spec.deadline_seconds,
    )
