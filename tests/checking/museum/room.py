"""Room: where no instance is spare, and some of the fleet may be missing meanwhile."""

from rolling import (
    AlarmsRead,
    BakeVerdict,
    Cause,
    Deployment,
    Phase,
    SurgeRollingPolicy,
    UpdatePolicy,
    evaluate_bake,
    instances,
)
from rolling.checking.wrong_core import in_place_of
from rolling.core.baking import is_readable, tripped_alarms
from rolling.core.capacity import floor_of
from rolling.core.ending import fail_rollback
from rolling.core.gate import awaits_continuation
from rolling.core.policy import floor_in
from rolling.core.provisioning import is_batch_in_service
from tests.checking.museum.exhibit import Room, WithinRoom, exhibit, issues

THREE = WithinRoom(3, 3, instances(1), 1)


@exhibit(
    "A floor that is rounded the wrong way",
    *issues("Rusternetes", "calfonso/rusternetes", 100),
    *issues("Kubernetes", "kubernetes/kubernetes", 37728),
    story="Of one instance a quarter might be missing. That was rounded up to one, and the only "
    "instance was ended before the next one was ready.",
    breaks=("s17_the_floor_is_that_of_its_policy",),
    begin=WithinRoom(4, 6, instances(1), 1),
)
@in_place_of(floor_of)
def rounds_the_floor_down(full: int, new_full: int, unavailable: int) -> int:
    """What must remain of a fleet is rounded down, and so one more may be missing."""
    return full * (new_full - unavailable) // new_full


@exhibit(
    "One number for two sizes",
    *issues("Kubernetes", "kubernetes/kubernetes", 19366),
    story="A fleet of 30 became one of 2, half of which might be missing. The least count was "
    "taken of the old size with the number of the new one: 29 had to remain.",
    breaks=("s17_the_floor_is_that_of_its_policy",),
    begin=WithinRoom(6, 2, instances(1), 1),
)
@in_place_of(floor_in)
def takes_the_same_number(policy: UpdatePolicy, full: int, new_full: int) -> int:
    """As many instances may be missing of the old fleet as of the new one, whatever its size."""
    if isinstance(policy, SurgeRollingPolicy):
        return max(1, full - policy.unavailable_in(new_full))
    return full


@exhibit(
    "What remains is not looked at",
    ("Metaphysics, pull request #2596", "https://github.com/artsy/metaphysics/pull/2596"),
    story="A service was updated without a spare instance. What the drain left was taken for "
    "enough, and nothing served; a monitor outside was the first to notice.",
    breaks=("s7_only_a_good_bake_passes",),
    begin=THREE,
)
@in_place_of(evaluate_bake)
def takes_the_floor_for_granted(deployment: Deployment, reading: AlarmsRead) -> BakeVerdict:
    """The old fleet is drained to its floor, and the first batch begins before it is known
    that what remains can carry the traffic."""
    if tripped_alarms(deployment, reading):
        return BakeVerdict.TRIPPED
    complete = is_readable(deployment, reading) and is_batch_in_service(deployment)
    waited = reading.after_interval or deployment.stage.step == 0
    if waited and complete and not awaits_continuation(deployment):
        return BakeVerdict.PASSED
    return BakeVerdict.HELD


@exhibit(
    "A failed update that goes on asking",
    *issues("LLMKube", "defilantech/LLMKube", 192),
    *issues("Cortex", "cortexlabs/cortex", 644),
    story="All GPUs were taken, and the new instance waited for one for ever. What had failed "
    "still stood in the queue, and other services could not come back either.",
    breaks=("s5_a_failed_rollback_holds_what_is_there",),
    begin=THREE,
)
@in_place_of(fail_rollback)
def asks_for_the_full_fleet(deployment: Deployment, cut_short: Cause) -> Deployment:
    """Where a rollback fails, the fleet goes on asking for its full count, and not for what its
    traffic needs."""
    stage = deployment.stage.enter(Phase.ROLLBACK_FAILED)
    if not deployment.settled:
        return deployment.enter(stage, cut_short=cut_short)
    fleets = [
        fleet.ask(min(fleet.asked, max(fleet.in_service, fleet.needed(start.full))))
        for start, fleet in zip(deployment.spec.fleets, deployment.fleets, strict=True)
    ]
    return deployment.enter(stage, fleets=tuple(fleets), cut_short=cut_short)


ROOM = Room.of(
    "Room",
    "Where no instance is spare: some of the fleet may be missing meanwhile, and no more.",
    list(globals().values()),
)
