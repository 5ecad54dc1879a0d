"""What the control calls say in JSON, there and back: happenings, endpoints as they are, faults."""

from collections.abc import Iterable, Mapping
from typing import Any

from rolling.backends.simulated import Fault
from rolling.core.errors import InvalidInput
from rolling.core.stage import Direction, Phase, Stage
from rolling.endpoint.endpoint import EndpointStatus
from rolling.schema.shapes import Judged, ListOf
from rolling.server.region.running_endpoint import Happening
from rolling.server.endpoint_now import EndpointNow
from rolling.simulation.fault_json import fault_json_problems, parse_fault
from rolling.simulation.report import DIRECTIONS, PHASES, UnusedFault

_DIRECTIONS: Mapping[str, Direction] = {text: key for key, text in DIRECTIONS.items()}
FAULTS = ListOf(Judged(), 0, 1000)
"""A list of faults; an empty one leaves an update alone."""

_PHASES: Mapping[str, Phase] = {text: key for key, text in PHASES.items()}


def happening_document(happening: Happening) -> dict[str, object]:
    """A happening as a JSON object."""
    return {
        "At": happening.at,
        "Region": happening.region,
        "EndpointName": happening.endpoint,
        "EndpointStatus": None if happening.status is None else happening.status.value,
        "Stage": _stage_document(happening.stage),
        "Why": happening.why,
    }


def read_happening(document: Mapping[str, Any]) -> Happening:
    """The happening that `happening_document` wrote."""
    status = document["EndpointStatus"]
    return Happening(
        document["At"],
        document["Region"],
        document["EndpointName"],
        None if status is None else EndpointStatus(status),
        _read_stage(document["Stage"]),
        document["Why"],
    )


def endpoint_document(endpoint: EndpointNow) -> dict[str, object]:
    """An endpoint as it is, as a JSON object."""
    return {
        "Region": endpoint.region,
        "EndpointName": endpoint.name,
        "EndpointStatus": endpoint.status.value,
        "EndpointConfigName": endpoint.config_name,
        "PendingEndpointConfigName": endpoint.pending_config_name,
        "Stage": _stage_document(endpoint.stage),
        "UnderWay": endpoint.under_way,
        "UnusedFaults": [
            {"Field": each.field, "Kind": each.kind} for each in endpoint.unused_faults
        ],
        "WaitingFaults": [[*kinds] for kinds in endpoint.waiting_faults],
    }


def read_endpoint(document: Mapping[str, Any]) -> EndpointNow:
    """The endpoint that `endpoint_document` wrote."""
    return EndpointNow(
        name=document["EndpointName"],
        region=document["Region"],
        status=EndpointStatus(document["EndpointStatus"]),
        config_name=document["EndpointConfigName"],
        pending_config_name=document["PendingEndpointConfigName"],
        stage=_read_stage(document["Stage"]),
        under_way=document["UnderWay"],
        unused_faults=tuple(
            [UnusedFault(each["Field"], each["Kind"]) for each in document["UnusedFaults"]]
        ),
        waiting_faults=tuple([tuple(map(str, kinds)) for kinds in document["WaitingFaults"]]),
    )


def faults_from(given: Iterable[Fault | Mapping[str, object]]) -> tuple[Fault, ...]:
    """Faults, as such or as a scenario's JSON has them.

    Raises InvalidInput with every problem, the first fault's under Faults[0].
    """
    faults = faults_listed(given)
    found = [
        problem
        for place, each in enumerate(faults)
        if not isinstance(each, Fault)
        for problem in fault_json_problems(each, f"Faults[{place}]")
    ]
    if found:
        raise InvalidInput(found)
    return tuple([each if isinstance(each, Fault) else parse_fault(each) for each in faults])


def faults_listed(given: Any) -> list[Any]:
    """What stands in a list of faults. Raises InvalidInput for what is none, or too long a one."""
    alone = isinstance(given, str | Mapping) or not isinstance(given, Iterable)
    listed: Any = given if alone else [*given]
    found = FAULTS.problems(listed, "Faults")
    if found:
        raise InvalidInput(found)
    return [*listed]


def _stage_document(stage: Stage | None) -> dict[str, object] | None:
    if stage is None:
        return None
    return {
        "Direction": DIRECTIONS[stage.direction],
        "Batch": stage.step,
        "Attempt": stage.attempt,
        "Phase": PHASES[stage.phase],
    }


def _read_stage(document: Mapping[str, Any] | None) -> Stage | None:
    if document is None:
        return None
    return Stage(
        _DIRECTIONS[document["Direction"]],
        document["Batch"],
        document["Attempt"],
        _PHASES[document["Phase"]],
    )
