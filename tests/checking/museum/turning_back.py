"""Turning back: what is rarely taken is rarely tested."""

from attrs import evolve

from rolling import (
    Cause,
    DeadlineElapsed,
    Deployment,
    Direction,
    Edge,
    OperationFailed,
    Phase,
    Stage,
    StopRequested,
    apply_shift,
    instances,
    percent,
    roll_back,
)
from rolling.checking.wrong_core import ChangedEdges, in_place_of
from rolling.core.baking import begin_bake
from rolling.core.lifecycle import not_committed
from rolling.core.pace import (
    is_last_step,
    is_termination_wait,
    needed_counts,
    next_up,
    restorable,
    up_in_step,
)
from rolling.core.shifting import _split_forward
from tests.checking.museum.exhibit import (
    Room,
    Update,
    argo,
    exhibit,
    flagger,
    nomad,
)


@exhibit(
    "Back to the broken side",
    *flagger(1898),
    story="A promotion failed, and the rollback did what it does in an analysis: all traffic to "
    "the primary. The primary was what had just failed; the canary, which worked, was "
    "scaled to zero.",
    breaks=(
        "s1_raised_share_is_covered",
        "s4_nothing_more_for_the_new_fleet",
        "s13_a_step_back_takes_what_its_instances_carry",
    ),
)
@in_place_of(apply_shift)
def splits_one_way(deployment: Deployment) -> Deployment:
    """On the way back the split is that of the way forward."""
    split = _split_forward(deployment)
    fleets = zip(deployment.fleets, split, strict=True)
    return deployment.enter(
        deployment.stage.enter(Phase.SHIFTING),
        fleets=tuple([fleet.sent(share) for fleet, share in fleets]),
        settled=deployment.settled and split == deployment.split,
    )


@exhibit(
    "A herd comes home to a fleet that shrank",
    *flagger(869, 1694, 1600),
    *argo(3888),
    story="While traffic moved away, the old fleet was scaled in behind it. Then the canary "
    "failed, and everything came back at once to what was left.",
    breaks=(
        "s1_raised_share_is_covered",
        "s13_a_step_goes_as_far_as_its_pace",
    ),
    in_the_world="s1_real_share_fits_what_is_in_service",
)
@in_place_of(restorable)
def everything_at_once(deployment: Deployment) -> int:
    """The first shift back is to the whole of what the old fleet had."""
    return deployment.spec.old_count


@exhibit(
    "What was culled is never restored",
    *nomad(19643),
    story="An update to fewer instances failed. The five that had been stopped in advance stayed "
    "stopped: the job was back on its old version, and a quarter smaller.",
    breaks=("s5_an_end_tells_the_truth",),
)
@in_place_of(is_last_step)
def over_after_one_step(deployment: Deployment) -> bool:
    """The rollback is over once what is alive has its traffic back."""
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return True
    if spec.pace.termination_wait_seconds > 0:
        return is_termination_wait(deployment)
    return deployment.up == spec.new.full


@exhibit(
    "A rollback that ignores its batches",
    *nomad(14200),
    story="A revert did not heed the update policy: every allocation was stopped at once and "
    "started anew, a full outage to undo a small bug.",
    breaks=(
        "s6_a_step_is_at_most_a_batch",
        "s13_a_step_goes_as_far_as_its_pace",
    ),
    begin=Update(4, 2, instances(1), 1),
)
@in_place_of(next_up)
def restores_everything(deployment: Deployment) -> int:
    """The way back restores everything in its second step."""
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return spec.old_count
    return up_in_step(spec, deployment.stage.step + 1)


@exhibit(
    "A rollback that is put to the test like a release",
    *nomad(10882),
    story="A revert was treated as a new deployment with a canary phase of its own, and waited "
    "for a promotion while the bad version kept running.",
    breaks=("s9_past_the_deadline_a_direction_is_over",),
    begin=Update(2, 2, instances(1), 1, alarms=()),
)
@ChangedEdges
def bakes_on_the_way_back(edge: Edge) -> Edge:
    """The way back bakes too. No edge leads out of that bake."""
    if edge.direction is Direction.BACK and edge.phase is Phase.SHIFTING and edge.event is None:
        return evolve(edge, target=Phase.BAKING, effect=lambda now, cause: begin_bake(now))
    return edge


@exhibit(
    "An abort that leaves weight on the canary",
    *argo(4841),
    story="After an abort the canary kept its least number of pods and a share of the traffic, "
    "for ever.",
    breaks=("s13_a_step_back_takes_what_its_instances_carry",),
)
@in_place_of(apply_shift)
def keeps_the_split(deployment: Deployment) -> Deployment:
    """The way back moves instances, and leaves the split as it is."""
    if deployment.direction is Direction.FORWARD:
        split = _split_forward(deployment)
    else:
        split = deployment.split
    fleets = zip(deployment.fleets, split, strict=True)
    return deployment.enter(
        deployment.stage.enter(Phase.SHIFTING),
        fleets=tuple([fleet.sent(share) for fleet, share in fleets]),
        settled=deployment.settled and split == deployment.split,
    )


@exhibit(
    "An abort that waits for itself",
    *argo(4898),
    story="The canary was scaled in only once the stable fleet was whole; the stable fleet grew "
    "only as weight left the canary; and weight left the canary only as it was scaled in.",
    breaks=("l1_back_leads_to_rolled_back", "l3_everything_leads_to_an_end"),
    begin=Update(4, 2, instances(1), 1),
)
@in_place_of(needed_counts)
def needs_the_whole_fleet(deployment: Deployment) -> tuple[int, ...]:
    """A batch comes home only once the whole old fleet is in service, of which only the batch
    has been asked for."""
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return tuple([fleet.count for fleet in spec.old])
    return (min(deployment.new.asked, spec.new.full),)


@exhibit(
    "An abort that scales the stable fleet to zero",
    *argo(1292),
    story="An abort was asked for while nothing was going on. There was no canary to remove, so "
    "it was the stable fleet that went from seven pods to none.",
    breaks=(
        "s1_lowered_ask_still_fits",
        "s4_nothing_more_for_the_new_fleet",
        "s7_old_is_given_up_only_after_a_good_bake",
        "s14_a_cleanup_keeps_what_traffic_needs",
    ),
    in_the_world="s1_real_share_fits_what_is_in_service",
)
@in_place_of(roll_back)
def gives_up_every_fleet(deployment: Deployment, cause: Cause) -> Deployment:
    """Turning back gives up every fleet, and not the new one alone."""
    return deployment.enter(
        Stage(Direction.BACK, 1, 1, Phase.PROVISIONING),
        up=0,
        fleets=tuple([fleet.ask(0) for fleet in deployment.fleets]),
        settled=False,
        cause=cause,
    )


@exhibit(
    "A stop that comes too late to be heard",
    *argo(4461),
    story="Once a full promotion had been requested, an abort was ignored, even while the canary "
    "could not become healthy and the promotion could not happen.",
    breaks=("s9_past_the_deadline_a_direction_is_over", "s10_a_stop_is_heeded"),
    begin=Update(1, 1, percent(50), 1),
)
@ChangedEdges
def deaf_in_the_last_bake(edge: Edge) -> Edge:
    """After the last shift, a bake still watches the alarms and heeds nothing else."""
    interrupts = (OperationFailed, DeadlineElapsed, StopRequested)
    if edge.phase is Phase.BAKING and edge.event in interrupts:
        return evolve(edge, guard=not_committed)
    return edge


ROOM = Room.of(
    "Turning back",
    "Where most of the damage is done: what is rarely taken is rarely tested.",
    list(globals().values()),
)
