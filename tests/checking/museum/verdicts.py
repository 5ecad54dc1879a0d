"""Verdicts and time: when a rollout believes that it went well, or that it may go on waiting."""

from rolling import (
    AlarmsRead,
    BakeVerdict,
    Cause,
    DeadlineElapsed,
    Deployment,
    Edge,
    Phase,
    evaluate_bake,
)
from rolling.checking.wrong_core import ChangedEdges, in_place_of
from rolling.core.baking import tripped_alarms
from rolling.core.ending import finish_rollback
from rolling.core.gate import awaits_continuation
from rolling.core.provisioning import is_batch_in_service
from tests.checking.museum.exhibit import Room, argo, exhibit, flagger, issues, nomad


@exhibit(
    "No evidence is taken for good evidence",
    *argo(4479),
    story="Every measurement of an analysis ended in an error or failed, and the analysis was "
    "Successful.",
    breaks=("s7_old_is_given_up_only_after_a_good_bake", "s7_only_a_good_bake_passes"),
)
@in_place_of(evaluate_bake)
def passes_unread(deployment: Deployment, reading: AlarmsRead) -> BakeVerdict:
    """A bake passes as soon as no alarm is in ALARM, also when none could be read."""
    if tripped_alarms(deployment, reading):
        return BakeVerdict.TRIPPED
    complete = is_batch_in_service(deployment)
    if reading.after_interval and complete and not awaits_continuation(deployment):
        return BakeVerdict.PASSED
    return BakeVerdict.HELD


@exhibit(
    "A deadline that never fires",
    *argo(4128, 3988),
    *flagger(1591),
    *nomad(10465),
    story="New pods could not start; the time limit passed; and the rollout went on progressing "
    "until a person failed it by hand. Four reports, three systems.",
    breaks=("s9_past_the_deadline_a_direction_is_over",),
)
@ChangedEdges
def has_no_deadline(edge: Edge) -> Edge | None:
    """The edges that undo a deployment which takes too long are missing."""
    turns = edge.direction is not edge.target_direction
    return None if turns and edge.event is DeadlineElapsed else edge


@exhibit(
    "A rollback that reads as a success",
    *issues("Terraform's AWS provider", "hashicorp/terraform-provider-aws", 48997),
    story="SageMaker rolled an update back, and the endpoint was InService again. That was taken "
    "for success, the new configuration recorded, and the old one, in use, deleted.",
    breaks=("s5_an_end_tells_the_truth",),
)
@in_place_of(finish_rollback)
def calls_it_a_success(deployment: Deployment, cut_short: Cause | None = None) -> Deployment:
    """The way back ends in the same end as the way forward."""
    return deployment.enter(deployment.stage.enter(Phase.SUCCEEDED), cut_short=cut_short)


ROOM = Room.of(
    "Verdicts and time",
    "When a rollout believes that it went well, or that it may go on waiting.",
    list(globals().values()),
)
