"""The JSON Schema of scenarios, shipped with the package, agrees with what is read."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from rolling import InvalidInput
from rolling.schema.json_text import load_json
from rolling.simulation.scenario import parse_scenario
from tests.endpoint.examples import blue_green, request, rolling
from tests.endpoint.spoiling import check_problems, spoilt, with_extremes
from tests.simulation.examples import Json, config, scenario, updates

SCHEMA = json.loads(
    resources.files("rolling.simulation")
    .joinpath("schemas/scenario.schema.json")
    .read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
SCENARIOS = sorted((Path(__file__).parents[2] / "specs" / "scenarios").glob("*.json"))


def is_read(document: Any) -> bool:
    try:
        parse_scenario(document)
    except InvalidInput:
        return False
    return True


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_there_are_scenarios_to_judge() -> None:
    assert len(SCENARIOS) >= 16


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_is_valid_and_read(path: Path) -> None:
    document = load_json(path.read_bytes(), path.name)
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    parse_scenario(document)


def one(**fields: object) -> Json:
    """A scenario of one update, whose request has these fields."""
    return updates(**fields)


def engine(given: object, *faults: Json) -> Json:
    """A scenario of one update with this engine."""
    document = updates(*faults)
    document["Updates"][0]["Engine"] = given
    return document


def with_serverless(given: object) -> Json:
    """A scenario with one more configuration, whose variant has this ServerlessConfig."""
    variant = {"VariantName": "AllTraffic", "ServerlessConfig": given}
    more = {"EndpointConfigName": "config-4", "ProductionVariants": [variant]}
    return scenario(EndpointConfigs=[*scenario()["EndpointConfigs"], more])


SIZE = {"Type": "CAPACITY_PERCENTAGE", "Value": 20}
NONE = {"Type": "INSTANCE_COUNT", "Value": 0}
GATES = {"TimeoutInSeconds": 600, "TimeoutAction": "Continue"}
BAD_ENGINES: list[Any] = [
    None,
    [],
    {},
    {"Surge": SIZE},
    {"MaximumSurge": 1},
    {"MaximumSurge": SIZE | {"Value": -1}},
    {"MaximumUnavailable": SIZE | {"Type": "PERCENT"}},
    {"Gates": {}},
    {"Gates": GATES | {"Batches": []}},
    {"Gates": GATES | {"Batches": [0]}},
    {"Gates": GATES | {"TimeoutInSeconds": 28_801}},
    {"Gates": GATES | {"TimeoutAction": "Stop"}},
]
WRONG_NUMBERS: list[Any] = [-1, 1.5, "1", True, 2**64, []]


@pytest.mark.parametrize(
    "document",
    [
        scenario(),
        scenario(Description="What it shows.", **{"$schema": "scenario.schema.json"}),
        one(DeploymentConfig=rolling(MaximumBatchSize=SIZE, RollbackMaximumBatchSize=SIZE)),
        one(DeploymentConfig=blue_green("CANARY", CanarySize=SIZE)),
        one(DeploymentConfig=blue_green("LINEAR", LinearStepSize=SIZE)),
        one(DeploymentConfig={}),
        with_serverless({"MemorySizeInMB": 6144, "MaxConcurrency": 200}),
        updates({"Kind": "Stop"}, {"Kind": "CleanupFailed", "Direction": "Back", "Count": 3}),
        updates({"Kind": "RoomTaken", "Count": 3, "ForSeconds": 60}),
        engine({"MaximumSurge": SIZE, "MaximumUnavailable": NONE}),
        engine({"MaximumUnavailable": SIZE}, {"Kind": "Alarm", "Batch": 0}),
        engine({"Gates": GATES}, {"Kind": "Continue", "Batch": 1, "By": "alice"}),
        engine({"Gates": GATES | {"Batches": [1, 2]}}),
    ],
)
def test_right_scenarios_are_valid_and_read(document: Json) -> None:
    assert VALIDATOR.is_valid(document)
    parse_scenario(document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        request(),
        scenario(Extra=1),
        scenario(Updates=[]),
        scenario(EndpointConfigs=[]),
        scenario(EndpointConfigs=[config("config_1")]),
        scenario(EndpointConfigs=[config("config-1", 0)]),
        scenario(EndpointConfigs=[{"EndpointConfigName": "config-1"}]),
        *[
            with_serverless(wrong)
            for wrong in (
                "x",
                {"MaxConcurrency": 5},
                {"MemorySizeInMB": 1023, "MaxConcurrency": 5},
                {"MemorySizeInMB": 1024, "MaxConcurrency": 201},
                {"MemorySizeInMB": 1024, "MaxConcurrency": 5, "ProvisionedConcurrency": "1"},
            )
        ],
        scenario(Endpoint={"EndpointName": "my-endpoint"}),
        scenario(Endpoint=scenario()["Endpoint"] | {"DesiredInstanceCount": 0}),
        scenario(Updates=[{"Faults": []}]),
        *[
            scenario(Simulation={key: wrong})
            for key in (
                "Seed",
                "ProvisioningSeconds",
                "ShiftSeconds",
                "CleanupSeconds",
                "CapacityLimit",
                "JitterPercent",
            )
            for wrong in WRONG_NUMBERS
        ],
        one(RetainAllVariantProperties=1),
        one(ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}] * 4),
        one(RetainDeploymentConfig=True),
        one(DeploymentConfig=rolling() | blue_green()),
        one(DeploymentConfig=rolling(WaitIntervalInSeconds=-1)),
        one(DeploymentConfig=rolling(WaitIntervalInSeconds=3601)),
        one(DeploymentConfig=rolling(MaximumExecutionTimeoutInSeconds=599)),
        one(DeploymentConfig=rolling(MaximumExecutionTimeoutInSeconds=28_801)),
        one(DeploymentConfig=rolling(MaximumBatchSize=SIZE | {"Value": 4})),
        one(DeploymentConfig=rolling(MaximumBatchSize=SIZE | {"Value": 51})),
        one(DeploymentConfig=rolling(MaximumBatchSize=SIZE | {"Type": "PERCENT"})),
        one(DeploymentConfig=rolling(RollbackMaximumBatchSize=SIZE | {"Value": 101})),
        one(DeploymentConfig=blue_green("CANARY")),
        one(DeploymentConfig=blue_green("CANARY", LinearStepSize=SIZE)),
        one(DeploymentConfig=blue_green("LINEAR", LinearStepSize=SIZE | {"Value": 9})),
        one(DeploymentConfig=blue_green(CanarySize=SIZE)),
        one(DeploymentConfig={"AutoRollbackConfiguration": {"Alarms": []}}),
        one(DeploymentConfig={"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": " "}]}}),
        *[
            updates(fault)
            for fault in (
                {},
                {"Kind": "Quake"},
                {"Kind": "Stop", "Seconds": 5},
                {"Kind": "Stop", "Count": 2},
                {"Kind": "Stop", "AlarmName": "p99"},
                {"Kind": "ProvisioningSlow"},
                {"Kind": "ProvisioningFailed", "Fleet": "new"},
                {"Kind": "Alarm", "Direction": "Back", "Phase": "Baking"},
                {"Kind": "Alarm", "Batch": 0},
                {"Kind": "Continue"},
                {"Kind": "RoomTaken", "Reason": "gone"},
            )
        ],
        *[engine(bad) for bad in BAD_ENGINES],
        engine({"MaximumUnavailable": SIZE}, {"Kind": "Stop", "Direction": "Back", "Batch": 0}),
        engine({"MaximumUnavailable": SIZE}, {"Kind": "Continue"}),
    ],
)
def test_what_is_refused_for_its_shape_is_refused_by_the_schema_too(document: Any) -> None:
    assert not is_read(document)
    assert not VALIDATOR.is_valid(document)


@given(
    spoilt(
        [
            scenario(),
            one(DeploymentConfig=blue_green("CANARY", CanarySize=SIZE)),
            engine({"MaximumUnavailable": SIZE, "Gates": GATES}, {"Kind": "Stop", "Batch": 0}),
        ]
    )
)
def test_whatever_is_read_is_valid_and_whatever_is_not_has_its_problems_told(
    document: Any,
) -> None:
    try:
        parse_scenario(document)
    except InvalidInput as error:
        check_problems(error)
    else:
        assert [error.message for error in VALIDATOR.iter_errors(document)] == []


def test_no_depth_and_no_length_of_a_value_is_too_much() -> None:
    for document in with_extremes([scenario()]):
        with pytest.raises(InvalidInput) as refusal:
            parse_scenario(document)
        check_problems(refusal.value)


def test_a_whole_number_with_a_point_is_refused_which_a_schema_can_only_say_in_words() -> None:
    document = load_json(json.dumps(scenario()).replace("240", "240.0"), "scenario.json")
    assert not is_read(document)
    assert VALIDATOR.is_valid(document)
    assert "100, not 100.0 or 1e2" in SCHEMA["description"]
