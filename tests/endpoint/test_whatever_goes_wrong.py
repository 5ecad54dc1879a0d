"""However an update ends, the endpoint is described truthfully and can be updated again."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rolling import Direction, Phase
from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint import Endpoint, EndpointStatus, Times, describe, update_endpoint
from tests.endpoint.examples import Json, blue_green, configs, driven, healthy, request, rolling

AVAILABLE = configs(4, 5, 3)
TIMES = Times(1, 2, 3, 4)
ONE = {"Type": "INSTANCE_COUNT", "Value": 1}
WAYS: list[Json] = [
    {"DeploymentConfig": rolling()},
    {"DeploymentConfig": rolling(RollbackMaximumBatchSize=ONE)},
    {"DeploymentConfig": blue_green("CANARY", CanarySize=ONE)},
    {},
]

COUNTED = [
    FaultKind.PROVISIONING_FAILED,
    FaultKind.INSTANCE_LOST,
    FaultKind.SHIFT_FAILED,
    FaultKind.CLEANUP_FAILED,
]
places = {
    "direction": st.sampled_from([*Direction]),
    "batch": st.integers(1, 3),
    "phase": st.sampled_from([Phase.PROVISIONING, Phase.SHIFTING, Phase.CLEANING]),
}
faults = st.one_of(
    st.builds(Fault, st.sampled_from(COUNTED), count=st.integers(1, 9), **places),
    st.builds(Fault, st.sampled_from([FaultKind.ALARM, FaultKind.STOP]), **places),
)
# Left to chance, few rollbacks fail; these do, with whatever else goes wrong.
failing = st.builds(
    lambda batch, others: [
        Fault(FaultKind.ALARM, batch=batch),
        Fault(FaultKind.SHIFT_FAILED, Direction.BACK, count=9),
        *others,
    ],
    st.integers(1, 3),
    st.lists(faults, max_size=2),
)
updates = st.tuples(
    st.sampled_from(sorted(AVAILABLE)),
    st.sampled_from(WAYS),
    st.lists(faults, max_size=3) | failing,
)


def check(endpoint: Endpoint) -> None:
    """What holds of every endpoint at rest."""
    shares = [Fraction(fleet.share.part, fleet.share.whole) for fleet in endpoint.fleets]
    assert sum(shares) == 1
    assert all(
        fleet.count > 0 or share == 0 for fleet, share in zip(endpoint.fleets, shares, strict=True)
    )
    serving = [fleet for fleet, share in zip(endpoint.fleets, shares, strict=True) if share]
    described = describe(endpoint, TIMES)
    assert "PendingDeploymentSummary" not in described
    if endpoint.status is EndpointStatus.IN_SERVICE:
        assert [fleet.configuration for fleet in serving] == [endpoint.config_name]
        assert serving[0].full == endpoint.desired_instance_count
    else:
        assert endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED
        assert endpoint.failure_reason


@given(st.lists(updates, min_size=1, max_size=3))
def test_the_end_is_truthful_and_leads_on(made: list[tuple[str, Json, list[Fault]]]) -> None:
    endpoint = healthy(AVAILABLE)
    for config_name, way, wrong in made:
        if endpoint.status is EndpointStatus.IN_SERVICE and endpoint.config_name == config_name:
            continue
        asked = request(config_name, **way)
        endpoint = driven(update_endpoint(endpoint, asked, AVAILABLE), wrong)[-1]
        check(endpoint)
    if endpoint.status is EndpointStatus.UPDATE_ROLLBACK_FAILED:
        for config_name in AVAILABLE:
            repairing = update_endpoint(
                endpoint, request(config_name, DeploymentConfig=rolling()), AVAILABLE
            )
            repaired = driven(repairing)[-1]
            check(repaired)
            assert repaired.status is EndpointStatus.IN_SERVICE
            assert repaired.config_name == config_name
