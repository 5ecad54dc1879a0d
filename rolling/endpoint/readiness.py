"""Readiness: whether an endpoint can be changed now, whatever the change."""

from collections.abc import Mapping

from rolling.core.errors import Problem
from rolling.endpoint.arns import arn
from rolling.endpoint.endpoint import Endpoint, EndpointStatus
from rolling.endpoint.refusals import endpoint_not_found, in_progress
from rolling.schema.shapes import is_name

RESTING = (EndpointStatus.IN_SERVICE, EndpointStatus.UPDATE_ROLLBACK_FAILED)
"""The statuses in which an endpoint serves, and nothing is under way."""


def readiness_problems(endpoint: Endpoint, request: Mapping[str, object]) -> list[Problem]:
    """Why this endpoint cannot be changed at all, or is not the one that is meant."""
    found: list[Problem] = []
    asked = request.get("EndpointName")
    if is_name(asked) and asked != endpoint.name:
        unknown = arn("endpoint", asked, endpoint.region, endpoint.account)
        found.append(endpoint_not_found(asked, unknown))
    if endpoint.status is EndpointStatus.FAILED:
        rule = "an endpoint that has failed can only be deleted"
        found.append(Problem("EndpointStatus", endpoint.status.value, rule))
    elif endpoint.status not in RESTING:
        found.append(in_progress(endpoint.status.value, endpoint.arn))
    return found
