"""The endpoint as a value: what serves now, its configuration, and the update in progress.

Requests create it (creation.py), change it (update.py, scaling.py) and delete it
(deletion.py). Observations advance it (apply_deployment.py, launching.py).
describe.py shows it.
"""

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem, range_problem
from rolling.core.fleet import FleetSpec, serving
from rolling.core.policy import UpdatePolicy
from rolling.endpoint.arns import ACCOUNT, REGION, arn
from rolling.endpoint.capacities import VariantCapacity, capacities_of
from rolling.endpoint.configuration import EndpointConfig, ProductionVariant, Weight
from rolling.endpoint.deployment_config import NO_GUARDRAILS, DeploymentConfig
from rolling.endpoint.engine import Engine
from rolling.endpoint.refusals import endpoint_not_found, in_progress
from rolling.schema.shapes import is_name


class EndpointStatus(StrEnum):
    """SageMaker's `EndpointStatus`, without the statuses that only maintenance causes."""

    CREATING = "Creating"
    IN_SERVICE = "InService"
    UPDATING = "Updating"
    ROLLING_BACK = "RollingBack"
    UPDATE_ROLLBACK_FAILED = "UpdateRollbackFailed"
    DELETING = "Deleting"
    FAILED = "Failed"


RESTING = (EndpointStatus.IN_SERVICE, EndpointStatus.UPDATE_ROLLBACK_FAILED)
"""The statuses in which an endpoint serves, and no change is in progress."""


@frozen
class Update:
    """An accepted update.

    `config`: the new configuration. `deployment`: its progress, or its end.
    `desired_instance_count`, `desired_weight`: the endpoint's after success.
    `from_mix`: True if it repairs an UpdateRollbackFailed.
    `deployment_config`: how it is carried out, given or reused; None means all at once.
    `engine`: its options beyond SageMaker, or None.
    """

    config: EndpointConfig
    deployment: Deployment
    desired_instance_count: int
    desired_weight: Weight
    from_mix: bool
    deployment_config: DeploymentConfig | None
    engine: Engine | None = None

    @property
    def policy(self) -> UpdatePolicy:
        """The policy that it follows."""
        given = NO_GUARDRAILS if self.deployment_config is None else self.deployment_config
        policy = given.effective_policy
        return policy if self.engine is None else self.engine.applied_to(policy)


@frozen
class Endpoint:
    """An endpoint.

    `config`: the configuration that DescribeEndpoint names: the one in use when
    healthy; while updating and after a failure, the one before the update.
    `desired_instance_count`, `desired_weight`: the current desired values; autoscaling
    may have changed the count. The count is 0 for a serverless endpoint, and for
    several variants, which have no single count; neither can be updated here.
    `fleets`: the fleets, newest first, when the last update was accepted or ended: one
    when healthy, several after an UpdateRollbackFailed. A fleet without instances in
    service and without traffic is left over and terminating.
    `last_deployment_config`: the last one used (or given at creation); an update
    without one leaves it unchanged. None if there was none yet.
    `update`: the latest update. It is in progress while the status is Updating, and
    kept afterwards because its deployment still takes in observations. Scaling the
    endpoint resets it to None.
    `generation`: the number of its latest creation, update or scaling; the creation is
    1. Every command carries it.
    `capacities`: one per variant, while the endpoint is being created or scaled, and
    always if it has several variants or a serverless one; otherwise empty.
    """

    name: str
    config: EndpointConfig
    desired_instance_count: int
    desired_weight: Weight
    fleets: tuple[FleetSpec, ...]
    status: EndpointStatus = EndpointStatus.IN_SERVICE
    failure_reason: str | None = None
    last_deployment_config: DeploymentConfig | None = None
    update: Update | None = None
    generation: int = 1
    capacities: tuple[VariantCapacity, ...] = ()
    region: str = REGION
    account: str = ACCOUNT

    @property
    def config_name(self) -> str:
        """The name of the configuration: DescribeEndpoint's `EndpointConfigName`."""
        return self.config.name

    @property
    def arn(self) -> str:
        """The endpoint's ARN."""
        return arn("endpoint", self.name, self.region, self.account)

    @property
    def deployment(self) -> Deployment | None:
        """The deployment of the latest update, ended or not; None before the first."""
        return None if self.update is None else self.update.deployment

    @property
    def pending(self) -> Update | None:
        """The update in progress; None if there is none."""
        return self.update if self.status is EndpointStatus.UPDATING else None

    @property
    def launching(self) -> bool:
        """True while it is created or scaled, or returns from a failed scaling."""
        if self.status in (EndpointStatus.CREATING, EndpointStatus.ROLLING_BACK):
            return True
        return self.status is EndpointStatus.UPDATING and self.update is None


def in_service(
    name: str,
    config: EndpointConfig,
    desired_instance_count: int | None = None,
    deployment_config: DeploymentConfig | None = None,
) -> Endpoint:
    """A healthy endpoint on a configuration.

    `desired_instance_count`: the count set by autoscaling; None means the
    configuration's. `deployment_config`: the one given at CreateEndpoint, which is
    stored, not carried out. Raises InvalidInput for a count outside 1 to 100,000.
    """
    variant = only_variant(config)
    if variant is None or variant.initial_instance_count is None:
        return Endpoint(
            name,
            config,
            0,
            1.0,
            (),
            last_deployment_config=deployment_config,
            capacities=capacities_of(config, launched=True),
        )
    count = variant.initial_instance_count
    if desired_instance_count is not None:
        count = desired_instance_count
    found = range_problem("DesiredInstanceCount", count, 1, MOST_INSTANCES, " instances")
    if found is not None:
        raise InvalidInput([found])
    return Endpoint(
        name,
        config,
        count,
        variant.initial_variant_weight,
        (serving(config.name, count),),
        last_deployment_config=deployment_config,
    )


def only_variant(config: EndpointConfig) -> ProductionVariant | None:
    """The variant of a configuration with exactly one, on instances; otherwise None."""
    if len(config.variants) != 1 or config.variants[0].serverless:
        return None
    return config.variants[0]


def readiness_problems(endpoint: Endpoint, request: Mapping[str, object]) -> list[Problem]:
    """Why this endpoint cannot be changed now, or is not the one that the request names."""
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
