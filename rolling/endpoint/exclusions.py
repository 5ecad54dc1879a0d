"""Exclusions: the endpoints that do not support deployment guardrails.

SageMaker's Exclusions page excludes endpoints with several variants, serverless ones,
a changed variant name and Inf1 instances. AWS does not publish whether SageMaker
refuses them or silently updates without guardrails. We refuse, because a rollout
without the requested bakes is worse than none. An update without guardrails (no
policy, no alarms) to another variant name or with Inf1 instances is carried out. An
update of several variants, or of a serverless one, is not: there is no single fleet
to replace.
"""

from rolling.core.errors import Problem
from rolling.endpoint.configuration import EndpointConfig
from rolling.endpoint.endpoint import Endpoint

_UNGUARDED = "remove DeploymentConfig to update without guardrails"


def exclusion_problems(
    endpoint: Endpoint, config: EndpointConfig, *, guarded: bool
) -> list[Problem]:
    """Why this endpoint cannot be updated to `config`.

    `guarded`: the update has a policy or alarms.
    """
    found = [
        *_capacity_problems("EndpointName", endpoint.name, endpoint.config),
        *_capacity_problems("EndpointConfigName", config.name, config),
    ]
    if found or not guarded:
        return found
    before, after = endpoint.config.variants[0], config.variants[0]
    if before.variant_name != after.variant_name:
        rule = (
            f'its variant is "{after.variant_name}" and the endpoint\'s is '
            f'"{before.variant_name}"; a guarded update needs the same variant name; {_UNGUARDED}'
        )
        found.append(Problem("EndpointConfigName", config.name, rule))
    for field, value, variant in (
        ("EndpointName", endpoint.name, before),
        ("EndpointConfigName", config.name, after),
    ):
        kind = variant.instance_type
        if kind is not None and kind.startswith("ml.inf1."):
            rule = f"{kind}: Inf1 instances cannot have deployment guardrails; {_UNGUARDED}"
            found.append(Problem(field, value, rule))
    return found


def _capacity_problems(field: str, value: str, config: EndpointConfig) -> list[Problem]:
    which = f'endpoint configuration "{config.name}"'
    found = []
    if len(config.variants) != 1:
        rule = (
            f"{which} has {len(config.variants)} production variants; "
            "only an endpoint with one can be updated here"
        )
        found.append(Problem(field, value, rule))
    for variant in config.variants:
        if variant.serverless:
            rule = (
                f'variant "{variant.variant_name}" of {which} is serverless; '
                "only a fleet of instances can be updated here"
            )
            found.append(Problem(field, value, rule))
    return found
