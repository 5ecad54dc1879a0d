"""CreateEndpoint: makes an endpoint from a request and a configuration."""

from collections.abc import Callable, Mapping

from rolling.endpoint.arns import ACCOUNT, REGION, arn
from rolling.endpoint.capacities import capacities_of
from rolling.endpoint.configuration import EndpointConfig, missing_model_problems
from rolling.endpoint.deployment_config import (
    deployment_config_problems,
    missing_alarm_problems,
    parse_deployment_config,
)
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, only_variant
from rolling.endpoint.refusals import ValidationException, already_exists, config_not_found
from rolling.schema.shapes import Anything, Judged, Structure, name

CREATE_ENDPOINT = Structure(
    "CreateEndpoint",
    {
        "EndpointName": name("my-endpoint"),
        "EndpointConfigName": name("config-1"),
        "DeploymentConfig": Judged(),
        "Tags": Anything(),
    },
    required=("EndpointName", "EndpointConfigName"),
)


def create_endpoint(
    request: Mapping[str, object],
    configs: Mapping[str, EndpointConfig],
    *,
    existing: str | None = None,
    alarm_exists: Callable[[str], bool] = lambda name: True,
    model_exists: Callable[[str], bool] = lambda name: True,
    region: str = REGION,
    account: str = ACCOUNT,
) -> Endpoint:
    """The requested endpoint in status Creating, without any instances yet.

    `request`: CreateEndpoint's JSON. `existing`: the endpoint that already has this
    name, ignoring case. `alarm_exists`, `model_exists`: whether an alarm or a model with
    a name exists. A DeploymentConfig is stored, not carried out; rules that depend on
    fleet sizes are checked by the update that reuses it. Raises ValidationException with
    every reason to refuse.
    """
    found = CREATE_ENDPOINT.problems(request, "")
    if not isinstance(request, Mapping):
        raise ValidationException(found)
    named, config_name = request.get("EndpointName"), request.get("EndpointConfigName")
    shapes = CREATE_ENDPOINT.fields
    if existing is not None and not shapes["EndpointName"].problems(named, ""):
        known = arn("endpoint", existing, region, account)
        found.append(already_exists("EndpointName", str(named), "endpoint", known))
    config = configs.get(config_name) if isinstance(config_name, str) else None
    if config is None and not shapes["EndpointConfigName"].problems(config_name, ""):
        unknown = arn("endpoint-config", str(config_name), region, account)
        found.append(config_not_found(str(config_name), unknown))
    if config is not None:
        found += missing_model_problems(
            config.as_json(), model_exists, region, account, "EndpointConfigName"
        )
    if "DeploymentConfig" in request:
        given = request["DeploymentConfig"]
        found += deployment_config_problems(given, 0, 0)
        found += missing_alarm_problems(given, alarm_exists, region)
    if found or config is None:
        raise ValidationException(found)
    variant = only_variant(config)
    stored = None
    if "DeploymentConfig" in request:
        stored = parse_deployment_config(request["DeploymentConfig"], 0, 0)
    return Endpoint(
        name=str(named),
        config=config,
        desired_instance_count=0 if variant is None else variant.initial_instance_count or 0,
        desired_weight=1.0 if variant is None else variant.initial_variant_weight,
        fleets=(),
        status=EndpointStatus.CREATING,
        last_deployment_config=stored,
        capacities=capacities_of(config, launched=False),
        region=region,
        account=account,
    )
