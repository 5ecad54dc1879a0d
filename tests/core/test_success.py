"""The seed's success: batch by batch, traffic follows capacity, and the old fleet goes last."""

import pytest

from rolling import (
    Phase,
    Share,
    SplitSettled,
    Succeeded,
    advance,
    plan_batches,
)
from rolling.core.plan import ideal_event
from tests.core.walking import counts_due, end_of, rolling, rows, run_to, seen, split_due, states


def test_three_instances_by_one_go_as_amazon_shows() -> None:
    """Row by row the table of Amazon's own example notebook, N=3 and batch 1."""
    assert rows(rolling(3, 3, 1)) == [
        "forward 1.1 provisioning: old 3 new 1, traffic 1 and 0",
        "forward 1.1 shifting: old 3 new 1, traffic 2/3 and 1/3",
        "forward 1.1 baking: old 3 new 1, traffic 2/3 and 1/3",
        "forward 1.1 cleaning: old 2 new 1, traffic 2/3 and 1/3",
        "forward 2.1 provisioning: old 2 new 2, traffic 2/3 and 1/3",
        "forward 2.1 shifting: old 2 new 2, traffic 1/3 and 2/3",
        "forward 2.1 baking: old 2 new 2, traffic 1/3 and 2/3",
        "forward 2.1 cleaning: old 1 new 2, traffic 1/3 and 2/3",
        "forward 3.1 provisioning: old 1 new 3, traffic 1/3 and 2/3",
        "forward 3.1 shifting: old 1 new 3, traffic 0 and 1",
        "forward 3.1 baking: old 1 new 3, traffic 0 and 1",
        "forward 3.1 cleaning: old 0 new 3, traffic 0 and 1",
        "forward 3.1 succeeded: old 0 new 3, traffic 0 and 1",
    ]


def test_at_most_one_batch_more_than_the_fleet_ever_exists() -> None:
    for count, batch in ((3, 1), (10, 5), (10, 3), (7, 2), (20, 1)):
        totals = {
            sum(fleet.alive for fleet in state.fleets)
            for state in states(rolling(count, count, batch))
        }
        assert max(totals) == count + batch


def test_the_last_batch_is_the_remainder_and_bakes_like_the_others() -> None:
    baking = [row for row in rows(rolling(10, 10, 4)) if "baking" in row]
    assert baking == [
        "forward 1.1 baking: old 10 new 4, traffic 3/5 and 2/5",
        "forward 2.1 baking: old 6 new 8, traffic 1/5 and 4/5",
        "forward 3.1 baking: old 2 new 10, traffic 0 and 1",
    ]


def test_success_is_the_end_with_nothing_left_over() -> None:
    end = end_of(rolling(10, 10, 3))
    assert end.outcome == Succeeded(leftover=0, cut_short=None)


@pytest.mark.parametrize("short", [(0, 1), (1, 2)])
def test_no_traffic_moves_before_the_whole_batch_is_in_service(short: tuple[int, int]) -> None:
    """kserve #5983: traffic to a canary that is not ready."""
    deployment = rolling(10, 10, 2)
    assert advance(deployment, seen(deployment, short, (10, 10))).phase is Phase.PROVISIONING
    assert advance(deployment, seen(deployment, (2, 2), (10, 10))).phase is Phase.SHIFTING


def test_no_bake_begins_before_the_split_is_seen() -> None:
    """argo-rollouts #3926: the old fleet removed before traffic has really moved."""
    deployment = run_to(rolling(), "forward 1.1 shifting")
    moved_little = seen(deployment, (1, 1), (3, 3))
    assert advance(deployment, moved_little) == deployment
    assert advance(deployment, ideal_event(deployment)).phase is Phase.BAKING


def test_no_batch_is_provisioned_before_the_drained_one_is_gone() -> None:
    """kubernetes #95498: terminating instances count."""
    deployment = run_to(rolling(), "forward 1.1 cleaning")
    assert advance(deployment, seen(deployment, (1, 1), (2, 3))).phase is Phase.CLEANING
    assert advance(deployment, seen(deployment, (1, 1), (2, 2))).phase is Phase.PROVISIONING


def test_the_plan_of_three_by_one_peaks_at_four() -> None:
    plan = plan_batches(rolling())
    assert [batch.peak for batch in plan] == [4, 4, 4]
    assert [batch.counts for batch in plan] == [(1, 3), (2, 2), (3, 1)]
    assert [batch.kept for batch in plan] == [(1, 2), (2, 1), (3, 0)]


def test_due_is_what_was_asked_for_in_every_state() -> None:
    for state in states(rolling()):
        assert counts_due(state) == tuple(fleet.asked for fleet in state.fleets)
        assert split_due(state) == state.split


def test_a_split_is_the_same_in_whatever_form_it_is_reported() -> None:
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 shifting")
    assert deployment.split == (Share(2, 4), Share(2, 4))
    in_lowest_terms = SplitSettled(deployment.stage, (Share(1, 2), Share(1, 2)))
    assert advance(deployment, in_lowest_terms).phase is Phase.BAKING
