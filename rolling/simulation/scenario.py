"""Scenarios: the input of a simulation: configurations, an endpoint, updates, faults.

This file reads a scenario, or a plain UpdateEndpoint request with separate fleet sizes,
from JSON. It reports all problems of a document at once. Whether an update is refused
depends on how the previous one ended, so here only the first update is checked against
the endpoint, and the others by themselves.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import cast

from attrs import evolve, frozen

from rolling.backends.simulated.faults import (
    Fault,
    FaultKind,
    fault_json_problems,
    misses,
    parse_fault,
    unwatched,
)
from rolling.backends.simulated.settings import SimulationSettings, settings_problems
from rolling.core.capacity import MOST_INSTANCES
from rolling.core.deployment import Spec
from rolling.core.errors import InvalidInput, Problem, is_whole_number, range_problem
from rolling.endpoint.configuration import (
    EndpointConfig,
    ProductionVariant,
    endpoint_config_problems,
    parse_endpoint_config,
)
from rolling.endpoint.deployment_config import alarms_given
from rolling.endpoint.endpoint import Endpoint, in_service
from rolling.endpoint.engine import engine_problems
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
    """One update of a scenario: the UpdateEndpoint request and its faults.

    `engine`: its options beyond SageMaker, as JSON; None for none.
    """

    request: Mapping[str, object]
    faults: tuple[Fault, ...]
    engine: Mapping[str, object] | None = None


@frozen
class Scenario:
    """An endpoint in service, and its updates, one after the other.

    `assumed`: the durations of Simulation that the input does not give.
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
"""The instance type assumed for a plain request, which has none."""

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
                {
                    "UpdateEndpoint": Judged(),
                    "Engine": Given(),
                    "Faults": ListOf(Judged(), 0, 1000),
                },
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
    """True for a scenario, false for a plain UpdateEndpoint request.

    Decided by the top-level fields. Raises InvalidInput for anything else.
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
    """The scenario in a JSON document. Raises InvalidInput with every problem of every part."""
    if not is_scenario(document):
        rule = (
            "is an UpdateEndpoint request, not a scenario; put it in Updates[0].UpdateEndpoint "
            "of a scenario, next to EndpointConfigs and Endpoint"
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
    # An invalid configuration still counts as known: its own problems are reported.
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


def parse_request(
    document: object,
    old_count: int,
    new_count: int | None = None,
    *,
    engine: Mapping[str, object] | None = None,
) -> Scenario:
    """The scenario of a plain UpdateEndpoint request, for fleets of these sizes.

    `engine`: the update's options beyond SageMaker, as JSON; None for none.

    The endpoint serves `old_count` instances from an invented "config-old"; the
    requested configuration has `new_count` (None: as many). Both get an invented
    instance type, because `rolling serve` needs one. Raises InvalidInput with every
    problem, with the fields of the request; also for a `new_count` that conflicts with
    the request.
    """
    if is_scenario(document):
        rule = "is a scenario, which has its own fleet sizes; remove --instances"
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
        accepted = update_endpoint(endpoint, document, configs, engine=engine)
    except ValidationException as refused:
        # Without a readable name there was no new fleet to check the sizes against.
        sizes = () if isinstance(asked, str) else request_problems(document, *counts)
        raise InvalidInput(_each_once([*refused.problems, *sizes])) from None
    assert accepted.update is not None
    kept = accepted.update.desired_instance_count
    if new_count is not None and new_count != kept:
        rule = (
            f"RetainAllVariantProperties keeps the {kept} of the old fleet, whatever the "
            "configuration says; remove NEW or RetainAllVariantProperties"
        )
        raise InvalidInput([Problem("--instances NEW", new_count, rule, kept)])
    update = ScenarioUpdate(dict(document), (), engine)
    return Scenario(configs, endpoint, (update,), SimulationSettings(), _DURATIONS)


# --- the parts ---------------------------------------------------------------


def _without_what_describe_adds(document: Mapping[object, object]) -> Mapping[object, object]:
    """The scenario, without the extra fields that AWS's Describe outputs have.

    The endpoint and configurations of a scenario may be requests, or outputs of
    DescribeEndpoint and DescribeEndpointConfig. An output is recognized by its ARN.
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
    """The problems of a DescribeEndpoint output as the start of a scenario."""
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
    """The readable configurations by name, and the problems of all."""
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
    """The endpoint (None if it cannot be read), and the problems beyond its form.

    Without a valid name it gets the name used by its first update.
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
    """The settings in a scenario's Simulation, valid or not.

    Nulls are omitted; the form check reports those that are problems.
    """
    given = {_SETTINGS[key]: document[key] for key in _SETTINGS if document.get(key) is not None}
    return SimulationSettings(**cast(dict[str, int], given))


def _room_problems(settings: SimulationSettings, endpoint: Endpoint | None) -> list[Problem]:
    """The capacity limit must allow the instances that are in service at the start."""
    limit = settings.capacity_limit
    count = 0 if endpoint is None else endpoint.desired_instance_count
    if not is_whole_number(limit) or not 1 <= limit < count:
        return []
    rule = f"must be at least the {count} instances that the endpoint serves with at the start"
    return [Problem("Simulation.CapacityLimit", limit, rule, count)]


def _update(document: Mapping[str, object]) -> ScenarioUpdate:
    faults = [parse_fault(_fields(fault)) for fault in _items(document.get("Faults"))]
    engine = dict(_fields(document["Engine"])) if "Engine" in document else None
    return ScenarioUpdate(dict(_fields(document["UpdateEndpoint"])), tuple(faults), engine)


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
        spec: Spec | None = None
        if place == 0 and endpoint is not None and isinstance(request, Mapping):
            spec, refused = _first_spec(endpoint, update, configs, at)
            found += refused
        elif "UpdateEndpoint" in update:
            found += _request_problems(endpoint, update, configs, at)
        watched, last = _watched(_fields(request), last)
        for number, fault in enumerate(_items(update.get("Faults"))):
            path = f"{at}.Faults[{number}]"
            own = fault_json_problems(fault, path)
            found += own
            if spec is not None and not own:
                found += misses(parse_fault(_fields(fault)), spec, path)
                continue
            kind, alarm = _fields(fault).get("Kind"), _fields(fault).get("AlarmName")
            found += unwatched(kind, alarm, watched, path)
            found += _engine_fault_problems(fault, path, _fields(update.get("Engine")))
    return found


def _first_spec(
    endpoint: Endpoint,
    update: Mapping[str, object],
    configs: Mapping[str, EndpointConfig],
    path: str,
) -> tuple[Spec | None, list[Problem]]:
    """The spec of the first update, or why the endpoint refuses it, as problems of the scenario."""
    request, at = _fields(update["UpdateEndpoint"]), f"{path}.Engine"
    try:
        accepted = update_endpoint(
            endpoint, request, configs, engine=update.get("Engine"), engine_path=at
        )
    except ValidationException as refused:
        return None, [_in_scenario(each, configs, path) for each in refused.problems]
    assert accepted.deployment is not None
    return accepted.deployment.spec, []


def _in_scenario(refused: Problem, configs: Mapping[str, EndpointConfig], path: str) -> Problem:
    """A reason to refuse an update, with its path in the scenario."""
    at, asked = path_in_update(path, refused.field), refused.value
    named = isinstance(refused, Refusal) and refused.field == "EndpointConfigName"
    if named and str(asked) not in configs:
        return _unknown_config(at, str(asked), configs)
    return Problem(at, asked, refused.rule, refused.fix)


def path_in_update(path: str, field: str) -> str:
    """The path in a scenario of a field of the update at `path`, in its request or engine."""
    return field if field.startswith(f"{path}.") else join(f"{path}.UpdateEndpoint", field)


def _request_problems(
    endpoint: Endpoint | None,
    update: Mapping[str, object],
    configs: Mapping[str, EndpointConfig],
    path: str,
) -> list[Problem]:
    """The problems of an update that do not depend on how the previous one ends."""
    at, request = f"{path}.UpdateEndpoint", update["UpdateEndpoint"]
    fields = _fields(request)
    config_name, named = fields.get("EndpointConfigName"), fields.get("EndpointName")
    found = []
    full = 0
    if isinstance(config_name, str) and config_name in configs:
        variants = configs[config_name].variants
        if fields.get("RetainAllVariantProperties") is not True and len(variants) == 1:
            full = variants[0].initial_instance_count or 0
    elif isinstance(config_name, str) and configs:
        found.append(_unknown_config(f"{at}.EndpointConfigName", config_name, configs))
    if endpoint is not None and isinstance(named, str) and named != endpoint.name:
        rule = "must be the endpoint of the scenario"
        found.append(Problem(f"{at}.EndpointName", named, rule, endpoint.name))
    if update.get("Engine") is not None:
        retains = fields.get("RetainDeploymentConfig") is True
        config = {"RollingUpdatePolicy": {}} if retains else fields.get("DeploymentConfig")
        wrong = engine_problems(update["Engine"], config, 0, full, f"{path}.Engine")
        found += [evolve(each, field=path_in_update(path, each.field)) for each in wrong]
    return [*request_problems(request, 0, full, at), *found]


def _unknown_config(path: str, config_name: str, configs: Mapping[str, EndpointConfig]) -> Problem:
    near = get_close_matches(config_name, configs, n=1, cutoff=0) if len(config_name) < 100 else []
    return Problem(path, config_name, _UNKNOWN_CONFIG, near[0] if near else None)


def _watched(
    request: Mapping[str, object], last: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The alarms that an update watches, and those of LastDeploymentConfig after it.

    `last`: the alarms of LastDeploymentConfig before it.
    """
    if request.get("RetainDeploymentConfig") is True:
        return last, last
    if "DeploymentConfig" not in request:
        return (), last
    watched = tuple([alarm for _, alarm in alarms_given(request)])
    return watched, watched


def _engine_fault_problems(fault: object, path: str, engine: Mapping[str, object]) -> list[Problem]:
    """The problems of a fault for a batch or a gate that only an engine makes.

    They need no spec, so they apply to an update that is not accepted yet.
    """
    fields = _fields(fault)
    found = []
    batch = fields.get("Batch")
    forward = fields.get("Direction", "Forward") == "Forward"
    if forward and is_whole_number(batch) and batch == 0 and "MaximumUnavailable" not in engine:
        rule = "the update begins with batch 1; only Engine.MaximumUnavailable adds a batch 0"
        found.append(Problem(f"{path}.Batch", batch, rule, 1))
    if fields.get("Kind") == FaultKind.CONTINUE.value and "Gates" not in engine:
        rule = "this update has no gate; Engine.Gates adds one"
        found.append(Problem(f"{path}.Kind", fields["Kind"], rule))
    return found


def _each_once(problems: Iterable[Problem]) -> list[Problem]:
    """The problems without duplicates (the same field and rule)."""
    return [
        problem(each.field, each.value, each.rule, each.fix)
        for each in {(each.field, each.rule): each for each in problems}.values()
    ]


def _fields(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Iterable[object]:
    return value if is_list(value) else ()
