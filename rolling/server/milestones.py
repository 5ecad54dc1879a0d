"""Milestones: the stage or status of an endpoint up to which time is advanced."""

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from rolling.backends.simulated.faults import (
    no_bakes_back,
    no_such_batch,
    over_rule,
    turned_back,
)
from rolling.core.deployment import Deployment
from rolling.core.errors import Problem, is_whole_number
from rolling.core.pace import most_steps_back, step_count
from rolling.core.stage import ENDS, Direction, Phase, Stage
from rolling.endpoint.endpoint import Endpoint, EndpointStatus
from rolling.schema.shapes import OneOf, OrNull, shown
from rolling.view.timeline import DIRECTION_OF, DIRECTIONS, PHASE_OF, PHASES

_WORDS: Mapping[str, Mapping[Any, Any]] = {
    "Phase": PHASE_OF,
    "Direction": DIRECTION_OF,
    "Status": {status.value: status for status in EndpointStatus},
}


def milestone_problems(given: Mapping[str, object]) -> list[Problem]:
    """All problems of the Batch, Phase, Direction and Status in a milestone's JSON."""
    batch = given.get("Batch")
    found = []
    if batch is not None and not (is_whole_number(batch) and batch >= 1):
        found.append(Problem("Batch", shown(batch), "must be a whole number from 1", 1))
    for field, words in _WORDS.items():
        found += OrNull(OneOf(tuple(words))).problems(given.get(field), field)
    if batch is None and all(given.get(field) is None for field in _WORDS):
        rule = "give at least one of Batch, Phase, Direction and Status"
        found.append(Problem("Phase", None, rule, "Baking"))
    return found


@frozen
class Milestone:
    """The state that an endpoint must reach; None matches anything."""

    batch: int | None = None
    phase: Phase | None = None
    direction: Direction | None = None
    status: EndpointStatus | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The milestone of JSON that has no `milestone_problems`."""
        words = [read.get(given.get(field)) for field, read in _WORDS.items()]
        return cls(given.get("Batch"), *words)

    def holds(self, endpoint: Endpoint) -> bool:
        """True if the endpoint has reached it."""
        if self.status is not None and endpoint.status is not self.status:
            return False
        if self._any_stage:
            return True
        deployment = endpoint.deployment
        return deployment is not None and self._holds_in(endpoint, deployment)

    def includes(self, stage: Stage | None) -> bool:
        """True if it includes this stage, whatever the status."""
        return (
            stage is not None
            and not self._any_stage
            and self.batch in (None, stage.step)
            and self.phase in (None, stage.phase)
            and self.direction in (None, stage.direction)
        )

    @property
    def _any_stage(self) -> bool:
        return self.batch is None and self.phase is None and self.direction is None

    def _holds_in(self, endpoint: Endpoint, deployment: Deployment) -> bool:
        # After the end of an update, only its end phase still holds.
        there = endpoint.pending is not None or self.phase in ENDS
        return there and self.includes(deployment.stage)

    def never_comes(self, deployment: Deployment) -> list[Problem]:
        """Why an update in progress can never reach it, judging by its batches."""
        step = deployment.stage.step
        going_back = deployment.direction is Direction.BACK
        if going_back and self.direction is Direction.FORWARD:
            return [turned_back("Direction")]
        only_back = going_back or self.direction is Direction.BACK
        if only_back and self.phase is Phase.BAKING:
            return [no_bakes_back("Phase")]
        if self.batch is None:
            return []
        last = step_count(deployment.spec)
        last_back = most_steps_back(deployment)
        may_go_back = self.direction is not Direction.FORWARD and self.phase is not Phase.BAKING
        coming = [] if only_back else [range(step, last + 1)]
        coming += [range(step if going_back else 1, last_back + 1)] if may_go_back else []
        if any(self.batch in batches for batches in coming):
            return []
        if self.batch < step:
            return [Problem("Batch", self.batch, over_rule(deployment), step)]
        most = last_back if only_back else last
        having = "the rollback has at most" if only_back else "the update has"
        return [no_such_batch("Batch", self.batch, most, having)]

    def __str__(self) -> str:
        words = [] if self.direction is None else [DIRECTIONS[self.direction]]
        words += [] if self.batch is None else [f"batch {self.batch}"]
        words += [] if self.phase is None else [PHASES[self.phase]]
        words += [] if self.status is None else [self.status.value]
        return ", ".join(words)
