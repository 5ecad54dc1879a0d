"""What an update has beyond SageMaker: read from beside its request, and refused anywhere else."""

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    BlueGreenUpdatePolicy,
    CapacitySize,
    Gates,
    GateTimeoutAction,
    Problem,
    RollingUpdatePolicy,
    SizeType,
    SurgeRollingPolicy,
    instances,
    percent,
)
from rolling.core.policy import policy_problems
from rolling.endpoint import Endpoint, ValidationException, update_endpoint
from rolling.endpoint.engine import (
    Engine,
    engine_problems,
    nearest_batch,
    parse_engine,
)
from tests.endpoint.examples import (
    ALARMS,
    Json,
    blue_green,
    configs,
    healthy,
    request,
    rolling,
)
from tests.endpoint.test_recovery import mixed

COUNT, PERCENT = "INSTANCE_COUNT", "CAPACITY_PERCENT"
ONE: Json = {"Type": COUNT, "Value": 1}
GATES: Json = {"TimeoutInSeconds": 3600, "TimeoutAction": "RollBack"}


def size(value: object, kind: str = COUNT) -> Json:
    return {"Type": kind, "Value": value}


def accepted(engine: object, **fields: object) -> Endpoint:
    available = configs(10, 10)
    asked = request() | {"DeploymentConfig": rolling(2)} | fields
    return update_endpoint(healthy(available), asked, available, engine=engine)


def refused(engine: object, **fields: object) -> dict[str, Problem]:
    with pytest.raises(ValidationException) as refusal:
        accepted(engine, **fields)
    return {each.field: each for each in refusal.value.problems}


# --- what is accepted ---------------------------------------------------------


def test_surge_and_unavailable_take_the_place_of_the_batch_and_nothing_else() -> None:
    config = rolling(
        2, RollbackMaximumBatchSize=size(20, PERCENT), MaximumExecutionTimeoutInSeconds=7200
    )
    engine = {"MaximumSurge": size(10, PERCENT), "MaximumUnavailable": size(3)}
    endpoint = accepted(engine, DeploymentConfig=config)
    assert endpoint.update is not None
    assert endpoint.update.policy == SurgeRollingPolicy(
        percent(10), instances(3), 60, percent(20), 7200
    )
    spec = endpoint.update.deployment.spec
    assert (spec.pace.provision_batch, spec.old[0].floor, spec.deadline_seconds) == (4, 7, 7200)


@pytest.mark.parametrize("name", ["MaximumSurge", "MaximumUnavailable"])
def test_the_one_that_is_not_given_is_0(name: str) -> None:
    endpoint = accepted({name: ONE})
    assert endpoint.update is not None
    sizes = {"MaximumSurge": instances(0), "MaximumUnavailable": instances(0), name: instances(1)}
    assert endpoint.update.policy == SurgeRollingPolicy(
        sizes["MaximumSurge"], sizes["MaximumUnavailable"], 60
    )


@pytest.mark.parametrize("config", [rolling(2), blue_green(), {}], ids=["rolling", "blue", "none"])
def test_gates_stand_beside_every_policy(config: Json) -> None:
    endpoint = accepted({"Gates": GATES | {"Batches": [1]}}, DeploymentConfig=config)
    assert endpoint.deployment is not None and endpoint.update is not None
    assert endpoint.deployment.spec.gates == Gates(3600, GateTimeoutAction.ROLL_BACK, (1,))
    assert not isinstance(endpoint.update.policy, SurgeRollingPolicy)


def test_a_gate_after_each_batch_unless_they_are_named() -> None:
    endpoint = accepted({"Gates": GATES | {"TimeoutAction": "Continue"}})
    assert endpoint.deployment is not None
    assert endpoint.deployment.spec.gates == Gates(3600, GateTimeoutAction.CONTINUE)


def test_without_an_engine_the_policy_is_the_requests() -> None:
    for config, policy in ((rolling(2), RollingUpdatePolicy), ({}, BlueGreenUpdatePolicy)):
        endpoint = accepted(None, DeploymentConfig=config)
        assert endpoint.update is not None
        assert isinstance(endpoint.update.policy, policy)


def test_it_applies_to_a_retained_deployment_config() -> None:
    available = configs(10, 10)
    endpoint = healthy(available)
    given = update_endpoint(endpoint, request(DeploymentConfig=rolling(2)), available)
    retained = update_endpoint(
        evolve(endpoint, last_deployment_config=given.last_deployment_config),
        request(RetainDeploymentConfig=True),
        available,
        engine={"MaximumUnavailable": ONE},
    )
    assert retained.update is not None
    assert isinstance(retained.update.policy, SurgeRollingPolicy)


# --- what is refused ----------------------------------------------------------


def test_every_problem_is_told_at_once_under_the_path_of_the_engine() -> None:
    available = configs(10, 10)
    engine = {
        "MaximumSurge": size("2"),
        "MaximumUnavailable": size(10),
        "Gates": {"Batches": [0], "TimeoutInSeconds": 0, "TimeoutAction": "Rollback"},
        "MaximumSurges": 1,
    }
    asked = request(DeploymentConfig=rolling(6))
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(
            healthy(available), asked, available, engine=engine, engine_path="Updates[0].Engine"
        )
    fixes = {each.field: each.fix for each in refusal.value.problems}
    assert fixes == {
        "Updates[0].Engine.MaximumSurge.Value": 2,
        "Updates[0].Engine.MaximumUnavailable.Value": 9,
        "Updates[0].Engine.Gates.Batches[0]": 1,
        "Updates[0].Engine.Gates.TimeoutInSeconds": 1,
        "Updates[0].Engine.Gates.TimeoutAction": "RollBack",
        "Updates[0].Engine.MaximumSurges": None,
        "DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Value": 5,
    }


@pytest.mark.parametrize(
    ("engine", "field", "fix"),
    [
        ({}, "Engine", {"MaximumUnavailable": ONE}),
        ([], "Engine", {"MaximumUnavailable": ONE}),
        ({"MaximumSurge": size(11)}, "Engine.MaximumSurge.Value", 10),
        ({"MaximumSurge": size(-1)}, "Engine.MaximumSurge.Value", 0),
        ({"MaximumSurge": size(101, PERCENT)}, "Engine.MaximumSurge.Value", 100),
        ({"MaximumSurge": size(3, "PERCENT")}, "Engine.MaximumSurge.Type", PERCENT),
        ({"MaximumSurge": size(-1, "COUNT")}, "Engine.MaximumSurge.Value", 0),
        ({"MaximumSurge": {"Type": COUNT}}, "Engine.MaximumSurge.Value", 10),
        ({"MaximumUnavailable": size(100, PERCENT)}, "Engine.MaximumUnavailable.Value", 99),
        ({"MaximumSurge": size(0)}, "Engine.MaximumUnavailable.Value", 1),
        ({"MaximumUnavailable": size(9, PERCENT)}, "Engine.MaximumUnavailable.Value", 10),
        ({"Gates": {}}, "Engine.Gates.TimeoutInSeconds", 3600),
        ({"Gates": GATES | {"TimeoutInSeconds": 28_801}}, "Engine.Gates.TimeoutInSeconds", 28_800),
        ({"Gates": GATES | {"Batches": []}}, "Engine.Gates.Batches", None),
        ({"Gates": GATES | {"Batches": [5, 6]}}, "Engine.Gates.Batches[1]", 5),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(engine: object, field: str, fix: object) -> None:
    assert refused(engine)[field].fix == fix


def test_one_instance_cannot_be_missing() -> None:
    available = configs(1, 1)
    config = rolling(MaximumBatchSize=size(50, PERCENT))
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(
            healthy(available),
            request(DeploymentConfig=config),
            available,
            engine={"MaximumUnavailable": ONE},
        )
    (problem,) = refusal.value.problems
    assert problem.rule == "one instance cannot be missing: use 0, and a MaximumSurge of 1"


def test_blue_green_takes_no_room_in_its_own_words() -> None:
    (problem,) = refused({"MaximumSurge": ONE}, DeploymentConfig=blue_green()).values()
    assert problem.field == "Engine.MaximumSurge"
    assert "replace the BlueGreenUpdatePolicy with a RollingUpdatePolicy" in problem.rule


@pytest.mark.parametrize("config", [{}, ALARMS], ids=["nothing", "alarms"])
def test_room_without_a_policy_is_answered_with_one(config: Json) -> None:
    (problem,) = refused({"MaximumUnavailable": ONE}, DeploymentConfig=config).values()
    assert problem.field == "DeploymentConfig.RollingUpdatePolicy"
    assert isinstance(problem.fix, dict)
    mended = {**config, "RollingUpdatePolicy": problem.fix}
    assert accepted({"MaximumUnavailable": ONE}, DeploymentConfig=mended).update is not None


def test_a_repair_of_a_mix_has_no_room_and_may_have_gates() -> None:
    available = configs(10, 10, 8)
    asked = request("config-3", DeploymentConfig=rolling(1))
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(mixed(), asked, available, engine={"MaximumUnavailable": ONE})
    (problem,) = refusal.value.problems
    assert problem.field == "Engine"
    assert "repair the endpoint first" in problem.rule
    assert update_endpoint(mixed(), asked, available, engine={"Gates": GATES}).update is not None


def test_an_endpoint_that_is_updating_tells_of_the_engine_too() -> None:
    available = configs(10, 10)
    updating = accepted(None)
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(updating, request(), available, engine={"Gates": GATES | {"Batches": 1}})
    fields = [each.field for each in refusal.value.problems]
    assert fields == ["EndpointStatus", "Engine.Gates.Batches"]


# --- inside the request -------------------------------------------------------

WITHIN = {
    "Engine": {"MaximumSurge": size(7)},
    "DeploymentConfig.Engine": {"MaximumSurge": size(7)},
    "DeploymentConfig.MaximumSurge": size(7),
    "DeploymentConfig.RollingUpdatePolicy.MaximumSurge": size(7),
    "DeploymentConfig.RollingUpdatePolicy.Engine": {"MaximumUnavailable": size(7)},
}


@pytest.mark.parametrize("field", WITHIN)
def test_in_the_request_it_is_refused_with_its_place_and_the_nearest_policy(field: str) -> None:
    asked = request(DeploymentConfig=rolling(2))
    *places, name = field.split(".")
    inner = asked
    for place in places:
        inner = inner[place]  # type: ignore[assignment]
    inner[name] = WITHIN[field]
    available = configs(10, 10)
    with pytest.raises(ValidationException) as refusal:
        update_endpoint(healthy(available), asked, available)
    (problem,) = refusal.value.problems
    assert problem.field == field
    assert '"UpdateEndpoint"' in problem.rule
    assert problem.rule.endswith('MaximumBatchSize {"Type": "INSTANCE_COUNT", "Value": 5}')


def test_gates_in_the_request_have_no_nearest_policy() -> None:
    (problem,) = refused(None, DeploymentConfig=rolling(2) | {"Gates": GATES}).values()
    assert problem.field == "DeploymentConfig.Gates"
    assert problem.rule.endswith('it belongs in "Engine", beside "UpdateEndpoint"')


# --- as values ----------------------------------------------------------------

sizes = st.builds(CapacitySize, st.sampled_from(SizeType), st.integers(0, 100))


@given(sizes, sizes, st.integers(0, 200))
def test_the_nearest_batch_is_one_that_sagemaker_takes(
    surge: CapacitySize, unavailable: CapacitySize, full: int
) -> None:
    policy = RollingUpdatePolicy(nearest_batch(surge, unavailable, full), 300)
    assert policy_problems(policy, full, full) == []


@pytest.mark.parametrize(
    ("surge", "unavailable", "full", "batch"),
    [
        (instances(1), instances(2), 10, instances(3)),
        (instances(0), instances(1), 100, instances(5)),
        (instances(6), instances(3), 10, instances(5)),
        (instances(2), percent(9), 10, instances(2)),
        (percent(0), percent(1), 10, percent(5)),
        (percent(25), percent(30), 10, percent(50)),
        (percent(20), instances(1), 10, instances(3)),
        (instances(1), instances(0), 1, percent(50)),
        (instances(3), instances(4), 0, instances(7)),
    ],
)
def test_the_nearest_batch_is_surge_and_unavailable_together_as_far_as_it_may(
    surge: CapacitySize, unavailable: CapacitySize, full: int, batch: CapacitySize
) -> None:
    assert nearest_batch(surge, unavailable, full) == batch


gates = st.builds(
    Gates,
    st.integers(1, 28_800),
    st.sampled_from(GateTimeoutAction),
    st.none() | st.lists(st.integers(1, 9), min_size=1).map(tuple),
)


@given(st.builds(Engine, st.none() | sizes, st.none() | sizes, st.none() | gates))
def test_an_engine_survives_the_way_through_json(engine: Engine) -> None:
    document = json.loads(json.dumps(engine.as_json()))
    assert parse_engine(document) == engine
    wrong = engine_problems(document, rolling(), 0, 0)
    assert engine == Engine() or all(each.field.endswith(".Value") for each in wrong)
