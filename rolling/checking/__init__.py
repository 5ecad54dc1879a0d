"""Checking: visits every state that a deployment can reach in an adversarial world.

`check` returns the verdict on a deployment. `explore` works on any `Model`, including
your own; `DeploymentModel` is the core in its world; `explain` puts a counterexample
into words.

>>> from rolling import RollingUpdatePolicy, instances, serving, start, wanted
>>> from rolling.checking import DeploymentModel, Limits, explore
>>> policy = RollingUpdatePolicy(instances(1), wait_interval_seconds=60)
>>> deployment = start(serving("config-1", 3), wanted("config-2", 3), policy)
>>> explore(DeploymentModel(deployment, Limits(losses=1))).violations
()
"""

from rolling.checking.counterexample import explain, timeline
from rolling.checking.deployment_model import DeploymentModel, Situation
from rolling.checking.explorer import (
    DEADLOCK,
    EXCEPTION,
    Exploration,
    Goal,
    Kind,
    Model,
    Step,
    Trace,
    Violation,
    broken,
    explore,
)
from rolling.checking.transition_cache import Taken
from rolling.checking.verdict import Verdict, check
from rolling.checking.world import Command, Granularity, Limits, World

__all__ = [
    "DEADLOCK",
    "EXCEPTION",
    "Command",
    "DeploymentModel",
    "Exploration",
    "Goal",
    "Granularity",
    "Kind",
    "Limits",
    "Model",
    "Situation",
    "Step",
    "Taken",
    "Trace",
    "Verdict",
    "Violation",
    "World",
    "broken",
    "check",
    "explain",
    "explore",
    "timeline",
]
