"""What the control calls answer, as JSON and read again: events, and endpoints as they are."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen

from rolling.backends.simulated.faults import UnusedFault, unused_document
from rolling.core.stage import Stage
from rolling.endpoint.endpoint import EndpointStatus
from rolling.server.endpoint_now import CloudNow, EndpointNow
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.view.timeline import DIRECTION_OF, DIRECTIONS, PHASE_OF, PHASES

Result = TypeVar("Result")


@frozen
class AnswerForm(Generic[Result]):
    """How the result of a control call stands in its answer, beside the time.

    `read` raises KeyError, TypeError or ValueError for an answer of another form.
    """

    write: Callable[[Result], dict[str, object]]
    read: Callable[[Mapping[str, Any]], Result]


def event_document(event: EndpointEvent) -> dict[str, object]:
    """An event as a JSON object."""
    return {
        "At": event.at,
        "Region": event.region,
        "EndpointName": event.endpoint,
        "EndpointStatus": None if event.status is None else event.status.value,
        "Stage": _stage_document(event.stage),
        "Why": event.why,
    }


def read_event(document: Mapping[str, Any]) -> EndpointEvent:
    """The event that `event_document` wrote."""
    status = document["EndpointStatus"]
    return EndpointEvent(
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
        "UnusedFaults": unused_document(endpoint.unused_faults),
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
        DIRECTION_OF[document["Direction"]],
        document["Batch"],
        document["Attempt"],
        PHASE_OF[document["Phase"]],
    )


NOTHING: AnswerForm[None] = AnswerForm(lambda nothing: {}, lambda answer: None)
"""The answer of a call that has no result."""

EVENTS: AnswerForm[tuple[EndpointEvent, ...]] = AnswerForm(
    lambda events: {"Events": [event_document(each) for each in events]},
    lambda answer: tuple([read_event(each) for each in answer["Events"]]),
)
"""What has happened, in its order."""

STATE: AnswerForm[CloudNow] = AnswerForm(
    lambda state: {
        "Manual": state.manual,
        "Endpoints": [endpoint_document(each) for each in state.endpoints],
    },
    lambda answer: CloudNow(
        float(answer["Now"]),
        bool(answer["Manual"]),
        tuple([read_endpoint(each) for each in answer["Endpoints"]]),
    ),
)
"""The time, which every answer has, and every endpoint as it is."""
