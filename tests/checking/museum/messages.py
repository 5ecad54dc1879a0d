"""What comes late, or twice: facts and commands about something that is over."""

from rolling import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Deployment,
    Event,
    Fleet,
    FleetsSeen,
    ForeignEvent,
    GateElapsed,
    OperationFailed,
    Phase,
    SplitSettled,
    Stage,
    StopRequested,
    evaluate_bake,
    instances,
    percent,
)
from rolling.checking import Limits
from rolling.checking.succession import Mark, refuses
from rolling.checking.wrong_core import in_place_of
from rolling.core.gate import concerns_gate
from rolling.core.interrupting import failure_matters
from rolling.core.lifecycle import Trigger
from rolling.core.provisioning import replace_lost
from rolling.core.transition import _check_count, trigger_of
from tests.checking.museum.exhibit import (
    Room,
    TwoUpdates,
    Update,
    exhibit,
    issues,
    nomad,
)


@exhibit(
    "A stale plan, carried out",
    ("Amazon DynamoDB, 19–20 October 2025", "https://aws.amazon.com/message/101925/"),
    story="A slow worker applied an old plan over a newer one, and the cleanup of old plans then "
    "removed what was in use: the service's address had no hosts.",
    breaks=(
        "s8_foreign_events_change_nothing",
        "s15_only_what_is_seen_counts",
    ),
)
@in_place_of(trigger_of)
def heeds_what_is_past(deployment: Deployment, event: Event) -> Trigger | None:
    """A fact counts unless it is about the future."""
    match event:
        case FleetsSeen(stage=stage, fleets=fleets):
            _check_count(deployment, event, len(fleets))
            return FleetsSeen if stage <= deployment.stage else None
        case SplitSettled(stage=stage, split=split):
            _check_count(deployment, event, len(split))
            news = stage == deployment.stage and not deployment.settled
            return SplitSettled if news else None
        case AlarmsRead(stage=stage):
            baking = stage == deployment.stage and stage.phase is Phase.BAKING
            return evaluate_bake(deployment, event) if baking else None
        case OperationFailed(stage=stage, fleet=fleet):
            if not 0 <= fleet < len(deployment.fleets):
                raise ForeignEvent(
                    f"OperationFailed speaks of fleet {fleet}; "
                    f"this deployment has fleets 0 to {len(deployment.fleets) - 1}"
                )
            heeded = stage == deployment.stage and failure_matters(deployment, event)
            return OperationFailed if heeded else None
        case DeadlineElapsed(direction=direction):
            return DeadlineElapsed if direction is deployment.direction else None
        case StopRequested():
            return StopRequested
        case Continued() | GateElapsed():
            return type(event) if concerns_gate(deployment, event) else None
        case _:
            raise ForeignEvent(f"{event!r} is not an event of a deployment")


@exhibit(
    "A lost node corrupts the canary",
    *nomad(17842, 8671),
    story="The node with the canary was drained. Its replacement was taken for the one already "
    "counted, and the deployment could be neither promoted nor mended.",
    breaks=(
        "s13_steps_and_attempts_count_up",
        "stages_only_grow",
    ),
    begin=Update(1, 1, percent(50), 1, limits=Limits(losses=1)),
)
@in_place_of(replace_lost)
def bakes_under_the_same_number(deployment: Deployment) -> Deployment:
    """A bake that starts again is not told from the one before: a reading of the
    first counts for the second."""
    stage = deployment.stage
    return deployment.enter(Stage(stage.direction, stage.step, stage.attempt, Phase.PROVISIONING))


@exhibit(
    "What was counted before a restart is counted again",
    *issues("Spinnaker", "spinnaker/spinnaker", 4426, 7921),
    story="A controller was restarted in the middle of a deployment, and work that it had under "
    "way was lost, or done a second time.",
    breaks=("s8_repeated_events_change_nothing",),
    begin=Update(4, 4, instances(2), 2),
)
@in_place_of(Fleet.seen)
def adds_up(self: Fleet, in_service: int, alive: int) -> Fleet:
    """An observation is added to what is known, so that to look twice is to see twice as much."""
    in_service, alive = min(self.in_service + in_service, self.asked), max(alive, self.asked)
    if in_service == self.in_service and alive == self.alive:
        return self
    return Fleet(self.asked, in_service, alive, self.share)


@exhibit(
    "The fence knows stages only",
    *issues("Kubernetes", "kubernetes/kubernetes", 107457),
    ("etcd #16028", "https://github.com/etcd-io/etcd/issues/16028"),
    story="The store of a cluster was restored from a backup, and its revisions went on from an "
    "older number. A proxy that asked for what came after a later number got no change for hours.",
    breaks=("the_rightful_driver_is_never_refused",),
    begin=TwoUpdates(),
)
@in_place_of(refuses)
def compares_stages(kept: Mark, offered: Mark) -> bool:
    """Each update counts its stages from the first again, and the fence compares nothing else."""
    return offered.stage < kept.stage


@exhibit(
    "The fence is forgotten between updates",
    ("Apache Kafka, KAFKA-7235", "https://github.com/apache/kafka/pull/5821"),
    story="A broker restarted, and requests that were sent to it before reached it afterwards. "
    "They did not say which run of the broker they were for, so it carried them out.",
    breaks=("no_stale_command_is_carried_out",),
    begin=TwoUpdates(),
)
@in_place_of(refuses)
def fences_each_update_alone(kept: Mark, offered: Mark) -> bool:
    """Each update has a fence of its own. What comes from another update meets none."""
    return offered.generation == kept.generation and offered.stage < kept.stage


ROOM = Room.of(
    "What comes late, or twice",
    "Facts and commands travel; they arrive late, again, or about something that is over.",
    list(globals().values()),
)
