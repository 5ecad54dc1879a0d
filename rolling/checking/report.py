"""The report of a check: verdicts as JSON, described by schemas/check.schema.json.

A verdict includes its assumptions: the granularity of the world, and its losses and
stalls.
"""

from collections.abc import Sequence
from typing import Any

from rolling.checking.counterexample import explain
from rolling.checking.deployment_model import Situation
from rolling.checking.explorer import Violation
from rolling.checking.verdict import Verdict
from rolling.checking.world import Granularity
from rolling.core.deployment import Spec
from rolling.core.fleet import FleetSpec
from rolling.core.pace import step_count

GRANULARITIES = {Granularity.EXACT: "Exact", Granularity.COARSE: "Coarse"}
"""The granularities by their names in JSON."""

HOLDS, BROKEN, UNDECIDED = "Holds", "Broken", "Undecided"
"""Every property holds; a property is broken; the search ended before it could decide."""


def check_document(
    verdicts: Sequence[tuple[str, Verdict]],
    *,
    updates: int,
    state_limit: int | None,
    interrupted: bool,
) -> dict[str, Any]:
    """The JSON of the verdicts reached, out of `updates` updates.

    Each comes with the name of its endpoint. `state_limit`: the limit of each search.
    """
    return {
        "Updates": [_update(name, verdict) for name, verdict in verdicts],
        "UpdatesLeftOut": updates - len(verdicts),
        "StateLimit": state_limit,
        "Interrupted": interrupted,
    }


def assumed(granularity: Granularity | None, losses: int, stalls: int) -> dict[str, object]:
    """The assumptions of a verdict as JSON; None: the granularity differs between fleets."""
    name = None if granularity is None else GRANULARITIES[granularity]
    return {"Granularity": name, "Losses": losses, "Stalls": stalls}


def verdict_word(*, broken: bool, complete: bool) -> str:
    """The verdict as one word."""
    if broken:
        return BROKEN
    return HOLDS if complete else UNDECIDED


def _update(endpoint_name: str, verdict: Verdict) -> dict[str, object]:
    spec, limits, found = verdict.deployment.spec, verdict.limits, verdict.exploration
    return {
        "EndpointName": endpoint_name,
        "Old": [_fleet(fleet, fleet.count) for fleet in spec.old],
        "New": _fleet(spec.new, spec.new.full),
        "NewInstancesAtStart": spec.new.count,
        "Policy": "Rolling" if spec.pace.cleans_each_step else "BlueGreen",
        "BatchSize": spec.pace.first_shift,
        "RollbackBatchSize": spec.pace.rollback_batch,
        "Unavailable": spec.new.full - spec.new.floor,
        "GatedBatches": _gated_batches(spec),
        "Verdict": verdict_word(broken=bool(found.violations), complete=found.complete),
        "AtStateLimit": found.at_limit,
        "States": found.states,
        "Transitions": found.steps,
        "Deployments": verdict.deployments,
        "Seconds": round(found.seconds, 3),
        "EdgesTaken": list(verdict.edges_taken),
        "EdgesNotTaken": list(verdict.edges_not_taken),
        "Assumed": assumed(limits.granularity, limits.losses, limits.stalls),
        "Violations": [_violation(violation) for violation in found.violations],
    }


def _gated_batches(spec: Spec) -> list[int]:
    """The batches whose bakes are gates."""
    if spec.gates is None:
        return []
    return list(spec.gates.steps or range(1, step_count(spec) + 1))


def _fleet(fleet: FleetSpec, count: int) -> dict[str, object]:
    return {"EndpointConfigName": fleet.configuration, "InstanceCount": count}


def _violation(violation: Violation[Situation]) -> dict[str, object]:
    return {"Property": violation.property, "Counterexample": explain(violation).splitlines()}
