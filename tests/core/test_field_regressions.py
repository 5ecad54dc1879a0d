"""Bugs that other rollout systems have had: here each is a test that it cannot happen."""

import pytest

from rolling import (
    BlueGreenUpdatePolicy,
    DeadlineElapsed,
    Deployment,
    Direction,
    Operation,
    OperationFailed,
    Phase,
    Reading,
    RollbackFailed,
    RolledBack,
    RollingUpdatePolicy,
    StopRequested,
    Succeeded,
    advance,
    due,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.core.capacity import carries
from rolling.core.properties import ceiling
from tests.core.walking import (
    counts_due,
    end_of,
    read,
    rolling,
    run_to,
    seen,
    split_due,
    states,
    trip,
)


def stopped(begun: Deployment, stage: str) -> Deployment:
    return advance(run_to(begun, stage), StopRequested("me"))


def test_percent_of_one_instance_does_not_round_to_nothing() -> None:
    """aws/containers-roadmap #485: 1 replica, 25% rounds to 0, and it waits for ever."""
    for old, new in ((1, 1), (3, 1), (1, 3)):
        begun = start(
            serving("a", old), wanted("b", new), RollingUpdatePolicy(percent(5), 0, percent(1))
        )
        assert begun.new.asked == 1
        assert isinstance(end_of(begun).outcome, Succeeded)
        home = end_of(stopped(begun, "forward 1.1 baking"))
        assert isinstance(home.outcome, RolledBack)


def test_a_stop_never_leaves_the_new_fleet_undrained() -> None:
    """argo-rollouts #4898, #4841: after an abort the canary never drains."""
    for state in states(rolling(4, 4, 1, back=1)):
        end = end_of(advance(state, StopRequested("me")))
        if end.direction is Direction.BACK:
            assert counts_due(end) == (0, 4)
            assert [str(share) for share in split_due(end)] == ["0", "1"]


def test_a_stop_before_anything_moved_leaves_the_old_fleet_whole() -> None:
    """argo-rollouts #1292: abort while idle scales the stable fleet to zero."""
    turned = stopped(rolling(4, 4, 2), "forward 1.1 provisioning")
    assert {state.old[0].asked for state in states(turned)} == {4}
    assert {str(state.old[0].share) for state in states(turned)} == {"1"}


def test_a_stop_after_the_last_shift_still_brings_everything_back() -> None:
    """argo-rollouts #4461, flagger #1898: an abort late in a promotion is ignored, or sends
    all traffic to the broken side."""
    end = end_of(stopped(rolling(4, 4, 2), "forward 2.1 baking"))
    assert isinstance(end.outcome, RolledBack)
    assert str(end.old[0].share) == "1"


def test_a_stop_after_the_last_bake_never_removes_the_fleet_that_serves() -> None:
    """flagger #1898 again, at the very end: nothing is left to go back to."""
    end = stopped(rolling(4, 4, 2), "forward 2.1 cleaning")
    assert isinstance(end.outcome, Succeeded)
    assert counts_due(end) == (4, 0)


@pytest.mark.parametrize("back", [1, 2, 3, None])
def test_traffic_never_comes_home_to_a_fleet_that_shrank(back: int | None) -> None:
    """flagger #869, #1694, #1600, argo-rollouts #3888: a herd onto a shrunken old fleet."""
    for stage in ("forward 2.1 baking", "forward 4.1 shifting", "forward 6.1 provisioning"):
        for state in states(stopped(rolling(6, 6, 1, back=back), stage)):
            if state.phase is Phase.SHIFTING:
                assert carries(state.old[0].in_service, state.old[0].share, 6)


def test_culled_old_instances_are_restored() -> None:
    """nomad #19643: a failed update never restores the culled old allocations."""
    turned = trip(run_to(rolling(6, 6, 1), "forward 6.1 baking"))
    assert turned.old[0].asked == 1
    assert end_of(turned).old[0].asked == 6


def test_the_way_back_keeps_the_batch_size() -> None:
    """nomad #14200: revert ignores the update policy, and everything stops at once."""
    turned = trip(run_to(rolling(6, 6, 1, back=2), "forward 6.1 baking"))
    assert max(state.stage.step for state in states(turned)) == 4


def test_the_way_back_never_bakes_and_never_turns_again() -> None:
    """nomad #10882: revert re-enters canary."""
    for state in states(trip(run_to(rolling(6, 6, 1, back=2), "forward 4.1 baking"))):
        assert state.direction is Direction.BACK and state.phase is not Phase.BAKING
        assert due(state).alarms == ()


def test_a_broken_state_can_be_gone_back_from() -> None:
    """kubernetes #67250: cannot roll back from a broken state."""
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    nothing_works = advance(deployment, seen(deployment, (0, 2), (2, 4)))
    turned = advance(
        nothing_works, OperationFailed(nothing_works.stage, Operation.PROVISION, 0, "crash loop")
    )
    assert isinstance(end_of(turned).outcome, RolledBack)


def test_old_capacity_goes_only_after_the_traffic_has_really_moved() -> None:
    """argo-rollouts #3926, #3333, #4595."""
    for state in states(rolling(6, 6, 2)):
        if state.phase is Phase.SHIFTING:
            for later in (seen(state, (6, 6), (6, 6)), read(state, Reading.OK)):
                assert counts_due(advance(state, later)) == counts_due(state)


def test_terminating_instances_count_against_the_ceiling() -> None:
    """kubernetes #95498, #107920: the surge limit is exceeded."""
    cleaning = run_to(rolling(4, 4, 2, back=2), "forward 1.1 cleaning")
    slow = advance(cleaning, seen(cleaning, (2, 2), (2, 4)))
    assert sum(fleet.alive for fleet in slow.fleets) == 6 == ceiling(slow.spec)
    assert slow.new.asked == 2


@pytest.mark.parametrize("policy", [RollingUpdatePolicy(percent(33), 0), BlueGreenUpdatePolicy()])
def test_all_shares_always_sum_to_the_whole(
    policy: RollingUpdatePolicy | BlueGreenUpdatePolicy,
) -> None:
    """argo-rollouts #3141, PR #3474: weights that do not sum, total nothing, or overflow."""
    begun = start(serving("a", 100_000), wanted("b", 99_999), policy)
    for state in states(begun):
        new, old = state.split
        assert new.part * old.whole + old.part * new.whole == new.whole * old.whole


@pytest.mark.parametrize("direction", list(Direction))
def test_the_deadline_ends_the_waiting_wherever_it_waits(direction: Direction) -> None:
    """argo-rollouts #4128, #3988, flagger #1591, nomad #10465: the deadline never fires."""
    begun = rolling(4, 4, 2)
    turned = trip(run_to(begun, "forward 2.1 baking"))
    for state in states(begun if direction is Direction.FORWARD else turned):
        if not state.ended:
            after = advance(state, DeadlineElapsed(direction))
            assert after.ended or after.direction is not direction


def test_a_bake_whose_alarms_can_never_be_read_is_undone_by_the_deadline() -> None:
    """argo-rollouts #4479: successful, though every measurement errored."""
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    for reading in (Reading.UNREADABLE, None):
        assert advance(deployment, read(deployment, reading)) is deployment
    assert isinstance(
        end_of(advance(deployment, DeadlineElapsed(Direction.FORWARD))).outcome, RolledBack
    )


def test_a_rollback_never_reads_as_a_success() -> None:
    """terraform-provider-aws #48997: a silent rollback is reported as success."""
    for state in states(rolling(4, 4, 2)):
        end = end_of(advance(state, StopRequested("me")))
        assert isinstance(end.outcome, Succeeded) == (str(end.new.share) == "1")


def test_losing_every_instance_of_a_batch_corrupts_nothing() -> None:
    """nomad #17842, #8671: node loss corrupts the canary deployment."""
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    for _ in range(5):
        deployment = advance(deployment, seen(deployment, (0, 0), (4, 4)))
        deployment = advance(deployment, seen(deployment, (2, 2), (4, 4)))
    assert isinstance(end_of(deployment).outcome, Succeeded)


def test_a_rollback_that_cannot_finish_says_so() -> None:
    """argo-rollouts #3120: retry is stuck. Here it ends, with both causes, and can be repaired."""
    turned = trip(run_to(rolling(4, 4, 1, back=1), "forward 3.1 baking"))
    stuck = run_to(turned, "back 2.1 provisioning")
    end = advance(stuck, OperationFailed(stuck.stage, Operation.PROVISION, 1, "no capacity"))
    assert isinstance(end.outcome, RollbackFailed)


def test_a_size_by_count_is_exact() -> None:
    """argo-rollouts computes batches in floats and corrects by 1e-10; large counts show it."""
    begun = start(
        serving("a", 100_000), wanted("b", 100_000), RollingUpdatePolicy(instances(33_333), 0)
    )
    assert [state.new.asked for state in states(begun) if state.phase is Phase.PROVISIONING] == [
        33_333,
        66_666,
        99_999,
        100_000,
    ]
