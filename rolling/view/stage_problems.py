"""Why a stage that somebody names does not come in a deployment: a fault's, or a milestone's.

`field` is the path of what names it in the input.
"""

from rolling.core.deployment import Deployment
from rolling.core.errors import Problem
from rolling.core.pace import step_count
from rolling.core.stage import Direction
from rolling.view.timeline import PHASES


def no_bakes_back(field: str) -> Problem:
    """A bake of the way back."""
    return Problem(field, "Baking", "the way back has no bakes", "Cleaning")


def turned_back(field: str) -> Problem:
    """A stage of the way forward, once it is over."""
    return Problem(field, "Forward", "what is under way is on its way back already", "Back")


def no_such_batch(field: str, batch: int | None, most: int, having: str) -> Problem:
    """A batch beyond the last; `having` says what has so many."""
    rule = f"{having} {most} batch{'es' if most > 1 else ''}"
    return Problem(field, batch, rule, most)


def over_rule(deployment: Deployment) -> str:
    """What is wrong with a batch or a phase that is over."""
    step, forward = deployment.stage.step, deployment.direction is Direction.FORWARD
    last = " (the last)" if forward and step == step_count(deployment.spec) else ""
    return f"is over: the update is in batch {step}{last}, {PHASES[deployment.phase]}"
