"""The exhibits: each a bug that a rollout system has had, as one edit of our core.

`forbidden_by` names what breaks first, in the fewest steps: one property, or
those that break together. What happened elsewhere is told in our own words; the
issues are where it was told first.
"""

from collections.abc import Callable

from attrs import frozen

from rolling import CapacitySize, Deployment
from rolling.checking import EXCEPTION, Granularity, Limits
from tests.checking.museum.edits import Core, Edit


@frozen
class Begin:
    """A rolling update of `old` instances to `new` ones, in batches, with its alarms."""

    old: int
    new: int
    batch: Callable[[Core], CapacitySize]
    back: int
    alarms: tuple[str, ...] = ("p99",)

    def deployment(self, core: Core) -> Deployment:
        """The deployment as this core starts it."""
        old, new = core.serving("config-1", self.old), core.wanted("config-2", self.new)
        policy = core.policy(self.batch(core), 60, core.instances(self.back))
        return core.start(old, new, policy, self.alarms)


@frozen
class Exhibit:
    """A bug: where it was seen, as which edit of ours, and what forbids it.

    `name` is what happens, in a few words; `seen_in` pairs of a system and the
    issues of it; `story` what happened there, `ours` what the edit does here.
    `room` groups. `begin` starts the deployment in which the explorer finds it.
    `in_the_world`: the damage that is really done, where it shows better than
    what the core does first; then that is the counterexample on the page.
    """

    name: str
    room: str
    seen_in: tuple[tuple[str, str], ...]
    story: str
    ours: str
    edit: Edit
    forbidden_by: tuple[str, ...]
    begin: Begin
    limits: Limits = Limits()
    in_the_world: str | None = None


def by(count: int) -> Callable[[Core], CapacitySize]:
    """A batch of so many instances."""
    return lambda core: core.instances(count)


def by_percent(value: int) -> Callable[[Core], CapacitySize]:
    """A batch of so many percent."""
    return lambda core: core.percent(value)


TWO_BY_ONE = Begin(2, 2, by(1), 1)

TRAFFIC = "Traffic and capacity"
TURNING_BACK = "Turning back"
VERDICTS = "Verdicts and time"
MESSAGES = "What comes late, or twice"

ROOMS = {
    TRAFFIC: "Who may carry how much, and when.",
    TURNING_BACK: "Where most of the damage is done: what is rarely taken is rarely tested.",
    VERDICTS: "When a rollout believes that it went well, or that it may go on waiting.",
    MESSAGES: "Facts travel; they arrive late, again, or about something that is over.",
}


def _argo(*numbers: int) -> tuple[tuple[str, str], ...]:
    return _issues("Argo Rollouts", "argoproj/argo-rollouts", *numbers)


def _flagger(*numbers: int) -> tuple[tuple[str, str], ...]:
    return _issues("Flagger", "fluxcd/flagger", *numbers)


def _nomad(*numbers: int) -> tuple[tuple[str, str], ...]:
    return _issues("Nomad", "hashicorp/nomad", *numbers)


def _issues(system: str, repository: str, *numbers: int) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            f"{system} #{number}" if place == 0 else f"#{number}",
            f"{_GITHUB}/{repository}/issues/{number}",
        )
        for place, number in enumerate(numbers)
    )


_GITHUB = "https://github.com"


EXHIBITS = (
    Exhibit(
        "The old fleet goes before the traffic has moved",
        TRAFFIC,
        _argo(3926, 3333, 4595),
        "The stable fleet was scaled by the weights just written to the load balancer, not by "
        "those in force. For a while half of the traffic went to a target group of none.",
        "A shift counts as made as soon as it has been asked for.",
        Edit("shifting", "settled=deployment.settled and unchanged,", "settled=True,"),
        ("s1_lowered_ask_still_fits",),
        TWO_BY_ONE,
        in_the_world="s1_real_share_fits_what_is_in_service",
    ),
    Exhibit(
        "The old fleet shrinks as soon as there is a canary",
        TRAFFIC,
        _issues("KServe", "kserve/kserve", 5983),
        "The stable fleet was made smaller by the size of the canary at once, whether or not "
        "the canary could serve yet, and requests were answered with 503.",
        "The command that shifts the traffic also gives up what it drains: no bake, and nothing "
        "to go back to.",
        Edit(
            "shifting",
            "fleet.sent(share) for fleet, share in fleets]),\n        settled",
            "fleet.sent(share).ask(fleet.sent(share).needed(fleet.asked))\n"
            "            for fleet, share in fleets]),\n        settled",
        ),
        ("s1_lowered_ask_still_fits", "s7_old_is_given_up_only_after_a_good_bake"),
        TWO_BY_ONE,
        in_the_world="s1_real_share_fits_what_is_in_service",
    ),
    Exhibit(
        "Traffic goes to a canary that is not ready",
        TRAFFIC,
        _issues("KServe", "kserve/kserve", 5983),
        "The other half of the same report: every canary was given its weight in the route, "
        "without a look at whether any of its pods was ready.",
        "Any look at the fleets is enough to shift, whatever it saw.",
        Edit(
            "lifecycle",
            "Edge(_F, _PROVISIONING, FleetsSeen, batch_in_service,",
            "Edge(_F, _PROVISIONING, FleetsSeen, always,",
        ),
        ("s1_raised_share_is_covered",),
        TWO_BY_ONE,
        in_the_world="s1_real_share_fits_what_is_in_service",
    ),
    Exhibit(
        "The surge forgets what is terminating",
        TRAFFIC,
        _issues("Kubernetes", "kubernetes/kubernetes", 95498, 107920),
        "Fifteen replicas may grow by four. Seven new pods came at once, because the three that "
        "were being terminated no longer counted, though they held their machines for a minute.",
        "The next batch does not wait until what was given up is gone.",
        Edit(
            "lifecycle",
            "return is_clean(deployment) and not is_last_step(deployment)",
            "return not is_last_step(deployment)",
        ),
        ("s2_under_the_ceiling",),
        TWO_BY_ONE,
        in_the_world="s2_really_alive_under_the_ceiling",
    ),
    Exhibit(
        "Weights that do not add up",
        TRAFFIC,
        _argo(3141),
        "A release wrote routes whose weights summed to nothing at all; the mesh refused them, "
        "and the rollout stood still.",
        "Each side's weight is rounded to a percentage by itself: 33 and 66.",
        Edit(
            "shifting",
            "        return (new, rest)\n",
            "        return (new, Share(100 * rest.part // rest.whole, 100))\n",
        ),
        ("s3_shares_sum_to_the_whole", EXCEPTION),
        Begin(3, 3, by(1), 1),
    ),
    Exhibit(
        "Counting in floats",
        TRAFFIC,
        (
            (
                "Argo Rollouts, canary.go",
                "https://github.com/argoproj/argo-rollouts/blob/master/utils/replicaset/canary.go",
            ),
        ),
        "Replica counts are worked out in floating point there, with 1e-10 to set right what "
        "the floats get wrong.",
        "The same formula in floats. 29/35 of 35 instances are 29; in floats they are "
        "29.000000000000004, and rounded up 30.",
        Edit(
            "capacity",
            "return -(-full * share.part // share.whole)",
            "return int(-(-full * (share.part / share.whole) // 1))",
        ),
        ("s2_under_the_ceiling",),
        Begin(35, 35, by(6), 6),
        Limits(granularity=Granularity.COARSE),
        in_the_world="s2_really_alive_under_the_ceiling",
    ),
    Exhibit(
        "A percentage that rounds to nothing",
        TRAFFIC,
        _issues("Amazon ECS, containers-roadmap", "aws/containers-roadmap", 485),
        "A quarter of one replica is no replica: with settings that were accepted without a "
        "word, a deployment never moved.",
        "The batch to provision is worked out a second time, without the 1 that it is at least: "
        "none is launched, and traffic is sent to it.",
        Edit(
            "policy",
            "            provision_batch=batch,",
            "            provision_batch=new_full * policy.maximum_batch_size.value // 100,",
        ),
        ("s1_raised_share_is_covered",),
        Begin(3, 3, by_percent(25), 1),
        in_the_world="s1_real_share_fits_what_is_in_service",
    ),
    Exhibit(
        "Back to the broken side",
        TURNING_BACK,
        _flagger(1898),
        "A promotion failed, and the rollback did what it does in an analysis: all traffic to "
        "the primary. The primary was what had just failed; the canary, which worked, was "
        "scaled to zero.",
        "On the way back the split is that of the way forward.",
        Edit(
            "shifting",
            "        split = _split_back(deployment)",
            "        split = _split_forward(deployment)",
        ),
        ("s1_raised_share_is_covered", "s4_nothing_more_for_the_new_fleet"),
        TWO_BY_ONE,
    ),
    Exhibit(
        "A herd comes home to a fleet that shrank",
        TURNING_BACK,
        (*_flagger(869, 1694, 1600), *_argo(3888)),
        "While traffic moved away, the old fleet was scaled in behind it. Then the canary failed, "
        "and everything came back at once to what was left.",
        "The first shift back is to the whole of what the old fleet had.",
        Edit(
            "shifting",
            "        old.append(larger(fleet.share, restored))",
            "        old.append(start.share)",
        ),
        ("s1_raised_share_is_covered",),
        TWO_BY_ONE,
        in_the_world="s1_real_share_fits_what_is_in_service",
    ),
    Exhibit(
        "What was culled is never restored",
        TURNING_BACK,
        _nomad(19643),
        "An update to fewer instances failed. The five that had been stopped in advance stayed "
        "stopped: the job was back on its old version, and a quarter smaller.",
        "The rollback is over once what is alive has its traffic back.",
        Edit(
            "pace",
            "return deployment.up == deployment.spec.old_count",
            "return True",
        ),
        ("s5_an_end_tells_the_truth",),
        TWO_BY_ONE,
    ),
    Exhibit(
        "A rollback that ignores its batches",
        TURNING_BACK,
        _nomad(14200),
        "A revert did not heed the update policy: every allocation was stopped at once and "
        "started anew, a full outage to undo a small bug.",
        "The way back restores everything in its second step.",
        Edit(
            "pace",
            "return min(deployment.spec.old_count, deployment.up + pace.rollback_batch)",
            "return deployment.spec.old_count",
        ),
        ("s6_a_step_is_at_most_a_batch",),
        Begin(4, 2, by(1), 1),
    ),
    Exhibit(
        "A rollback that is put to the test like a release",
        TURNING_BACK,
        _nomad(10882),
        "A revert was treated as a new deployment with a canary phase of its own, and waited for "
        "a promotion while the bad version kept running.",
        "The way back bakes too. No edge leads out of that bake.",
        Edit(
            "lifecycle",
            "Edge(_B, _SHIFTING, SplitSettled, split_as_asked, _B, _CLEANING, _clean,",
            "Edge(_B, _SHIFTING, SplitSettled, split_as_asked, _B, _BAKING, _bake,",
        ),
        ("s9_past_the_deadline_a_direction_is_over",),
        Begin(2, 2, by(1), 1, alarms=()),
    ),
    Exhibit(
        "An abort that leaves weight on the canary",
        TURNING_BACK,
        _argo(4841),
        "After an abort the canary kept its least number of pods and a share of the traffic, "
        "for ever.",
        "The way back moves instances, and leaves the split as it is.",
        Edit(
            "shifting",
            "        split = _split_back(deployment)",
            "        split = deployment.split",
        ),
        ("s5_an_end_tells_the_truth",),
        TWO_BY_ONE,
    ),
    Exhibit(
        "An abort that waits for itself",
        TURNING_BACK,
        _argo(4898),
        "The canary was scaled in only once the stable fleet was whole; the stable fleet grew "
        "only as weight left the canary; and weight left the canary only as it was scaled in.",
        "A batch comes home only once the whole old fleet is in service, of which only the batch "
        "has been asked for.",
        Edit(
            "pace",
            "        return restored_counts(spec, deployment.up)\n    return (min(",
            "        return tuple([fleet.count for fleet in spec.old])\n    return (min(",
        ),
        ("l1_back_leads_to_rolled_back", "l3_everything_leads_to_an_end"),
        Begin(4, 2, by(1), 1),
    ),
    Exhibit(
        "An abort that scales the stable fleet to zero",
        TURNING_BACK,
        _argo(1292),
        "An abort was asked for while nothing was going on. There was no canary to remove, so "
        "it was the stable fleet that went from seven pods to none.",
        "Turning back gives up every fleet, and not the new one alone.",
        Edit(
            "rollback",
            "fleets=(trimmed_new(deployment), *deployment.old),",
            "fleets=tuple([fleet.ask(0) for fleet in deployment.fleets]),",
        ),
        (
            "s1_lowered_ask_still_fits",
            "s4_nothing_more_for_the_new_fleet",
            "s7_old_is_given_up_only_after_a_good_bake",
        ),
        TWO_BY_ONE,
        in_the_world="s1_real_share_fits_what_is_in_service",
    ),
    Exhibit(
        "A stop that comes too late to be heard",
        TURNING_BACK,
        _argo(4461),
        "Once a full promotion had been requested, an abort was ignored, even while the canary "
        "could not become healthy and the promotion could not happen.",
        "After the last shift, a bake still watches the alarms and heeds nothing else.",
        Edit("lifecycle", "          (_BAKING, always),", "          (_BAKING, not_committed),"),
        (
            "s9_past_the_deadline_a_direction_is_over",
            "s10_a_stop_is_heeded",
        ),
        Begin(1, 1, by_percent(50), 1),
    ),
    Exhibit(
        "No evidence is taken for good evidence",
        VERDICTS,
        _argo(4479),
        "Every measurement of an analysis ended in an error or failed, and the analysis was "
        "Successful.",
        "A bake passes as soon as no alarm is in ALARM, also when none could be read.",
        Edit(
            "baking",
            "if in_time and is_readable(deployment, reading) and is_batch_in_service(deployment):",
            "if in_time and is_batch_in_service(deployment):",
        ),
        ("s7_old_is_given_up_only_after_a_good_bake",),
        TWO_BY_ONE,
    ),
    Exhibit(
        "A deadline that never fires",
        VERDICTS,
        (*_argo(4128, 3988), *_flagger(1591), *_nomad(10465)),
        "New pods could not start; the time limit passed; and the rollout went on progressing "
        "until a person failed it by hand. Four reports, three systems.",
        "One line of the table is missing.",
        Edit(
            "lifecycle",
            '          (DeadlineElapsed, "A deployment that takes too long is undone."),\n',
            "",
        ),
        ("s9_past_the_deadline_a_direction_is_over",),
        TWO_BY_ONE,
    ),
    Exhibit(
        "A rollback that reads as a success",
        VERDICTS,
        _issues("Terraform's AWS provider", "hashicorp/terraform-provider-aws", 48997),
        "SageMaker rolled an update back, and the endpoint was InService again. That was taken "
        "for success, the new configuration recorded, and the old one, in use, deleted.",
        "The way back ends in the same end as the way forward.",
        Edit("ending", "Phase.ROLLED_BACK)", "Phase.SUCCEEDED)"),
        ("s5_an_end_tells_the_truth",),
        TWO_BY_ONE,
    ),
    Exhibit(
        "A stale plan, carried out",
        MESSAGES,
        (("Amazon DynamoDB, 19–20 October 2025", "https://aws.amazon.com/message/101925/"),),
        "A slow worker applied an old plan over a newer one, and the cleanup of old plans then "
        "removed what was in use: the service's address had no hosts.",
        "A fact counts unless it is about the future.",
        Edit(
            "transition",
            'f"this deployment has {len(deployment.fleets)}"\n                )\n'
            "            return stage == deployment.stage",
            'f"this deployment has {len(deployment.fleets)}"\n                )\n'
            "            return stage <= deployment.stage",
        ),
        ("s8_foreign_events_change_nothing",),
        TWO_BY_ONE,
    ),
    Exhibit(
        "A lost node corrupts the canary",
        MESSAGES,
        _nomad(17842, 8671),
        "The node with the canary was drained. Its replacement was taken for the one already "
        "counted, and the deployment could be neither promoted nor mended.",
        "A bake that starts again is not told from the one before: the timer of the first "
        "counts for the second.",
        Edit("provisioning", "stage.attempt + 1, Phase", "stage.attempt, Phase"),
        ("stages_only_grow",),
        Begin(1, 1, by_percent(50), 1),
        Limits(losses=1),
    ),
    Exhibit(
        "What was counted before a restart is counted again",
        MESSAGES,
        _issues("Spinnaker", "spinnaker/spinnaker", 4426, 7921),
        "A controller was restarted in the middle of a deployment, and work that it had under "
        "way was lost, or done a second time.",
        "An observation is added to what is known, so that to look twice is to see twice as much.",
        Edit(
            "fleet",
            "in_service, alive = min(in_service, self.asked),",
            "in_service, alive = min(self.in_service + in_service, self.asked),",
        ),
        ("s8_repeated_events_change_nothing",),
        Begin(4, 4, by(2), 2),
    ),
)
"""Every exhibit, room by room."""
