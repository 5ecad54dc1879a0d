"""Stored: deployments and events as JSON values, and as one line of text each.

The text is ASCII and has no line break, so that a journal can hold one record
a line in any encoding. Reading is stricter than Python's `json`: a key given
twice, NaN and Infinity are refused, for no two programs agree what they mean.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import Event
from rolling.records.converter import CONVERTER, read_event
from rolling.records.forms import DEPLOYMENT, EVENT
from rolling.records.possible import impossible
from rolling.records.versions import Stored, UnreadableRecord
from rolling.schema.json_text import read_json

T = TypeVar("T")


def _deployment_of_version_1(content: Mapping[str, object]) -> Mapping[str, object]:
    """Version 1 knew no generation, so every deployment was its endpoint's first; and it kept
    whether the interval of a bake was over, which the next reading of the alarms says again."""
    upgraded = {key: value for key, value in content.items() if key != "interval_elapsed"}
    if isinstance(spec := content.get("spec"), dict):
        upgraded["spec"] = {**spec, "generation": 1}
    return upgraded


def _event_of_version_1(content: Mapping[str, object]) -> Mapping[str, object]:
    """All that version 1 has and version 2 has not is one type of event."""
    if content.get("type") == "IntervalElapsed":
        rule = "is of version 1 only: leave it out, for AlarmsRead.after_interval says the same"
        raise UnreadableRecord([Problem("type", "IntervalElapsed", rule)])
    return content


_DEPLOYMENT = Stored("rolling-deployment", "2.0", DEPLOYMENT, _deployment_of_version_1)
_EVENT = Stored("rolling-event", "2.0", EVENT, _event_of_version_1)


def deployment_to_json(deployment: Deployment) -> dict[str, object]:
    """A deployment as JSON values: `deployment_from_json` gives back an equal one."""
    written: dict[str, object] = CONVERTER.unstructure(deployment)
    return _DEPLOYMENT.header() | written


def deployment_from_json(document: object) -> Deployment:
    """The deployment that a JSON document, already parsed, describes.

    Raises UnreadableRecord with every problem of what cannot be read, or, when
    all of it can, with every reason why no deployment can be in that state.
    """
    deployment = CONVERTER.structure(_DEPLOYMENT.content(document), Deployment)
    found = impossible(deployment)
    if found:
        raise UnreadableRecord(found)
    return deployment


def event_to_json(event: Event) -> dict[str, object]:
    """An event as JSON values: `event_from_json` gives back an equal one."""
    written: dict[str, object] = CONVERTER.unstructure(event, Event)
    return _EVENT.header() | written


def event_from_json(document: object) -> Event:
    """The event that a JSON document, already parsed, describes.

    Whether it belongs to a deployment is for `advance` to say. Raises
    UnreadableRecord with every problem of what cannot be read.
    """
    return read_event(_EVENT.content(document))


def dumps_deployment(deployment: Deployment) -> str:
    """A deployment as one line of JSON."""
    return json.dumps(deployment_to_json(deployment))


def loads_deployment(text: str) -> Deployment:
    """The deployment in a JSON text. Raises UnreadableRecord, as `deployment_from_json`."""
    return read_text(text, deployment_from_json)


def dumps_event(event: Event) -> str:
    """An event as one line of JSON."""
    return json.dumps(event_to_json(event))


def loads_event(text: str) -> Event:
    """The event in a JSON text. Raises UnreadableRecord, as `event_from_json`."""
    return read_text(text, event_from_json)


def read_text(text: str | bytes, read: Callable[[object], T]) -> T:
    """What `read` makes of a JSON text. Raises UnreadableRecord for anything but strict JSON."""
    try:
        return read_json(text, "record").judged(read)
    except InvalidInput as error:
        raise UnreadableRecord(error.problems) from None
