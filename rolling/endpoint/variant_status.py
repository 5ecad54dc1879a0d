"""VariantStatus: the state of a variant, in SageMaker's words.

This file has the entries that more than one view shows, and adds them to a variant's
JSON.
"""

from collections.abc import Iterable

Json = dict[str, object]


def launching(count: int) -> Json:
    """Instances are on their way into service."""
    return {"Status": "Creating", "StatusMessage": f"Launching {count} instance(s)."}


def terminating(count: int) -> list[Json]:
    """The entry for condemned instances that are still alive; empty if there are none."""
    message = f"Terminating {count} instance(s)."
    return [{"Status": "Deleting", "StatusMessage": message}] if count else []


def statuses(found: Iterable[Json], start: int | float | None) -> Json:
    """The field of a variant with these entries, all begun at `start`; omitted without entries."""
    started = [given(each | {"StartTime": start}) for each in found]
    return {"VariantStatus": started} if started else {}


def given(document: Json) -> Json:
    """The document without the fields that have no value."""
    return {key: value for key, value in document.items() if value is not None}
