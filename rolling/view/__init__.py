"""The view: what a person should know of a deployment, on any backend, from its ticks alone.

| you want | have |
|---|---|
| a picture on a terminal | `View`, and `Screen` of `rolling.view.screen`, which needs rich |
| a picture below lines | `View`, and `Pane` of `rolling.view.pane`, which needs rich |
| a picture of your own | `View.take`: a `Snapshot` |
| the whole timeline, as JSON | `View.report`, `update_document` |
| lines in your log | `log_to`, a hook for every driver |
| a sentence | `narrate`, for one change |

>>> from rolling import RollingUpdatePolicy, instances, serving, start, wanted
>>> from rolling.backends.simulated import SimulatedBackend
>>> from rolling.driving import VirtualClock, accept, run
>>> old, new, clock = serving("config-1", 2), wanted("config-2", 2), VirtualClock()
>>> update = start(old, new, RollingUpdatePolicy(instances(1), wait_interval_seconds=300))
>>> record = accept(update, clock.now())
>>> view = View("search", record)
>>> for tick in run(record, SimulatedBackend([new, old], clock=clock), clock):
...     snapshot = view.take(tick)
>>> print(snapshot.rows[-1].why)
The cleanup of batch 2 of 2 is done, so the update has succeeded.
>>> update_document(view.report())["Seconds"]
1150
"""

from rolling.view.log import LOG_FIELDS, log_to
from rolling.view.narration import acceptance, narrate
from rolling.view.report import UpdateReport, update_document
from rolling.view.snapshots import (
    AlarmSeen,
    BatchSeen,
    EstimateRollback,
    RollbackEstimate,
    Snapshot,
    Subject,
)
from rolling.view.timeline import Note, Row, rows_document
from rolling.view.view import View

__all__ = [
    "LOG_FIELDS",
    "AlarmSeen",
    "BatchSeen",
    "EstimateRollback",
    "Note",
    "RollbackEstimate",
    "Row",
    "Snapshot",
    "Subject",
    "UpdateReport",
    "View",
    "acceptance",
    "log_to",
    "narrate",
    "rows_document",
    "update_document",
]
