"""UpdateEndpoint: a request turns a resting endpoint into an updating one, or is refused.

Here belong the rules of the operation: who may be updated, to what, with which
properties retained, from which fleets. Every reason to refuse a request is
found before one answer is given.
"""

from collections.abc import Mapping
from typing import TypeGuard

from attrs import evolve

from rolling.core.errors import Problem
from rolling.core.fleet import FleetSpec, serving
from rolling.core.repair import sides_of
from rolling.core.transition import start
from rolling.endpoint.configuration import EndpointConfig, ProductionVariant, Weight
from rolling.endpoint.deployment_config import (
    DeploymentConfig,
    deployment_config_problems,
    parse_deployment_config,
)
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, Update
from rolling.endpoint.exclusions import exclusion_problems
from rolling.endpoint.refusals import (
    ValidationException,
    arn,
    config_in_use,
    config_not_found,
    endpoint_not_found,
    in_progress,
)
from rolling.endpoint.shapes import Flag, Judged, ListOf, OneOf, Structure, name

_RESTING = (EndpointStatus.IN_SERVICE, EndpointStatus.UPDATE_ROLLBACK_FAILED)

UPDATE_ENDPOINT = Structure(
    "UpdateEndpoint",
    {
        "EndpointName": name("my-endpoint"),
        "EndpointConfigName": name("config-2"),
        "RetainAllVariantProperties": Flag(),
        "ExcludeRetainedVariantProperties": ListOf(
            Structure(
                "VariantProperty",
                {
                    "VariantPropertyType": OneOf(
                        ("DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig")
                    )
                },
                required=("VariantPropertyType",),
            ),
            0,
            3,
        ),
        "DeploymentConfig": Judged(),  # against the fleets
        "RetainDeploymentConfig": Flag(),
    },
    required=("EndpointName", "EndpointConfigName"),
)


def update_endpoint(
    endpoint: Endpoint, request: Mapping[str, object], configs: Mapping[str, EndpointConfig]
) -> Endpoint:
    """The endpoint with the update that `request` asks for accepted and under way.

    `request` is UpdateEndpoint's JSON, `configs` the endpoint configurations by
    name. The update's deployment is in its first stage, its first batch asked
    for. Raises ValidationException with every reason to refuse.
    """
    if not isinstance(request, Mapping):
        raise ValidationException(UPDATE_ENDPOINT.problems(request, ""))
    found = _state_problems(endpoint, request)
    if endpoint.status not in _RESTING:
        raise ValidationException([*found, *request_problems(request)])
    config_name = request.get("EndpointConfigName")
    target = config_name if isinstance(config_name, str) else ""
    config = configs.get(target)
    fleets = present_fleets(endpoint)
    full, weight = _wanted_properties(endpoint, request, config)
    new, old = sides_of(fleets, target, full)
    old_count = sum(fleet.count for fleet in old)
    found += _missing_config_problems(endpoint, config_name, config)
    if config is not None:
        guarded = _is_guarded(endpoint, request)
        found += exclusion_problems(endpoint, config, guarded=guarded)
    found += request_problems(request, old_count, full)
    found += _retained_config_problems(endpoint, request, old_count, full)
    if found or config is None:
        raise ValidationException(found)
    attempted = _deployment_config(endpoint, request, old_count, full)
    carried_out = attempted or _NO_GUARDRAILS
    deployment = start(
        old,
        new,
        carried_out.effective_policy,
        carried_out.alarms,
    )
    return evolve(
        endpoint,
        status=EndpointStatus.UPDATING,
        failure_reason=None,
        last_deployment_config=attempted or endpoint.last_deployment_config,
        fleets=fleets,
        update=Update(
            config=config,
            deployment=deployment,
            desired_instance_count=full,
            desired_weight=weight,
            from_mix=endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED,
            deployment_config=attempted,
        ),
    )


def request_problems(
    request: object, old_count: int = 0, new_full: int = 0, path: str = ""
) -> list[Problem]:
    """Everything wrong with an UpdateEndpoint request by itself, for fleets of these sizes.

    A size of 0 is one not known yet: what depends on it is not judged.
    """
    found = UPDATE_ENDPOINT.problems(request, path)
    if not isinstance(request, Mapping):
        return found
    dot = f"{path}." if path else ""
    if "DeploymentConfig" in request:
        at = f"{dot}DeploymentConfig"
        found += deployment_config_problems(request["DeploymentConfig"], old_count, new_full, at)
        if request.get("RetainDeploymentConfig") is True:
            rule = "reuses the last DeploymentConfig, and another one is given; leave one out"
            found.append(Problem(f"{dot}RetainDeploymentConfig", True, rule, False))
    return found


def present_fleets(endpoint: Endpoint) -> tuple[FleetSpec, ...]:
    """The fleets that an update accepted now starts from, newest first.

    The fleet of a healthy endpoint counts as its DesiredInstanceCount, which
    the service keeps it at; that of a mix as what is in service.
    """
    if endpoint.status is not EndpointStatus.IN_SERVICE or not endpoint.fleets:
        return endpoint.fleets
    healthy = serving(endpoint.config_name, endpoint.desired_instance_count)
    return tuple(
        [healthy if fleet.configuration == endpoint.config_name else fleet
         for fleet in endpoint.fleets]
    )  # fmt: skip


_NO_GUARDRAILS = DeploymentConfig(None, (), "{}")


def _is_name(value: object) -> TypeGuard[str]:
    return not name("").problems(value, "")


def _state_problems(endpoint: Endpoint, request: Mapping[str, object]) -> list[Problem]:
    """Why this endpoint cannot be updated at all."""
    found: list[Problem] = []
    asked = request.get("EndpointName")
    if _is_name(asked) and asked != endpoint.name:
        unknown = arn("endpoint", asked, endpoint.region, endpoint.account)
        found.append(endpoint_not_found(asked, unknown))
    if endpoint.status is EndpointStatus.FAILED:
        rule = "an endpoint that has failed can only be deleted"
        found.append(Problem("EndpointStatus", endpoint.status.value, rule))
    elif endpoint.status not in _RESTING:
        found.append(in_progress(endpoint.status.value, endpoint.arn))
    elif endpoint.fleets and endpoint.desired_instance_count < 1:
        rule = "an endpoint with no instances has nothing to update from"
        count = endpoint.desired_instance_count
        found.append(Problem("DesiredInstanceCount", count, rule, 1))
    return found


def _missing_config_problems(
    endpoint: Endpoint, config_name: object, config: EndpointConfig | None
) -> list[Problem]:
    """Why this configuration cannot be updated to, whatever it holds."""
    if not _is_name(config_name):
        return []
    if config is None:
        unknown = arn("endpoint-config", config_name, endpoint.region, endpoint.account)
        return [config_not_found(config_name, unknown)]
    if endpoint.status is EndpointStatus.IN_SERVICE and config_name == endpoint.config_name:
        return [config_in_use(config_name)]
    return []


def _wanted_properties(
    endpoint: Endpoint, request: Mapping[str, object], config: EndpointConfig | None
) -> tuple[int, Weight]:
    """The count and the weight that the new fleet is to have; a count of 0 when unknown.

    The configuration's, or those of the endpoint's variant of the same name
    that are retained.
    """
    if config is None or len(config.variants) != 1:
        return 0, 1.0
    variant = config.variants[0]
    retained = _retained_properties(endpoint, request, variant)
    count, weight = variant.initial_instance_count or 0, variant.initial_variant_weight
    if "DesiredInstanceCount" in retained:
        count = endpoint.desired_instance_count
    if "DesiredWeight" in retained:
        weight = endpoint.desired_weight
    return count, weight


def _retained_properties(
    endpoint: Endpoint, request: Mapping[str, object], variant: ProductionVariant
) -> set[str]:
    current = [each.variant_name for each in endpoint.config.variants]
    if request.get("RetainAllVariantProperties") is not True or current != [variant.variant_name]:
        return set()
    excluded = request.get("ExcludeRetainedVariantProperties", ())
    kinds = excluded if isinstance(excluded, list | tuple) else ()
    named = [each.get("VariantPropertyType") for each in kinds if isinstance(each, Mapping)]
    return {"DesiredInstanceCount", "DesiredWeight"}.difference(
        [each for each in named if isinstance(each, str)]
    )


def _retained_config(endpoint: Endpoint, request: Mapping[str, object]) -> DeploymentConfig | None:
    """The deployment configuration that is reused, if one is: the last attempted."""
    if request.get("RetainDeploymentConfig") is not True or "DeploymentConfig" in request:
        return None
    return endpoint.last_deployment_config


def _retained_config_problems(
    endpoint: Endpoint, request: Mapping[str, object], old_count: int, full: int
) -> list[Problem]:
    """What fitted the last fleets may not fit these."""
    reused = _retained_config(endpoint, request)
    if reused is None:
        return []
    return deployment_config_problems(reused.as_json(), old_count, full, "LastDeploymentConfig")


def _deployment_config(
    endpoint: Endpoint, request: Mapping[str, object], old_count: int, full: int
) -> DeploymentConfig | None:
    if "DeploymentConfig" in request:
        return parse_deployment_config(request["DeploymentConfig"], old_count, full)
    return _retained_config(endpoint, request)


def _is_guarded(endpoint: Endpoint, request: Mapping[str, object]) -> bool:
    """True when the update has a policy or alarms, given or reused."""
    given: object = request.get("DeploymentConfig")
    reused = _retained_config(endpoint, request)
    if reused is not None:
        given = reused.as_json()
    if not isinstance(given, Mapping):
        return False
    return any(value not in ({}, None) for value in given.values())
