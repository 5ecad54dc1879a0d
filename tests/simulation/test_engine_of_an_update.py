"""A scenario has an engine beside the request of an update, and all that is wrong with it told."""

from typing import Any

import pytest

from rolling import InvalidInput, Problem
from rolling.endpoint.refusals import ValidationException
from rolling.simulation.plan import plan, plan_document
from rolling.simulation.run import simulate
from rolling.simulation.scenario import parse_request, parse_scenario
from tests.endpoint.examples import blue_green, request, rolling
from tests.simulation.examples import Json, scenario

ONE = {"Type": "INSTANCE_COUNT", "Value": 1}
GATES = {"TimeoutInSeconds": 600, "TimeoutAction": "Continue"}
DRAIN_FIRST = {"MaximumUnavailable": ONE}


def with_engine(engine: object, *faults: Json, config: Json | None = None) -> Json:
    asked = request(DeploymentConfig=rolling(2) if config is None else config)
    return scenario(Updates=[{"UpdateEndpoint": asked, "Engine": engine, "Faults": list(faults)}])


def problems(document: object) -> dict[str, Problem]:
    with pytest.raises(InvalidInput) as refusal:
        parse_scenario(document)
    return {each.field: each for each in refusal.value.problems}


def test_it_is_read_and_carried_out() -> None:
    read = parse_scenario(with_engine(DRAIN_FIRST | {"Gates": GATES}))
    (update,) = simulate(read).updates
    assert update.accepted.update is not None
    assert update.accepted.update.engine is not None
    assert update.report.outcome == "Succeeded"
    assert update.report.timeline[0].stage.step == 0
    assert [row.event for row in update.report.timeline].count("GateElapsed") == 10


def test_its_problems_stand_beside_those_of_the_request_and_the_faults() -> None:
    wrong = with_engine(
        {"MaximumSurge": {"Type": "INSTANCE_COUNT", "Value": 11}, "Gates": {}},
        {"Kind": "Alarm", "Batch": "1"},
        config=rolling(6),
    )
    assert set(problems(wrong)) == {
        "Updates[0].Engine.MaximumSurge.Value",
        "Updates[0].Engine.Gates.TimeoutInSeconds",
        "Updates[0].Engine.Gates.TimeoutAction",
        "Updates[0].UpdateEndpoint.DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Value",
        "Updates[0].Faults[0].Batch",
    }


@pytest.mark.parametrize("place", [0, 1])
def test_any_update_may_have_one_and_is_judged(place: int) -> None:
    document = scenario()
    update = document["Updates"][place]
    update["Engine"] = {"MaximumUnavailable": {"Type": "INSTANCE_COUNT", "Value": 10}}
    assert {field: problem.fix for field, problem in problems(document).items()} == {
        f"Updates[{place}].Engine.MaximumUnavailable.Value": 9
    }
    update["Engine"] = DRAIN_FIRST
    assert parse_scenario(document).updates[place].engine == DRAIN_FIRST


@pytest.mark.parametrize("place", [0, 1])
def test_a_policy_that_is_missing_is_named_in_the_request(place: int) -> None:
    document = scenario()
    update = document["Updates"][place]
    update |= {"Engine": DRAIN_FIRST, "Faults": []}
    update["UpdateEndpoint"] = request(f"config-{place + 2}", DeploymentConfig={})
    (problem,) = problems(document).values()
    policy = f"Updates[{place}].UpdateEndpoint.DeploymentConfig.RollingUpdatePolicy"
    assert problem.field == policy


def test_a_null_is_no_engine() -> None:
    (problem,) = problems(with_engine(None)).values()
    assert (problem.field, problem.rule) == (
        "Updates[0].Engine",
        "must not be null; leave it out",
    )


@pytest.mark.parametrize("place", [0, 1])
def test_inside_the_request_it_is_told_where_it_belongs(place: int) -> None:
    document = scenario()
    asked = document["Updates"][place]["UpdateEndpoint"]
    asked.pop("RetainDeploymentConfig", None)
    asked["DeploymentConfig"] = rolling(2) | {"Engine": DRAIN_FIRST}
    (problem,) = problems(document).values()
    assert problem.field == f"Updates[{place}].UpdateEndpoint.DeploymentConfig.Engine"
    assert 'it stands beside "UpdateEndpoint"' in problem.rule


def test_a_repair_within_room_is_refused_when_it_is_carried_out() -> None:
    failed = {"Kind": "ShiftFailed", "Direction": "Back", "Count": 9}
    document = with_engine(DRAIN_FIRST, {"Kind": "Alarm", "Batch": 2}, failed)
    repair = {
        "UpdateEndpoint": request("config-3", DeploymentConfig=rolling(2)),
        "Engine": DRAIN_FIRST,
    }
    document["Updates"].append(repair)
    with pytest.raises(ValidationException) as refusal:
        simulate(parse_scenario(document))
    (problem,) = refusal.value.problems
    assert problem.field == "Updates[1].Engine"
    del repair["Engine"]
    assert simulate(parse_scenario(document)).updates[1].report.outcome == "Succeeded"


@pytest.mark.parametrize(
    ("engine", "fault", "field", "fix"),
    [
        ({"Gates": GATES}, {"Kind": "Stop", "Batch": 0}, "Batch", 1),
        (DRAIN_FIRST, {"Kind": "Continue"}, "Kind", None),
        (DRAIN_FIRST, {"Kind": "Stop", "Direction": "Back", "Batch": 0}, "Batch", 1),
    ],
)
def test_a_fault_of_what_this_update_does_not_have_is_refused(
    engine: Json, fault: Json, field: str, fix: object
) -> None:
    problem = problems(with_engine(engine, fault))[f"Updates[0].Faults[0].{field}"]
    assert problem.fix == fix


def test_a_bare_request_may_have_one_given_beside_it() -> None:
    read = parse_request(request(DeploymentConfig=rolling(2)), 10, engine=DRAIN_FIRST)
    (planned,) = plan(read)
    assert planned.forecast.start.spec.old[0].floor == 9
    with pytest.raises(InvalidInput) as refusal:
        parse_request(request(DeploymentConfig=blue_green()), 10, engine=DRAIN_FIRST)
    assert [each.field for each in refusal.value.problems] == ["Engine.MaximumUnavailable"]


# --- the plan of it -----------------------------------------------------------


def planned(engine: Json | None, config: Json | None = None) -> Any:
    document = with_engine(engine, config=config)
    if engine is None:
        del document["Updates"][0]["Engine"]
    printed: Any = plan_document(plan(parse_scenario(document)))
    return printed["Updates"][0]


def test_its_plan_has_the_drain_as_a_batch_of_its_own() -> None:
    update = planned(DRAIN_FIRST)
    assert update["Policy"] == "SurgeRolling"
    assert [batch["Batch"] for batch in update["Batches"]] == list(range(11))
    drain, first = update["Batches"][:2]
    assert (drain["Old"], drain["OldAfter"], drain["New"], drain["NewShare"]) == (10, 9, 0, "0")
    assert (first["Old"], first["OldAfter"], first["New"], first["NewShare"]) == (9, 8, 1, "1/9")
    assert update["Room"] == {
        "Surge": 0,
        "Unavailable": 1,
        "OldFloor": 9,
        "NewFloor": 9,
        "LeastInService": 9,
    }


def test_its_plan_has_the_gates_and_how_long_they_may_wait() -> None:
    update = planned({"Gates": GATES | {"Batches": [2, 4]}})
    assert update["Gates"] == {
        "Batches": [2, 4],
        "TimeoutSeconds": 600,
        "TimeoutAction": "Continue",
        "MostSeconds": 1200,
    }
    assert [batch["Gate"] for batch in update["Batches"]] == [False, True, False, True, False]
    assert update["LeastSeconds"] == planned(None)["LeastSeconds"]


def test_without_one_its_plan_has_neither() -> None:
    update = planned(None)
    assert (update["Room"], update["Gates"], update["Policy"]) == (None, None, "Rolling")
