"""Traffic and capacity: who may carry how much, and when."""

from rolling import (
    Deployment,
    Direction,
    Pace,
    Phase,
    RollingUpdatePolicy,
    Share,
    apply_shift,
    instances,
    percent,
)
from rolling.checking import EXCEPTION, Granularity, Limits
from rolling.checking.wrong_core import in_place_of
from rolling.core.capacity import instances_for, rest_of
from rolling.core.lifecycle import clean_with_more_to_come
from rolling.core.pace import is_last_step
from rolling.core.policy import _rolling_pace
from rolling.core.provisioning import is_batch_in_service
from rolling.core.shifting import _split_back, _split_forward
from tests.checking.museum.exhibit import Room, Update, argo, exhibit, issues


@exhibit(
    "The old fleet goes before the traffic has moved",
    *argo(3926, 3333, 4595),
    story="The stable fleet was scaled by the weights just written to the load balancer, not by "
    "those in force. For a while half of the traffic went to a target group of none.",
    breaks=("s15_a_split_is_believed_once_seen",),
    in_the_world="s1_real_share_fits_what_is_in_service",
)
@in_place_of(apply_shift)
def believes_the_shift(deployment: Deployment) -> Deployment:
    """A shift counts as made as soon as it has been asked for."""
    if deployment.direction is Direction.FORWARD:
        split = _split_forward(deployment)
    else:
        split = _split_back(deployment)
    fleets = zip(deployment.fleets, split, strict=True)
    return deployment.enter(
        deployment.stage.enter(Phase.SHIFTING),
        fleets=tuple([fleet.sent(share) for fleet, share in fleets]),
        settled=True,
    )


@exhibit(
    "The old fleet shrinks as soon as there is a canary",
    *issues("KServe", "kserve/kserve", 5983),
    story="The stable fleet was made smaller by the size of the canary at once, whether or not "
    "the canary could serve yet, and requests were answered with 503.",
    breaks=(
        "s1_lowered_ask_still_fits",
        "s7_old_is_given_up_only_after_a_good_bake",
        "s14_a_cleanup_keeps_what_traffic_needs",
    ),
    in_the_world="s1_real_share_fits_what_is_in_service",
)
@in_place_of(apply_shift)
def shifts_and_gives_up(deployment: Deployment) -> Deployment:
    """The command that shifts the traffic also gives up what it drains: no bake, and nothing
    to go back to."""
    if deployment.direction is Direction.FORWARD:
        split = _split_forward(deployment)
    else:
        split = _split_back(deployment)
    fleets = zip(deployment.fleets, split, strict=True)
    sent = [fleet.sent(share) for fleet, share in fleets]
    return deployment.enter(
        deployment.stage.enter(Phase.SHIFTING),
        fleets=tuple([fleet.ask(fleet.needed(fleet.asked)) for fleet in sent]),
        settled=deployment.settled and split == deployment.split,
    )


@exhibit(
    "Traffic goes to a canary that is not ready",
    *issues("KServe", "kserve/kserve", 5983),
    story="The other half of the same report: every canary was given its weight in the route, "
    "without a look at whether any of its pods was ready.",
    breaks=("s1_raised_share_is_covered",),
    in_the_world="s1_real_share_fits_what_is_in_service",
)
@in_place_of(is_batch_in_service)
def any_look_will_do(deployment: Deployment) -> bool:
    """Any look at the fleets is enough to shift, whatever it saw."""
    return True


@exhibit(
    "The surge forgets what is terminating",
    *issues("Kubernetes", "kubernetes/kubernetes", 95498, 107920),
    story="Fifteen replicas may grow by four. Seven new pods came at once, because the three that "
    "were being terminated no longer counted, though they held their machines for a minute.",
    breaks=("s2_under_the_ceiling",),
    in_the_world="s2_really_alive_under_the_ceiling",
)
@in_place_of(clean_with_more_to_come)
def goes_on_at_once(deployment: Deployment) -> bool:
    """The next batch does not wait until what was given up is gone."""
    return not is_last_step(deployment)


@exhibit(
    "Weights that do not add up",
    *argo(3141),
    story="A release wrote routes whose weights summed to nothing at all; the mesh refused them, "
    "and the rollout stood still.",
    breaks=("s3_shares_sum_to_the_whole", EXCEPTION),
    begin=Update(3, 3, instances(1), 1),
)
@in_place_of(rest_of)
def rounded_to_a_percent(share: Share) -> Share:
    """The weight of the rest is rounded to a percentage by itself: 1/3 and 66%."""
    return Share(100 * (share.whole - share.part) // share.whole, 100)


@exhibit(
    "Counting in floats",
    (
        "Argo Rollouts, canary.go",
        "https://github.com/argoproj/argo-rollouts/blob/master/utils/replicaset/canary.go",
    ),
    story="Replica counts are worked out in floating point there, with 1e-10 to set right what "
    "the floats get wrong.",
    breaks=("s14_a_cleanup_keeps_what_traffic_needs",),
    begin=Update(35, 35, instances(6), 6, limits=Limits(granularity=Granularity.COARSE)),
    in_the_world="s2_really_alive_under_the_ceiling",
)
@in_place_of(instances_for)
def in_floats(share: Share, floor: int) -> int:
    """The same formula in floats. 29/35 of 35 instances are 29; in floats they are
    29.000000000000004, and rounded up 30."""
    return int(-(-floor * (share.part / share.whole) // 1))


@exhibit(
    "A percentage that rounds to nothing",
    *issues("Amazon ECS, containers-roadmap", "aws/containers-roadmap", 485),
    story="A quarter of one replica is no replica: with settings that were accepted without a "
    "word, a deployment never moved.",
    breaks=("s1_raised_share_is_covered",),
    begin=Update(3, 3, percent(25), 1),
    in_the_world="s1_real_share_fits_what_is_in_service",
)
@in_place_of(_rolling_pace)
def rounds_to_nothing(policy: RollingUpdatePolicy, old_count: int, new_full: int) -> Pace:
    """The batch to provision is worked out a second time, without the 1 that it is at least:
    none is launched, and traffic is sent to it."""
    batch = policy.maximum_batch_size.count_in(new_full)
    back = policy.rollback_maximum_batch_size
    return Pace(
        provision_batch=new_full * policy.maximum_batch_size.value // 100,
        first_shift=batch,
        next_shift=batch,
        rollback_batch=max(1, old_count if back is None else back.count_in(old_count)),
        cleans_each_step=True,
        wait_interval_seconds=policy.wait_interval_seconds,
        termination_wait_seconds=0,
    )


ROOM = Room.of(
    "Traffic and capacity", "Who may carry how much, and when.", list(globals().values())
)
