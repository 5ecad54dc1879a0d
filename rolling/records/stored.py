"""Stored: deployments and events as JSON values, and as one line of text each.

The text is ASCII without line breaks, so that a journal can hold one record per line in
any encoding. Reading is stricter than Python's `json`: it refuses repeated keys, NaN and
Infinity, because programs disagree on their meaning.
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
    """Version 1 had no generation, so every deployment was its endpoint's first. It stored
    whether the interval of a bake was over; the next reading of the alarms says so again."""
    upgraded = {key: value for key, value in content.items() if key != "interval_elapsed"}
    if isinstance(spec := content.get("spec"), dict):
        upgraded["spec"] = {**spec, "generation": 1}
    return upgraded


def _event_of_version_1(content: Mapping[str, object]) -> Mapping[str, object]:
    """Version 1 has one type of event that version 2 does not have."""
    if content.get("type") == "IntervalElapsed":
        rule = "exists only in version 1: remove it; AlarmsRead.after_interval replaces it"
        raise UnreadableRecord([Problem("type", "IntervalElapsed", rule)])
    return content


_DEPLOYMENT = Stored("rolling-deployment", "2.0", DEPLOYMENT, _deployment_of_version_1)
_EVENT = Stored("rolling-event", "2.0", EVENT, _event_of_version_1)


def deployment_to_json(deployment: Deployment) -> dict[str, object]:
    """A deployment as JSON values: `deployment_from_json` gives back an equal one."""
    written: dict[str, object] = CONVERTER.unstructure(deployment)
    return _DEPLOYMENT.header() | written


def deployment_from_json(document: object) -> Deployment:
    """The deployment in a parsed JSON document.

    Raises UnreadableRecord with every unreadable field or, if all are readable, with
    every reason why the state is impossible.
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
    """The event in a parsed JSON document.

    `advance` checks whether it fits a deployment. Raises UnreadableRecord with every
    unreadable field.
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
    """Apply `read` to a JSON text. Raises UnreadableRecord unless it is strict JSON."""
    try:
        return read_json(text, "record").judged(read)
    except InvalidInput as error:
        raise UnreadableRecord(error.problems) from None
