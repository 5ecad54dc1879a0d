"""The plan: the forecast of an update with its problems, and its JSON."""

from typing import assert_never

from attrs import frozen

from rolling.core.capacity import rest_of
from rolling.core.deployment import Gates
from rolling.core.fleet import FleetSpec
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    RoutingType,
    SurgeRollingPolicy,
    UpdatePolicy,
)
from rolling.simulation.alternatives import Circumstances, Fix
from rolling.simulation.feasibility import Finding, infeasibilities, surprises
from rolling.simulation.forecast import BatchForecast, Forecast, forecast_deployment
from rolling.simulation.report import AcceptedUpdate, Durations, durations_document, durations_of
from rolling.simulation.run import accepted_updates
from rolling.simulation.scenario import Scenario


@frozen
class UpdatePlan:
    """The plan of one update.

    `problems`: what will not work. `notes`: what may be unexpected.
    `durations`: the operations counted in addition to the bakes.
    """

    endpoint_name: str
    forecast: Forecast
    under: Circumstances
    durations: Durations
    problems: tuple[Finding, ...]
    notes: tuple[Finding, ...]


def plan(scenario: Scenario) -> tuple[UpdatePlan, ...]:
    """The plan of each update of a scenario.

    The first is planned from the endpoint as it is. Later ones are planned from the end
    of the simulated updates before them: a repair from its mix, and any update with the
    instances that are still terminating. The faults of an update affect only the plans of
    later ones. Raises ValidationException for an update that the endpoint refuses.
    """
    return tuple([_plan_update(update, scenario) for update in accepted_updates(scenario)])


def _plan_update(update: AcceptedUpdate, scenario: Scenario) -> UpdatePlan:
    accepted, settings = update.endpoint, scenario.settings
    assert accepted.update is not None
    under = Circumstances(accepted.update.policy, settings)
    forecast = forecast_deployment(accepted.update.deployment, settings, update.leftovers)
    return UpdatePlan(
        accepted.name,
        forecast,
        under,
        durations_of(settings, scenario.assumed),
        infeasibilities(forecast, under),
        surprises(forecast, under),
    )


def plan_document(plans: tuple[UpdatePlan, ...]) -> dict[str, object]:
    """The JSON that `rolling plan -o json` prints; schemas/plan.schema.json describes it."""
    return {"Updates": [_update_document(plan) for plan in plans]}


def _update_document(plan: UpdatePlan) -> dict[str, object]:
    forecast, settings = plan.forecast, plan.under.settings
    spec = forecast.start.spec
    return {
        "EndpointName": plan.endpoint_name,
        "Old": [_fleet_document(fleet, fleet.count) for fleet in spec.old],
        "New": _fleet_document(spec.new, spec.new.full),
        "Policy": _policy_name(plan.under),
        "BatchSize": spec.pace.first_shift,
        "RollbackBatchSize": spec.pace.rollback_batch,
        "Room": _room_document(plan.under.policy, forecast),
        "Gates": None if spec.gates is None else _gates_document(spec.gates, forecast),
        "OldInstances": spec.old_count,
        "InstancesAtStart": spec.old_count + spec.new.count,
        "LeftoverAtStart": forecast.leftover_instances,
        "Batches": [_batch_document(batch) for batch in forecast.batches],
        "PeakInstances": forecast.forward.peak_instances,
        "ExtraInstanceSeconds": forecast.forward.extra_instance_seconds,
        "LeastSeconds": forecast.forward.least_seconds,
        "RollbackPeakInstances": forecast.rollback_peak_instances,
        "RollbackLeastSeconds": forecast.rollback_least_seconds,
        "DeadlineSeconds": spec.deadline_seconds,
        "TerminationWaitSeconds": spec.pace.termination_wait_seconds,
        "CapacityLimit": settings.capacity_limit,
        "Durations": durations_document(plan.durations),
        "Problems": [_finding_document(finding) for finding in plan.problems],
        "Notes": [_finding_document(finding) for finding in plan.notes],
    }


def _policy_name(under: Circumstances) -> str:
    match under.policy:
        case RollingUpdatePolicy():
            return "Rolling"
        case SurgeRollingPolicy():
            return "SurgeRolling"
        case BlueGreenUpdatePolicy(routing=routing):
            return _ROUTINGS[routing.type]
        case other:
            assert_never(other)


def _room_document(policy: UpdatePolicy, forecast: Forecast) -> dict[str, object] | None:
    """The room of a policy, in instances; None for SageMaker's policies."""
    if not isinstance(policy, SurgeRollingPolicy):
        return None
    spec = forecast.start.spec
    return {
        "Surge": policy.surge_in(spec.new.full),
        "Unavailable": policy.unavailable_in(spec.new.full),
        "OldFloor": spec.old[0].floor,
        "NewFloor": spec.new.floor,
        "LeastInService": forecast.forward.least_in_service,
    }


def _gates_document(gates: Gates, forecast: Forecast) -> dict[str, object]:
    return {
        "Batches": [batch.batch.step for batch in forecast.batches if batch.gate],
        "TimeoutSeconds": gates.timeout_seconds,
        "TimeoutAction": gates.on_timeout.value,
        "MostSeconds": forecast.gate_seconds,
    }


_ROUTINGS = {
    RoutingType.ALL_AT_ONCE: "AllAtOnce",
    RoutingType.CANARY: "Canary",
    RoutingType.LINEAR: "Linear",
}


def _fleet_document(fleet: FleetSpec, count: int) -> dict[str, object]:
    return {"EndpointConfigName": fleet.configuration, "InstanceCount": count}


def _batch_document(forecast: BatchForecast) -> dict[str, object]:
    batch, back = forecast.batch, forecast.rollback
    return {
        "Batch": batch.step,
        "Old": sum(forecast.counts_before[1:]),
        "OldAfter": sum(batch.kept[1:]),
        "NewBefore": forecast.counts_before[0],
        "New": batch.counts[0],
        "Total": forecast.peak_instances,
        "NewShareBefore": str(forecast.split_before[0]),
        "NewShare": str(batch.split[0]),
        "OldShare": str(rest_of(batch.split[0])),
        "BakeSeconds": batch.bake_seconds,
        "Gate": forecast.gate,
        "StartsAt": forecast.starts_at_seconds,
        "LeastSeconds": forecast.least_seconds,
        "Rollback": {
            "PeakInstances": back.peak_instances,
            "ProvisionedInstances": back.provisioned_instances,
            "Batches": back.batches,
            "LeastSeconds": back.least_seconds,
        },
    }


def _finding_document(finding: Finding) -> dict[str, object]:
    return {
        "Field": finding.field,
        "Value": finding.value,
        "Rule": finding.rule,
        "Fixes": [_change_document(change) for change in finding.fixes],
    }


def _change_document(change: Fix) -> dict[str, object]:
    return {"Field": change.field, "Value": change.value}
