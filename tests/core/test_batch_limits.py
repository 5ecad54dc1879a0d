"""A batch is 5–50% of the new fleet, a rollback batch 1–100% of the old one."""

import pytest

from rolling import (
    CapacitySize,
    Deployment,
    InvalidInput,
    Problem,
    RollingUpdatePolicy,
    instances,
    percent,
    serving,
    start,
    wanted,
)

BATCH = "RollingUpdatePolicy.MaximumBatchSize"
BACK = "RollingUpdatePolicy.RollbackMaximumBatchSize"


def started(
    batch: CapacitySize, back: CapacitySize | None = None, old: int = 10, new: int = 10
) -> Deployment:
    policy = RollingUpdatePolicy(batch, 60, back)
    return start(serving("config-1", old), wanted("config-2", new), policy)


def problem_of(
    batch: CapacitySize, back: CapacitySize | None = None, old: int = 10, new: int = 10
) -> Problem:
    with pytest.raises(InvalidInput) as caught:
        started(batch, back, old, new)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("points", [5, 6, 49, 50])
@pytest.mark.parametrize("new", [1, 2, 3, 1000])
def test_5_to_50_percent_are_legal_for_any_fleet(points: int, new: int) -> None:
    assert started(percent(points), new=new).new.asked == max(1, new * points // 100)


@pytest.mark.parametrize(("points", "nearest"), [(4, 5), (51, 50), (0, 5), (-3, 5), (100, 50)])
def test_any_other_percentage_is_refused_with_the_nearest(points: int, nearest: int) -> None:
    problem = problem_of(percent(points))
    assert (problem.field, problem.value, problem.fix) == (f"{BATCH}.Value", points, nearest)
    assert problem.rule == "must be a whole number from 5 to 50 percent"


@pytest.mark.parametrize(
    ("new", "least", "most"),
    [(2, 1, 1), (3, 1, 1), (10, 1, 5), (20, 1, 10), (41, 3, 20), (101, 6, 50)],
)
def test_a_count_is_legal_within_5_to_50_percent_of_the_new_fleet(
    new: int, least: int, most: int
) -> None:
    assert started(instances(least), new=new).new.asked == least
    assert started(instances(most), new=new).new.asked == most
    too_few, too_many = least - 1, most + 1
    problem = problem_of(instances(too_many), new=new)
    assert (problem.field, problem.value, problem.fix) == (f"{BATCH}.Value", too_many, most)
    problem = problem_of(instances(too_few), new=new)
    assert (problem.field, problem.value, problem.fix) == (f"{BATCH}.Value", too_few, least)


def test_the_limits_are_of_the_new_fleet_not_of_the_old_one() -> None:
    assert started(instances(5), old=1, new=10).new.asked == 5
    assert problem_of(instances(5), old=10, new=4).fix == 2


def test_no_count_is_legal_for_one_instance_and_the_percentage_is_the_fix() -> None:
    """A fleet of one: 5–50% of it is no whole instance (aws/containers-roadmap #485)."""
    problem = problem_of(instances(1), new=1)
    assert problem.field == BATCH
    assert problem.fix == {"Type": "CAPACITY_PERCENT", "Value": 50}
    assert started(percent(50), new=1).new.asked == 1


@pytest.mark.parametrize("size", [percent(1), percent(100), instances(1), instances(10)])
def test_a_rollback_batch_may_be_1_percent_to_all_of_the_old_fleet(size: CapacitySize) -> None:
    batch = started(percent(50), size).spec.pace.rollback_batch
    assert batch == size.count_in(10)


@pytest.mark.parametrize(
    ("size", "nearest"),
    [(percent(0), 1), (percent(101), 100), (instances(0), 1), (instances(11), 10)],
)
def test_any_other_rollback_batch_is_refused_with_the_nearest(
    size: CapacitySize, nearest: int
) -> None:
    problem = problem_of(percent(50), size)
    assert (problem.field, problem.fix) == (f"{BACK}.Value", nearest)


def test_a_rollback_batch_may_be_one_instance_of_a_large_fleet() -> None:
    policy = RollingUpdatePolicy(percent(5), 0, rollback_maximum_batch_size=instances(1))
    assert start(serving("a", 4000), wanted("b", 4000), policy).spec.pace.rollback_batch == 1


def test_the_rollback_limits_are_of_the_old_fleet() -> None:
    assert started(percent(50), instances(4), old=4, new=10).spec.pace.rollback_batch == 4
    assert problem_of(percent(50), instances(5), old=4, new=10).fix == 4


def test_without_a_rollback_batch_everything_goes_back_at_once() -> None:
    assert started(percent(50), old=7).spec.pace.rollback_batch == 7
    assert started(percent(50), percent(100), old=7).spec.pace.rollback_batch == 7


@pytest.mark.parametrize("value", [2.0, "2", True, None])
def test_a_size_that_is_no_whole_number_is_refused(value: object) -> None:
    size = CapacitySize(instances(1).type, value)  # type: ignore[arg-type]
    assert problem_of(size).value == value
