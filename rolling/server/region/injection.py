"""Faults that a tester injects: when they strike, and which never can.

A fault that cannot strike is refused, if that is known when it is injected: otherwise a
test would pass without testing anything.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import partial

from attrs import evolve

from rolling.backends.simulated.faults import (
    Fault,
    FaultKind,
    fault_problems,
    futile,
    misses,
    over_rule,
    problems_of,
    refuse,
    turned_back,
)
from rolling.core.deployment import Deployment
from rolling.core.errors import InvalidInput, Problem
from rolling.core.pace import step_count
from rolling.core.stage import Direction, Stage
from rolling.endpoint.endpoint import Endpoint, EndpointStatus
from rolling.view.timeline import PHASES


class When(StrEnum):
    """When injected faults strike."""

    CREATION = "Creation"
    NEXT_UPDATE = "NextUpdate"
    NOW = "Now"


_AT_CREATION = (FaultKind.PROVISIONING_FAILED, FaultKind.PROVISIONING_SLOW)
_OF_FLEETS = (*_AT_CREATION, FaultKind.INSTANCE_LOST, FaultKind.CLEANUP_FAILED)
_OF_UPDATES = (FaultKind.ALARM, FaultKind.ALARM_UNREADABLE, FaultKind.STOP)


def check_faults(faults: Iterable[Fault]) -> None:
    """Raise InvalidInput with all problems of the faults themselves."""
    refuse(problems_of(faults, _own_problems))


def check_faults_at_creation(name: str, faults: tuple[Fault, ...], *, exists: bool) -> None:
    """Raise InvalidInput for faults that a creation cannot have, and if the endpoint `exists`."""
    found = problems_of(faults, _own_problems) + problems_of(faults, _problems_at_creation)
    if exists:
        rule = "is created already; give the faults for its next update"
        found.append(Problem("EndpointName", name, rule))
    refuse(found)


def faults_now(endpoint: Endpoint, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The faults as they strike the operation in progress at an endpoint.

    A creation or a scaling has no old fleet: without a fleet, a fault is for the first
    variant. A fault without a Batch is for the current batch, or for the next one if its
    Phase is already over; without a Batch and a Phase it begins at once. Raises
    InvalidInput for faults that cannot strike, also because their time is over.
    """
    if endpoint.pending is None and not endpoint.launching:
        rule = (
            "has no operation in progress that a fault could strike; give them for the next update"
        )
        raise InvalidInput([Problem("EndpointName", endpoint.name, rule)])
    refuse(problems_of(faults, partial(_problems_now, endpoint)))
    if endpoint.pending is not None:
        stage = endpoint.pending.deployment.stage
        return tuple([_from_here(each, stage) for each in faults])
    return tuple(
        [
            evolve(each, fleet=each.fleet or "new") if each.kind in _OF_FLEETS else each
            for each in faults
        ]
    )


def _from_here(fault: Fault, stage: Stage) -> Fault:
    """The fault with the batch in which its phase comes next, if it names only a phase."""
    if fault.phase is None or fault.batch is not None or fault.direction is not stage.direction:
        return fault
    return evolve(fault, batch=stage.step + (fault.phase < stage.phase))


def _problems_now(endpoint: Endpoint, fault: Fault, at: str) -> list[Problem]:
    own = _own_problems(fault, at)
    if own:
        return own
    if endpoint.pending is None:
        return _problems_of_launching(endpoint, fault, at)
    deployment = endpoint.pending.deployment
    if deployment.direction is Direction.BACK and fault.direction is Direction.FORWARD:
        return [turned_back(f"{at}.Direction")]
    found = misses(fault, deployment.spec, at)
    if not found and deployment.direction is fault.direction:
        found += _passed(deployment, fault, at)
    return found


def _problems_of_launching(endpoint: Endpoint, fault: Fault, at: str) -> list[Problem]:
    """The problems for an endpoint that is created or scaled, which has only one stage."""
    back = endpoint.status is EndpointStatus.ROLLING_BACK
    if fault.kind in _OF_UPDATES:
        rule = "strikes updates only, and this endpoint is created or scaled"
        return [Problem(f"{at}.Kind", fault.kind.value, rule, _AT_CREATION[0].value)]
    if fault.batch not in (None, 1):
        rule = "the operation in progress has no batches; leave it out"
        return [Problem(f"{at}.Batch", fault.batch, rule)]
    forward = fault.direction is Direction.FORWARD
    return [turned_back(f"{at}.Direction")] if back and forward else []


def _passed(deployment: Deployment, fault: Fault, at: str) -> list[Problem]:
    """A batch that is over does not come again, and the fault asks for no other."""
    step, phase = deployment.stage.step, deployment.phase
    last = deployment.direction is Direction.FORWARD and step == step_count(deployment.spec)
    over = fault.first_phase() < phase
    rule = over_rule(deployment)
    if fault.phase is not None and over and (last if fault.batch is None else fault.batch == step):
        return [Problem(f"{at}.Phase", PHASES[fault.phase], rule, PHASES[phase])]
    if fault.batch is not None and (fault.batch, fault.first_phase()) < (step, phase):
        fix = (None if last else step + 1) if over else step
        return [Problem(f"{at}.Batch", fault.batch, rule, fix)]
    return []


def _own_problems(fault: Fault, at: str) -> list[Problem]:
    return fault_problems(fault, at) or futile(fault, at) or _foreign_to_sagemaker(fault, at)


def _foreign_to_sagemaker(fault: Fault, at: str) -> list[Problem]:
    if fault.kind is FaultKind.CONTINUE:
        return [Problem(f"{at}.Kind", fault.kind.value, "no update of SageMaker waits at a gate")]
    if fault.batch == 0:
        rule = "no update of SageMaker drains the old fleet first: it begins with batch 1"
        return [Problem(f"{at}.Batch", 0, rule, 1)]
    return []


def _problems_at_creation(fault: Fault, at: str) -> list[Problem]:
    found = []
    if fault.kind not in _AT_CREATION:
        rule = f"a creation has none of these; it has {' and '.join(_AT_CREATION)}"
        found.append(Problem(f"{at}.Kind", fault.kind.value, rule, _AT_CREATION[0].value))
    if fault.direction is Direction.BACK or fault.batch is not None or fault.phase is not None:
        rule = "a creation has no directions, batches or phases; leave Direction, Batch and "
        found.append(Problem(at, fault.kind.value, f"{rule}Phase out"))
    return found
