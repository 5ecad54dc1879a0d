"""Text: one record as one line of JSON, and back.

The text is ASCII and has no line break, so that a journal can hold one record
a line in any encoding. Reading is stricter than Python's `json`: a key given
twice, NaN and Infinity are refused, for no two programs agree what they mean.
"""

import json
from typing import Any, NoReturn

from rolling.core.deployment import Deployment
from rolling.core.errors import Problem
from rolling.core.events import Event
from rolling.serialization.deployments import deployment_from_json, deployment_to_json
from rolling.serialization.events import event_from_json, event_to_json
from rolling.serialization.reading import UnreadableRecord, shown


def dumps_deployment(deployment: Deployment) -> str:
    """A deployment as one line of JSON."""
    return json.dumps(deployment_to_json(deployment))


def loads_deployment(text: str) -> Deployment:
    """The deployment in a JSON text. Raises UnreadableRecord, as `deployment_from_json`."""
    return deployment_from_json(parse(text))


def dumps_event(event: Event) -> str:
    """An event as one line of JSON."""
    return json.dumps(event_to_json(event))


def loads_event(text: str) -> Event:
    """The event in a JSON text. Raises UnreadableRecord, as `event_from_json`."""
    return event_from_json(parse(text))


def parse(text: str) -> Any:
    """What a JSON text holds. Raises UnreadableRecord for what is no strict JSON."""
    if not isinstance(text, str | bytes | bytearray):
        raise UnreadableRecord([Problem("record", shown(text), "must be a text of JSON")])
    try:
        return json.loads(text, object_pairs_hook=_without_twins, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _unreadable(text, f"must be JSON: {error.msg} at {place}") from None
    except UnicodeDecodeError:
        raise _unreadable(text, "must be UTF-8") from None
    except RecursionError:
        raise _unreadable(text, "must not be nested so deeply") from None
    except ValueError:
        # Python's own limit on the digits of a number.
        raise _unreadable(text, "must not have a number so long") from None


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twins = sorted({name for name in names if names.count(name) > 1})
        raise UnreadableRecord(
            [Problem(name, "given twice", "must be given once") for name in twins]
        )
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableRecord([Problem("record", name, "must not hold what is no number")])


def _unreadable(text: str, rule: str) -> UnreadableRecord:
    return UnreadableRecord([Problem("record", text[:200], rule)])
