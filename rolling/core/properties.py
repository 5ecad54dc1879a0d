"""What must hold: the named properties of a deployment.

A state property is a predicate on a deployment. An edge property is one on a
deployment, an event, and the deployment after it. Here they are stated as
plainly as we can, and not by calling the rules that they judge: shares are
compared as fractions, and every bound is a formula of its own.

A property of a start is a predicate on what `start` was given and on what it made.

L1, L3 (from every state there is a way to a good end) speak of all futures of
a state: the explorer checks them. L2 is the measure that it sees fall.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from attrs import evolve, frozen

from rolling.core.capacity import NO_TRAFFIC, CapacitySize, Share, SizeType
from rolling.core.deployment import Deployment, Gates, GateTimeoutAction, Spec
from rolling.core.desired import due
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import Fleet, FleetSpec
from rolling.core.gate import GATE_TIMEOUT
from rolling.core.outcome import (
    AlarmTripped,
    Cause,
    Failed,
    NotContinued,
    Operation,
    Outcome,
    RollbackFailed,
    RolledBack,
    Stopped,
    Succeeded,
    TimedOut,
)
from rolling.core.policy import (
    Pace,
    RollingUpdatePolicy,
    RoutingType,
    SurgeRollingPolicy,
    UpdatePolicy,
)
from rolling.core.repair import fleets_left, sides_of
from rolling.core.stage import ENDS, Direction, Phase, Stage
from rolling.core.transition import advance


@frozen
class Asked:
    """What `start` is given: see there."""

    old: tuple[FleetSpec, ...]
    new: FleetSpec
    policy: UpdatePolicy
    alarms: tuple[str, ...] = ()
    generation: int = 1
    gates: Gates | None = None


StateProperty = Callable[[Deployment], bool]
EdgeProperty = Callable[[Deployment, Event, Deployment], bool]
StartProperty = Callable[[Asked, Deployment], bool]

_FORWARD, _BACK = Direction.FORWARD, Direction.BACK


def s1_asked_capacity_carries_asked_share(deployment: Deployment) -> bool:
    """S1: in every state, no fleet is asked to carry more than it is asked to have.

    Exempt is an old or repaired fleet that started with too little.
    """
    return all(
        _fits(fleet.share, fleet.asked, start.floor)
        or not _fits(start.share, start.count, start.floor)
        for start, fleet in zip(deployment.spec.fleets, deployment.fleets, strict=True)
    )


def s1_raised_share_is_covered(before: Deployment, event: Event, after: Deployment) -> bool:
    """S1: where an edge raises an asked share, counted capacity covers the raised share."""
    return all(
        _amount(now.share) <= _amount(was.share)
        or after.stage.phase is Phase.ROLLBACK_FAILED  # the share is observed there, not asked
        or _fits(now.share, now.in_service, start.floor)
        or not _fits(start.share, start.count, start.floor)
        for start, was, now in _changed(before, after)
    )


def s1_lowered_ask_still_fits(before: Deployment, event: Event, after: Deployment) -> bool:
    """S1: where an edge lowers an ask, what was asked to be carried before still fits.

    Until a shift has been seen, the real share lies between two asked ones; the
    larger of them must fit. Exempt is a fleet with no more in service than that.
    """
    return all(
        now.asked >= was.asked
        or _fits(was.share, now.asked, start.floor)
        or now.asked >= was.in_service
        for start, was, now in _changed(before, after)
    )


def s2_under_the_ceiling(deployment: Deployment) -> bool:
    """S2: everything asked for or alive, together, stays under the ceiling.

    What an earlier update left terminating, a fleet of none, is not this one's to answer for.
    """
    spec = deployment.spec
    alive = deployment.new.alive + sum(
        fleet.alive for start, fleet in zip(spec.old, deployment.old, strict=True) if start.count
    )
    return alive <= ceiling(spec)


def s3_shares_sum_to_the_whole(deployment: Deployment) -> bool:
    """S3: the asked shares are all of the traffic, and a fleet asked for nothing gets none."""
    shares = [_amount(fleet.share) for fleet in deployment.fleets]
    return sum(shares) == 1 and all(
        share == 0 or fleet.asked > 0
        for share, fleet in zip(shares, deployment.fleets, strict=True)
    )


def s4_nothing_more_for_the_new_fleet(before: Deployment, event: Event, after: Deployment) -> bool:
    """S4: after a trip, as after any turn, nothing more is shifted to the new fleet,
    provisioned for it, or cleaned up for its sake."""
    if after.direction is _FORWARD:
        return True
    ended_failed = after.phase is Phase.ROLLBACK_FAILED
    return (
        (ended_failed or _amount(after.new.share) <= _amount(before.new.share))
        and after.new.asked <= before.new.asked
        and (
            ended_failed
            or all(now.asked >= was.asked for was, now in zip(before.old, after.old, strict=True))
        )
    )


def s4_a_trip_turns_back(before: Deployment, event: Event, after: Deployment) -> bool:
    """S4: a watched alarm in ALARM, read in the bake it belongs to, turns the deployment back."""
    tripped = _tripped(before, event)
    return not tripped or (after.direction is _BACK and after.cause == AlarmTripped(tripped))


def s5_an_end_tells_the_truth(deployment: Deployment) -> bool:
    """S5: an end says what is asked, why, and that what it says of the split was seen."""
    spec, causes = deployment.spec, (deployment.cause, deployment.cut_short)
    match deployment.phase:
        case Phase.SUCCEEDED:
            return (
                deployment.cause is None
                and deployment.settled
                and _amount(deployment.new.share) == 1
                and deployment.new.asked == spec.new.full
                and all(fleet.asked == 0 for fleet in deployment.old)
            )
        case Phase.ROLLED_BACK:
            return (
                deployment.cause is not None
                and deployment.settled
                and all(
                    _amount(fleet.share) == _amount(start.share)
                    for start, fleet in zip(spec.fleets, deployment.fleets, strict=True)
                )
                and all(
                    fleet.asked == start.count
                    for start, fleet in zip(spec.old, deployment.old, strict=True)
                )
                and deployment.new.asked
                <= max(spec.new.count, _need(spec.new.share, spec.new.floor))
            )
        case Phase.ROLLBACK_FAILED:
            return None not in causes
        case _:
            return deployment.cut_short is None and (
                (deployment.cause is None) == (deployment.direction is _FORWARD)
            )


def s5_an_outcome_says_how_it_ended(before: Deployment, event: Event, after: Deployment) -> bool:
    """S5: the outcome is that of the end, with its causes and what of the draining side is left;
    and a deployment is at rest once it has ended and its split was seen."""
    cause, cut_short, over = after.cause, after.cut_short, _left_over(after)
    expected: Outcome | None = None
    if after.phase is Phase.SUCCEEDED:
        expected = Succeeded(over, cut_short)
    elif after.phase is Phase.ROLLED_BACK and cause is not None:
        expected = RolledBack(cause, over, cut_short)
    elif after.phase is Phase.ROLLBACK_FAILED and cause is not None and cut_short is not None:
        expected = RollbackFailed(cause, cut_short)
    rests = after.stage.phase in ENDS and after.settled
    return (after.outcome, after.leftover, after.at_rest) == (expected, over, rests)


def s5_a_clean_end_leaves_nothing_over(before: Deployment, event: Event, after: Deployment) -> bool:
    """S5: where an end is reached and not cut short, what was given up is gone."""
    if before.ended or not after.ended or after.cut_short is not None:
        return True
    return _left_over(after) == 0


def s5_a_cause_is_what_came(before: Deployment, event: Event, after: Deployment) -> bool:
    """S5: what turns a deployment back, or cuts its end short, is what just came: an alarm in
    ALARM, a failure, the deadline, a stop or the timeout of a gate. Nothing else does, and that
    is the cause told."""
    if after.direction is not before.direction:
        return after.cause is not None and after.cause == _reason(before, event)
    if after.cut_short is not None and before.cut_short is None:
        return after.cut_short == _reason(before, event)
    return True


def s5_a_cause_stays(before: Deployment, event: Event, after: Deployment) -> bool:
    """S5: why a deployment turned back, and what cut it short, once told is told for good."""
    return before.cause in (None, after.cause) and before.cut_short in (None, after.cut_short)


def s5_a_failed_rollback_holds_what_is_there(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S5: where a rollback fails, nothing in service and nothing that traffic needs is given up,
    and what never came is asked for no longer. While it is not known where the traffic is,
    every ask stands; the split that is then seen is due, once, if it can be served."""
    if after.phase is not Phase.ROLLBACK_FAILED:
        return True
    asks, split = [fleet.asked for fleet in before.fleets], before.split
    if not before.ended and before.settled:
        fleets = zip(before.spec.fleets, before.fleets, strict=True)
        asks = [
            min(fleet.asked, max(fleet.in_service, _need(fleet.share, start.floor)))
            for start, fleet in fleets
        ]
    elif not before.settled and isinstance(event, SplitSettled) and event.stage == before.stage:
        served = all(ask or not share.part for ask, share in zip(asks, event.split, strict=True))
        split = event.split if served and event.stage.attempt == 1 else split
    return after.split == split and [fleet.asked for fleet in after.fleets] == asks


def s6_a_step_is_at_most_a_batch(before: Deployment, event: Event, after: Deployment) -> bool:
    """S6: an edge raises what the receiving side is asked for by at most a batch."""
    rise = sum(max(0, now.asked - was.asked) for _, was, now in _changed(before, after))
    if rise == 0:
        return True
    pace = after.spec.pace
    return rise <= (pace.provision_batch if after.direction is _FORWARD else pace.rollback_batch)


def s7_old_is_given_up_only_after_a_good_bake(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S7: old capacity is given up only on the edge out of a bake: a reading taken after
    the interval of this attempt, with every alarm quiet, and the batch whole.

    A rollback that fails stops asking for what never came into service; that gives up none.
    """
    given_up = any(
        now.asked < was.asked and now.asked < was.in_service
        for start, was, now in _changed(before, after)
        if start is not before.spec.new
    )
    if not given_up:
        return True
    return _is_good(before, event)


def s7_only_a_good_bake_passes(before: Deployment, event: Event, after: Deployment) -> bool:
    """S7: only such a reading ends a bake and lets the deployment go forward, even where no old
    capacity goes: in blue/green, and at the floor before the first batch."""
    if before.phase is not Phase.BAKING or after.direction is _BACK:
        return True
    passes = after.phase > Phase.BAKING or after.stage.step != before.stage.step
    return not passes or _is_good(before, event)


def s7_a_good_bake_passes(before: Deployment, event: Event, after: Deployment) -> bool:
    """S7: with such a reading the deployment goes forward; no news of an alarm holds it up."""
    if not _is_good(before, event):
        return True
    return after.direction is _FORWARD and after.stage > before.stage


def s7_a_bake_that_lost_an_instance_begins_again(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S7: a bake goes back to provisioning where its batch is seen to lack an instance; only so."""
    if before.phase is not Phase.BAKING or after.direction is not before.direction:
        return True
    again = after.phase is Phase.PROVISIONING and after.stage.step == before.stage.step
    if not isinstance(event, FleetsSeen) or event.stage != before.stage:
        return not again
    whole = event.fleets[0].in_service >= min(before.new.asked, before.spec.new.full)
    return again is not whole


def s8_repeated_events_change_nothing(before: Deployment, event: Event, after: Deployment) -> bool:
    """S8: an event that comes again changes nothing."""
    return advance(after, event) == after


def s8_foreign_events_change_nothing(before: Deployment, event: Event, after: Deployment) -> bool:
    """S8: an event that belongs to another stage changes nothing."""
    stage = getattr(event, "stage", before.stage)
    if isinstance(event, DeadlineElapsed):
        return event.direction is before.direction or after == before
    return stage == before.stage or after == before


def s9_past_the_deadline_a_direction_is_over(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S9: past its deadline a deployment goes forward no further, and back no further."""
    if not isinstance(event, DeadlineElapsed) or event.direction is not before.direction:
        return True
    return after.direction is not before.direction or after.ended


def s10_a_failure_is_heeded(before: Deployment, event: Event, after: Deployment) -> bool:
    """S10: a failure of what this stage depends on turns the deployment back or ends it."""
    if before.ended or not isinstance(event, OperationFailed) or event.stage != before.stage:
        return True
    heeded = after.direction is not before.direction or after.ended
    return heeded or not _depends_on(before, event)


def s10_no_other_failure_matters(before: Deployment, event: Event, after: Deployment) -> bool:
    """S10: a failure of what this stage can do without changes nothing."""
    if not isinstance(event, OperationFailed) or event.stage != before.stage:
        return True
    return after == before or (not before.ended and _depends_on(before, event))


def s10_a_stop_is_heeded(before: Deployment, event: Event, after: Deployment) -> bool:
    """S10: a stop turns a deployment back or ends it, and changes nothing on the way back."""
    if before.ended or not isinstance(event, StopRequested):
        return True
    return after == before if before.direction is _BACK else after.direction is _BACK or after.ended


def s11_the_last_bake_commits(before: Deployment, event: Event, after: Deployment) -> bool:
    """S11: once the last batch has baked, and all traffic has arrived, nothing turns back."""
    return not _is_committed(before) or after.direction is _FORWARD


def s12_what_is_asked_is_due(deployment: Deployment) -> bool:
    """S12: due is what is asked of each fleet, in the name of this update and of this stage."""
    spec, desired = deployment.spec, due(deployment)
    asked = [
        (start.configuration, fleet.asked, fleet.share)
        for start, fleet in zip(spec.fleets, deployment.fleets, strict=True)
    ]
    return (
        desired.generation == spec.generation
        and desired.stage == deployment.stage
        and [(each.configuration, each.count, each.share) for each in desired.fleets] == asked
    )


def s12_alarms_and_interval_are_due_in_a_bake(deployment: Deployment) -> bool:
    """S12: in a bake, and only there, its alarms are to be read and its interval is kept."""
    spec, desired = deployment.spec, due(deployment)
    if deployment.phase is not Phase.BAKING:
        return desired.alarms == () and desired.interval_seconds is None
    wait = _termination_wait(deployment) or spec.pace.wait_interval_seconds
    return desired.alarms == spec.alarms and desired.interval_seconds == wait


def s12_a_deadline_is_due_until_the_end(deployment: Deployment) -> bool:
    """S12: until the end, and no longer, the deadline of the direction is kept."""
    limit = None if deployment.ended else _limit_seconds(deployment)
    return due(deployment).deadline_seconds == limit


def s12_no_stage_has_two_commands(before: Deployment, event: Event, after: Deployment) -> bool:
    """S12: what is due stays the same, or another stage is entered. That is a later one
    (`stages_only_grow`), so a world may refuse all but the latest stage's commands."""
    return after.stage != before.stage or due(after) == due(before)


def s13_an_update_is_what_was_asked(asked: Asked, begun: Deployment) -> bool:
    """S13: an update has the fleets, alarms, gates, limit and number that it was given."""
    spec = begun.spec
    fleets = tuple([evolve(fleet, floor=fleet.full) for fleet in spec.fleets])
    return (
        fleets == (asked.new, *asked.old)
        and spec.gates == asked.gates
        and spec.alarms == tuple(dict.fromkeys(asked.alarms))
        and spec.deadline_seconds == asked.policy.maximum_execution_timeout_seconds
        and spec.generation == asked.generation
    )


def s13_a_pace_is_that_of_its_policy(asked: Asked, begun: Deployment) -> bool:
    """S13: a rolling update provisions and shifts by its batch and goes back by its rollback
    batch; within room, by surge and missing instances together; blue/green provisions all,
    shifts by its size, or all, and goes back whole."""
    policy, full = asked.policy, asked.new.full
    old = max(1, sum(fleet.count for fleet in asked.old))
    if isinstance(policy, RollingUpdatePolicy):
        batch, back = policy.maximum_batch_size, policy.rollback_maximum_batch_size
        by, by_back = _count(batch, full), old if back is None else _count(back, old)
        return begun.spec.pace == Pace(by, by, by, by_back, True, policy.wait_interval_seconds, 0)
    if isinstance(policy, SurgeRollingPolicy):
        return _is_within_room(policy, begun.spec)
    routing = policy.routing
    first = full if routing.size is None else _count(routing.size, full)
    following = first if routing.type is RoutingType.LINEAR else full
    waits = routing.wait_interval_seconds, policy.termination_wait_seconds
    return begun.spec.pace == Pace(full, first, following, old, False, *waits)


def s13_an_update_begins_with_what_is_there(asked: Asked, begun: Deployment) -> bool:
    """S13: at the start what is there counts, and no more is asked for than the first batch; where
    old instances may be missing, nothing more, and of the old fleet its floor."""
    spec, pace = begun.spec, begun.spec.pace
    start, new = spec.new, begun.new
    there = min(start.full, start.count)
    drains = any(each.floor < each.full for each in spec.old)
    up = there if drains else min(start.full, there + pace.first_shift)
    batch = there if drains else min(start.full, there + pace.provision_batch)
    batch = max(start.count, batch)
    kept = [min(each.count, each.floor) if drains else each.count for each in spec.old]
    return (
        begun.stage == Stage(_FORWARD, 0 if drains else 1, 1, Phase.PROVISIONING)
        and begun.up == up
        and begun.settled
        and begun.cause is begun.cut_short is None
        and begun.continued_by is None
        and new == Fleet(batch, start.count, batch, start.share)
        and begun.old
        == tuple(
            [
                Fleet(count, count, each.count, each.share)
                for each, count in zip(spec.old, kept, strict=True)
            ]
        )
    )


def s17_the_floor_is_that_of_its_policy(asked: Asked, begun: Deployment) -> bool:
    """S17: of the new fleet no more may be missing than the policy says, of an old one no
    larger a part; something remains; and under SageMaker's policies nothing may be missing."""
    policy, full = asked.policy, asked.new.full
    unavailable = _missing(policy, full) if isinstance(policy, SurgeRollingPolicy) else 0
    return all(
        each.floor == ceil(Fraction(each.full * (full - unavailable), full)) > 0
        for each in begun.spec.fleets
    )


def s13_steps_and_attempts_count_up(before: Deployment, event: Event, after: Deployment) -> bool:
    """S13: a turn begins the first step back; a step follows the one before it, as a first
    attempt; another attempt follows a loss in a bake, or holds the split of a failed rollback."""
    was, now = before.stage, after.stage
    if now.direction is not was.direction:
        return now == Stage(_BACK, 1, 1, Phase.PROVISIONING)
    if now.step != was.step:
        # On the way back, steps that have nothing to do are passed over.
        return (now.step == was.step + 1 or now.direction is _BACK) and now.attempt == 1
    again = was.phase is Phase.BAKING and now.phase is Phase.PROVISIONING
    held = was.phase is Phase.ROLLBACK_FAILED and after.split != before.split
    return now.attempt == was.attempt + (again or held)


def s13_a_step_goes_as_far_as_its_pace(before: Deployment, event: Event, after: Deployment) -> bool:
    """S13: a step forward is about a shift more than the last, and one back about a batch more,
    up to the whole fleet. The first one back is about what is in service, the oldest first."""
    spec, steps = before.spec, after.stage.step - before.stage.step
    if after.direction is not before.direction:
        return after.up == 0
    up = before.up
    if _takes_stock(before, event):
        up = _in_service_unbroken(after)
    if steps == 0:
        return after.up == up
    if after.direction is _FORWARD:
        more = up < spec.new.full or before.stage.step < _last_step(spec)
        return more and after.up == min(spec.new.full, up + spec.pace.next_shift)
    batch, whole = spec.pace.rollback_batch, _old_count(spec)
    return up + (steps - 1) * batch < whole and after.up == min(whole, up + steps * batch)


def s13_traffic_moves_in_shifts_alone(before: Deployment, event: Event, after: Deployment) -> bool:
    """S13: while a batch is provisioned, and where a deployment turns back, the split stays."""
    return after.phase is not Phase.PROVISIONING or after.split == before.split


def s13_the_new_fleet_has_the_share_of_its_step(deployment: Deployment) -> bool:
    """S13: forward, once a step has shifted, the new fleet has the share that the step is about;
    in a repair no less than it had at the start."""
    if deployment.direction is _BACK or deployment.ended or deployment.phase is Phase.PROVISIONING:
        return True
    start, share = deployment.spec.new, deployment.new.share
    return _amount(share) == max(
        _amount(start.share), Fraction(min(deployment.up, start.floor), start.floor)
    )


def s13_a_step_back_takes_what_its_instances_carry(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S13: on the way back each old fleet takes the share that what it restored carries, at most
    what it had; none gives any up."""
    if after.direction is _FORWARD or after.phase in (Phase.PROVISIONING, Phase.ROLLBACK_FAILED):
        return True
    if before.phase is not Phase.PROVISIONING and after.stage.step == before.stage.step:
        return after.split == before.split
    fleets = zip(
        before.spec.old, before.old, after.old, _restored(before.spec, after.up), strict=True
    )
    return all(
        _amount(now.share) == max(_amount(was.share), _carried(start, restored))
        for start, was, now, restored in fleets
    )


def s13_the_newest_is_drained_first(deployment: Deployment) -> bool:
    """S13: of several old fleets one gives up traffic only when those newer than it have none,
    and is given none before those older than it have theirs."""
    if deployment.phase is Phase.ROLLBACK_FAILED:
        return True
    served = [fleet.share.part > 0 for fleet in deployment.old]
    return not any(
        fleet.share != start.share and any(served[:place])
        for place, (start, fleet) in enumerate(
            zip(deployment.spec.old, deployment.old, strict=True)
        )
    )


def s17_the_floor_carries_everything(deployment: Deployment) -> bool:
    """S17: what is asked of all fleets together carries all of the traffic: each carries, of all,
    the part of its floor that it is asked to have. Exempt is a start with too little, and
    a rollback that failed, which holds what is there."""
    if deployment.phase is Phase.ROLLBACK_FAILED:
        return True
    fleets = list(zip(deployment.spec.fleets, deployment.fleets, strict=True))
    carried = sum([_part(fleet.asked, start.floor) for start, fleet in fleets])
    return carried >= 1 or sum([_part(start.count, start.floor) for start, _ in fleets]) < 1


def s18_a_gate_is_due_in_its_bake(deployment: Deployment) -> bool:
    """S18: in the bake of a gate, and only there, its timeout is kept, from the end of the
    interval on."""
    gates = deployment.spec.gates
    if gates is None:
        return True
    seconds = due(deployment).gate_seconds
    if not _is_at_gate(deployment):
        return seconds is None
    interval = _termination_wait(deployment) or deployment.spec.pace.wait_interval_seconds
    return seconds == interval + gates.timeout_seconds


def s18_only_its_own_event_continues_a_gate(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S18: a gate is continued by a `Continued` for exactly its stage, or by its timeout, where
    that is asked for; it is then told by whom. What was continued lapses with the stage."""
    if after.stage != before.stage:
        return after.continued_by is None
    if before.continued_by is not None or not _is_at_gate(before):
        return after.continued_by == before.continued_by
    by: str | None = None
    if isinstance(event, Continued) and event.stage == before.stage:
        by = event.by
    elif _gate_timed_out(before, event) is GateTimeoutAction.CONTINUE:
        by = GATE_TIMEOUT
    return after.continued_by == by


def s18_a_gate_not_continued_in_time_turns_back(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S18: where the timeout is to turn back, it does; once continued, it no longer does."""
    if _gate_timed_out(before, event) is not GateTimeoutAction.ROLL_BACK:
        return not isinstance(event, GateElapsed) or after.direction is before.direction
    return after.direction is _BACK


def s14_a_step_asks_for_its_batch(before: Deployment, event: Event, after: Deployment) -> bool:
    """S14: the receiving side is asked for its batch where a step begins, and otherwise for what
    it was asked for; a cleanup takes from the new fleet what is more than all."""
    spec, begins = before.spec, after.stage.step > before.stage.step
    if after.direction is not before.direction or after.phase is Phase.ROLLBACK_FAILED:
        return True
    if after.direction is _BACK:
        counts = _restored(spec, after.up) if begins else [0] * len(spec.old)
        return all(
            now.asked == max(was.asked, count)
            for was, now, count in zip(before.old, after.old, counts, strict=True)
        )
    asked = before.new.asked
    if _cleans_up(before, after):
        asked = min(asked, spec.new.full)
    if begins:
        asked = max(asked, min(spec.new.full, before.up + spec.pace.provision_batch))
    return after.new.asked == asked


def s14_a_cleanup_keeps_what_traffic_needs(
    before: Deployment, event: Event, after: Deployment
) -> bool:
    """S14: the draining side gives up in cleanups, and at the turn, what its traffic does not
    need, and nothing elsewhere. Blue/green cleans up in its last step alone; on the way back
    the new fleet keeps what it had at first."""
    spec, cleans = before.spec, _cleans_up(before, after)
    if after.phase is Phase.ROLLBACK_FAILED:
        return True
    if after.direction is _BACK:
        new, start, turns = before.new, spec.new, before.direction is _FORWARD
        old = zip(before.old, after.old, strict=True)
        if turns and any(now.asked != was.asked for was, now in old):
            return False
        asked = new.asked
        if cleans or turns:
            asked = min(asked, max(start.count, _need(new.share, start.floor)))
        return after.new.asked == asked
    cleans = cleans and (spec.pace.cleans_each_step or before.stage.step == _last_step(spec))
    return all(
        now.asked == (min(was.asked, _need(was.share, start.floor)) if cleans else was.asked)
        for start, was, now in zip(spec.old, before.old, after.old, strict=True)
    )


def s15_only_what_is_seen_counts(before: Deployment, event: Event, after: Deployment) -> bool:
    """S15: in service is what was seen since it was asked for, and alive what was seen or is
    asked for: no command is believed to be carried out."""
    seen: Sequence[Fleet | Sighting] = before.fleets
    if isinstance(event, FleetsSeen) and event.stage == before.stage:
        seen = event.fleets
    return all(
        now.in_service == min(here.in_service, min(was.asked, now.asked))
        and now.alive == max(here.alive, max(was.asked, now.asked))
        for here, was, now in zip(seen, before.fleets, after.fleets, strict=True)
    )


def s15_a_split_is_believed_once_seen(before: Deployment, event: Event, after: Deployment) -> bool:
    """S15: the split counts as settled once it was seen as it is asked for, in this stage, and
    until another is asked for or the deployment turns back."""
    seen = (
        isinstance(event, SplitSettled)
        and event.stage == before.stage
        and event.split == before.split
    )
    stays = after.split == before.split and after.direction is before.direction
    return after.settled == (stays and (before.settled or seen))


def s16_the_next_update_starts_from_what_is_left(deployment: Deployment) -> bool:
    """S16: a deployment at rest leaves the fleets that are alive or have traffic, with what is in
    service; or with what is asked for, where traffic waits for it. The next update starts from
    these, the one that it is to apart."""
    if not (deployment.ended and deployment.settled):
        return True
    fleets = zip(deployment.spec.fleets, deployment.fleets, strict=True)
    there = [
        (start.configuration, start.full, now.in_service or _waited_for(now), now.share)
        for start, now in fleets
        if now.alive or now.share.part
    ]
    left = fleets_left(deployment)
    if [(each.configuration, each.full, each.count, each.share) for each in left] != there:
        return False
    (name, _, count, share), stranger = there[0], FleetSpec("", 1, 0, NO_TRAFFIC)
    return sides_of(left, name, 1) == (FleetSpec(name, 1, count, share), left[1:]) and sides_of(
        left, stranger.configuration, 1
    ) == (stranger, left)


def a_spec_never_changes(before: Deployment, event: Event, after: Deployment) -> bool:
    """What an update was accepted with stays: every other property judges by it."""
    return after.spec is before.spec or after.spec == before.spec


def stages_only_grow(before: Deployment, event: Event, after: Deployment) -> bool:
    """A deployment never comes back to an earlier stage, and never leaves an end."""
    if before.stage.phase in ENDS:
        return after.phase is before.phase and after.stage >= before.stage
    return after == before or after.stage >= before.stage


STATE_PROPERTIES: tuple[StateProperty, ...] = (
    s1_asked_capacity_carries_asked_share,
    s2_under_the_ceiling,
    s3_shares_sum_to_the_whole,
    s5_an_end_tells_the_truth,
    s12_what_is_asked_is_due,
    s12_alarms_and_interval_are_due_in_a_bake,
    s12_a_deadline_is_due_until_the_end,
    s13_the_new_fleet_has_the_share_of_its_step,
    s13_the_newest_is_drained_first,
    s16_the_next_update_starts_from_what_is_left,
    s17_the_floor_carries_everything,
    s18_a_gate_is_due_in_its_bake,
)

EDGE_PROPERTIES: tuple[EdgeProperty, ...] = (
    s1_raised_share_is_covered,
    s1_lowered_ask_still_fits,
    s4_nothing_more_for_the_new_fleet,
    s4_a_trip_turns_back,
    s5_an_outcome_says_how_it_ended,
    s5_a_clean_end_leaves_nothing_over,
    s5_a_cause_is_what_came,
    s5_a_cause_stays,
    s5_a_failed_rollback_holds_what_is_there,
    s6_a_step_is_at_most_a_batch,
    s7_old_is_given_up_only_after_a_good_bake,
    s7_only_a_good_bake_passes,
    s7_a_good_bake_passes,
    s7_a_bake_that_lost_an_instance_begins_again,
    s8_repeated_events_change_nothing,
    s8_foreign_events_change_nothing,
    s9_past_the_deadline_a_direction_is_over,
    s10_a_failure_is_heeded,
    s10_no_other_failure_matters,
    s10_a_stop_is_heeded,
    s11_the_last_bake_commits,
    s12_no_stage_has_two_commands,
    s13_steps_and_attempts_count_up,
    s13_a_step_goes_as_far_as_its_pace,
    s13_traffic_moves_in_shifts_alone,
    s13_a_step_back_takes_what_its_instances_carry,
    s14_a_step_asks_for_its_batch,
    s14_a_cleanup_keeps_what_traffic_needs,
    s15_only_what_is_seen_counts,
    s15_a_split_is_believed_once_seen,
    s18_only_its_own_event_continues_a_gate,
    s18_a_gate_not_continued_in_time_turns_back,
    a_spec_never_changes,
    stages_only_grow,
)

START_PROPERTIES: tuple[StartProperty, ...] = (
    s13_an_update_is_what_was_asked,
    s13_a_pace_is_that_of_its_policy,
    s13_an_update_begins_with_what_is_there,
    s17_the_floor_is_that_of_its_policy,
)


def measure(deployment: Deployment) -> tuple[int, ...]:
    """L2: what falls, in the order of tuples, with every step of progress.

    Turning back is the largest fall; then traffic still to arrive, then the
    phases of a step, then what the phase waits for. A lost instance, and
    nothing else, lets it rise.
    """
    spec = deployment.spec
    unseen = 0 if deployment.settled else 1
    waits = _is_at_gate(deployment) and deployment.continued_by is None
    if deployment.ended:
        return (0, 0, 0, -deployment.stage.attempt, unseen)
    forward = deployment.direction is _FORWARD
    to_go = (spec.new.full if forward else _old_count(spec)) - deployment.up
    waits_left = forward and deployment.stage.step < _last_step(spec)
    return (
        2 if forward else 1,
        2 * to_go + waits_left,
        Phase.CLEANING - deployment.phase,
        _waiting_for(deployment),
        unseen + waits,
    )


def _waiting_for(deployment: Deployment) -> int:
    return sum(fleet.alive - fleet.in_service for fleet in deployment.fleets)


def ceiling(spec: Spec) -> int:
    """The most instances that may exist at any moment, of all fleets together.

    With old count O, new count R, batch b and rollback batch r:
    max(O+b, R+⌈O·b/R⌉) forward, R+r and O+⌈R·r/O⌉ on the way back; O+R for
    blue/green and for a rollback at once. Where instances may be missing, with floors
    F and G of the old and the new fleet: max(O+s, R+⌈F·s/G⌉) in both directions, where
    the surge s is what the batch is more than the missing ones.
    """
    new, pace, starting = spec.new.full, spec.pace, sum(fleet.count for fleet in spec.fleets)
    if len(spec.old) != 1 or spec.new.count or _old_count(spec) != spec.old[0].full:
        # A mix, or too little: whatever it starts with, and the new fleet whole.
        return starting + new
    old, batch, back = _old_count(spec), pace.provision_batch, pace.rollback_batch
    if spec.new.floor < new:
        return _ceiling_within_room(spec, batch - (new - spec.new.floor))
    forward = max(old + batch, new + -(-old * batch // new))
    return max(forward, min(old + new, max(new + back, old + -(-new * back // old))))


def _changed(before: Deployment, after: Deployment) -> list[tuple[FleetSpec, Fleet, Fleet]]:
    """The fleets that are not the very same as before: as they started, were and are."""
    if after.fleets is before.fleets:
        return []
    fleets = zip(before.spec.fleets, before.fleets, after.fleets, strict=True)
    return [(start, was, now) for start, was, now in fleets if now is not was]


def _tripped(before: Deployment, event: Event) -> tuple[str, ...]:
    """The watched alarms that an event reads in ALARM in the bake that it belongs to."""
    if not isinstance(event, AlarmsRead) or event.stage != before.stage:
        return ()
    if before.phase is not Phase.BAKING:
        return ()
    return tuple(name for name in before.spec.alarms if (name, Reading.ALARM) in event.readings)


def _is_good(before: Deployment, event: Event) -> bool:
    """A reading that ends a bake well: after the interval, every alarm quiet, the batch whole,
    a gate continued."""
    if not isinstance(event, AlarmsRead) or event.stage != before.stage:
        return False
    readings = dict(event.readings)
    quiet = all(
        readings.get(name) in (Reading.OK, Reading.INSUFFICIENT_DATA) for name in before.spec.alarms
    )
    whole = before.new.in_service >= min(before.new.asked, before.spec.new.full)
    held = _is_at_gate(before) and before.continued_by is None
    return before.phase is Phase.BAKING and event.after_interval and quiet and whole and not held


def _reason(before: Deployment, event: Event) -> Cause | None:
    """What an event gives as a reason to turn back or to end; None for one that is none."""
    match event:
        case AlarmsRead():
            tripped = _tripped(before, event)
            return AlarmTripped(tripped) if tripped else None
        case OperationFailed() if event.stage == before.stage:
            configuration = before.spec.fleets[event.fleet].configuration
            return Failed(event.operation, configuration, event.reason)
        case DeadlineElapsed() if event.direction is before.direction:
            return TimedOut(_limit_seconds(before))
        case StopRequested():
            return Stopped(event.by)
        case GateElapsed() if _gate_timed_out(before, event) is GateTimeoutAction.ROLL_BACK:
            gates = before.spec.gates
            return None if gates is None else NotContinued(gates.timeout_seconds)
        case _:
            return None


def _is_at_gate(deployment: Deployment) -> bool:
    """True in a bake that passes only once it is continued: one that is named, or any batch's."""
    gates, stage = deployment.spec.gates, deployment.stage
    if gates is None or stage.phase is not Phase.BAKING or stage.step < 1:
        return False
    return gates.steps is None or stage.step in gates.steps


def _gate_timed_out(before: Deployment, event: Event) -> GateTimeoutAction | None:
    """What the end of a gate's time leads to, where the gate still waits; else None."""
    if not isinstance(event, GateElapsed) or event.stage != before.stage:
        return None
    waits = _is_at_gate(before) and before.continued_by is None
    gates = before.spec.gates
    return gates.on_timeout if waits and gates is not None else None


def _is_within_room(policy: SurgeRollingPolicy, spec: Spec) -> bool:
    """A step goes as far as surge and missing instances together; and the way back at least one
    instance and at most its batch a step, and no more than the same room lets it."""
    size, full, old = policy.maximum_surge, spec.new.full, _old_count(spec)
    none = size == CapacitySize(SizeType.CAPACITY_PERCENT, 0)
    surge = 0 if none else _count(size, full)
    by, back = surge + _missing(policy, full), policy.rollback_maximum_batch_size
    most_back = old if back is None else _count(back, old)
    room = _ceiling_within_room(spec, surge) - max(spec.new.floor, spec.old[0].floor)
    wanted = Pace(by, by, by, min(most_back, room), True, policy.wait_interval_seconds, 0)
    return spec.pace == wanted and spec.pace.rollback_batch >= 1


def _missing(policy: SurgeRollingPolicy, full: int) -> int:
    """How many of the new fleet may be missing; of a percentage the whole ones."""
    size = policy.maximum_unavailable
    if size.type is SizeType.INSTANCE_COUNT:
        return size.value
    return floor(Fraction(size.value * full, 100))


def _ceiling_within_room(spec: Spec, surge: int) -> int:
    """The ceiling where only the surge is in excess, whatever the batches are."""
    beside = ceil(Fraction(spec.old[0].floor * surge, spec.new.floor))
    return max(_old_count(spec) + surge, spec.new.full + beside)


def _limit_seconds(before: Deployment) -> int:
    """The limit of a direction: the termination wait, which moves no traffic, does not count."""
    return before.spec.deadline_seconds + _termination_wait(before)


def _is_committed(deployment: Deployment) -> bool:
    """True once the last batch has baked, of a deployment that goes forward."""
    if deployment.direction is _BACK or deployment.phase < Phase.CLEANING:
        return False
    return deployment.ended or deployment.stage.step == _last_step(deployment.spec)


def _termination_wait(deployment: Deployment) -> int:
    """The length of the termination wait in the step that is one: forward, the last; else 0."""
    seconds, step = deployment.spec.pace.termination_wait_seconds, deployment.stage.step
    waits = deployment.direction is _FORWARD and seconds and step == _last_step(deployment.spec)
    return seconds if waits else 0


def _last_step(spec: Spec) -> int:
    """The number of the last step forward: the shifts until all has arrived, and a wait."""
    new, pace = spec.new, spec.pace
    after_first = new.full - min(new.full, new.count) - pace.first_shift
    steps = 1 + max(0, -(-after_first // pace.next_shift))
    return steps + (pace.termination_wait_seconds > 0)


def _takes_stock(before: Deployment, event: Event) -> bool:
    """True where the first step back is seen what it has to begin with."""
    if before.phase is not Phase.PROVISIONING or before.direction is _FORWARD:
        return False
    first = before.stage.step == 1
    return first and isinstance(event, FleetsSeen) and event.stage == before.stage


def _in_service_unbroken(deployment: Deployment) -> int:
    """The old instances in service, up to the first that is missing, the oldest fleet first."""
    fleets = list(zip(deployment.spec.old, deployment.old, strict=True))
    return sum(
        min(start.count, fleet.in_service)
        for place, (start, fleet) in enumerate(fleets)
        if all(older.in_service >= whole.count for whole, older in fleets[place + 1 :])
    )


def _restored(spec: Spec, up: int) -> list[int]:
    """How many of `up` restored instances are of each old fleet: the oldest is whole first."""
    counts = [fleet.count for fleet in spec.old]
    return [max(0, min(count, up - sum(counts[place + 1 :]))) for place, count in enumerate(counts)]


def _carried(start: FleetSpec, restored: int) -> Fraction:
    """The share that so many instances of an old fleet carry: all that it had, once it is whole."""
    had = _amount(start.share)
    return (
        had
        if restored == start.count
        else min(had, Fraction(min(restored, start.floor), start.floor))
    )


def _cleans_up(before: Deployment, after: Deployment) -> bool:
    """True where a cleanup begins, whatever follows it at once."""
    begun = after.stage.step > before.stage.step or after.phase >= Phase.CLEANING
    return before.phase < Phase.CLEANING and begun and after.direction is before.direction


def _left_over(deployment: Deployment) -> int:
    """What of the draining side is alive and not asked for."""
    draining = deployment.fleets[1:] if deployment.direction is _FORWARD else deployment.fleets[:1]
    return sum(fleet.alive - fleet.asked for fleet in draining)


def _waited_for(fleet: Fleet) -> int:
    """Of a fleet of which nothing is in service: what its traffic waits for."""
    return fleet.asked if fleet.share.part else 0


def _old_count(spec: Spec) -> int:
    return sum(fleet.count for fleet in spec.old)


def _count(size: CapacitySize, full: int) -> int:
    """A size in instances of a fleet; of a percentage the whole ones, but one at least."""
    if size.type is SizeType.INSTANCE_COUNT:
        return size.value
    return max(1, floor(Fraction(size.value * full, 100)))


def _depends_on(before: Deployment, event: OperationFailed) -> bool:
    """True where this stage cannot do without the operation that failed."""
    operation, forward = event.operation, before.direction is _FORWARD
    if before.phase is Phase.CLEANING and (not forward or _is_committed(before)):
        return operation is Operation.CLEAN_UP
    if forward:
        return True
    if before.phase is Phase.SHIFTING:
        return operation is Operation.SHIFT
    return operation is Operation.PROVISION and event.fleet > 0


@lru_cache(maxsize=4096)
def _fits(share: Share, count: int, full: int) -> bool:
    return _amount(share) * full <= count


@lru_cache(maxsize=4096)
def _need(share: Share, full: int) -> int:
    return ceil(_amount(share) * full)


@lru_cache(maxsize=4096)
def _part(count: int, floor: int) -> Fraction:
    return Fraction(count, floor)


@lru_cache(maxsize=4096)
def _amount(share: Share) -> Fraction:
    return Fraction(share.part, share.whole)
