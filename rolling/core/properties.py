"""What must hold: the named properties of a deployment.

A state property is a predicate on a deployment. An edge property is one on a
deployment, an event, and the deployment after it. Here they are stated as
plainly as we can, and not by calling the rules that they judge: shares are
compared as fractions, and every bound is a formula of its own.

L1, L3 (from every state there is a way to a good end) speak of all futures of
a state: the explorer checks them. L2 is the measure that it sees fall.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import ceil

from rolling.core.capacity import Share
from rolling.core.deployment import Deployment, Spec
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    OperationFailed,
    Reading,
    StopRequested,
)
from rolling.core.fleet import Fleet, FleetSpec
from rolling.core.outcome import AlarmTripped, Cause, Failed, Operation, Stopped, TimedOut
from rolling.core.pace import step_count
from rolling.core.stage import ENDS, Direction, Phase
from rolling.core.transition import advance

StateProperty = Callable[[Deployment], bool]
EdgeProperty = Callable[[Deployment, Event, Deployment], bool]

_FORWARD, _BACK = Direction.FORWARD, Direction.BACK


def s1_asked_capacity_carries_asked_share(deployment: Deployment) -> bool:
    """S1: in every state, no fleet is asked to carry more than it is asked to have.

    Exempt is an old or repaired fleet that started with too little.
    """
    return all(
        _fits(fleet.share, fleet.asked, start.full)
        or not _fits(start.share, start.count, start.full)
        for start, fleet in zip(deployment.spec.fleets, deployment.fleets, strict=True)
    )


def s1_raised_share_is_covered(before: Deployment, event: Event, after: Deployment) -> bool:
    """S1: where an edge raises an asked share, counted capacity covers the raised share."""
    return all(
        _amount(now.share) <= _amount(was.share)
        or after.stage.phase is Phase.ROLLBACK_FAILED  # the share is observed there, not asked
        or _fits(now.share, now.in_service, start.full)
        or not _fits(start.share, start.count, start.full)
        for start, was, now in _changed(before, after)
    )


def s1_lowered_ask_still_fits(before: Deployment, event: Event, after: Deployment) -> bool:
    """S1: where an edge lowers an ask, what was asked to be carried before still fits.

    Until a shift has been seen, the real share lies between two asked ones; the
    larger of them must fit. Exempt is a fleet with no more in service than that.
    """
    return all(
        now.asked >= was.asked
        or _fits(was.share, now.asked, start.full)
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
                and deployment.new.asked <= max(spec.new.count, _need(spec.new))
            )
        case Phase.ROLLBACK_FAILED:
            return None not in causes
        case _:
            return deployment.cut_short is None and (
                (deployment.cause is None) == (deployment.direction is _FORWARD)
            )


def s5_a_clean_end_leaves_nothing_over(before: Deployment, event: Event, after: Deployment) -> bool:
    """S5: where an end is reached and not cut short, what was given up is gone."""
    if before.ended or not after.ended or after.cut_short is not None:
        return True
    return after.leftover == 0


def s5_a_cause_is_what_came(before: Deployment, event: Event, after: Deployment) -> bool:
    """S5: what turns a deployment back, or cuts its end short, is what just came: an alarm in
    ALARM, a failure, the deadline or a stop. Nothing else does, and that is the cause told."""
    if after.direction is not before.direction:
        return after.cause is not None and after.cause == _reason(before, event)
    if after.cut_short is not None and before.cut_short is None:
        return after.cut_short == _reason(before, event)
    return True


def s5_a_cause_stays(before: Deployment, event: Event, after: Deployment) -> bool:
    """S5: why a deployment turned back, and what cut it short, once told is told for good."""
    return before.cause in (None, after.cause) and before.cut_short in (None, after.cut_short)


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


def s7_a_good_bake_passes(before: Deployment, event: Event, after: Deployment) -> bool:
    """S7: with such a reading the deployment goes forward; no news of an alarm holds it up."""
    if not _is_good(before, event):
        return True
    return after.direction is _FORWARD and after.stage > before.stage


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


def s10_a_stop_is_heeded(before: Deployment, event: Event, after: Deployment) -> bool:
    """S10: a stop turns a deployment back or ends it, and changes nothing on the way back."""
    if before.ended or not isinstance(event, StopRequested):
        return True
    return after == before if before.direction is _BACK else after.direction is _BACK or after.ended


def s11_the_last_bake_commits(before: Deployment, event: Event, after: Deployment) -> bool:
    """S11: once the last batch has baked, and all traffic has arrived, nothing turns back."""
    committed = (
        before.direction is _FORWARD
        and before.phase in (Phase.CLEANING, Phase.SUCCEEDED)
        and before.stage.step == step_count(before.spec)
    )
    return not committed or after.direction is _FORWARD


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
)

EDGE_PROPERTIES: tuple[EdgeProperty, ...] = (
    s1_raised_share_is_covered,
    s1_lowered_ask_still_fits,
    s4_nothing_more_for_the_new_fleet,
    s4_a_trip_turns_back,
    s5_a_clean_end_leaves_nothing_over,
    s5_a_cause_is_what_came,
    s5_a_cause_stays,
    s6_a_step_is_at_most_a_batch,
    s7_old_is_given_up_only_after_a_good_bake,
    s7_a_good_bake_passes,
    s8_repeated_events_change_nothing,
    s8_foreign_events_change_nothing,
    s9_past_the_deadline_a_direction_is_over,
    s10_a_failure_is_heeded,
    s10_a_stop_is_heeded,
    s11_the_last_bake_commits,
    a_spec_never_changes,
    stages_only_grow,
)


def measure(deployment: Deployment) -> tuple[int, ...]:
    """L2: what falls, in the order of tuples, with every step of progress.

    Turning back is the largest fall; then traffic still to arrive, then the
    phases of a step, then what the phase waits for. A lost instance, and
    nothing else, lets it rise.
    """
    spec = deployment.spec
    unseen = 0 if deployment.settled else 1
    if deployment.ended:
        return (0, 0, 0, -deployment.stage.attempt, unseen)
    forward = deployment.direction is _FORWARD
    to_go = (spec.new.full if forward else spec.old_count) - deployment.up
    waits_left = forward and deployment.stage.step < step_count(spec)
    return (
        2 if forward else 1,
        2 * to_go + waits_left,
        Phase.CLEANING - deployment.phase,
        _waiting_for(deployment),
        unseen,
    )


def _waiting_for(deployment: Deployment) -> int:
    return sum(fleet.alive - fleet.in_service for fleet in deployment.fleets)


def ceiling(spec: Spec) -> int:
    """The most instances that may exist at any moment, of all fleets together.

    With old count O, new count R, batch b and rollback batch r:
    max(O+b, R+⌈O·b/R⌉) forward, R+r and O+⌈R·r/O⌉ on the way back; O+R for
    blue/green and for a rollback at once.
    """
    new, pace, starting = spec.new.full, spec.pace, sum(fleet.count for fleet in spec.fleets)
    if len(spec.old) != 1 or spec.new.count or spec.old_count != spec.old[0].full:
        # A mix, or too little: whatever it starts with, and the new fleet whole.
        return starting + new
    old, batch, back = spec.old_count, pace.provision_batch, pace.rollback_batch
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
    """A reading that ends a bake well: after the interval, every alarm quiet, the batch whole."""
    if not isinstance(event, AlarmsRead) or event.stage != before.stage:
        return False
    readings = dict(event.readings)
    quiet = all(
        readings.get(name) in (Reading.OK, Reading.INSUFFICIENT_DATA) for name in before.spec.alarms
    )
    whole = before.new.in_service >= min(before.new.asked, before.spec.new.full)
    return before.phase is Phase.BAKING and event.after_interval and quiet and whole


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
        case _:
            return None


def _limit_seconds(before: Deployment) -> int:
    """The limit of a direction: the termination wait, which moves no traffic, does not count."""
    spec = before.spec
    waiting = spec.pace.termination_wait_seconds and before.stage.step == step_count(spec)
    wait = spec.pace.termination_wait_seconds if waiting else 0
    return spec.deadline_seconds + (wait if before.direction is _FORWARD else 0)


def _depends_on(before: Deployment, event: OperationFailed) -> bool:
    """True where this stage cannot do without the operation that failed."""
    operation, forward = event.operation, before.direction is _FORWARD
    arrived = before.up == before.spec.new.full
    if before.phase is Phase.CLEANING and (arrived or not forward):
        return operation is Operation.CLEAN_UP
    if forward:
        return True
    if before.phase is Phase.SHIFTING:
        return operation is Operation.SHIFT
    return operation is Operation.PROVISION and event.fleet > 0


@lru_cache(maxsize=4096)
def _fits(share: Share, count: int, full: int) -> bool:
    return _amount(share) * full <= count


def _need(start: FleetSpec) -> int:
    return ceil(_amount(start.share) * start.full)


@lru_cache(maxsize=4096)
def _amount(share: Share) -> Fraction:
    return Fraction(share.part, share.whole)
