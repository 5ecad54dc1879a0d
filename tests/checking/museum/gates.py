"""Gates: when somebody has to say that a rollout may go on."""

from rolling import (
    AlarmsRead,
    BakeVerdict,
    Continued,
    Deployment,
    GateElapsed,
    Gates,
    GateTimeoutAction,
    Phase,
    evaluate_bake,
    instances,
    percent,
)
from rolling.checking import Limits
from rolling.checking.wrong_core import in_place_of
from rolling.core.baking import is_readable, tripped_alarms
from rolling.core.gate import awaits_continuation, concerns_gate, is_gate
from rolling.core.provisioning import is_batch_in_service
from tests.checking.museum.exhibit import Room, Update, argo, exhibit, nomad

GATED = Update(2, 2, instances(1), 1, gates=Gates(600, GateTimeoutAction.ROLL_BACK))
LOSING = Update(
    1, 1, percent(50), 1, limits=Limits(losses=1), gates=Gates(600, GateTimeoutAction.ROLL_BACK)
)


@exhibit(
    "A gate that opens by itself",
    *nomad(6939),
    story="A canary had to wait for a person to promote it. Where an earlier deployment had "
    "failed, or an instance was replaced meanwhile, the new version went out unasked.",
    breaks=(
        "s7_old_is_given_up_only_after_a_good_bake",
        "s7_only_a_good_bake_passes",
    ),
    begin=LOSING,
)
@in_place_of(evaluate_bake)
def asks_once(deployment: Deployment, reading: AlarmsRead) -> BakeVerdict:
    """A bake that begins again after a loss is no gate any more."""
    if tripped_alarms(deployment, reading):
        return BakeVerdict.TRIPPED
    complete = is_readable(deployment, reading) and is_batch_in_service(deployment)
    held = awaits_continuation(deployment) and deployment.stage.attempt == 1
    if reading.after_interval and complete and not held:
        return BakeVerdict.PASSED
    return BakeVerdict.HELD


@exhibit(
    "Continued, and timed out all the same",
    *nomad(7058),
    *argo(2648, 4265),
    story="Canaries were promoted, and the time they had for it ran out afterwards: the deployment "
    "failed. Elsewhere a rollout that was promoted stayed paused.",
    breaks=("s5_a_cause_is_what_came", "s18_a_gate_not_continued_in_time_turns_back"),
    begin=GATED,
)
@in_place_of(awaits_continuation)
def waits_for_ever(deployment: Deployment) -> bool:
    """A gate waits, whether it was continued or not."""
    if deployment.stage.phase is not Phase.BAKING:
        return False
    return is_gate(deployment)


@exhibit(
    "An approval of something else",
    ("Radar, pull request #1380", "https://github.com/skyhook-io/radar/pull/1380"),
    story="A rollout was promoted in full after it had been aborted. Nothing happened; the "
    "promotion was kept, and when the rollout was tried again, it skipped every pause.",
    breaks=("s8_foreign_events_change_nothing", "s18_only_its_own_event_continues_a_gate"),
    begin=GATED,
)
@in_place_of(concerns_gate)
def takes_any_approval(deployment: Deployment, event: Continued | GateElapsed) -> bool:
    """A gate does not ask what it was that somebody approved."""
    own = isinstance(event, Continued) or event.stage == deployment.stage
    return own and awaits_continuation(deployment)


ROOM = Room.of(
    "Gates",
    "When somebody has to say that a rollout may go on, and of what they said it.",
    list(globals().values()),
)
