"""Faults given from outside: when they strike, and which of them never could.

A fault that cannot strike would be a wish that is silently not granted: it is
refused, as far as that can be known when it is given.
"""

from collections.abc import Iterable
from enum import StrEnum

from attrs import evolve

from rolling.backends.simulated import Fault, FaultKind, fault_problems
from rolling.core.errors import InvalidInput, Problem
from rolling.core.stage import Direction
from rolling.endpoint.endpoint import Endpoint, EndpointStatus
from rolling.endpoint.shapes import shown
from rolling.simulation.report import DIRECTIONS


class When(StrEnum):
    """When faults strike that are given to a cloud."""

    CREATION = "Creation"
    NEXT_UPDATE = "NextUpdate"
    NOW = "Now"


_AT_CREATION = (FaultKind.PROVISIONING_FAILED, FaultKind.PROVISIONING_SLOW)
_OF_FLEETS = (*_AT_CREATION, FaultKind.INSTANCE_LOST, FaultKind.CLEANUP_FAILED)
_OF_UPDATES = (FaultKind.ALARM, FaultKind.ALARM_UNREADABLE, FaultKind.STOP)


def when_of(value: When | str) -> When:
    """The `When` that a word says. Raises InvalidInput for any other."""
    if value in [*When]:
        return When(value)
    rule = f"must be one of {', '.join(When)}"
    raise InvalidInput([Problem("When", shown(value), rule, When.NEXT_UPDATE.value)])


def check_faults(faults: Iterable[Fault]) -> None:
    """Raise InvalidInput with every problem of the faults by themselves."""
    _refuse(_own_problems(faults))


def check_faults_at_creation(name: str, faults: tuple[Fault, ...], *, exists: bool) -> None:
    """Raise InvalidInput for faults that no creation has, and for an endpoint that `exists`."""
    found = _own_problems(faults)
    for place, fault in enumerate(faults):
        at = f"Faults[{place}]"
        if fault.kind not in _AT_CREATION:
            rule = f"a creation has none of these; it has {' and '.join(_AT_CREATION)}"
            found.append(Problem(f"{at}.Kind", fault.kind.value, rule, _AT_CREATION[0].value))
        if fault.direction is Direction.BACK or fault.batch is not None or fault.phase is not None:
            rule = "a creation has no directions, batches or phases; leave Direction, Batch and "
            found.append(Problem(at, fault.kind.value, f"{rule}Phase out"))
    if exists:
        rule = "is created already; give the faults for its next update"
        found.append(Problem("EndpointName", name, rule))
    _refuse(found)


def faults_now(endpoint: Endpoint, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The faults as they strike what is under way at an endpoint.

    One that is created or scaled has no old fleet: where none is named, its
    first variant is meant. Raises InvalidInput for faults that cannot strike.
    """
    if endpoint.pending is None and not endpoint.launching:
        rule = "has nothing under way that a fault could strike; give them for the next update"
        raise InvalidInput([Problem("EndpointName", endpoint.name, rule)])
    found = _own_problems(faults)
    for place, fault in enumerate(faults):
        found += _problems_now(endpoint, fault, f"Faults[{place}]")
    _refuse(found)
    if endpoint.pending is not None:
        return faults
    return tuple(
        [
            evolve(each, fleet=each.fleet or "new") if each.kind in _OF_FLEETS else each
            for each in faults
        ]
    )


def _problems_now(endpoint: Endpoint, fault: Fault, at: str) -> list[Problem]:
    deployment = None if endpoint.pending is None else endpoint.pending.deployment
    if deployment is None:
        back = endpoint.status is EndpointStatus.ROLLING_BACK
        if fault.kind in _OF_UPDATES:
            rule = "strikes updates only, and this endpoint is created or scaled"
            return [Problem(f"{at}.Kind", fault.kind.value, rule, _AT_CREATION[0].value)]
    else:
        back = deployment.direction is Direction.BACK
    if back and fault.direction is Direction.FORWARD:
        rule = "what is under way is on its way back already"
        return [Problem(f"{at}.Direction", DIRECTIONS[fault.direction], rule, "Back")]
    watched = () if deployment is None else deployment.spec.alarms
    if fault.kind in (FaultKind.ALARM, FaultKind.ALARM_UNREADABLE):
        named = fault.alarm_name
        if not watched or named not in (None, *watched):
            rule = f"the update watches {', '.join(watched) or 'no alarm'}"
            return [Problem(f"{at}.AlarmName", named, rule, watched[0] if watched else None)]
    return []


def _own_problems(faults: Iterable[Fault]) -> list[Problem]:
    return [
        problem
        for place, fault in enumerate(faults)
        for problem in fault_problems(fault, f"Faults[{place}]")
    ]


def _refuse(found: list[Problem]) -> None:
    if found:
        raise InvalidInput(found)
