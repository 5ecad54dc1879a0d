"""The control calls: what only a tester can do to a local SageMaker. One entry for each.

An entry is a function with what `@control_call` says of it: how its result is answered, and
what the call takes in JSON, with the form of each parameter. Everything else follows from
it: steering.py makes it a method, control_http.py answers it over HTTP, and
control_client.py calls it from another process.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from attrs import evolve, frozen

from rolling.backends.simulated import Fault, settings_problems
from rolling.backends.simulated.faults import fault_json_problems, parse_fault
from rolling.core.errors import InvalidInput, Problem
from rolling.core.events import StopRequested
from rolling.endpoint.arns import REGION_NAME
from rolling.schema.shapes import Judged, ListOf, OneOf, Shape, Structure, Text, name
from rolling.server.cloud import Cloud
from rolling.server.control_json import EVENTS, NOTHING, STATE, AnswerForm
from rolling.server.endpoint_now import CloudNow, endpoint_now
from rolling.server.milestones import Milestone, milestone_problems
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.region.injection import When, check_faults, faults_now
from rolling.server.region.running_endpoint import RunningEndpoint
from rolling.server.timekeeping import moment

Given = Mapping[str, Any]
"""The parameters of a call, as its JSON has them. A fault may also be a `Fault`."""

Events = tuple[EndpointEvent, ...]
"""What has happened since events were last taken."""

Result = TypeVar("Result")


@frozen
class ControlCall(Generic[Result]):
    """A control call.

    `name`: as its path has it. `summary`: what it does, in a line. `carry_out`: does it,
    with parameters that were checked, while nothing else happens to the cloud. `answer`:
    how its result is answered. `required`, `optional`: what it takes. `method`: that of
    its HTTP request. `more_problems`: what is wrong beyond the form of each parameter.
    """

    name: str
    summary: str
    carry_out: Callable[[Cloud, Given], Result]
    answer: AnswerForm[Result]
    required: Mapping[str, Shape]
    optional: Mapping[str, Shape]
    method: str
    more_problems: Callable[[Given], list[Problem]]

    def checked(self, document: object) -> Given:
        """The document as parameters. Raises InvalidInput with everything wrong with it."""
        takes = {**self.required, **self.optional}
        called = self.name if takes else "a call that takes nothing"
        found = Structure(called, takes, tuple(self.required)).problems(document, "")
        if not isinstance(document, Mapping):
            raise InvalidInput(found)
        found += self.more_problems(document)
        if found:
            raise InvalidInput(found)
        return document


CALLS: dict[str, ControlCall[Any]] = {}
"""The control calls by name."""


def control_call(
    answer: AnswerForm[Result],
    required: Mapping[str, Shape] | None = None,
    optional: Mapping[str, Shape] | None = None,
    method: str = "POST",
    more_problems: Callable[[Given], list[Problem]] = lambda given: [],
) -> Callable[[Callable[[Cloud, Given], Result]], ControlCall[Result]]:
    """Enter a function among the control calls, by its name and its docstring."""

    def entered(carry_out: Callable[[Cloud, Given], Result]) -> ControlCall[Result]:
        called = carry_out.__name__.replace("_", "-")
        said = carry_out.__doc__ or ""
        summary = (said[:1].lower() + said[1:]).rstrip(".")
        takes = (required or {}, optional or {})
        call = ControlCall(called, summary, carry_out, answer, *takes, method, more_problems)
        CALLS[called] = call
        return call

    return entered


# --- what they take -----------------------------------------------------------------


@frozen
class _FaultShape:
    """A fault, as a scenario's JSON has it, or a `Fault`, which is judged when it is injected."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """Everything wrong with a fault's JSON."""
        return [] if isinstance(value, Fault) else fault_json_problems(value, path)


_ENDPOINT: Mapping[str, Shape] = {"EndpointName": name("my-endpoint")}
_REGION: Mapping[str, Shape] = {"Region": REGION_NAME}


def _find(cloud: Cloud, given: Given) -> RunningEndpoint:
    return cloud.find(given["EndpointName"], given.get("Region"))


# --- what there is ------------------------------------------------------------------


@control_call(STATE, method="GET")
def state(cloud: Cloud, given: Given) -> CloudNow:
    """The time, and every endpoint with what is under way at it."""
    endpoints = tuple([endpoint_now(each) for each in cloud.running_endpoints()])
    return CloudNow(cloud.now(), cloud.manual, endpoints)


@control_call(EVENTS)
def events(cloud: Cloud, given: Given) -> Events:
    """What has happened since somebody last asked."""
    return cloud.take_events()


# --- time ---------------------------------------------------------------------------


@control_call(EVENTS, {"Seconds": Judged(60)})
def advance(cloud: Cloud, given: Given) -> Events:
    """Let Seconds pass."""
    cloud.pass_time(given["Seconds"])
    return cloud.take_events()


@control_call(EVENTS, {"Moment": Judged()})
def advance_to(cloud: Cloud, given: Given) -> Events:
    """Let time pass up to Moment, in seconds since the epoch."""
    cloud.require_manual_time()
    cloud.move_to(moment("Moment", given["Moment"], cloud.now()))
    return cloud.take_events()


@control_call(EVENTS)
def advance_to_next_event(cloud: Cloud, given: Given) -> Events:
    """Let time pass until a status or a stage changes."""
    cloud.require_manual_time()
    while cloud.next_wake() < math.inf and not cloud.move_to_next_wake():
        pass
    return cloud.take_events()


@control_call(
    EVENTS,
    _ENDPOINT,
    {"Batch": Judged(), "Phase": Judged(), "Direction": Judged(), "Status": Judged(), **_REGION},
    more_problems=milestone_problems,
)
def advance_until(cloud: Cloud, given: Given) -> Events:
    """Let time pass until EndpointName has come to Batch, Phase, Direction, Status."""
    cloud.require_manual_time()
    milestone, running = Milestone.of(given), _find(cloud, given)
    never = [] if running.deployment is None else milestone.never_comes(running.deployment)
    if never:
        raise InvalidInput(never)
    passed = ""
    while not milestone.holds(running.endpoint) or running.gone:
        if running.gone or running.resting:
            status = "Deleted" if running.gone else running.endpoint.status.value
            rule = f"is {status} and has not come to {milestone}{passed}{_ending(running)}"
            raise InvalidInput([Problem("EndpointName", running.endpoint.name, rule)])
        events = cloud.move_to_next_wake()
        if any(each.is_of(running.endpoint) and milestone.includes(each.stage) for each in events):
            passed = ": it passed that by in no time"
    return cloud.take_events()


def _ending(running: RunningEndpoint) -> str:
    """How the last change of an endpoint ended, where it says so."""
    endpoint, deployment = running.endpoint, running.endpoint.deployment
    if endpoint.failure_reason is not None:
        return f". {endpoint.failure_reason}".removesuffix(".")
    if deployment is None or running.gone:
        return ""
    return f'. The update to endpoint configuration "{endpoint.config_name}" succeeded'


@control_call(EVENTS, _ENDPOINT, _REGION)
def advance_to_rest(cloud: Cloud, given: Given) -> Events:
    """Let time pass until nothing is under way at EndpointName."""
    cloud.require_manual_time()
    running = _find(cloud, given)
    while not running.gone and not running.resting:
        cloud.move_to_next_wake()
    return cloud.take_events()


# --- what goes wrong ----------------------------------------------------------------


@control_call(
    NOTHING,
    {**_ENDPOINT, "Faults": ListOf(_FaultShape(), 0, 1000)},
    {"When": OneOf(tuple(When), example=When.NEXT_UPDATE.value), **_REGION},
)
def inject(cloud: Cloud, given: Given) -> None:
    """Let Faults strike EndpointName, in its NextUpdate, its Creation, or Now."""
    faults = _read_faults(given["Faults"])
    when = When(given.get("When", When.NEXT_UPDATE))
    if when is When.CREATION:
        region = cloud.region(given.get("Region"))
        region.endpoints.give_at_creation(given["EndpointName"], faults)
        return
    running = _find(cloud, given)
    if when is When.NEXT_UPDATE:
        check_faults(faults)
        running.inject(faults)
        return
    running.backend.add_faults(faults_now(running.endpoint, faults))
    cloud.look(running)


def _read_faults(faults: Iterable[Fault | Mapping[str, object]]) -> tuple[Fault, ...]:
    return tuple([each if isinstance(each, Fault) else parse_fault(each) for each in faults])


@control_call(NOTHING, _ENDPOINT, _REGION)
def withdraw_faults(cloud: Cloud, given: Given) -> None:
    """Take back every fault of EndpointName, those that wait and those that still hold."""
    region = cloud.region(given.get("Region"))
    if region.endpoints.withdraw_at_creation(given["EndpointName"]):
        return
    running = _find(cloud, given)
    running.withdraw_faults()
    cloud.look(running)


@control_call(NOTHING, {"Limit": Judged(10)}, {**_ENDPOINT, **_REGION})
def limit_capacity(cloud: Cloud, given: Given) -> None:
    """Let no more than Limit instances be alive, of EndpointName or of each endpoint."""
    limit = given["Limit"]
    settings = evolve(cloud.settings, capacity_limit=limit)
    found = settings_problems(settings)
    if found:
        raise InvalidInput([evolve(each, field="Limit") for each in found])
    if "EndpointName" in given:
        _find(cloud, given).backend.limit_capacity(limit)
        return
    cloud.settings = settings
    for running in cloud.running_endpoints():
        running.backend.limit_capacity(limit)


@control_call(NOTHING, _ENDPOINT, {"By": Text(1, 255, example="operator"), **_REGION})
def stop_update(cloud: Cloud, given: Given) -> None:
    """Ask for the update in progress of EndpointName to stop."""
    running = _find(cloud, given)
    if running.deployment is None:
        rule = f"is {running.endpoint.status.value} and has no update in progress to stop"
        raise InvalidInput([Problem("EndpointName", running.endpoint.name, rule)])
    cloud.look(running, StopRequested(given.get("By", "operator")))


@control_call(NOTHING)
def reset(cloud: Cloud, given: Given) -> None:
    """Make everything as it was at first, but for the time."""
    cloud.reset()
