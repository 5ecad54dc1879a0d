"""An instance lost in a bake: the batch is made whole, and bakes afresh."""

import pytest

from rolling import (
    AlarmsRead,
    BlueGreenUpdatePolicy,
    Phase,
    Reading,
    RollingUpdatePolicy,
    StopRequested,
    TrafficRouting,
    advance,
    due,
    percent,
    serving,
    start,
    wanted,
)
from rolling.core.plan import ideal_event
from tests.core.walking import counts_due, end_of, read, rolling, row, run_to, seen, states


def test_a_loss_in_a_bake_starts_a_new_attempt() -> None:
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    lost = advance(deployment, seen(deployment, (1, 2), (4, 4)))
    assert row(lost) == "forward 1.2 provisioning: old 4 new 2, traffic 1/2 and 1/2"
    whole = advance(lost, seen(lost, (2, 2), (4, 4)))
    assert row(whole) == "forward 1.2 baking: old 4 new 2, traffic 1/2 and 1/2"


def test_the_new_attempt_bakes_the_whole_interval() -> None:
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    lost = advance(deployment, seen(deployment, (1, 2), (4, 4)))
    again = advance(lost, seen(lost, (2, 2), (4, 4)))
    assert due(again).interval_seconds == 300
    assert advance(again, read(again, Reading.OK, after_interval=False)) is again
    stale = AlarmsRead(deployment.stage, (("p99", Reading.OK),), True)
    assert advance(again, stale) is again
    assert advance(again, read(again, Reading.OK)).phase is Phase.CLEANING


def test_each_loss_is_another_attempt() -> None:
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    for attempt in (2, 3, 4):
        deployment = advance(deployment, seen(deployment, (1, 2), (4, 4)))
        assert deployment.stage.attempt == attempt
        deployment = advance(deployment, seen(deployment, (2, 2), (4, 4)))
    assert deployment.phase is Phase.BAKING
    cleaning = advance(deployment, read(deployment, Reading.OK))
    assert advance(cleaning, seen(cleaning, (2, 2), (2, 2))).stage.attempt == 1


def test_a_loss_while_shifting_is_noticed_in_the_bake() -> None:
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 shifting")
    short = advance(deployment, seen(deployment, (1, 2), (4, 4)))
    assert short.phase is Phase.SHIFTING
    baking = advance(short, ideal_event(short))
    assert advance(baking, read(baking, Reading.OK)) is baking
    assert advance(baking, seen(baking, (1, 2), (4, 4))).stage.attempt == 2


def test_a_lost_old_instance_does_not_disturb_the_bake() -> None:
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    lost = advance(deployment, seen(deployment, (2, 2), (3, 4)))
    assert lost.stage == deployment.stage
    assert end_of(lost).phase is Phase.SUCCEEDED


def test_losses_do_not_make_anything_more_be_asked_for() -> None:
    deployment = run_to(rolling(4, 4, 2), "forward 1.1 baking")
    lost = advance(deployment, seen(deployment, (0, 0), (0, 0)))
    assert counts_due(lost) == counts_due(deployment)


def test_old_instances_lost_on_the_way_back_are_what_is_provisioned() -> None:
    """nomad #19643: a failed update never restores the culled old instances."""
    deployment = run_to(rolling(4, 4, 1, back=2), "forward 3.1 baking")
    turned = advance(deployment, StopRequested("me"))
    short = advance(turned, seen(turned, (3, 3), (1, 2)))
    assert row(short) == "back 1.1 shifting: old 2 new 3, traffic 1/4 and 3/4"
    assert [line for line in (row(state) for state in states(short)) if "provisioning" in line] == [
        "back 2.1 provisioning: old 3 new 3, traffic 1/4 and 3/4",
        "back 3.1 provisioning: old 4 new 1, traffic 3/4 and 1/4",
    ]
    assert end_of(short).old[0].asked == 4


def test_with_every_old_instance_lost_the_way_back_provisions_them_all() -> None:
    deployment = run_to(rolling(4, 4, 2, back=2), "forward 1.1 baking")
    turned = advance(deployment, StopRequested("me"))
    none_left = advance(turned, seen(turned, (2, 2), (0, 0)))
    assert row(none_left) == "back 1.1 shifting: old 4 new 2, traffic 1/2 and 1/2"
    assert row(end_of(none_left)) == "back 3.1 rolled_back: old 4 new 0, traffic 1 and 0"


@pytest.mark.parametrize("wait", [0, 60])
def test_a_loss_in_the_termination_wait_bakes_it_again(wait: int) -> None:
    policy = BlueGreenUpdatePolicy(TrafficRouting(wait_interval_seconds=wait), 900)
    begun = start(serving("a", 2), wanted("b", 2), policy)
    deployment = run_to(begun, "forward 2.1 baking")
    lost = advance(deployment, seen(deployment, (1, 1), (2, 2)))
    again = advance(lost, seen(lost, (2, 2), (2, 2)))
    assert str(again.stage) == "forward 2.2 baking"
    assert due(again).interval_seconds == 900


def test_a_percentage_batch_is_whole_only_with_all_its_instances() -> None:
    begun = start(serving("a", 10), wanted("b", 10), RollingUpdatePolicy(percent(50), 0))
    deployment = run_to(begun, "forward 1.1 baking")
    assert advance(deployment, seen(deployment, (4, 5), (10, 10))).phase is Phase.PROVISIONING
