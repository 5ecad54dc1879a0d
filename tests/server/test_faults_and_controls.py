"""What only a tester can do: faults, capacity, a stop, a reset, and to ask what is under way."""

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.errors import InvalidInput
from rolling.core.stage import Direction, Phase
from rolling.server.cloud import Cloud
from rolling.server.region.injection import When
from rolling.server.service import ServiceError
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime
from tests.server.clouds import NAME, START, Sky, rolling
from tests.test_scenarios import load

TRIP = Fault(FaultKind.ALARM, batch=2, after_seconds=10)


@pytest.fixture
def sky() -> Sky:
    """A sky with an endpoint in service."""
    sky = Sky()
    sky.create()
    return sky


def test_faults_of_next_updates_strike_one_after_the_other(sky: Sky) -> None:
    sky.inject(NAME, [TRIP])
    sky.inject(NAME, [])
    sky.inject(NAME, [Fault(FaultKind.STOP, batch=1, by="somebody")], When.NEXT_UPDATE)
    ends = []
    for target in ("config-2", "config-2", "config-1", "config-1"):
        sky.update(target)
        sky.advance_to_rest(NAME)
        shown = sky.shown()
        ends.append((shown["EndpointConfigName"], shown.get("FailureReason", "").split(": ")[-1]))
    assert ends == [
        ("config-1", "alarm p99 tripped."),
        ("config-2", ""),
        ("config-2", "stopped by somebody."),
        ("config-1", ""),
    ]


def test_a_refused_update_uses_no_faults_up(sky: Sky) -> None:
    sky.inject(NAME, [TRIP])
    sky.refusal("UpdateEndpoint", EndpointName=NAME, EndpointConfigName="missing")
    sky.update()
    sky.advance_to_rest(NAME)
    assert "tripped" in sky.shown()["FailureReason"]


def test_a_fault_now_strikes_the_update_in_progress_from_where_it_is(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    began_at = sky.now()
    late = Fault(FaultKind.ALARM, batch=2, phase=Phase.BAKING, after_seconds=20)
    sky.inject(NAME, [late], When.NOW)
    happened = sky.advance_to_next_event()
    assert happened[0].at - began_at == 20
    assert happened[0].why.startswith("Alarm p99 tripped after 20 s")
    sky.advance_to_rest(NAME)
    assert "alarm p99 tripped" in sky.shown()["FailureReason"]


def test_a_fault_ends_with_its_update(sky: Sky) -> None:
    sky.update()
    sky.inject(NAME, [Fault(FaultKind.PROVISIONING_FAILED, count=100)], When.NOW)
    sky.advance_to_rest(NAME)
    assert "provisioning config-2 failed" in sky.shown()["FailureReason"]
    sky.update()
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointConfigName"] == "config-2"


def test_a_fault_ends_with_its_update_also_where_that_left_something_over(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=3, phase="Cleaning")
    sky.inject(NAME, [Fault(FaultKind.INSTANCE_LOST, after_seconds=10)], When.NOW)
    sky.stop_update(NAME)
    sky.advance(40)
    assert sky.variant()["CurrentInstanceCount"] == 3


def test_a_fault_ends_with_its_scaling(sky: Sky) -> None:
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 4}]
    sky.call(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName=NAME,
        DesiredWeightsAndCapacities=wanted,
    )
    sky.inject(NAME, [Fault(FaultKind.INSTANCE_LOST, after_seconds=250)], When.NOW)
    sky.advance(300)
    sky.update()
    assert sky.variant()["CurrentInstanceCount"] == 4


def test_a_fault_is_laid_over_the_alarm_in_cloudwatch(sky: Sky) -> None:
    sky.inject(NAME, [Fault(FaultKind.ALARM_UNREADABLE, batch=1, for_seconds=600)])
    sky.update()
    sky.advance_until(NAME, batch=1, phase="Baking")
    sky.alarm("ALARM")
    sky.advance(599)
    assert sky.pending()["VariantStatus"][0]["Status"] == "Baking"
    sky.advance_to_rest(NAME)
    assert "alarm p99 tripped" in sky.shown()["FailureReason"]


def test_a_phase_alone_is_the_next_of_its_kind(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    no_shift = Fault(FaultKind.SHIFT_FAILED, phase=Phase.SHIFTING)
    sky.inject(NAME, [no_shift], "Now")
    happened = sky.advance_until(NAME, direction="Back")
    forward = [each.stage for each in happened if each.stage]
    forward = [each for each in forward if each.direction is Direction.FORWARD]
    assert (forward[-1].step, forward[-1].phase) == (3, Phase.SHIFTING)


def test_others_take_the_room_that_a_rollback_needs(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    sky.limit_capacity(4, NAME)
    sky.inject(NAME, [Fault(FaultKind.ROOM_TAKEN, count=9)], "Now")
    sky.advance_to_rest(NAME)
    assert sky.shown()["EndpointStatus"] == "UpdateRollbackFailed"


def test_what_is_going_back_cannot_be_struck_forward(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Baking")
    sky.stop_update(NAME)
    with pytest.raises(InvalidInput, match="is already rolling back"):
        sky.inject(NAME, [Fault(FaultKind.SHIFT_FAILED)], When.NOW)
    sky.inject(NAME, [Fault(FaultKind.SHIFT_FAILED, Direction.BACK)], When.NOW)
    assert sky.status() == "UpdateRollbackFailed"


def test_a_creation_is_struck_by_what_creations_have(sky: Sky) -> None:
    sky.call("CreateEndpoint", EndpointName="new", EndpointConfigName="config-1")
    with pytest.raises(InvalidInput, match="strikes updates only"):
        sky.inject("new", [Fault(FaultKind.STOP)], When.NOW)
    sky.inject("new", [Fault(FaultKind.PROVISIONING_FAILED, reason="Out.")], When.NOW)
    assert sky.shown("new")["FailureReason"] == "Out."


def test_a_stop_undoes_the_update(sky: Sky) -> None:
    sky.update()
    sky.advance_until(NAME, batch=2, phase="Provisioning")
    sky.stop_update(NAME, by="a release manager")
    sky.advance_to_rest(NAME)
    assert "stopped by a release manager" in sky.shown()["FailureReason"]


def test_capacity_is_limited_for_one_endpoint_or_all(sky: Sky) -> None:
    sky.create(name="other")
    sky.limit_capacity(3, NAME)
    for name in (NAME, "other"):
        sky.update(name=name)
        sky.advance_to_rest(name)
    assert "InsufficientInstanceCapacity" in sky.shown()["FailureReason"]
    assert "FailureReason" not in sky.shown("other")
    sky.limit_capacity(2)
    sky.call("CreateEndpoint", EndpointName="third", EndpointConfigName="config-1")
    assert sky.status("third") == "Failed"
    for limit in (0, -1):
        with pytest.raises(InvalidInput, match="Limit = "):
            sky.limit_capacity(limit)


def test_it_says_what_is_under_way(sky: Sky) -> None:
    assert sky.running() == ()
    sky.create("several", "many")
    sky.create(name="going")
    sky.call("CreateEndpoint", EndpointName="new", EndpointConfigName="config-1")
    sky.call("DeleteEndpoint", EndpointName="going")
    wanted = [{"VariantName": "b", "DesiredInstanceCount": 4}]
    sky.call(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName="many",
        DesiredWeightsAndCapacities=wanted,
    )
    sky.update()
    assert sky.running() == (
        "my-endpoint in us-east-1 is being updated to config-2: batch 1 of 3, provisioning.",
        "many in us-east-1 is being scaled: 3 of 6 instance(s).",
        "going in us-east-1 is being deleted.",
        "new in us-east-1 is being created: 0 of 3 instance(s).",
    )
    sky.stop_update(NAME)
    assert "rolling back, batch 1 of the way back" in sky.running()[0]


def test_reset_begins_anew_and_time_goes_on(sky: Sky) -> None:
    sky.update()
    sky.advance(10)
    sky.reset()
    assert sky.now() == START + 250
    assert sky.call("ListEndpoints") == {"Endpoints": []}
    assert sky.running() == ()
    assert sky.advance(10_000) == ()


def test_a_scenario_is_there_from_the_beginning_and_after_a_reset() -> None:
    scenario = load("three-by-one-alarm-in-bake-2")
    cloud = Cloud(ManualTime(START), home_region="eu-west-1", scenario=scenario)
    steering = SteeredCloud(cloud)
    name = scenario.endpoint.name
    described = []
    for _ in range(2):
        described.append(
            cloud.call("sagemaker", "DescribeEndpoint", {"EndpointName": name}, "eu-west-1")
        )
        cloud.call("sagemaker", "UpdateEndpoint", scenario.updates[0].request, "eu-west-1")
        steering.advance_to_rest(name)
        ended = cloud.call("sagemaker", "DescribeEndpoint", {"EndpointName": name}, "eu-west-1")
        assert "tripped" in ended["FailureReason"]
        assert steering.running() == ()
        steering.reset()
    first, second = described
    assert first["EndpointArn"].startswith("arn:aws:sagemaker:eu-west-1:")
    assert first["EndpointStatus"] == "InService"
    assert first["ProductionVariants"] == second["ProductionVariants"]


def test_faults_of_a_creation_strike_it_whatever_the_case_of_its_name(sky: Sky) -> None:
    sky.inject("New", [Fault(FaultKind.PROVISIONING_FAILED)], "Creation")
    sky.call("CreateEndpoint", EndpointName="new", EndpointConfigName="config-1")
    assert sky.status("new") == "Failed"


def test_an_operation_that_is_not_here_is_a_501(sky: Sky) -> None:
    assert sky.cloud.implements("sagemaker", "UpdateEndpoint")
    assert not sky.cloud.implements("sagemaker", "CreateTrainingJob")
    with pytest.raises(ServiceError, match="CreateTrainingJob") as error:
        sky.call("CreateTrainingJob")
    assert (error.value.status, error.value.error_code) == (501, "NotImplemented")


def test_only_the_latest_events_are_kept(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    sky.events()
    monkeypatch.setattr("rolling.server.cloud.MOST_EVENTS", 5)
    sky.reset()
    sky.furnish()
    sky.create()
    sky.update(DeploymentConfig=rolling())
    happened = sky.advance_to_rest(NAME)
    assert len(happened) == 5
    assert happened[-1].status == "InService"
