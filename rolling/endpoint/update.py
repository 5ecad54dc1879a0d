"""UpdateEndpoint: a request turns a resting endpoint into an updating one, or is refused.

This file has the rules of the operation: which endpoints can be updated, to which
configuration, with which retained properties, from which fleets. A refusal lists all
its reasons.
"""

from collections.abc import Callable, Mapping

from attrs import evolve

from rolling.core.errors import InvalidInput, Problem
from rolling.core.fleet import FleetSpec, serving
from rolling.core.repair import sides_of
from rolling.core.transition import start
from rolling.endpoint.arns import arn
from rolling.endpoint.configuration import (
    EndpointConfig,
    ProductionVariant,
    Weight,
    missing_model_problems,
)
from rolling.endpoint.deployment_config import (
    NO_GUARDRAILS,
    DeploymentConfig,
    deployment_config_problems,
    missing_alarm_problems,
    parse_deployment_config,
)
from rolling.endpoint.endpoint import RESTING, Endpoint, EndpointStatus, Update, readiness_problems
from rolling.endpoint.engine import (
    Engine,
    beginning_problems,
    engine_problems,
    misplaced_engine_problems,
    parse_engine,
    without_engine,
)
from rolling.endpoint.exclusions import exclusion_problems
from rolling.endpoint.refusals import (
    ValidationException,
    config_in_use,
    config_not_found,
)
from rolling.schema.shapes import Flag, Judged, ListOf, OneOf, Structure, is_name, join, name

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
    endpoint: Endpoint,
    request: Mapping[str, object],
    configs: Mapping[str, EndpointConfig],
    alarm_exists: Callable[[str], bool] = lambda name: True,
    model_exists: Callable[[str], bool] = lambda name: True,
    engine: object = None,
    engine_path: str = "Engine",
) -> Endpoint:
    """The endpoint after accepting the update of `request`; it is now updating.

    `request`: UpdateEndpoint's JSON. `configs`: the endpoint configurations by name; the
    endpoint's current one must be among them. `alarm_exists`, `model_exists`: whether an
    alarm or a model with a name exists. `engine`: the update's options beyond SageMaker,
    as JSON found at `engine_path`; None for none. The update's deployment is in its
    first stage, with its first batch requested. Raises ValidationException with every
    reason to refuse.
    """
    if not isinstance(request, Mapping):
        raise ValidationException(UPDATE_ENDPOINT.problems(request, ""))
    as_given, request = request, without_engine(request)
    found = readiness_problems(endpoint, request)
    if endpoint.status not in RESTING:
        document, _, wrong = _attempted(endpoint, request, 0, 0, alarm_exists)
        found += [*misplaced_engine_problems(as_given), *_form_problems(request), *wrong]
        if engine is not None:
            found += engine_problems(engine, document, 0, 0, engine_path)
        raise ValidationException(found)
    config_name = request.get("EndpointConfigName")
    target = config_name if isinstance(config_name, str) else ""
    config = configs.get(target)
    fleets = present_fleets(endpoint)
    full, weight = _wanted_properties(endpoint, request, config)
    new, old = sides_of(fleets, target, full)
    old_count = sum(fleet.count for fleet in old)
    document, attempted, wrong = _attempted(endpoint, request, old_count, full, alarm_exists)
    carried_out = attempted or NO_GUARDRAILS
    if engine is not None:
        wrong += engine_problems(engine, document, old_count, full, engine_path)
    found += _no_fleet_problems(endpoint)
    found += _missing_config_problems(endpoint, config_name, config)
    found += _lost_config_problems(endpoint, config_name, configs)
    if config is not None:
        found += missing_model_problems(
            config.as_json(), model_exists, endpoint.region, endpoint.account, "EndpointConfigName"
        )
        guarded = carried_out.guarded or bool(wrong)
        found += exclusion_problems(endpoint, config, guarded=guarded)
    found += [*misplaced_engine_problems(as_given, full), *_form_problems(request), *wrong]
    beyond = Engine() if wrong or engine is None else parse_engine(engine)
    policy = beyond.applied_to(carried_out.effective_policy)
    found += beginning_problems(beyond, policy, old, new, engine_path)
    if found or config is None:
        raise ValidationException(found)
    deployment = start(
        old,
        new,
        policy,
        carried_out.alarms,
        generation=endpoint.generation + 1,
        gates=beyond.gates,
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
            engine=None if engine is None else beyond,
        ),
        generation=deployment.spec.generation,
    )


def request_problems(
    request: object, old_count: int = 0, new_full: int = 0, path: str = ""
) -> list[Problem]:
    """All problems of an UpdateEndpoint request by itself, for fleets of these sizes.

    A size of 0 means unknown: rules that depend on it are not checked.
    """
    if not isinstance(request, Mapping):
        return _form_problems(request, path)
    found = misplaced_engine_problems(request, new_full, path)
    request = without_engine(request)
    found += _form_problems(request, path)
    if "DeploymentConfig" in request:
        at = join(path, "DeploymentConfig")
        found += deployment_config_problems(request["DeploymentConfig"], old_count, new_full, at)
    return found


def present_fleets(endpoint: Endpoint) -> tuple[FleetSpec, ...]:
    """The fleets from which an update accepted now would start, newest first.

    A healthy endpoint's fleet counts with its DesiredInstanceCount, which the service
    maintains; the fleets of a mix count with their instances in service.
    """
    if endpoint.status is not EndpointStatus.IN_SERVICE or not endpoint.fleets:
        return endpoint.fleets
    healthy = serving(endpoint.config_name, endpoint.desired_instance_count)
    return tuple(
        [healthy if fleet.configuration == endpoint.config_name else fleet
         for fleet in endpoint.fleets]
    )  # fmt: skip


def _form_problems(request: object, path: str = "") -> list[Problem]:
    """The problems of a request apart from its DeploymentConfig."""
    found = UPDATE_ENDPOINT.problems(request, path)
    if not isinstance(request, Mapping) or request.get("RetainDeploymentConfig") is not True:
        return found
    if "DeploymentConfig" in request:
        rule = "reuses the last DeploymentConfig, but DeploymentConfig is given too; remove one"
        found.append(Problem(join(path, "RetainDeploymentConfig"), True, rule, False))
    return found


def _no_fleet_problems(endpoint: Endpoint) -> list[Problem]:
    count = endpoint.desired_instance_count
    if not endpoint.fleets or count >= 1:
        return []
    rule = "an endpoint with no instances has nothing to update from"
    return [Problem("DesiredInstanceCount", count, rule, 1)]


def _missing_config_problems(
    endpoint: Endpoint, config_name: object, config: EndpointConfig | None
) -> list[Problem]:
    """Why this configuration cannot be deployed, whatever it contains."""
    if not is_name(config_name):
        return []
    if config is None:
        unknown = arn("endpoint-config", config_name, endpoint.region, endpoint.account)
        return [config_not_found(config_name, unknown)]
    if endpoint.status is EndpointStatus.IN_SERVICE and config_name == endpoint.config_name:
        return [config_in_use(config_name)]
    return []


def _lost_config_problems(
    endpoint: Endpoint, config_name: object, configs: Mapping[str, EndpointConfig]
) -> list[Problem]:
    """The configuration in use may be deleted; SageMaker then refuses every update."""
    if endpoint.config_name in configs or endpoint.config_name == config_name:
        return []
    lost = arn("endpoint-config", endpoint.config_name, endpoint.region, endpoint.account)
    return [config_not_found(endpoint.config_name, lost)]


def _wanted_properties(
    endpoint: Endpoint, request: Mapping[str, object], config: EndpointConfig | None
) -> tuple[int, Weight]:
    """The count and the weight of the new fleet; a count of 0 means unknown.

    They come from the configuration, or, if retained, from the endpoint's variant with
    the same name.
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


def _attempted(
    endpoint: Endpoint,
    request: Mapping[str, object],
    old_count: int,
    full: int,
    alarm_exists: Callable[[str], bool],
) -> tuple[object, DeploymentConfig | None, list[Problem]]:
    """The DeploymentConfig to carry out, given or reused, as JSON and read, with its problems.

    None if there is none. A reused one may not fit the current fleets.
    """
    document, path = request.get("DeploymentConfig"), "DeploymentConfig"
    if path not in request:
        last = endpoint.last_deployment_config
        if last is None or request.get("RetainDeploymentConfig") is not True:
            return None, None, []
        document, path = last.as_json(), "LastDeploymentConfig"
    missing = missing_alarm_problems(document, alarm_exists, endpoint.region, path)
    try:
        return document, parse_deployment_config(document, old_count, full, path), missing
    except InvalidInput as wrong:
        return document, None, [*wrong.problems, *missing]
