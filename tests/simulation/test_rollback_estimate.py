"""A rollback is estimated from wherever it may begin, and given up where it takes too long."""

from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    AlarmTripped,
    Deployment,
    Phase,
    RollingUpdatePolicy,
    Stopped,
    instances,
    percent,
    roll_back,
    serving,
    start,
    wanted,
)
from rolling.backends.simulated import SimulationSettings
from rolling.checking.strategies import deployments
from rolling.simulation.rollback_estimate import (
    rollback_estimate,
    rollback_estimates,
)
from rolling.simulation.walk import Leftover, walk
from rolling.view.snapshots import RollbackEstimate

SETTINGS = SimulationSettings(provisioning_seconds=240, shift_seconds=5, cleanup_seconds=30)
AT_ONCE = SimulationSettings(provisioning_seconds=0, shift_seconds=0, cleanup_seconds=0)


def update(count: int, back: int, deadline_seconds: int = 28_800) -> Deployment:
    """A fleet replaced by a quarter at a time, that comes home by `back`."""
    policy = RollingUpdatePolicy(percent(25), 300, instances(back), deadline_seconds)
    return start(serving("config-1", count), wanted("config-2", count), policy, ["p99"])


def bakes(deployment: Deployment, settings: SimulationSettings = SETTINGS) -> list[Deployment]:
    """The deployment as it comes into each bake."""
    states = [state.deployment for state in walk(deployment, settings)]
    return [state for state in states if state.phase is Phase.BAKING]


def whole(deployment: Deployment, settings: SimulationSettings) -> RollbackEstimate:
    """The estimate of a rollback from here that is walked to its end, however long."""
    (found,) = rollback_estimates([(deployment, ())], settings)
    return found


@st.composite
def leftovers(draw: st.DrawFn, fleets: int) -> list[Leftover]:
    """What earlier updates left alive of some of so many fleets."""
    kinds = st.builds(Leftover, st.integers(0, fleets - 1), st.integers(1, 4), st.integers(1, 900))
    return draw(st.lists(kinds, max_size=2))


@given(deployment=deployments(), data=st.data())
def test_what_rollbacks_share_is_walked_once_and_changes_nothing(
    deployment: Deployment, data: st.DataObject
) -> None:
    found = data.draw(st.permutations(bakes(deployment)))
    beside = [(bake, data.draw(leftovers(len(bake.fleets)))) for bake in found]
    alone = [rollback_estimates([each], SETTINGS)[0] for each in beside]
    assert rollback_estimates(beside, SETTINGS) == alone


def test_a_rollback_can_be_estimated_from_any_state_until_all_traffic_has_arrived() -> None:
    for state in walk(update(8, 1), SETTINGS):
        deployment = state.deployment
        found = rollback_estimate(deployment, SETTINGS)
        if deployment.ended or (deployment.stage.step, deployment.phase) == (4, Phase.CLEANING):
            assert found is None
        else:
            turned = roll_back(deployment, AlarmTripped(("p99",)))
            *_, end = walk(turned, SETTINGS)
            assert found is not None
            assert found.whole
            assert found.batches == end.deployment.stage.step
            assert found.least_seconds == end.at_seconds


def test_of_a_rollback_under_way_the_rest_is_estimated_and_every_batch_counted() -> None:
    states = list(walk(roll_back(bakes(update(8, 2))[-1], Stopped("me")), SETTINGS))
    entered = {state.deployment.stage: state for state in reversed(states)}
    for state in entered.values():
        found = rollback_estimate(state.deployment, SETTINGS)
        if state.deployment.ended:
            assert found is None
            continue
        assert found is not None
        assert found.batches == states[-1].deployment.stage.step == 4
        assert found.least_seconds == states[-1].at_seconds - state.at_seconds
        assert found.provisioned_instances == sum(
            fleet.asked for fleet in states[-1].deployment.old
        ) - sum(fleet.asked for fleet in state.deployment.old)


def test_all_traffic_is_home_when_the_last_cleanup_begins() -> None:
    found = whole(bakes(update(8, 2))[1], SETTINGS)
    # Two shifts and the launch between them; the two cleanups one after the other.
    assert found.least_seconds == 5 + 30 + 240 + 5 + 30
    assert found.commit_seconds == found.least_seconds - 30


def test_a_rollback_that_outlasts_its_time_limit_is_given_up() -> None:
    last = bakes(update(40, 1, deadline_seconds=3_000))[-1]
    assert whole(last, SETTINGS).batches == 31
    found = rollback_estimate(last, SETTINGS)
    assert found is not None
    assert not found.whole
    assert 3_000 < found.least_seconds <= 3_000 + 240
    assert found.batches == 12
    assert found.provisioned_instances == 11


def test_a_rollback_of_too_many_states_is_given_up() -> None:
    last = bakes(update(1_000, 1), AT_ONCE)[-1]
    expected = whole(last, AT_ONCE)
    assert (expected.batches, expected.whole) == (751, True)
    found = rollback_estimate(last, AT_ONCE)
    assert found is not None
    assert not found.whole
    assert found.batches < expected.batches
    assert found.provisioned_instances < expected.provisioned_instances
