"""Embedding: callbacks in the manner of `transitions`, and the lifecycle as diagrams.

A model says what it wants to hear of by the names of its methods, and a
`DeploymentMachine` calls them as the deployment takes each edge:

>>> from rolling import FleetsSeen, RollingUpdatePolicy, Sighting, SplitSettled, StopRequested
>>> from rolling import instances, serving, start, wanted
>>> from rolling.embedding import DeploymentMachine, Watched
>>> class Pager(Watched):
...     def on_enter_baking(self, move):
...         print(f"batch {move.after.stage.step} bakes")
...     def on_enter_rolling_back(self, move):
...         print(f"turned back: {move.after.cause}")
>>> deployment = start(
...     serving("config-1", 2),
...     wanted("config-2", 2),
...     RollingUpdatePolicy(instances(1), wait_interval_seconds=60),
... )
>>> pager = Pager()
>>> machine = DeploymentMachine(pager, deployment)

Facts go in at the model's `advance`, which returns what `rolling.advance` returns:

>>> def see(*counts):
...     fleets = tuple(Sighting(count, count) for count in counts)
...     return pager.advance(FleetsSeen(pager.deployment.stage, fleets))
>>> see(1, 2).phase.name
'SHIFTING'
>>> baking = pager.advance(SplitSettled(pager.deployment.stage, pager.deployment.split))
batch 1 bakes
>>> pager.state, pager.is_baking(), pager.deployment is baking
('baking', True, True)
>>> stopped = pager.advance(StopRequested("operator"))
turned back: stopped by operator

The core decides and callbacks observe: what one returns is ignored, and what it
raises is raised when all are done, with the deployment where the core put it.
"""

from rolling.embedding.diagrams import View, state_diagram
from rolling.embedding.machine import DeploymentMachine
from rolling.embedding.moves import CallbacksFailed, MachineMisused, Move, Watched
from rolling.embedding.names import STATES, TRIGGERS, state_of

__all__ = [
    "STATES",
    "TRIGGERS",
    "CallbacksFailed",
    "DeploymentMachine",
    "MachineMisused",
    "Move",
    "View",
    "Watched",
    "state_diagram",
    "state_of",
]
