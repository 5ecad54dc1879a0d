"""Forms: the fields of a stored deployment and a stored event.

possible.py checks whether the numbers of a deployment are consistent.
"""

import re
from enum import Enum

from attrs import frozen

from rolling.core.capacity import MOST_INSTANCES, Share, are_whole
from rolling.core.deployment import LAST_GENERATION, GateTimeoutAction
from rolling.core.errors import Problem
from rolling.core.events import Reading
from rolling.core.gate import LONGEST_GATE_SECONDS
from rolling.core.outcome import Operation
from rolling.core.policy import (
    LONGEST_WAIT_SECONDS,
    MAXIMUM_EXECUTION_TIMEOUT_SECONDS,
    SHORTEST_EXECUTION_TIMEOUT_SECONDS,
)
from rolling.core.stage import Direction, Phase
from rolling.records.converter import CONVERTER
from rolling.schema.shapes import (
    Flag,
    ListOf,
    OneOf,
    OrNull,
    Shape,
    Structure,
    Tagged,
    Whole,
    problem,
)

MOST_IN_ALL = 10**9
"""The largest count accepted in sightings, or for several fleets together."""

_MOST_STEPS = 2 * 10**9
_COUNT = Whole(0, MOST_IN_ALL, " instances")
_SOME = Whole(1, MOST_IN_ALL, " instances")
_WAIT = Whole(0, LONGEST_WAIT_SECONDS, " seconds")
_GATE_SECONDS = Whole(1, LONGEST_GATE_SECONDS, " seconds")
_LEAST_LIMIT, _MOST_LIMIT = SHORTEST_EXECUTION_TIMEOUT_SECONDS, MAXIMUM_EXECUTION_TIMEOUT_SECONDS


@frozen
class AnyText:
    """Any string: a reason comes from outside, and everything written must be readable."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """The problem of a `value` that is not a string."""
        return [] if isinstance(value, str) else [problem(path, value, "must be a string")]


_TEXT = AnyText()


@frozen
class ShareText:
    """A share of the traffic, written "part/whole", because JSON readers round large numbers."""

    example: object = "0/1"

    def problems(self, value: object, path: str) -> list[Problem]:
        """The problem of a `value` that is not a share."""
        match = _SHARE.fullmatch(value) if isinstance(value, str) else None
        if match is not None and 0 < int(match[2]) >= int(match[1]):
            return []
        return [problem(path, value, 'must be a share from 0 to 1, written "part/whole"', "0/1")]


_SHARE = re.compile(r"([0-9]{1,1000})/([0-9]{1,1000})")


@frozen
class Split:
    """The shares of all fleets, which sum to 1."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """The problems of each share, or of all together."""
        found = ListOf(ShareText()).problems(value, path)
        if found or are_whole(CONVERTER.structure(value, tuple[Share, ...])):
            return found
        return [problem(path, value, "must be shares that sum to 1")]


@frozen
class Sighted:
    """A sighting of a fleet."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """The problems of each count, or of both together."""
        found = _SIGHTING.problems(value, path)
        if found or not isinstance(value, dict) or value["in_service"] <= value["alive"]:
            return found
        alive = value["alive"]
        rule = f"must be at most the {alive} alive"
        return [problem(f"{path}.in_service", value["in_service"], rule, alive)]


_SIGHTING = Structure(
    "a sighting", {"in_service": _COUNT, "alive": _COUNT}, required=("in_service", "alive")
)


def _all_of(called: str, **fields: Shape) -> Structure:
    """An object that must have each of these fields."""
    return Structure(called, fields, required=tuple(fields))


def _named(enum: type[Enum]) -> OneOf:
    return OneOf(tuple(enum.__members__))


_STAGE = _all_of(
    "a stage",
    direction=_named(Direction),
    step=Whole(0, _MOST_STEPS),
    attempt=Whole(1, _MOST_STEPS),
    phase=_named(Phase),
)

_CAUSE = Tagged(
    {
        "AlarmTripped": _all_of("AlarmTripped", alarms=ListOf(_TEXT)),
        "Failed": _all_of("Failed", operation=_named(Operation), configuration=_TEXT, reason=_TEXT),
        "TimedOut": _all_of(
            "TimedOut", seconds=Whole(_LEAST_LIMIT, _MOST_LIMIT + LONGEST_WAIT_SECONDS, " seconds")
        ),
        "Stopped": _all_of("Stopped", by=_TEXT),
        "NotContinued": _all_of("NotContinued", seconds=_GATE_SECONDS),
    }
)

_FLEET_AT_FIRST = Structure(
    "a fleet",
    {
        "configuration": _TEXT,
        "full": Whole(1, MOST_INSTANCES, " instances"),
        "count": Whole(0, MOST_INSTANCES, " instances"),
        "share": ShareText(),
        "floor": Whole(1, MOST_INSTANCES, " instances"),
    },
    required=("configuration", "full", "count", "share"),
)

_PACE = _all_of(
    "a pace",
    provision_batch=_SOME,
    first_shift=_SOME,
    next_shift=_SOME,
    rollback_batch=_SOME,
    cleans_each_step=Flag(),
    wait_interval_seconds=_WAIT,
    termination_wait_seconds=_WAIT,
)

_GATES = _all_of(
    "gates",
    timeout_seconds=_GATE_SECONDS,
    on_timeout=_named(GateTimeoutAction),
    steps=OrNull(ListOf(Whole(1, _MOST_STEPS))),
)

_SPEC = Structure(
    "a spec",
    {
        "fleets": ListOf(_FLEET_AT_FIRST),
        "pace": _PACE,
        "alarms": ListOf(_TEXT),
        "deadline_seconds": Whole(_LEAST_LIMIT, _MOST_LIMIT, " seconds"),
        "generation": Whole(1, LAST_GENERATION),
        "gates": OrNull(_GATES),
    },
    required=("fleets", "pace", "alarms", "deadline_seconds", "generation"),
)

DEPLOYMENT = Structure(
    "a stored deployment",
    {
        "spec": _SPEC,
        "stage": _STAGE,
        "up": _COUNT,
        "fleets": ListOf(
            _all_of("a fleet", asked=_COUNT, in_service=_COUNT, alive=_COUNT, share=ShareText())
        ),
        "settled": Flag(),
        "cause": OrNull(_CAUSE),
        "cut_short": OrNull(_CAUSE),
        "continued_by": OrNull(_TEXT),
    },
    required=("spec", "stage", "up", "fleets", "settled"),
)

EVENT = Tagged(
    {
        "FleetsSeen": _all_of("FleetsSeen", stage=_STAGE, fleets=ListOf(Sighted())),
        "SplitSettled": _all_of("SplitSettled", stage=_STAGE, split=Split()),
        "AlarmsRead": _all_of(
            "AlarmsRead",
            stage=_STAGE,
            readings=ListOf(_all_of("a reading", alarm=_TEXT, reading=_named(Reading))),
            after_interval=Flag(),
        ),
        "DeadlineElapsed": _all_of("DeadlineElapsed", direction=_named(Direction)),
        "OperationFailed": _all_of(
            "OperationFailed",
            stage=_STAGE,
            operation=_named(Operation),
            fleet=Whole(0, MOST_IN_ALL),
            reason=_TEXT,
        ),
        "StopRequested": _all_of("StopRequested", by=_TEXT),
        "Continued": _all_of("Continued", stage=_STAGE, by=_TEXT),
        "GateElapsed": _all_of("GateElapsed", stage=_STAGE),
    }
)
