"""A SurgeRollingPolicy keeps the update within its room: drain-first, step by step, and back."""

import pytest
from attrs import evolve

from rolling import (
    ALL_TRAFFIC,
    DeadlineElapsed,
    Deployment,
    Direction,
    FleetSpec,
    InvalidInput,
    Problem,
    Reading,
    RollbackFailed,
    RolledBack,
    RollingUpdatePolicy,
    Share,
    SurgeRollingPolicy,
    TimedOut,
    UpdatePolicy,
    advance,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.core.capacity import CapacitySize, floor_of
from rolling.core.properties import ceiling
from tests.core.walking import drain_first, end_of, read, row, rows, run_to, seen, states, trip

ROOM = "SurgeRollingPolicy"


def within(
    old: int,
    new: int,
    surge: CapacitySize,
    unavailable: CapacitySize,
    back: CapacitySize | None = None,
) -> Deployment:
    policy = SurgeRollingPolicy(surge, unavailable, 300, back)
    return start(serving("config-1", old), wanted("config-2", new), policy, ["p99"])


def alive(deployment: Deployment) -> int:
    return sum(fleet.alive for fleet in deployment.fleets)


def test_three_instances_are_replaced_without_a_fourth() -> None:
    assert rows(drain_first(3, surge=0, unavailable=1)) == [
        "forward 0.1 provisioning: old 2 new 0, traffic 1 and 0",
        "forward 0.1 baking: old 2 new 0, traffic 1 and 0",
        "forward 1.1 provisioning: old 2 new 1, traffic 1 and 0",
        "forward 1.1 shifting: old 2 new 1, traffic 1/2 and 1/2",
        "forward 1.1 baking: old 2 new 1, traffic 1/2 and 1/2",
        "forward 1.1 cleaning: old 1 new 1, traffic 1/2 and 1/2",
        "forward 2.1 provisioning: old 1 new 2, traffic 1/2 and 1/2",
        "forward 2.1 shifting: old 1 new 2, traffic 0 and 1",
        "forward 2.1 baking: old 1 new 2, traffic 0 and 1",
        "forward 2.1 cleaning: old 0 new 2, traffic 0 and 1",
        "forward 3.1 provisioning: old 0 new 3, traffic 0 and 1",
        "forward 3.1 baking: old 0 new 3, traffic 0 and 1",
        "forward 3.1 succeeded: old 0 new 3, traffic 0 and 1",
    ]
    assert {alive(state) for state in states(drain_first(3, 0, 1))} == {2, 3}


def test_the_first_batch_is_launched_only_once_the_drained_instances_are_gone() -> None:
    baking = run_to(drain_first(), "forward 0.1 baking")
    drained = advance(baking, seen(baking, (0, 0), (2, 3)))
    cleaning = advance(drained, read(drained, Reading.OK))
    assert row(cleaning) == "forward 0.1 cleaning: old 2 new 0, traffic 1 and 0"
    assert cleaning.new.asked == 0
    gone = advance(cleaning, seen(cleaning, (0, 0), (2, 2)))
    assert row(gone) == "forward 1.1 provisioning: old 2 new 1, traffic 1 and 0"


def test_the_floor_is_watched_before_anything_is_built_on_it() -> None:
    """Step 0 bakes for its interval, and an alarm in it brings the old fleet back to full."""
    baking = run_to(drain_first(), "forward 0.1 baking")
    assert advance(baking, read(baking, Reading.OK, after_interval=False)) == baking
    assert rows(trip(baking)) == [
        "back 1.1 provisioning: old 2 new 0, traffic 1 and 0",
        "back 1.1 shifting: old 2 new 0, traffic 1 and 0",
        "back 2.1 provisioning: old 3 new 0, traffic 1 and 0",
        "back 2.1 rolled_back: old 3 new 0, traffic 1 and 0",
    ]


def test_the_way_back_stays_within_the_same_room() -> None:
    turned = trip(run_to(drain_first(), "forward 2.1 baking"))
    assert rows(turned) == [
        "back 1.1 provisioning: old 1 new 2, traffic 0 and 1",
        "back 1.1 shifting: old 1 new 2, traffic 1/2 and 1/2",
        "back 1.1 cleaning: old 1 new 1, traffic 1/2 and 1/2",
        "back 2.1 provisioning: old 2 new 1, traffic 1/2 and 1/2",
        "back 2.1 shifting: old 2 new 1, traffic 1 and 0",
        "back 2.1 cleaning: old 2 new 0, traffic 1 and 0",
        "back 3.1 provisioning: old 3 new 0, traffic 1 and 0",
        "back 3.1 rolled_back: old 3 new 0, traffic 1 and 0",
    ]
    assert max(alive(state) for state in states(turned)) == 3
    assert isinstance(end_of(turned).outcome, RolledBack)


@pytest.mark.parametrize(
    ("back", "batch"), [(None, 2), (instances(3), 2), (instances(2), 2), (instances(1), 1)]
)
def test_a_rollback_batch_is_no_larger_than_the_room(back: CapacitySize | None, batch: int) -> None:
    assert within(4, 4, instances(1), instances(1), back).spec.pace.rollback_batch == batch


def test_a_rollback_whose_room_somebody_took_fails_at_the_floor() -> None:
    """What is held then is what the traffic needs at the floor, and not at full."""
    turned = trip(run_to(drain_first(), "forward 2.1 baking"))
    short = run_to(turned, "back 3.1 provisioning")
    failed = advance(short, DeadlineElapsed(Direction.BACK))
    assert row(failed) == "back 3.1 rollback_failed: old 2 new 0, traffic 1 and 0"
    assert failed.outcome == RollbackFailed(turned.cause, TimedOut(28_800))  # type: ignore[arg-type]


def test_surge_and_missing_instances_together_are_the_batch() -> None:
    deployment = within(6, 6, instances(1), instances(2))
    assert [row for row in rows(deployment) if "baking" in row] == [
        "forward 0.1 baking: old 4 new 0, traffic 1 and 0",
        "forward 1.1 baking: old 4 new 3, traffic 1/4 and 3/4",
        "forward 2.1 baking: old 1 new 6, traffic 0 and 1",
    ]
    assert max(alive(state) for state in states(deployment)) == 7 == ceiling(deployment.spec)


def test_without_missing_instances_it_goes_as_a_rolling_update() -> None:
    """SageMaker's policies are the case in which none may be missing: no step 0."""
    for size in range(2, 9):
        for batch in range(1, size // 2 + 1):
            policies: tuple[UpdatePolicy, ...] = (
                SurgeRollingPolicy(instances(batch), instances(0), 300, instances(1)),
                RollingUpdatePolicy(instances(batch), 300, instances(1)),
            )
            surge, rolling = (
                start(serving("config-1", size), wanted("config-2", size), policy, ["p99"])
                for policy in policies
            )
            assert surge == rolling


@pytest.mark.parametrize(
    ("old", "new", "surge", "unavailable", "floors", "baking"),
    [
        (4, 6, 0, 2, (4, 3), ["3+0", "3+2", "2+4", "0+6"]),
        (6, 4, 1, 1, (3, 5), ["5+0", "5+2", "2+4"]),
        (8, 2, 0, 1, (1, 4), ["4+0", "4+1", "0+2"]),
        (1, 4, 0, 1, (3, 1), ["1+1", "1+2", "1+3", "0+4"]),
    ],
)
def test_the_floor_of_each_fleet_is_the_same_part_of_it(
    old: int,
    new: int,
    surge: int,
    unavailable: int,
    floors: tuple[int, int],
    baking: list[str],
) -> None:
    """In absolute numbers, 7 of 8 old ones would stay beside 2 new ones that take everything."""
    deployment = within(old, new, instances(surge), instances(unavailable))
    assert tuple(fleet.floor for fleet in deployment.spec.fleets) == floors
    counts = [
        f"{state.old[0].asked}+{state.new.asked}"
        for state in states(deployment)
        if state.phase.name == "BAKING"
    ]
    assert counts == baking


@pytest.mark.parametrize(
    ("full", "new_full", "unavailable", "floor"),
    [(3, 3, 1, 2), (4, 6, 2, 3), (5, 3, 1, 4), (7, 3, 1, 5), (100_000, 3, 2, 33_334), (9, 4, 0, 9)],
)
def test_a_floor_rounds_up(full: int, new_full: int, unavailable: int, floor: int) -> None:
    assert floor_of(full, new_full, unavailable) == floor


@pytest.mark.parametrize(
    ("size", "surge_percent", "surge", "unavailable_percent", "unavailable"),
    [
        (10, 25, 2, 39, 3),
        (3, 1, 1, 34, 1),
        (7, 0, 0, 99, 6),
        (3, 100, 3, 33, 0),
        (2, 50, 1, 0, 0),
    ],
)
def test_a_percentage_rounds_down_and_of_a_surge_one_instance_remains(
    size: int, surge_percent: int, surge: int, unavailable_percent: int, unavailable: int
) -> None:
    deployment = within(size, size, percent(surge_percent), percent(unavailable_percent))
    assert deployment.spec.pace.provision_batch == surge + unavailable
    assert deployment.spec.new.floor == size - unavailable


def test_a_fleet_that_its_share_rounds_up_to_full_is_not_drained() -> None:
    """Of one old instance nothing can be missing: the first batch comes at once."""
    deployment = within(1, 4, instances(0), instances(1))
    assert row(deployment) == "forward 1.1 provisioning: old 1 new 1, traffic 1 and 0"


# --- refusals, word for word ---


def refused(
    policy: UpdatePolicy,
    old: tuple[FleetSpec, ...] = (serving("config-1", 3),),
    new: FleetSpec | None = None,
) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as caught:
        start(old, wanted("config-2", 3) if new is None else new, policy)
    return caught.value.problems


ONE = (serving("config-1", 1),)
NONE_AT_ALL = "lets no instance be missing, and MaximumSurge lets none be added"
SIZE = "must be a CapacitySize with a SizeType, such as instances(1)"


def test_one_instance_cannot_be_missing() -> None:
    new = wanted("config-2", 1)
    policy = SurgeRollingPolicy(instances(0), instances(1), 60)
    rule = "one instance cannot be missing: use 0, and a MaximumSurge of 1"
    assert refused(policy, ONE, new) == (Problem(f"{ROOM}.MaximumUnavailable.Value", 1, rule, 0),)
    rule = "one instance cannot be missing: MaximumSurge must be 1"
    for unavailable in (instances(0), percent(99)):
        policy = SurgeRollingPolicy(instances(0), unavailable, 60)
        assert refused(policy, ONE, new) == (Problem(f"{ROOM}.MaximumSurge.Value", 0, rule, 1),)
    fixed = SurgeRollingPolicy(instances(1), instances(0), 60)
    assert start(ONE, new, fixed).new.asked == 1


@pytest.mark.parametrize(
    ("unavailable", "fix"), [(instances(0), 1), (percent(0), 34), (percent(33), 34)]
)
def test_a_room_that_lets_nothing_move_is_refused(unavailable: CapacitySize, fix: int) -> None:
    policy = SurgeRollingPolicy(percent(0), unavailable, 60)
    field = f"{ROOM}.MaximumUnavailable.Value"
    assert refused(policy) == (Problem(field, unavailable.value, NONE_AT_ALL, fix),)
    works = evolve(policy, maximum_unavailable=evolve(unavailable, value=fix))
    assert start(serving("config-1", 3), wanted("config-2", 3), works).stage.step == 0


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            SurgeRollingPolicy(instances(4), instances(3), -1, instances(4), 599),
            [
                ("MaximumSurge.Value", 4, "0 to 3 instances", 3),
                ("MaximumUnavailable.Value", 3, "0 to 2 instances", 2),
                (
                    "RollbackMaximumBatchSize.Value",
                    4,
                    "1 to 3 instances, 1–100% of the old fleet of 3",
                    3,
                ),
                ("WaitIntervalInSeconds", -1, "0 to 3600 seconds", 0),
                ("MaximumExecutionTimeoutInSeconds", 599, "600 to 28800 seconds", 600),
            ],
        ),
        (
            SurgeRollingPolicy(percent(101), percent(100), 60),
            [
                ("MaximumSurge.Value", 101, "0 to 100 percent", 100),
                ("MaximumUnavailable.Value", 100, "0 to 99 percent", 99),
            ],
        ),
        (
            SurgeRollingPolicy(instances(-1), percent(-1), 60),
            [
                ("MaximumSurge.Value", -1, "0 to 3 instances", 0),
                ("MaximumUnavailable.Value", -1, "0 to 99 percent", 0),
            ],
        ),
    ],
)
def test_every_number_of_the_room_has_its_range(
    policy: SurgeRollingPolicy, expected: list[tuple[str, int, str, int]]
) -> None:
    assert refused(policy) == tuple(
        Problem(f"{ROOM}.{field}", value, f"must be a whole number from {between}", fix)
        for field, value, between, fix in expected
    )


def test_sizes_that_are_none() -> None:
    policy = SurgeRollingPolicy(None, 5, 60)  # type: ignore[arg-type]
    assert refused(policy) == (
        Problem(f"{ROOM}.MaximumSurge", None, SIZE),
        Problem(f"{ROOM}.MaximumUnavailable", 5, SIZE),
    )


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        (
            (FleetSpec("a", 3, 2, Share(2, 3)),),
            FleetSpec("b", 3, 1, Share(1, 3)),
            "1 of 3, 2 of 3",
        ),
        ((FleetSpec("a", 3, 2, ALL_TRAFFIC),), wanted("b", 3), "0 of 3, 2 of 3"),
        (
            (FleetSpec("b", 2, 1, Share(1, 2)), FleetSpec("a", 2, 1, Share(1, 2))),
            wanted("c", 2),
            "0 of 2, 1 of 2, 1 of 2",
        ),
    ],
)
def test_a_mix_is_repaired_by_another_policy(
    old: tuple[FleetSpec, ...], new: FleetSpec, counts: str
) -> None:
    policy = SurgeRollingPolicy(instances(1), instances(0), 60)
    rule = (
        "a SurgeRollingPolicy replaces one old fleet that is in service in full, by a new one; "
        "repair the endpoint by another policy first"
    )
    assert refused(policy, old, new) == (Problem(ROOM, counts, rule),)


def test_a_fleet_that_is_none_is_refused_as_with_any_policy() -> None:
    policy = SurgeRollingPolicy(instances(0), instances(1), 60)
    with pytest.raises(InvalidInput, match="must be a FleetSpec"):
        start(["x"], wanted("b", 3), policy)  # type: ignore[list-item]
