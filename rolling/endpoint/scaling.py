"""UpdateEndpointWeightsAndCapacities: a request turns a resting endpoint into one that is scaled.

Here belong the rules of the operation. SageMaker's page speaks of the weights
of several variants or the capacity of one; whether it refuses the capacities of
several is not published, and they are taken here. Ours too: an endpoint that
serves with a mix of configurations is not scaled but repaired, a count is at
least 1, and some weight stays above 0.
"""

from collections.abc import Mapping
from typing import cast

from attrs import evolve

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.errors import Problem
from rolling.endpoint.capacities import Level, VariantCapacity, resting
from rolling.endpoint.configuration import CONCURRENCY
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, readiness_problems
from rolling.endpoint.refusals import ValidationException
from rolling.schema.shapes import ListOf, Number, Structure, Whole, join, name

_UPDATE = "ServerlessUpdateConfig"

_DESIRED = Structure(
    "DesiredWeightAndCapacity",
    {
        "VariantName": name("AllTraffic"),
        "DesiredWeight": Number(example=1),
        "DesiredInstanceCount": Whole(
            1,
            MOST_INSTANCES,
            " instances (SageMaker's model has 0 too, which would leave nothing that serves)",
            example=1,
        ),
        _UPDATE: Structure(_UPDATE, CONCURRENCY),
    },
    required=("VariantName",),
)

UPDATE_WEIGHTS_AND_CAPACITIES = Structure(
    "UpdateEndpointWeightsAndCapacities",
    {"EndpointName": name("my-endpoint"), "DesiredWeightsAndCapacities": ListOf(_DESIRED, 1)},
    required=("EndpointName", "DesiredWeightsAndCapacities"),
)


def scale_endpoint(endpoint: Endpoint, request: Mapping[str, object]) -> Endpoint:
    """The endpoint with the weights and capacities of `request` accepted and under way.

    `request` is UpdateEndpointWeightsAndCapacities' JSON. Raises
    ValidationException with every reason to refuse.
    """
    found = UPDATE_WEIGHTS_AND_CAPACITIES.problems(request, "")
    if isinstance(request, Mapping):
        found += readiness_problems(endpoint, request)
    if endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED:
        rule = "an endpoint with a mix of configurations cannot be scaled; call UpdateEndpoint"
        found.append(Problem("EndpointStatus", endpoint.status.value, rule))
    if found:
        raise ValidationException(found)
    capacities = {each.variant_name: each for each in present_capacities(endpoint)}
    asked = cast(list[Mapping[str, object]], request["DesiredWeightsAndCapacities"])
    for place, document in enumerate(asked):
        at = f"DesiredWeightsAndCapacities[{place}]"
        found += _variant_problems(document, at, capacities, asked[:place])
    if found:
        raise ValidationException(found)
    for document in asked:
        variant = str(document["VariantName"])
        capacity = capacities[variant]
        capacities[variant] = capacity.change(_level(capacity.desired, document))
    if not any(each.desired.weight for each in capacities.values()):
        rule = "at least one variant must keep a weight above 0"
        place = next((place for place, each in enumerate(asked) if "DesiredWeight" in each), 0)
        at = f"DesiredWeightsAndCapacities[{place}].DesiredWeight"
        raise ValidationException([Problem(at, 0, rule, 1)])
    return evolve(
        endpoint,
        status=EndpointStatus.UPDATING,
        failure_reason=None,
        update=None,
        generation=endpoint.generation + 1,
        capacities=tuple(capacities.values()),
    )


def present_capacities(endpoint: Endpoint) -> tuple[VariantCapacity, ...]:
    """What each variant of a resting endpoint has."""
    if endpoint.capacities:
        return endpoint.capacities
    level = Level(endpoint.desired_instance_count, endpoint.desired_weight)
    return (resting(endpoint.config.variants[0].variant_name, level),)


def _variant_problems(
    document: Mapping[str, object],
    at: str,
    capacities: Mapping[str, VariantCapacity],
    earlier: list[Mapping[str, object]],
) -> list[Problem]:
    """What is wrong with the wish for one variant, beside its form."""
    variant = str(document["VariantName"])
    if variant not in capacities:
        rule = f"the endpoint has no such variant; it has {', '.join(capacities)}"
        return [Problem(join(at, "VariantName"), variant, rule, next(iter(capacities)))]
    if any(each["VariantName"] == variant for each in earlier):
        rule = "is given twice; one of them would be ignored"
        return [Problem(join(at, "VariantName"), variant, rule)]
    serverless = capacities[variant].desired.serverless is not None
    key, rule = _UPDATE, "a variant with instances has no concurrency"
    if serverless:
        key, rule = "DesiredInstanceCount", "a serverless variant has no instances"
    found = [Problem(join(at, key), document[key], rule)] if key in document else []
    if not found and len(document) == 1:
        possible = _UPDATE if serverless else "DesiredInstanceCount"
        rule = f"nothing is asked for; give DesiredWeight or {possible}"
        found.append(Problem(at, dict(document), rule))
    return found


def _level(level: Level, document: Mapping[str, object]) -> Level:
    if "DesiredWeight" in document:
        level = evolve(level, weight=cast(float, document["DesiredWeight"]))
    if "DesiredInstanceCount" in document:
        level = evolve(level, instance_count=cast(int, document["DesiredInstanceCount"]))
    given = cast(Mapping[str, int], document.get(_UPDATE, {}))
    if level.serverless is not None and given:
        most = given.get("MaxConcurrency", level.serverless.max_concurrency)
        ready = given.get("ProvisionedConcurrency", level.serverless.provisioned_concurrency)
        level = evolve(
            level,
            serverless=evolve(
                level.serverless, max_concurrency=most, provisioned_concurrency=ready
            ),
        )
    return level
