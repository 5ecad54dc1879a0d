"""An ended update leaves the endpoint as it really is, and says why."""

import pytest
from attrs import evolve

from rolling import (
    AlarmTripped,
    Direction,
    FleetSpec,
    FleetsSeen,
    Operation,
    OperationFailed,
    Phase,
    Share,
    Sighting,
    SplitSettled,
    StopRequested,
    advance,
    serving,
)
from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint import Endpoint, EndpointStatus, update_endpoint, with_deployment
from tests.endpoint.examples import ALARM, configs, driven, healthy, refused, request, rolling

AVAILABLE = configs(3, 3)
ONE_BACK = {"Type": "INSTANCE_COUNT", "Value": 1}
TRIP_IN_BAKE_2 = Fault(FaultKind.ALARM, batch=2, alarm_name=ALARM)
NO_SHIFT_BACK = Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=9, reason="the router is down")
STUCK_AT_THE_END = Fault(FaultKind.CLEANUP_FAILED, batch=3, reason="it hangs")


def updating() -> Endpoint:
    asked = request(DeploymentConfig=rolling(RollbackMaximumBatchSize=ONE_BACK))
    return update_endpoint(healthy(AVAILABLE), asked, AVAILABLE)


def ended(*faults: Fault) -> Endpoint:
    return driven(updating(), faults)[-1]


def test_until_the_end_it_is_updating_on_the_old_configuration() -> None:
    for endpoint in driven(updating(), [TRIP_IN_BAKE_2])[:-1]:
        if endpoint.deployment is not None and not endpoint.deployment.ended:
            assert endpoint.status is EndpointStatus.UPDATING
            assert (endpoint.config_name, endpoint.failure_reason) == ("config-1", None)


def test_success_is_in_service_on_the_new_configuration() -> None:
    endpoint = ended()
    assert endpoint.status is EndpointStatus.IN_SERVICE
    assert (endpoint.config_name, endpoint.failure_reason) == ("config-2", None)
    assert endpoint.fleets == (FleetSpec("config-2", 3, 3, Share(3, 3)),)
    assert endpoint.pending is None


def test_a_rollback_is_in_service_on_the_old_one_and_names_the_cause() -> None:
    endpoint = ended(TRIP_IN_BAKE_2)
    assert endpoint.status is EndpointStatus.IN_SERVICE
    assert endpoint.config_name == "config-1"
    assert endpoint.failure_reason == (
        'The update to endpoint configuration "config-2" was rolled back: alarm p99 tripped.'
    )
    assert endpoint.fleets == (serving("config-1", 3),)


def test_a_failed_rollback_names_both_causes_and_leaves_the_mix() -> None:
    endpoint = ended(TRIP_IN_BAKE_2, NO_SHIFT_BACK)
    assert endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED
    assert endpoint.config_name == "config-1"
    assert endpoint.failure_reason == (
        'The update to endpoint configuration "config-2" failed: alarm p99 tripped. '
        "Its rollback failed: shifting traffic to config-1 failed: the router is down."
    )
    assert endpoint.fleets == (
        FleetSpec("config-2", 3, 2, Share(2, 3)),
        FleetSpec("config-1", 3, 2, Share(1, 3)),
    )


def test_a_new_update_clears_the_reason() -> None:
    again = update_endpoint(ended(TRIP_IN_BAKE_2), request(), AVAILABLE)
    assert again.failure_reason is None


def test_a_leftover_is_reported_until_it_is_gone() -> None:
    endpoint = ended(STUCK_AT_THE_END)
    assert endpoint.status is EndpointStatus.IN_SERVICE
    assert endpoint.fleets == (
        FleetSpec("config-2", 3, 3, Share(3, 3)),
        FleetSpec("config-1", 3, 0, Share(0, 3)),
    )
    deployment = endpoint.deployment
    assert deployment is not None
    gone = advance(deployment, FleetsSeen(deployment.stage, (Sighting(3, 3), Sighting(0, 0))))
    later = with_deployment(endpoint, gone)
    assert [fleet.configuration for fleet in later.fleets] == ["config-2"]
    assert (later.status, later.failure_reason) == (endpoint.status, endpoint.failure_reason)


def test_a_leftover_of_a_rollback_is_in_the_reason() -> None:
    stuck = Fault(FaultKind.CLEANUP_FAILED, Direction.BACK, batch=2, reason="it hangs")
    endpoint = driven(
        update_endpoint(healthy(AVAILABLE), request(DeploymentConfig=rolling()), AVAILABLE),
        [TRIP_IN_BAKE_2, stuck],
    )[-1]
    assert endpoint.status is EndpointStatus.IN_SERVICE
    assert endpoint.failure_reason is not None
    assert "1 of its instance(s) were still alive" in endpoint.failure_reason
    assert endpoint.failure_reason.endswith("cleaning up config-2 failed: it hangs.")
    assert [(fleet.configuration, fleet.count) for fleet in endpoint.fleets] == [
        ("config-2", 0),
        ("config-1", 3),
    ]


def test_the_next_update_waits_for_the_leftover_and_does_not_revive_it() -> None:
    endpoint = ended(STUCK_AT_THE_END)
    available = configs(3, 3, 3)
    again = update_endpoint(endpoint, request("config-3", DeploymentConfig=rolling()), available)
    assert again.deployment is not None
    assert again.deployment.spec.old == (
        serving("config-2", 3),
        FleetSpec("config-1", 3, 0, Share(0, 3)),
    )
    for state in driven(again, [TRIP_IN_BAKE_2]):
        assert state.deployment is not None
        assert state.deployment.fleets[2].asked == 0


def test_an_update_back_to_the_leftovers_configuration_starts_from_nothing() -> None:
    again = update_endpoint(ended(STUCK_AT_THE_END), request("config-1"), AVAILABLE)
    assert again.deployment is not None
    assert again.deployment.spec.new.count == 0
    assert [fleet.configuration for fleet in again.deployment.spec.old] == ["config-2"]


def test_the_split_that_settles_after_the_end_is_the_truth() -> None:
    endpoint = updating()
    deployment = endpoint.deployment
    assert deployment is not None
    deployment = advance(deployment, FleetsSeen(deployment.stage, (Sighting(1, 1), Sighting(3, 3))))
    assert deployment.phase is Phase.SHIFTING
    deployment = advance(deployment, StopRequested("me"))
    deployment = advance(deployment, FleetsSeen(deployment.stage, (Sighting(1, 1), Sighting(3, 3))))
    deployment = advance(
        deployment, OperationFailed(deployment.stage, Operation.SHIFT, 1, "the router is down")
    )
    endpoint = with_deployment(endpoint, deployment)
    assert endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED
    real = (Share(1, 3), Share(2, 3))
    endpoint = with_deployment(endpoint, advance(deployment, SplitSettled(deployment.stage, real)))
    assert tuple(fleet.share for fleet in endpoint.fleets) == real


def test_a_fleet_that_lost_everything_starts_as_what_is_asked_for_it() -> None:
    endpoint = ended(TRIP_IN_BAKE_2, NO_SHIFT_BACK)
    deployment = endpoint.deployment
    assert deployment is not None
    lost = FleetsSeen(deployment.stage, (Sighting(0, 0), Sighting(2, 2)))
    endpoint = with_deployment(endpoint, advance(deployment, lost))
    assert endpoint.fleets[0] == FleetSpec("config-2", 3, 2, Share(2, 3))
    assert update_endpoint(endpoint, request("config-1"), AVAILABLE).deployment is not None


def test_autoscaling_after_an_end_outlives_what_the_deployment_still_sees() -> None:
    endpoint = evolve(ended(STUCK_AT_THE_END), desired_instance_count=5)
    deployment = endpoint.deployment
    assert deployment is not None
    gone = advance(deployment, FleetsSeen(deployment.stage, (Sighting(3, 3), Sighting(0, 0))))
    assert with_deployment(endpoint, gone).desired_instance_count == 5


def test_the_deployment_of_another_update_is_refused() -> None:
    other = update_endpoint(healthy(AVAILABLE), request(), AVAILABLE)
    assert other.deployment is not None
    with pytest.raises(ValueError, match="not a deployment of the latest update"):
        with_deployment(updating(), other.deployment)
    with pytest.raises(ValueError, match="not a deployment of the latest update"):
        with_deployment(healthy(AVAILABLE), other.deployment)


def test_a_failure_reason_has_at_most_1024_characters_and_names_both_causes() -> None:
    names = [{"AlarmName": f"{place}".rjust(255, "a")} for place in range(10)]
    alarms = {"AutoRollbackConfiguration": {"Alarms": names}}
    long_name = "c" * 63
    available = configs(3) | {long_name: evolve(AVAILABLE["config-2"], name=long_name)}
    asked = request(long_name, DeploymentConfig=rolling() | alarms)
    long_reason = Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=9, reason="r" * 1024)
    endpoint = driven(
        update_endpoint(healthy(available), asked, available),
        [Fault(FaultKind.ALARM, batch=2), long_reason],
    )[-1]
    assert endpoint.deployment is not None
    assert isinstance(endpoint.deployment.cause, AlarmTripped)
    assert endpoint.failure_reason is not None
    assert len(endpoint.failure_reason) <= 1024
    assert "alarm aaa" in endpoint.failure_reason
    assert "Its rollback failed: shifting traffic to config-1 failed: rrr" in (
        endpoint.failure_reason
    )


def test_a_mix_refuses_what_any_endpoint_refuses() -> None:
    mix = ended(TRIP_IN_BAKE_2, NO_SHIFT_BACK)
    assert "EndpointConfigName" in refused(request("config-9"), AVAILABLE, mix)
