"""The converter: deployments and events to plain values and back, by cattrs.

It defines the JSON of each type that JSON lacks: enums by name, a share as
"part/whole", a stage as an object, causes and events with a type field. forms.py has
validated everything before it is read here.
"""

from collections.abc import Mapping
from enum import Enum
from typing import cast

from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from rolling.core.capacity import Share
from rolling.core.deployment import GateTimeoutAction
from rolling.core.events import AlarmsRead, Event, Reading
from rolling.core.outcome import Cause, Operation
from rolling.core.stage import Direction, Phase, Stage


def _converter() -> Converter:
    made = Converter()
    for enum in (Direction, GateTimeoutAction, Operation, Phase, Reading):
        made.register_unstructure_hook(enum, lambda member: member.name)
        made.register_structure_hook(enum, _member)
    made.register_unstructure_hook(Share, lambda share: f"{share.part}/{share.whole}")
    made.register_structure_hook(Share, lambda text, _: Share(*map(int, text.split("/"))))
    made.register_unstructure_hook(Stage, _written_stage)
    made.register_structure_hook(Stage, _stage)
    made.register_unstructure_hook(AlarmsRead, _written_reading)
    made.register_structure_hook(AlarmsRead, _reading)
    for union in (Cause, Event):
        configure_tagged_union(union, made, tag_name="type")
    made.register_unstructure_hook(
        Cause | None, lambda cause: None if cause is None else made.unstructure(cause, Cause)
    )
    made.register_structure_hook(
        Cause | None,
        # For a type checker, a union is not a class.
        lambda found, _: None if found is None else made.structure(found, cast(type, Cause)),
    )
    return made


def _member(name: str, enum: type[Enum]) -> Enum:
    return enum[name]


def _written_stage(stage: Stage) -> dict[str, object]:
    return {
        "direction": stage.direction.name,
        "step": stage.step,
        "attempt": stage.attempt,
        "phase": stage.phase.name,
    }


def _stage(found: dict[str, str | int], _: type[Stage]) -> Stage:
    direction, phase = Direction[str(found["direction"])], Phase[str(found["phase"])]
    return Stage(direction, int(found["step"]), int(found["attempt"]), phase)


def _written_reading(event: AlarmsRead) -> dict[str, object]:
    return {
        "stage": _written_stage(event.stage),
        "readings": [{"alarm": alarm, "reading": read.name} for alarm, read in event.readings],
        "after_interval": event.after_interval,
    }


def _reading(found: dict[str, object], _: type[AlarmsRead]) -> AlarmsRead:
    pairs = found["readings"]
    assert isinstance(pairs, list) and isinstance(found["after_interval"], bool)
    readings = tuple([(each["alarm"], Reading[each["reading"]]) for each in pairs])
    return AlarmsRead(CONVERTER.structure(found["stage"], Stage), readings, found["after_interval"])


CONVERTER = _converter()


def read_event(content: Mapping[str, object]) -> Event:
    """The event in validated content."""
    event: Event = CONVERTER.structure(content, cast(type, Event))
    return event
