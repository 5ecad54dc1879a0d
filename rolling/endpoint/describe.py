"""DescribeEndpoint: an endpoint as SageMaker shows it, in its own JSON.

It only renders; the caller supplies the times. Where AWS publishes nothing, we decide:

- A variant's CurrentWeight is its desired weight times its fleet's share of the traffic.
  While updating, the weights of the old and the pending variant add up to the weight in
  use before the update.
- CurrentInstanceCount counts instances in service; for the pending variant, only those
  with traffic.
- A mix is shown as one variant, with the sum of its fleets' counts.
- Features that SageMaker lacks are shown in its terms: an update that drains first bakes
  on the old variant's remaining capacity, and a bake at a gate says what it waits for.
- A rollback has the statuses of the way forward, with the old variant receiving.
- An endpoint that is being created has a pending variant and none in use; one that
  could not be created has neither.
"""

from attrs import frozen

from rolling.core.capacity import Share, instances_for
from rolling.core.deployment import Deployment
from rolling.core.fleet import Fleet
from rolling.core.gate import awaits_continuation
from rolling.core.pace import bake_seconds, is_termination_wait, restorable
from rolling.core.policy import BlueGreenUpdatePolicy, RoutingType
from rolling.core.stage import Direction, Phase
from rolling.endpoint.capacity_view import variants_there, variants_to_come
from rolling.endpoint.configuration import EndpointConfig, Weight
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, Update
from rolling.endpoint.variant_status import Json, given, launching, statuses, terminating

Seconds = int | float


@frozen
class Times:
    """Times, in seconds since the epoch, which the core does not know.

    `creation`: of the endpoint. `last_modified`: the last change of its status.
    `update_start`: when the update in progress was accepted. `stage_start`: when the
    deployment's current stage began. None omits the time.
    """

    creation: Seconds
    last_modified: Seconds
    update_start: Seconds | None = None
    stage_start: Seconds | None = None


def describe(endpoint: Endpoint, times: Times) -> Json:
    """The output of DescribeEndpoint as JSON, with times in seconds since the epoch."""
    shown: Json = {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.config_name,
        "ProductionVariants": _serving_variants(endpoint, times) or None,
        "EndpointStatus": endpoint.status.value,
        "FailureReason": endpoint.failure_reason,
        "CreationTime": times.creation,
        "LastModifiedTime": times.last_modified,
    }
    if endpoint.last_deployment_config is not None:
        shown["LastDeploymentConfig"] = endpoint.last_deployment_config.as_json()
    if endpoint.pending is not None:
        shown["PendingDeploymentSummary"] = given(
            {
                "EndpointConfigName": endpoint.pending.config.name,
                "ProductionVariants": [_pending_variant(endpoint, endpoint.pending, times)],
                "StartTime": times.update_start,
            }
        )
    elif endpoint.status is EndpointStatus.CREATING:
        shown["PendingDeploymentSummary"] = {
            "EndpointConfigName": endpoint.config_name,
            "ProductionVariants": variants_to_come(endpoint, times.stage_start),
            "StartTime": times.creation,
        }
    return given(shown)


def _serving_variants(endpoint: Endpoint, times: Times) -> list[Json]:
    """The variants in use: while updating, the old fleet."""
    if endpoint.capacities or not endpoint.fleets:
        created = endpoint.status is not EndpointStatus.CREATING
        return variants_there(endpoint, times.stage_start) if created else []
    weight, current = endpoint.desired_weight, float(endpoint.desired_weight)
    count = sum(fleet.count for fleet in endpoint.fleets)
    status: list[Json] = []
    if endpoint.update is not None:
        deployment = endpoint.update.deployment
        fleets = deployment.fleets if endpoint.pending is None else deployment.old
        count = sum(fleet.in_service for fleet in fleets)
        current = sum(_weight(weight, fleet.share) for fleet in fleets)
        status = _old_status(deployment) if endpoint.pending else _terminating(fleets)
    return [
        _variant(endpoint.config, current, weight, count, endpoint.desired_instance_count)
        | statuses(status, times.stage_start)
    ]


def _pending_variant(endpoint: Endpoint, update: Update, times: Times) -> Json:
    """The variant that the update deploys."""
    deployment = update.deployment
    fleet, spec = deployment.new, deployment.spec.new
    # With all traffic, the instances above the floor serve too.
    whole = fleet.share.part == fleet.share.whole
    serving = spec.full if whole else instances_for(fleet.share, spec.floor)
    shown = _variant(
        update.config,
        _weight(endpoint.desired_weight, fleet.share),
        update.desired_weight,
        min(fleet.in_service, serving),
        update.desired_instance_count,
    )
    kind = update.config.variants[0].instance_type
    shown |= given({"InstanceType": kind})
    return shown | statuses(_new_status(endpoint, deployment), times.stage_start)


def _variant(
    config: EndpointConfig, current: float, desired: Weight, count: int, desired_count: int
) -> Json:
    return {
        "VariantName": config.variants[0].variant_name,
        "CurrentWeight": round(current, 6),
        "DesiredWeight": float(desired),
        "CurrentInstanceCount": count,
        "DesiredInstanceCount": desired_count,
    }


def _weight(weight: Weight, share: Share) -> float:
    return float(weight) * share.part / share.whole


# --- VariantStatus ----------------------------------------------------------


def _new_status(endpoint: Endpoint, deployment: Deployment) -> list[Json]:
    """The status entries of the new variant."""
    found: list[Json] = []
    fleet = deployment.new
    if deployment.direction is Direction.FORWARD and deployment.stage.step > 0:
        capacity = f"{_kind_of_capacity(endpoint, deployment)} capacity"
        match deployment.phase:
            case Phase.PROVISIONING:
                found.append(launching(fleet.asked - fleet.in_service))
            case Phase.SHIFTING:
                found.append(_activating(capacity, deployment.up))
            case Phase.BAKING:
                found.append(_baking(deployment, capacity, deployment.up))
    return [*found, *_terminating((fleet,))]


def _old_status(deployment: Deployment) -> list[Json]:
    """The status entries of the old variant; in a rollback, those the new one had before."""
    found: list[Json] = []
    if deployment.direction is Direction.BACK:
        missing = sum(fleet.asked - fleet.in_service for fleet in deployment.old)
        step_one = deployment.stage.step == 1
        if deployment.phase is Phase.PROVISIONING and step_one:
            found.append(_activating("remaining capacity", restorable(deployment)))
        elif deployment.phase is Phase.PROVISIONING:
            found.append(launching(missing))
        elif deployment.phase is Phase.SHIFTING:
            full = deployment.up == deployment.spec.old_count
            capacity = "full capacity" if full else "batch capacity"
            found.append(_activating(capacity, deployment.up))
    elif deployment.stage.step == 0 and deployment.phase is Phase.BAKING:
        count = sum(fleet.in_service for fleet in deployment.old)
        found.append(_baking(deployment, "remaining capacity", count))
    return [*found, *_terminating(deployment.old)]


def _kind_of_capacity(endpoint: Endpoint, deployment: Deployment) -> str:
    """Where the traffic goes after this step's shift, in SageMaker's words."""
    config = None if endpoint.update is None else endpoint.update.deployment_config
    policy = None if config is None else config.policy
    if deployment.up == deployment.spec.new.full:
        return "full"
    if isinstance(policy, BlueGreenUpdatePolicy):
        return "canary" if policy.routing.type is RoutingType.CANARY else "linear step"
    return "batch"


def _activating(capacity: str, count: int) -> Json:
    message = f"Activating traffic on {capacity} of {count} instance(s)."
    return {"Status": "ActivatingTraffic", "StatusMessage": message}


def _baking(deployment: Deployment, capacity: str, count: int) -> Json:
    waits = is_termination_wait(deployment)
    field = "TerminationWaitInSeconds" if waits else "WaitIntervalInSeconds"
    message = (
        f"Baking for {bake_seconds(deployment)} seconds ({field}) "
        f"with traffic enabled on {capacity} of {count} instance(s).{_gate(deployment)}"
    )
    return {"Status": "Baking", "StatusMessage": message}


def _gate(deployment: Deployment) -> str:
    """What a bake at a gate also waits for."""
    gates = deployment.spec.gates
    if deployment.continued_by is not None:
        return f" Continued by {deployment.continued_by}."
    if gates is None or not awaits_continuation(deployment):
        return ""
    return f" Then waiting up to {gates.timeout_seconds} seconds to be continued."


def _terminating(fleets: tuple[Fleet, ...]) -> list[Json]:
    return terminating(sum(fleet.alive - fleet.asked for fleet in fleets))
