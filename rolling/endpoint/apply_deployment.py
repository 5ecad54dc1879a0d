"""Applies the progress of a deployment to its endpoint.

An update has three ends, as a caller of SageMaker sees them: InService on the new
configuration, InService on the old one with a FailureReason, or
UpdateRollbackFailed with the remaining mix.
"""

from attrs import evolve

from rolling.core.deployment import Deployment
from rolling.core.fleet import FleetSpec
from rolling.core.outcome import Cause, RollbackFailed, RolledBack
from rolling.core.repair import fleets_left
from rolling.core.stage import Phase
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, Update


def with_deployment(endpoint: Endpoint, deployment: Deployment) -> Endpoint:
    """The endpoint after its update's deployment has progressed to `deployment`.

    After the end, the endpoint rests. Call this again when an ended deployment takes
    in an observation: leftovers vanish, a split settles.
    Raises ValueError for the deployment of another update.
    """
    update = endpoint.update
    if update is None or update.deployment.spec != deployment.spec:
        raise ValueError(f"this is not a deployment of the latest update of {endpoint.name}")
    if deployment == update.deployment:
        return endpoint
    update = evolve(update, deployment=deployment)
    if not deployment.ended:
        return evolve(endpoint, update=update)
    if endpoint.status is EndpointStatus.UPDATING:
        endpoint = _ended(endpoint, update)
    fleets = fleets_left(deployment)
    if deployment.phase is Phase.ROLLED_BACK:
        fleets = _as_before(fleets, endpoint.fleets)
    return evolve(endpoint, update=update, fleets=fleets)


def _ended(endpoint: Endpoint, update: Update) -> Endpoint:
    """The endpoint at the moment its update ends."""
    if update.deployment.phase is Phase.SUCCEEDED:
        return evolve(
            endpoint,
            config=update.config,
            status=EndpointStatus.IN_SERVICE,
            desired_instance_count=update.desired_instance_count,
            desired_weight=update.desired_weight,
            failure_reason=None,
        )
    # A repair that rolls back returns to the mix that it tried to repair.
    mixed = update.from_mix or update.deployment.phase is Phase.ROLLBACK_FAILED
    return evolve(
        endpoint,
        status=EndpointStatus.UPDATE_ROLLBACK_FAILED if mixed else EndpointStatus.IN_SERVICE,
        failure_reason=_failure_reason(update),
    )


def _as_before(
    fleets: tuple[FleetSpec, ...], before: tuple[FleetSpec, ...]
) -> tuple[FleetSpec, ...]:
    """The fleets in their order before the update, with its leftovers first.

    A repair to an older configuration that rolled back must not make it the newer one.
    """
    places = {fleet.configuration: place for place, fleet in enumerate(before)}
    return tuple(sorted(fleets, key=lambda fleet: places.get(fleet.configuration, -1)))


def _failure_reason(update: Update) -> str:
    """Why the update failed, with every cause, in at most 1,024 characters."""
    text = f'The update to endpoint configuration "{update.config.name}"'
    match update.deployment.outcome:
        case RolledBack(cause=cause, leftover=leftover, cut_short=cut_short):
            text += f" was rolled back: {_brief(cause)}."
            if cut_short is not None and leftover:
                text += f" {leftover} of its instance(s) were still alive: {_brief(cut_short)}."
            if update.from_mix:
                text += " The endpoint serves the same mix as before."
        case RollbackFailed(cause=cause, rollback_cause=rollback_cause):
            text += f" failed: {_brief(cause)}. Its rollback failed: {_brief(rollback_cause)}."
        case outcome:
            raise AssertionError(f"{outcome} is not a failure")
    return text


def _brief(cause: Cause) -> str:
    # Two of these and the text around them stay within SageMaker's 1,024 characters.
    text = str(cause).rstrip(".")
    return text if len(text) <= 400 else f"{text[:399]}…"
