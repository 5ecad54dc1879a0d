"""An endpoint at a moment: its status and what is under way, as a value and in one sentence."""

from attrs import frozen

from rolling.backends.simulated.faults import UnusedFault
from rolling.core.deployment import Deployment
from rolling.core.pace import step_count
from rolling.core.stage import Direction, Stage
from rolling.endpoint.endpoint import EndpointStatus
from rolling.server.region.running_endpoint import RunningEndpoint
from rolling.view.timeline import PHASES


@frozen
class EndpointNow:
    """An endpoint at a moment.

    `pending_config_name`, `stage`: of the update in progress; None when there is
    none. `under_way`: one sentence; None when nothing is. `unused_faults`: of what
    ended last those of its faults that never struck; while an update is in
    progress, those that cannot strike it. Faults[0] is the first of them, a
    scenario's own before those injected. `waiting_faults`: the kinds of those that
    wait, for each of the next updates.
    """

    name: str
    region: str
    status: EndpointStatus
    config_name: str
    pending_config_name: str | None
    stage: Stage | None
    under_way: str | None
    unused_faults: tuple[UnusedFault, ...] = ()
    waiting_faults: tuple[tuple[str, ...], ...] = ()


@frozen
class CloudNow:
    """All endpoints of all regions at a moment, `now`, in seconds since the epoch.

    `manual`: time stands still until it is advanced.
    """

    now: float
    manual: bool
    endpoints: tuple[EndpointNow, ...]


def endpoint_now(running: RunningEndpoint) -> EndpointNow:
    """An endpoint as it is."""
    endpoint, deployment = running.endpoint, running.deployment
    return EndpointNow(
        endpoint.name,
        endpoint.region,
        endpoint.status,
        endpoint.config_name,
        None if endpoint.pending is None else endpoint.pending.config.name,
        None if deployment is None else deployment.stage,
        None if running.resting else sentence(running),
        running.unused_faults,
        tuple([tuple([fault.kind.value for fault in each]) for each in running.waiting_faults]),
    )


def sentence(running: RunningEndpoint) -> str:
    """What is under way at an endpoint that does not rest."""
    endpoint = running.endpoint
    subject = f"{endpoint.name} in {endpoint.region}"
    if endpoint.pending is not None:
        stage = _stage(endpoint.pending.deployment)
        return f"{subject} is being updated to {endpoint.pending.config.name}: {stage}."
    if endpoint.launching:
        wanted = sum(each.desired.units for each in endpoint.capacities)
        there = sum(each.current.instance_count or 0 for each in endpoint.capacities)
        return f"{subject} is {_LAUNCHING[endpoint.status]}: {there} of {wanted} instance(s)."
    if endpoint.status is EndpointStatus.DELETING:
        return f"{subject} is being deleted."
    return f"{subject} is {endpoint.status.value}, and its traffic is still moving."


_LAUNCHING = {
    EndpointStatus.CREATING: "being created",
    EndpointStatus.UPDATING: "being scaled",
    EndpointStatus.ROLLING_BACK: "returning from a scaling that failed",
}


def _stage(deployment: Deployment) -> str:
    step, phase = deployment.stage.step, PHASES[deployment.phase].lower()
    if deployment.direction is Direction.BACK:
        return f"rolling back, batch {step} of the way back, {phase}"
    return f"batch {step} of {step_count(deployment.spec)}, {phase}"
