"""Embedding: callbacks in the manner of `transitions`, and the lifecycle as diagrams.

A `DeploymentMachine` calls the methods of a model by their names as the deployment
takes each edge:

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

Give events to the model's `advance`, which returns what `rolling.advance` returns:

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

The core decides and callbacks observe. The machine ignores what they return. What they
raise, it raises together as CallbacksFailed, after all have run. The deployment has then
advanced as the core decided.
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
