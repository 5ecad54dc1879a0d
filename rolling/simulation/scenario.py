"""Scenarios: what is simulated, from JSON: configurations, an endpoint, updates, faults.

Here belongs the reading of a scenario, and of a bare UpdateEndpoint request
with the sizes of the fleets given beside it. What is wrong in any part of a
document is found before one answer is given. What an update is refused for
depends on how the one before it ended; so the first one is judged here against
the endpoint, and the others by themselves.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import cast

from attrs import frozen

from rolling.backends.simulated.faults import (
    Fault,
    fault_json_problems,
    parse_fault,
    unwatched,
)
from rolling.backends.simulated.settings import SimulationSettings, settings_problems
from rolling.core.capacity import MOST_INSTANCES
from rolling.core.errors import InvalidInput, Problem, is_whole_number, range_problem
from rolling.endpoint.configuration import (
    EndpointConfig,
    ProductionVariant,
    endpoint_config_problems,
    parse_endpoint_config,
)
from rolling.endpoint.deployment_config import alarms_given
from rolling.endpoint.endpoint import Endpoint, in_service
from rolling.endpoint.refusals import Refusal, ValidationException
from rolling.endpoint.update import UPDATE_ENDPOINT, request_problems, update_endpoint
from rolling.schema.shapes import (
    Given,
    Judged,
    ListOf,
    OrNull,
    Structure,
    Text,
    Whole,
    is_list,
    is_name,
    join,
    name,
    problem,
)


@frozen
class ScenarioUpdate:
    """One update of a scenario: the UpdateEndpoint request, and what goes wrong meanwhile."""

    request: Mapping[str, object]
    faults: tuple[Fault, ...]


@frozen
class Scenario:
    """An endpoint in service, and the updates that are made to it, one after the other.

    `assumed`: the fields of Simulation with a duration that the input does not give.
    """

    configs: Mapping[str, EndpointConfig]
    endpoint: Endpoint
    updates: tuple[ScenarioUpdate, ...]
    settings: SimulationSettings
    assumed: tuple[str, ...] = ()


_SETTINGS = {
    "Seed": "seed",
    "ProvisioningSeconds": "provisioning_seconds",
    "ShiftSeconds": "shift_seconds",
    "CleanupSeconds": "cleanup_seconds",
    "CapacityLimit": "capacity_limit",
    "JitterPercent": "jitter_percent",
}

_UNKNOWN_CONFIG = "must be the name of one of the EndpointConfigs"

MADE_UP_TYPE = "ml.g5.2xlarge"
"""The instance type of a bare request's fleets, which does not say any."""

_DURATIONS = ("ProvisioningSeconds", "ShiftSeconds", "CleanupSeconds")

SCENARIO = Structure(
    "a scenario",
    {
        "$schema": Text(),
        "Description": Text(),
        "EndpointConfigs": ListOf(Judged(), 1, 1000),
        "Endpoint": Structure(
            "Endpoint",
            {
                "EndpointName": name("my-endpoint"),
                "EndpointConfigName": name("config-1"),
                "DesiredInstanceCount": Whole(1, MOST_INSTANCES, " instances"),
            },
            required=("EndpointName", "EndpointConfigName"),
            example={"EndpointName": "my-endpoint", "EndpointConfigName": "config-1"},
        ),
        "Updates": ListOf(
            Structure(
                "an update",
                {"UpdateEndpoint": Judged(), "Faults": ListOf(Judged(), 0, 1000)},
                required=("UpdateEndpoint",),
            ),
            1,
            1000,
        ),
        "Simulation": Structure(
            "Simulation",
            {key: OrNull(Given()) if key == "CapacityLimit" else Given() for key in _SETTINGS},
        ),
    },
    required=("EndpointConfigs", "Endpoint", "Updates"),
)


def is_scenario(document: object) -> bool:
    """True for a scenario, false for a bare UpdateEndpoint request.

    Told by the fields at the top. Raises InvalidInput for what is neither.
    """
    fields = list(document) if isinstance(document, Mapping) else []
    if any(key in SCENARIO.required or key == "Simulation" for key in fields):
        return True
    if any(key in UPDATE_ENDPOINT.fields for key in fields):
        return False
    rule = (
        "is neither a scenario (EndpointConfigs, Endpoint, Updates) "
        "nor an UpdateEndpoint request (EndpointName, EndpointConfigName, DeploymentConfig)"
    )
    smallest = {"EndpointName": "my-endpoint", "EndpointConfigName": "config-2"}
    raise InvalidInput([problem("the document", document, rule, smallest)])


def parse_scenario(document: object) -> Scenario:
    """The scenario that JSON says. Raises InvalidInput with every problem of every part."""
    if not is_scenario(document):
        rule = (
            "is an UpdateEndpoint request and not a scenario; a scenario has it in "
            "Updates[0].UpdateEndpoint, beside EndpointConfigs and Endpoint"
        )
        raise InvalidInput([problem("the document", document, rule)])
    assert isinstance(document, Mapping)
    described = _described_problems(_fields(document.get("Endpoint")))
    document = _without_what_describe_adds(document)
    found = [*SCENARIO.problems(document, ""), *described]
    given = [_fields(each) for each in _items(document.get("EndpointConfigs"))]
    configs, config_problems = _configs(_items(document.get("EndpointConfigs")))
    found += config_problems
    simulation = _fields(document.get("Simulation"))
    settings = settings_of(simulation)
    found += settings_problems(settings)
    updates = [_fields(update) for update in _items(document.get("Updates"))]
    requests = [_fields(update.get("UpdateEndpoint")) for update in updates]
    endpoint, endpoint_problems = _endpoint(_fields(document.get("Endpoint")), configs, requests)
    found += [*endpoint_problems, *_room_problems(settings, endpoint)]
    found += _update_problems(updates, endpoint, configs)
    # One that is there and at fault is known, and what is wrong with it is told.
    names = [each.get("EndpointConfigName") for each in given]
    found = [each for each in found if each.rule != _UNKNOWN_CONFIG or each.value not in names]
    if found or endpoint is None:
        raise InvalidInput(_each_once(found))
    return Scenario(
        configs,
        endpoint,
        tuple([_update(each) for each in updates]),
        settings,
        tuple([each for each in _DURATIONS if each not in simulation]),
    )


def parse_request(document: object, old_count: int, new_count: int | None = None) -> Scenario:
    """The scenario of a bare UpdateEndpoint request, for fleets of these sizes.

    The endpoint serves `old_count` instances from a made-up "config-old", the
    requested configuration has `new_count` (None: as many); both of a made-up
    instance type, without which `rolling serve` could not keep them. Raises InvalidInput
    with every problem, fields as in the request; for a `new_count` that the request
    does not let the new fleet have, too.
    """
    if is_scenario(document):
        rule = "is a scenario, which says its own fleet sizes; leave --instances out"
        raise InvalidInput([problem("the document", document, rule)])
    assert isinstance(document, Mapping)
    counts = (old_count, old_count if new_count is None else new_count)
    places = ("--instances OLD", "--instances NEW")
    pairs = list(zip(places, counts, strict=True))[: 1 if new_count is None else 2]
    ranges = [
        range_problem(place, count, 1, MOST_INSTANCES, " instances") for place, count in pairs
    ]
    found = [each for each in ranges if each is not None]
    if found:
        raise InvalidInput([*found, *request_problems(document)])
    asked = document.get("EndpointConfigName")
    old_name = "config-old" if asked != "config-old" else "config-older"
    new_name = asked if isinstance(asked, str) else "config-new"
    configs = {
        each: EndpointConfig(each, (ProductionVariant("AllTraffic", MADE_UP_TYPE, count),))
        for each, count in zip((old_name, new_name), counts, strict=True)
    }
    endpoint_name = document.get("EndpointName")
    endpoint = in_service(str(endpoint_name), configs[old_name])
    try:
        accepted = update_endpoint(endpoint, document, configs)
    except ValidationException as refused:
        # Without a readable name there was no new fleet to judge the sizes against.
        sizes = () if isinstance(asked, str) else request_problems(document, *counts)
        raise InvalidInput(_each_once([*refused.problems, *sizes])) from None
    assert accepted.update is not None
    kept = accepted.update.desired_instance_count
    if new_count is not None and new_count != kept:
        rule = (
            f"RetainAllVariantProperties keeps the {kept} of the old fleet, whatever the "
            "configuration says; leave NEW out, or RetainAllVariantProperties"
        )
        raise InvalidInput([Problem("--instances NEW", new_count, rule, kept)])
    update = ScenarioUpdate(dict(document), ())
    return Scenario(configs, endpoint, (update,), SimulationSettings(), _DURATIONS)


# --- the parts ---------------------------------------------------------------


def _without_what_describe_adds(document: Mapping[object, object]) -> Mapping[object, object]:
    """The scenario, its endpoint and configurations as AWS's answers say them, or as a request.

    DescribeEndpoint and DescribeEndpointConfig answer with more than a scenario
    needs. An answer is told by its ARN.
    """
    changed = dict(document)
    endpoint, configs = _fields(document.get("Endpoint")), document.get("EndpointConfigs")
    if "EndpointArn" in endpoint:
        needed = ("EndpointName", "EndpointConfigName")
        picked = {key: endpoint[key] for key in needed if key in endpoint}
        variants = list(_items(endpoint.get("ProductionVariants")))
        if len(variants) == 1 and "DesiredInstanceCount" in _fields(variants[0]):
            picked["DesiredInstanceCount"] = _fields(variants[0])["DesiredInstanceCount"]
        changed["Endpoint"] = picked
    if is_list(configs):
        changed["EndpointConfigs"] = [_without_answer(each) for each in configs]
    return changed


def _described_problems(endpoint: Mapping[str, object]) -> list[Problem]:
    """What of a DescribeEndpoint's answer a scenario cannot begin with."""
    if "EndpointArn" not in endpoint:
        return []
    status, variants = endpoint.get("EndpointStatus"), endpoint.get("ProductionVariants")
    found = []
    if status not in (None, "InService"):
        rule = "the endpoint of a scenario is in service at the start"
        found.append(problem("Endpoint.EndpointStatus", status, rule, "InService"))
    if variants is not None and (not is_list(variants) or len(variants) != 1):
        rule = "must be the one variant that an update here replaces"
        found.append(problem("Endpoint.ProductionVariants", variants, rule))
    return found


def _without_answer(config: object) -> object:
    if not isinstance(config, Mapping) or "EndpointConfigArn" not in config:
        return config
    added = ("EndpointConfigArn", "CreationTime", "ResponseMetadata")
    return {key: value for key, value in config.items() if key not in added}


def _configs(documents: Iterable[object]) -> tuple[dict[str, EndpointConfig], list[Problem]]:
    """The configurations that can be read, by name, and the problems of all."""
    configs: dict[str, EndpointConfig] = {}
    found: list[Problem] = []
    for place, document in enumerate(documents):
        at = f"EndpointConfigs[{place}]"
        problems = endpoint_config_problems(document, at)
        found += problems
        if problems:
            continue
        config = parse_endpoint_config(document)
        if config.name in configs:
            rule = "must differ from the names of the other configurations"
            found.append(Problem(f"{at}.EndpointConfigName", config.name, rule))
        configs[config.name] = config
    return configs, found


def _endpoint(
    document: Mapping[str, object],
    configs: Mapping[str, EndpointConfig],
    requests: Iterable[Mapping[str, object]],
) -> tuple[Endpoint | None, list[Problem]]:
    """The endpoint, None when it cannot be told, and what its form does not show.

    Where its name is none, it is called as the first of its updates calls it.
    """
    config_name, count = document.get("EndpointConfigName"), document.get("DesiredInstanceCount")
    names = [each.get("EndpointName") for each in (document, *requests)]
    named = next(filter(is_name, names), "my-endpoint")
    if not isinstance(config_name, str):
        return None, []
    if config_name not in configs:
        return None, [_unknown_config("Endpoint.EndpointConfigName", config_name, configs)]
    if Whole(1, MOST_INSTANCES).problems(count, ""):
        count = None
    return in_service(named, configs[config_name], cast(int | None, count)), []


def settings_of(document: Mapping[str, object]) -> SimulationSettings:
    """The settings that a scenario's Simulation says, right or wrong.

    What is null is left out; its form says where that is a problem.
    """
    given = {_SETTINGS[key]: document[key] for key in _SETTINGS if document.get(key) is not None}
    return SimulationSettings(**cast(dict[str, int], given))


def _room_problems(settings: SimulationSettings, endpoint: Endpoint | None) -> list[Problem]:
    """An endpoint in service has the capacity that it serves with."""
    limit = settings.capacity_limit
    count = 0 if endpoint is None else endpoint.desired_instance_count
    if not is_whole_number(limit) or not 1 <= limit < count:
        return []
    rule = f"must be at least the {count} instances that the endpoint serves with at the start"
    return [Problem("Simulation.CapacityLimit", limit, rule, count)]


def _update(document: Mapping[str, object]) -> ScenarioUpdate:
    faults = [parse_fault(_fields(fault)) for fault in _items(document.get("Faults"))]
    return ScenarioUpdate(dict(_fields(document["UpdateEndpoint"])), tuple(faults))


def _update_problems(
    updates: list[Mapping[str, object]],
    endpoint: Endpoint | None,
    configs: Mapping[str, EndpointConfig],
) -> list[Problem]:
    found: list[Problem] = []
    last: tuple[str, ...] = ()
    for place, update in enumerate(updates):
        at = f"Updates[{place}]"
        request = update.get("UpdateEndpoint")
        if place == 0 and endpoint is not None and isinstance(request, Mapping):
            found += _refusals(endpoint, request, configs, f"{at}.UpdateEndpoint")
        elif "UpdateEndpoint" in update:
            found += _request_problems(endpoint, request, configs, f"{at}.UpdateEndpoint")
        watched, last = _watched(_fields(request), last)
        for number, fault in enumerate(_items(update.get("Faults"))):
            path = f"{at}.Faults[{number}]"
            kind, alarm = _fields(fault).get("Kind"), _fields(fault).get("AlarmName")
            found += fault_json_problems(fault, path) + unwatched(kind, alarm, watched, path)
    return found


def _refusals(
    endpoint: Endpoint,
    request: Mapping[str, object],
    configs: Mapping[str, EndpointConfig],
    path: str,
) -> list[Problem]:
    """Why the endpoint refuses a request, as problems of the scenario."""
    try:
        update_endpoint(endpoint, request, configs)
    except ValidationException as refused:
        return [_in_scenario(each, configs, path) for each in refused.problems]
    return []


def _in_scenario(refused: Problem, configs: Mapping[str, EndpointConfig], path: str) -> Problem:
    """A reason to refuse a request, under its path in the scenario."""
    at, asked = join(path, refused.field), refused.value
    named = isinstance(refused, Refusal) and refused.field == "EndpointConfigName"
    if named and str(asked) not in configs:
        return _unknown_config(at, str(asked), configs)
    return Problem(at, asked, refused.rule, refused.fix)


def _request_problems(
    endpoint: Endpoint | None,
    request: object,
    configs: Mapping[str, EndpointConfig],
    path: str,
) -> list[Problem]:
    """What is wrong with a request however the update before it ends."""
    fields = _fields(request)
    config_name, named = fields.get("EndpointConfigName"), fields.get("EndpointName")
    found = []
    full = 0
    if isinstance(config_name, str) and config_name in configs:
        variants = configs[config_name].variants
        if fields.get("RetainAllVariantProperties") is not True and len(variants) == 1:
            full = variants[0].initial_instance_count or 0
    elif isinstance(config_name, str) and configs:
        found.append(_unknown_config(f"{path}.EndpointConfigName", config_name, configs))
    if endpoint is not None and isinstance(named, str) and named != endpoint.name:
        rule = "must be the endpoint of the scenario"
        found.append(Problem(f"{path}.EndpointName", named, rule, endpoint.name))
    return [*request_problems(request, 0, full, path), *found]


def _unknown_config(path: str, config_name: str, configs: Mapping[str, EndpointConfig]) -> Problem:
    near = get_close_matches(config_name, configs, n=1, cutoff=0) if len(config_name) < 100 else []
    return Problem(path, config_name, _UNKNOWN_CONFIG, near[0] if near else None)


def _watched(
    request: Mapping[str, object], last: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The alarms that an update watches, and those of the last DeploymentConfig after it.

    `last`: those before it.
    """
    if request.get("RetainDeploymentConfig") is True:
        return last, last
    if "DeploymentConfig" not in request:
        return (), last
    watched = tuple([alarm for _, alarm in alarms_given(request)])
    return watched, watched


def _each_once(problems: Iterable[Problem]) -> list[Problem]:
    """The problems without those said before of the same field in the same words."""
    return [
        problem(each.field, each.value, each.rule, each.fix)
        for each in {(each.field, each.rule): each for each in problems}.values()
    ]


def _fields(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Iterable[object]:
    return value if is_list(value) else ()
