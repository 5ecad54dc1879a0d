"""Records: deployments and events as JSON for storage.

Store a deployment before you send the command that it makes due. After a crash, the
record gives the same value, and `due` returns the same command.

The stored form has a version, `"version": "MAJOR.MINOR"`:

- the previous major version is read if nothing is lost; any other is refused;
- an older minor version is read, and missing fields get their defaults;
- a newer minor version is read, and unknown fields are ignored. A minor version may
  only add fields that can be ignored without changing the meaning of the rest;
  everything else needs a new major version;
- in a known version, an unknown field is a mistake, and refused.

Reading an invalid record, or one of an impossible deployment, raises
`UnreadableRecord` with all its problems.
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
