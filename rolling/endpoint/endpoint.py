"""The endpoint: what serves now, under which configuration, and the update under way.

Here belongs the value. A request makes it (creation.py), turns it into an
updating one (update.py, scaling.py) or ends it (deletion.py); what is seen turns
it further (apply_deployment.py, launching.py); a caller sees it by describe.py.
"""

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem, range_problem
from rolling.core.fleet import FleetSpec, serving
from rolling.endpoint.arns import ACCOUNT, REGION, arn
from rolling.endpoint.capacities import VariantCapacity, capacities_of
from rolling.endpoint.configuration import EndpointConfig, ProductionVariant, Weight
from rolling.endpoint.deployment_config import DeploymentConfig
from rolling.endpoint.refusals import endpoint_not_found, in_progress
from rolling.schema.shapes import is_name


class EndpointStatus(StrEnum):
    """SageMaker's `EndpointStatus`, without those that only maintenance leads to."""

    CREATING = "Creating"
    IN_SERVICE = "InService"
    UPDATING = "Updating"
    ROLLING_BACK = "RollingBack"
    UPDATE_ROLLBACK_FAILED = "UpdateRollbackFailed"
    DELETING = "Deleting"
    FAILED = "Failed"


RESTING = (EndpointStatus.IN_SERVICE, EndpointStatus.UPDATE_ROLLBACK_FAILED)
"""The statuses in which an endpoint serves, and nothing is under way."""


@frozen
class Update:
    """An accepted update.

    `config`: what it is to. `deployment`: how far it has come, or how it ended.
    `desired_instance_count`, `desired_weight`: what the endpoint will want once
    it has succeeded. `from_mix`: it set out to repair an UpdateRollbackFailed.
    `deployment_config`: how it is carried out, given or reused; None is all at once.
    """

    config: EndpointConfig
    deployment: Deployment
    desired_instance_count: int
    desired_weight: Weight
    from_mix: bool
    deployment_config: DeploymentConfig | None


@frozen
class Endpoint:
    """An endpoint.

    `config`: the configuration that DescribeEndpoint names: the one it serves
    when healthy, the one before the update while updating and after a failure.
    `desired_instance_count`, `desired_weight`: what is wanted now; autoscaling
    may have moved the count away from the configuration's. 0 for an endpoint
    without instances (serverless), or with several variants, which has no one
    count; neither can be updated here.
    `fleets`: what is there, newest first, as of the last update's acceptance or
    end: one when healthy, several after an UpdateRollbackFailed. One with no
    instance in service and no traffic is left over and on its way out.
    `last_deployment_config`: the one last attempted (or given at creation): an
    update without one attempts none and leaves it; None when there was none yet.
    `update`: the latest update. It is in progress while the status is Updating,
    and kept afterwards because its deployment still takes observations in; None
    again once the endpoint is scaled.
    `generation`: the number of its latest creation, update or scaling, counted from the
    creation, which is 1. Every command carries it.
    `capacities`: of each variant, while the endpoint is being created or scaled,
    and always where it has several or a serverless one; else none.
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
        """The update in progress; None when there is none."""
        return self.update if self.status is EndpointStatus.UPDATING else None

    @property
    def launching(self) -> bool:
        """True while it is created or scaled, or returns from a scaling that could not be done."""
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

    `desired_instance_count`: where autoscaling has taken it; None is the
    configuration's own. `deployment_config`: one given at CreateEndpoint, which
    is stored and not carried out. Raises InvalidInput for a count outside
    1 to 100,000.
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
    """The variant of a configuration that has just one, on instances; else None."""
    if len(config.variants) != 1 or config.variants[0].serverless:
        return None
    return config.variants[0]


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
