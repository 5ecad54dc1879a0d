"""Serialization: deployments and events as JSON for keeps.

A deployment is written down before what it makes due is commanded; after a
crash the record gives back the same value, and `due` says again what is due.

The stored form is versioned, `"version": "MAJOR.MINOR"`:

- the major version before this one is read where nothing is lost by it, and another
  is refused;
- an older minor version is read: fields that it did not have get their defaults;
- from a newer minor version, fields that are unknown here are left out. A minor
  version may only add what can be left out without changing what the rest
  means; anything else is a new major version;
- in a version that is known here, an unknown field is a mistake, and refused.

A record that cannot be read gives `UnreadableRecord`, with all that is wrong
in it; so does a record of a deployment that cannot exist.
"""

from rolling.records.stored import (
    deployment_from_json,
    deployment_to_json,
    dumps_deployment,
    dumps_event,
    event_from_json,
    event_to_json,
    loads_deployment,
    loads_event,
)
from rolling.records.versions import UnreadableRecord

__all__ = [
    "UnreadableRecord",
    "deployment_from_json",
    "deployment_to_json",
    "dumps_deployment",
    "dumps_event",
    "event_from_json",
    "event_to_json",
    "loads_deployment",
    "loads_event",
]
