"""Faults as a scenario's JSON writes them.

Which keys a kind of fault takes and needs, and their limits, is said by
`rolling.backends.simulated.faults`; here are the spelling, the reading and the writing.
"""

from collections.abc import Mapping
from typing import Literal, cast

from rolling.backends.simulated.faults import Fault, FaultKind, fault_problems
from rolling.core.errors import Problem
from rolling.core.stage import Direction, Phase
from rolling.schema.shapes import Given, OneOf, Structure, Text
from rolling.view.timeline import DIRECTIONS, PHASES

_DIRECTIONS = {"Forward": Direction.FORWARD, "Back": Direction.BACK}
_PHASES = {
    "Provisioning": Phase.PROVISIONING,
    "Shifting": Phase.SHIFTING,
    "Baking": Phase.BAKING,
    "Cleaning": Phase.CLEANING,
}
_FLEETS: Mapping[str, Literal["old", "new"]] = {"Old": "old", "New": "new"}

FAULT = Structure(
    "Fault",
    {
        "Kind": OneOf(tuple([kind.value for kind in FaultKind]), example="Alarm"),
        "Direction": OneOf(tuple(_DIRECTIONS)),
        "Batch": Given(),
        "Phase": OneOf(tuple(_PHASES)),
        "AfterSeconds": Given(),
        "ForSeconds": Given(),
        "AlarmName": Text(1, 255, r"(?!\s*$).+", "must be the name of an alarm"),
        "Count": Given(),
        "Fleet": OneOf(tuple(_FLEETS)),
        "Seconds": Given(),
        "Reason": Text(1, 1024),
        "By": Text(1, 255),
    },
    required=("Kind",),
)


def fault_json_problems(document: object, path: str) -> list[Problem]:
    """Everything wrong with a fault's JSON, which stands at `path`."""
    found = FAULT.problems(document, path)
    if isinstance(document, Mapping) and document.get("Kind") in [*FaultKind]:
        # What is wrong already is left out, so that it is not reported twice.
        readable = {
            key: value
            for key, value in document.items()
            if isinstance(key, str)
            and key in FAULT.fields
            and not FAULT.fields[key].problems(value, path)
        }
        found += fault_problems(parse_fault(readable), path)
    return found


def parse_fault(document: Mapping[str, object]) -> Fault:
    """The fault that a JSON object without problems says."""
    return Fault(
        kind=FaultKind(str(document["Kind"])),
        direction=_DIRECTIONS[str(document.get("Direction", "Forward"))],
        batch=cast(int | None, document.get("Batch")),
        phase=_PHASES.get(str(document.get("Phase"))),
        after_seconds=cast(int, document.get("AfterSeconds", 0)),
        for_seconds=cast(int | None, document.get("ForSeconds")),
        alarm_name=cast(str | None, document.get("AlarmName")),
        count=cast(int, document.get("Count", 1)),
        fleet=_FLEETS.get(str(document.get("Fleet"))),
        seconds=cast(int | None, document.get("Seconds")),
        reason=cast(str | None, document.get("Reason")),
        by=cast(str | None, document.get("By")),
    )


def fault_document(fault: Fault) -> dict[str, object]:
    """The JSON object that `parse_fault` reads as this fault."""
    written = {
        "Kind": fault.kind.value,
        "Direction": DIRECTIONS[fault.direction],
        "Batch": fault.batch,
        "Phase": None if fault.phase is None else PHASES[fault.phase],
        "AfterSeconds": fault.after_seconds,
        "ForSeconds": fault.for_seconds,
        "AlarmName": fault.alarm_name,
        "Count": fault.count,
        "Fleet": None if fault.fleet is None else fault.fleet.capitalize(),
        "Seconds": fault.seconds,
        "Reason": fault.reason,
        "By": fault.by,
    }
    return {key: value for key, value in written.items() if value is not None}
