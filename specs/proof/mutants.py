"""Wrong cores, each one function away from ours: the proof must fail for every one.

A proof that also holds for a wrong core proves nothing. Here belong the wrong
functions, and how one takes the place of ours, in memory and for a while.

A wrong function is run as the one it replaces, among the names of that one's
module. So it may call only what that module knows, by the name it has there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, cast

from attrs import frozen

from rolling.core import (
    capacity,
    cleaning,
    fleet,
    gate,
    lifecycle,
    pace,
    policy,
    provisioning,
    rollback,
    shifting,
    transition,
)
from rolling.core.capacity import CapacitySize, Share, SizeType, larger, rest_of
from rolling.core.cleaning import trimmed_new
from rolling.core.deployment import Deployment, Spec
from rolling.core.events import SplitSettled
from rolling.core.fleet import Fleet
from rolling.core.outcome import Cause
from rolling.core.pace import is_last_step, is_termination_wait, start_count, up_in_step
from rolling.core.policy import Pace, SurgeRollingPolicy
from rolling.core.stage import Direction, Phase, Stage


@frozen
class Mutant:
    """A wrong core: the one in which `right` does what `wrong` does.

    `story` is what goes wrong then. `obligation` is the one that must fail.
    """

    name: str
    story: str
    right: Callable[..., Any]
    wrong: Callable[..., Any]
    obligation: str

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """While this lasts, the core is the wrong one: whoever has the function has this one."""
        right, wrong = cast(FunctionType, self.right), cast(FunctionType, self.wrong)
        code = right.__code__
        right.__code__ = wrong.__code__
        try:
            yield
        finally:
            right.__code__ = code


def _always(deployment: Deployment) -> bool:
    return True


def _asks_one_too_many(deployment: Deployment, up: int) -> tuple[int, ...]:
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return (up,)
    return (min(spec.new.full, deployment.up + spec.pace.provision_batch + 1),)


def _without_waiting_for_the_drained(deployment: Deployment) -> bool:
    return not is_last_step(deployment)


def _new_dropped(deployment: Deployment) -> Fleet:
    fleet = deployment.new
    return fleet.ask(min(fleet.asked, deployment.spec.new.count))


def _all_of_the_old_fleet(deployment: Deployment) -> Deployment:
    return deployment.enter(deployment.stage, up=deployment.spec.old_count)


def _forward_batch_back(deployment: Deployment) -> int:
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return min(spec.old_count, deployment.up + spec.pace.provision_batch)
    return up_in_step(spec, deployment.stage.step + 1)


def _blind_turn(deployment: Deployment, cause: Cause) -> Deployment:
    return deployment.enter(
        Stage(Direction.BACK, 1, 1, Phase.PROVISIONING),
        up=0,
        fleets=(trimmed_new(deployment), *deployment.old),
        settled=True,
        cause=cause,
    )


def _rounded_down(spec: Spec) -> int:
    after_first = spec.new.full - start_count(spec) - spec.pace.first_shift
    return 1 + max(0, after_first // spec.pace.next_shift)


def _count_lost(self: Fleet, count: int) -> Fleet:
    return Fleet(count, min(self.in_service, count), count, self.share)


def _traffic_twice(deployment: Deployment) -> tuple[Share, ...]:
    full = deployment.spec.old[0].full
    carried = Share(min(deployment.up, full), full)
    return (deployment.new.share, larger(deployment.old[0].share, carried))


def _never_home(deployment: Deployment) -> bool:
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return deployment.up > spec.old_count
    if spec.pace.termination_wait_seconds > 0:
        return is_termination_wait(deployment)
    return deployment.up == spec.new.full


def _percent_of_ten(self: CapacitySize, fleet_size: int) -> int:
    if self.type is SizeType.INSTANCE_COUNT:
        return self.value
    return max(1, fleet_size * self.value // 10)


def _a_step_ahead(spec: Spec, step: int) -> int:
    shifted = spec.pace.first_shift + step * spec.pace.next_shift
    return min(spec.new.full, start_count(spec) + shifted)


def _other_split_in_the_same_stage(deployment: Deployment, event: SplitSettled) -> Deployment:
    if event.split == deployment.split:
        return deployment.knowing(settled=True)
    if deployment.stage.phase is not Phase.ROLLBACK_FAILED:
        return deployment
    pairs = zip(deployment.fleets, event.split, strict=True)
    return deployment.knowing(fleets=tuple([fleet.sent(share) for fleet, share in pairs]))


def _never(deployment: Deployment) -> bool:
    return False


def _split_by_the_whole_fleet(deployment: Deployment) -> tuple[Share, ...]:
    new = larger(deployment.new.share, Share(deployment.up, deployment.spec.new.full))
    return (new, rest_of(new))


def _without_a_limit_of_room(policy: SurgeRollingPolicy, old_count: int, new_full: int) -> Pace:
    batch = policy.surge_in(new_full) + policy.unavailable_in(new_full)
    back = policy.rollback_maximum_batch_size
    return Pace(
        provision_batch=batch,
        first_shift=batch,
        next_shift=batch,
        rollback_batch=old_count if back is None else back.count_in(old_count),
        cleans_each_step=True,
        wait_interval_seconds=policy.wait_interval_seconds,
        termination_wait_seconds=0,
    )


MUTANTS = (
    Mutant(
        "eager-shift",
        "Traffic moves before the batch is in service.",
        provisioning.is_batch_in_service,
        _always,
        "rolling, forward provisioning, FleetsSeen",
    ),
    Mutant(
        "one-too-many",
        "A batch asks for one instance more than its size.",
        provisioning._asks,
        _asks_one_too_many,
        "rolling, forward cleaning, FleetsSeen",
    ),
    Mutant(
        "draining-forgotten",
        "The next batch is provisioned while the drained instances are still there.",
        lifecycle.clean_with_more_to_come,
        _without_waiting_for_the_drained,
        "rolling, forward baking, AlarmsRead",
    ),
    Mutant(
        "new-dropped-at-once",
        "Turning back gives up the new fleet while it still carries traffic.",
        cleaning.trimmed_new,
        _new_dropped,
        "rolling, forward baking, StopRequested",
    ),
    Mutant(
        "herd",
        "The first step back sends everything to an old fleet that was already reduced.",
        provisioning.take_stock,
        _all_of_the_old_fleet,
        "rolling, back provisioning, FleetsSeen",
    ),
    Mutant(
        "wrong-batch-back",
        "The way back takes the batches of the way forward.",
        pace.next_up,
        _forward_batch_back,
        "rolling, back cleaning, FleetsSeen",
    ),
    Mutant(
        "blind-turn",
        "Turning back believes that the shift under way was made.",
        rollback.roll_back,
        _blind_turn,
        "rolling, forward shifting, StopRequested",
    ),
    Mutant(
        "rounded-down",
        "The number of steps is rounded down: the last shift is taken for the termination wait.",
        pace.shift_count,
        _rounded_down,
        "blue/green linear, forward baking, AlarmsRead",
    ),
    Mutant(
        "lost-count",
        "Instances that are given up are no longer counted as alive.",
        fleet.Fleet.ask,
        _count_lost,
        "what is alive counts",
    ),
    Mutant(
        "restless-bake",
        "Every look at the fleets starts the bake again, so it need not end.",
        lifecycle.batch_missing,
        _always,
        "rolling, forward baking, FleetsSeen",
    ),
    Mutant(
        "traffic-twice",
        "On the way back the old fleet takes traffic that the new one keeps.",
        shifting._split_back,
        _traffic_twice,
        "rolling, back provisioning, FleetsSeen",
    ),
    Mutant(
        "no-last-step-back",
        "The way back never knows that it has arrived.",
        pace.is_last_step,
        _never_home,
        "rolling, back cleaning, FleetsSeen",
    ),
    Mutant(
        "large-batch",
        "A percentage is taken of ten, so a batch is larger than the fleet.",
        capacity.CapacitySize.count_in,
        _percent_of_ten,
        "rolling, start",
    ),
    Mutant(
        "a-step-ahead",
        "Each step of the way forward goes as far as the step after it should.",
        pace.up_in_step,
        _a_step_ahead,
        "rolling, forward cleaning, FleetsSeen",
    ),
    Mutant(
        "two-commands",
        "A failed rollback takes the split that is there for its own, in the same stage.",
        transition._observe_split,
        _other_split_in_the_same_stage,
        "rolling, back rollback_failed, SplitSettled",
    ),
    Mutant(
        "whole-fleet-split",
        "Traffic follows the whole new fleet, where the floor is what carries it.",
        shifting._split_forward,
        _split_by_the_whole_fleet,
        "rolling within room, forward provisioning, FleetsSeen",
    ),
    Mutant(
        "no-room-back",
        "The way back goes by its own batch, whatever room there is.",
        policy._surge_pace,
        _without_a_limit_of_room,
        "rolling within room, start",
    ),
    Mutant(
        "gate-ajar",
        "A bake at a gate passes although it was not continued.",
        gate.awaits_continuation,
        _never,
        "rolling with gates, forward baking, AlarmsRead",
    ),
)
