"""Events to JSON and back, each tagged with its type."""

from collections.abc import Callable

from rolling.core.capacity import ALL_TRAFFIC, are_whole
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.outcome import Operation
from rolling.core.stage import Direction
from rolling.serialization.parts import (
    MOST_IN_ALL,
    read_share,
    read_stage,
    share_to_json,
    stage_to_json,
)
from rolling.serialization.reading import Field, read_header

EVENT_FORMAT = "rolling-event"
EVENT_VERSION = "2.0"

_HEADER = ("format", "version", "type")


def event_to_json(event: Event) -> dict[str, object]:
    """An event as JSON values: `event_from_json` gives back an equal one."""
    return {
        "format": EVENT_FORMAT,
        "version": EVENT_VERSION,
        "type": type(event).__name__,
        **_content(event),
    }


def _content(event: Event) -> dict[str, object]:
    match event:
        case FleetsSeen(stage=stage, fleets=fleets):
            seen = [{"in_service": one.in_service, "alive": one.alive} for one in fleets]
            return {"stage": stage_to_json(stage), "fleets": seen}
        case SplitSettled(stage=stage, split=split):
            return {"stage": stage_to_json(stage), "split": [share_to_json(one) for one in split]}
        case AlarmsRead(stage=stage, readings=readings, after_interval=after_interval):
            return {
                "stage": stage_to_json(stage),
                "readings": [
                    {"alarm": alarm, "reading": reading.name} for alarm, reading in readings
                ],
                "after_interval": after_interval,
            }
        case DeadlineElapsed(direction=direction):
            return {"direction": direction.name}
        case OperationFailed(stage=stage, operation=operation, fleet=fleet, reason=reason):
            return {
                "stage": stage_to_json(stage),
                "operation": operation.name,
                "fleet": fleet,
                "reason": reason,
            }
        case StopRequested(by=by):
            return {"by": by}


def event_from_json(obj: object) -> Event:
    """The event that `obj`, a JSON document already parsed, describes.

    Whether it belongs to a deployment is for `advance` to say. Raises
    UnreadableRecord with every problem of what cannot be read.
    """
    # All that version 1 has and version 2 has not is one type of event.
    record, top = read_header(obj, EVENT_FORMAT, EVENT_VERSION, lambda document: document)
    assert isinstance(obj, dict)
    kind = obj.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if kind == "IntervalElapsed":
        rule = "is of version 1 only: leave it out, for AlarmsRead.after_interval says the same"
        Field(record, "type", kind).wrong(rule)
        record.check()
    if reader is None:
        Field(record, "type", kind).wrong(f"must be one of {', '.join(_READERS)}")
        record.check()
        raise AssertionError("a problem was noted")
    event = reader(top)
    record.check()
    return event


def _read_fleets_seen(top: Field) -> FleetsSeen:
    found = top.members((*_HEADER, "stage", "fleets"))
    fleets = tuple([_read_sighting(item) for item in found["fleets"].items()])
    return FleetsSeen(read_stage(found["stage"]), fleets)


def _read_sighting(field: Field) -> Sighting:
    found = field.members(("in_service", "alive"))
    in_service = found["in_service"].whole_number(0, MOST_IN_ALL, " instances")
    alive = found["alive"].whole_number(0, MOST_IN_ALL, " instances")
    if in_service > alive:
        found["in_service"].wrong(f"must be at most the {alive} alive", alive)
        return Sighting(0, alive)
    return Sighting(in_service, alive)


def _read_split_settled(top: Field) -> SplitSettled:
    found = top.members((*_HEADER, "stage", "split"))
    split = tuple([read_share(item) for item in found["split"].items()])
    if not are_whole(split):
        found["split"].wrong("must be shares that sum to 1")
        split = (ALL_TRAFFIC,)
    return SplitSettled(read_stage(found["stage"]), split)


def _read_alarms_read(top: Field) -> AlarmsRead:
    found = top.members((*_HEADER, "stage", "readings", "after_interval"))
    readings: list[tuple[str, Reading]] = []
    for item in found["readings"].items():
        pair = item.members(("alarm", "reading"))
        readings.append((pair["alarm"].text(), pair["reading"].member_of(Reading)))
    after_interval = found["after_interval"].flag()
    return AlarmsRead(read_stage(found["stage"]), tuple(readings), after_interval)


def _read_deadline_elapsed(top: Field) -> DeadlineElapsed:
    found = top.members((*_HEADER, "direction"))
    return DeadlineElapsed(found["direction"].member_of(Direction))


def _read_operation_failed(top: Field) -> OperationFailed:
    found = top.members((*_HEADER, "stage", "operation", "fleet", "reason"))
    return OperationFailed(
        read_stage(found["stage"]),
        found["operation"].member_of(Operation),
        found["fleet"].whole_number(0, MOST_IN_ALL),
        found["reason"].text(),
    )


def _read_stop_requested(top: Field) -> StopRequested:
    return StopRequested(top.members((*_HEADER, "by"))["by"].text())


_READERS: dict[str, Callable[[Field], Event]] = {
    "FleetsSeen": _read_fleets_seen,
    "SplitSettled": _read_split_settled,
    "AlarmsRead": _read_alarms_read,
    "DeadlineElapsed": _read_deadline_elapsed,
    "OperationFailed": _read_operation_failed,
    "StopRequested": _read_stop_requested,
}
