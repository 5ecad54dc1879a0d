"""Feasibility: the problems and surprises of a plan, each with the smallest fix.

This file compares a forecast with its deadline, with the capacity, and with what its
policy suggests. alternatives.py searches for the fixes.
"""

from collections.abc import Callable, Iterator
from typing import assert_never

from attrs import frozen

from rolling.core.capacity import ALL_TRAFFIC, SizeType
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    SurgeRollingPolicy,
)
from rolling.endpoint.deployment_config import size_document
from rolling.simulation.alternatives import (
    BATCH,
    BLUE_GREEN,
    CAPACITY_LIMIT,
    ENGINE,
    ROLLBACK_BATCH,
    Circumstances,
    Fix,
    deadline_field,
    larger_batch,
    largest_wait,
    less_room,
    nearest_rollback_batch,
    smallest_deadline,
    wait_field,
    wait_of,
    with_less_room,
)
from rolling.simulation.forecast import Forecast, Way
from rolling.view.snapshots import RollbackEstimate


@frozen
class Finding:
    """A problem of a plan, or something that may be unexpected.

    `field`, `value`, `rule`: the field, its value, and the consequence.
    `fixes`: changes, the nearest first; each is sufficient alone. Empty if no change of
    a single number is sufficient.
    """

    field: str
    value: object
    rule: str
    fixes: tuple[Fix, ...] = ()


def infeasibilities(forecast: Forecast, under: Circumstances) -> tuple[Finding, ...]:
    """What makes the deployment or its rollback fail even if nothing else goes wrong."""
    return tuple(
        [
            *_too_slow(forecast, under),
            *_too_large(forecast, under),
            *_rollback_too_large(forecast, under),
            *_rollback_too_slow(forecast, under),
        ]
    )


def surprises(forecast: Forecast, under: Circumstances) -> tuple[Finding, ...]:
    """What works, but may be unexpected."""
    return tuple(
        [
            *_cut_short(forecast, under),
            *_slow_gates(forecast, under),
            *_more_batches(forecast, under),
            *_nothing_missing(forecast, under),
            *_all_exposed(forecast, under),
            *_unwatched(forecast, under),
            *_rollback_above_peak(forecast, under),
        ]
    )


# --- time ---------------------------------------------------------------------


def _too_slow(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    deadline, way = _deadline(forecast), forecast.forward
    # The termination wait does not count, as in the core.
    limit = deadline + _termination_wait(forecast)
    if way.commit_seconds < limit:
        return
    yield Finding(
        deadline_field(under.policy),
        deadline,
        f"the last bake ends {way.commit_seconds} seconds after acceptance at the earliest; the "
        "limit starts a rollback before that",
        _those(
            smallest_deadline(under, way.least_seconds - _termination_wait(forecast)),
            largest_wait(forecast, under, lambda way: way.least_seconds < limit),
            larger_batch(forecast, under, lambda way: way.least_seconds < limit),
        ),
    )


def _cut_short(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    deadline, way = _deadline(forecast), forecast.forward
    if not way.commit_seconds < deadline + _termination_wait(forecast) <= way.least_seconds:
        return
    yield Finding(
        deadline_field(under.policy),
        deadline,
        f"the last cleanup ends {way.least_seconds} seconds after acceptance at the earliest; the "
        "limit ends the deployment before that, with the remaining instances left over",
        _those(smallest_deadline(under, way.least_seconds - _termination_wait(forecast))),
    )


def _slow_gates(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    gates, least = forecast.start.spec.gates, forecast.forward.least_seconds
    slowest, wait = least + forecast.gate_seconds, _termination_wait(forecast)
    limit = _deadline(forecast) + wait
    if gates is None or not least < limit <= slowest:
        return
    field = f"{ENGINE}.Gates.TimeoutInSeconds"
    shorter = (limit - 1 - least) // sum(batch.gate for batch in forecast.batches)
    yield Finding(
        field,
        gates.timeout_seconds,
        f"if every gate waits that long, the update takes {slowest} seconds, more than its "
        "time limit",
        _those(Fix(field, shorter) if shorter else None, smallest_deadline(under, slowest - wait)),
    )


def _rollback_too_slow(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    deadline = _deadline(forecast)
    if forecast.rollback_commit_seconds < deadline:
        return
    yield Finding(
        deadline_field(under.policy),
        deadline,
        f"a rollback from {_worst(forecast, _commit)} brings the traffic home after "
        f"{forecast.rollback_commit_seconds} seconds at the earliest; its limit, which is the same "
        "as forward, fails it before that",
        _those(
            smallest_deadline(under, forecast.rollback_least_seconds),
            nearest_rollback_batch(
                forecast, under, lambda other: other.rollback_least_seconds < deadline, larger=True
            ),
        ),
    )


# --- instances ----------------------------------------------------------------


def _too_large(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    limit, peak = under.settings.capacity_limit, forecast.forward.peak_instances
    if limit is None or peak <= limit:
        return
    left = forecast.leftover_instances
    beside = f"; {left} are left over from an earlier update at the start" if left else ""
    rule = f"{peak} instances exist at the peak, but there is capacity for {limit}{beside}"
    policy = under.policy
    field: str
    value: object
    match policy:
        case RollingUpdatePolicy(maximum_batch_size=size):
            field, value = f"{BATCH}.Value", size.value
        case SurgeRollingPolicy(maximum_surge=size):
            field, value = f"{ENGINE}.MaximumSurge.Value", size.value
        case BlueGreenUpdatePolicy(routing=routing):
            field = f"{BLUE_GREEN}.TrafficRoutingConfiguration.Type"
            value = routing.type.value
            rule += "; blue/green needs two complete fleets at once, rolling does not"
        case other:
            assert_never(other)

    def fits(way: Way) -> bool:
        return way.peak_instances <= limit

    mend = less_room(forecast, under, fits)
    if mend is not None and mend.drains_first:
        rule += f"; with at most {limit} instances only drain-first fits"
    fixes = _those(None if mend is None else mend.fix, Fix(CAPACITY_LIMIT, peak))
    yield Finding(field, value, rule, fixes)


def _rollback_too_large(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    limit = under.settings.capacity_limit
    if limit is None or forecast.rollback_peak_instances <= limit:
        return
    also = ""
    if forecast.forward.peak_instances > limit:
        # The way forward is already reported: report only what its fix does not solve.
        smaller = with_less_room(forecast, under, lambda way: way.peak_instances <= limit)
        also = "" if smaller[1] is under else "even with the smaller batch, "
        forecast, under = smaller
    peak = forecast.rollback_peak_instances
    if peak <= limit or peak <= forecast.forward.peak_instances:
        return
    yield Finding(
        *_rollback_batch(under),
        f"{also}a rollback from {_worst(forecast, _peak)} needs {peak} instances at once, but "
        f"there is capacity for {limit}: it fails",
        _those(
            nearest_rollback_batch(
                forecast, under, lambda other: other.rollback_peak_instances <= limit, larger=False
            ),
            Fix(CAPACITY_LIMIT, peak),
        ),
    )


def _rollback_above_peak(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    limit, peak = under.settings.capacity_limit, forecast.rollback_peak_instances
    most = forecast.forward.peak_instances
    if peak <= most or (limit is not None and peak > limit):
        return
    at_once = forecast.start.spec.pace.rollback_batch >= forecast.start.spec.old_count
    manner = "at once" if at_once else "in batches larger than those forward"
    yield Finding(
        *_rollback_batch(under),
        f"a rollback from {_worst(forecast, _peak)} provisions what is gone of the old fleet "
        f"{manner}: {peak} instances at its peak, and the way forward never has more than {most}",
        _those(
            nearest_rollback_batch(
                forecast, under, lambda other: other.rollback_peak_instances <= most, larger=False
            )
        ),
    )


# --- what the policy suggests -------------------------------------------------


def _more_batches(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    policy = under.policy
    # No single number fixes a batch of surge and unavailable instances together.
    if not isinstance(policy, RollingUpdatePolicy):
        return
    size, full = policy.maximum_batch_size, forecast.start.spec.new.full
    suggested = -(-100 // size.value)
    if size.type is not SizeType.CAPACITY_PERCENT or len(forecast.batches) <= suggested:
        return
    yield Finding(
        f"{BATCH}.Value",
        size.value,
        f"{size.value}% of {full} instances rounds down to {size.count_in(full)}, being a "
        f"maximum: {len(forecast.batches)} batches, not {suggested}",
        _those(larger_batch(forecast, under, lambda way: way.batches <= suggested)),
    )


def _nothing_missing(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    policy, full = under.policy, forecast.start.spec.new.full
    if not isinstance(policy, SurgeRollingPolicy) or policy.unavailable_in(full):
        return
    value = policy.maximum_unavailable.value
    if value:
        yield Finding(
            f"{ENGINE}.MaximumUnavailable.Value",
            value,
            f"{value}% of {full} instances rounds down to 0: no instance may be missing",
            _those(
                None if full == 1 else Fix(f"{ENGINE}.MaximumUnavailable.Value", -(-100 // full))
            ),
        )


def _all_exposed(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    policy = under.policy
    if not isinstance(policy, SurgeRollingPolicy):
        return
    first = next(each.batch for each in forecast.batches if each.batch.step == 1)
    count, full = first.counts[0], forecast.start.spec.new.full
    if first.split[0] != ALL_TRAFFIC or count == full:
        return
    verb = "carries" if count == 1 else "carry"
    yield Finding(
        f"{ENGINE}.MaximumUnavailable",
        size_document(policy.maximum_unavailable),
        f"{count} of {full} new instances {verb} all traffic in the first bake: a fault of the "
        "new configuration affects all of it at once",
    )


def _unwatched(forecast: Forecast, under: Circumstances) -> Iterator[Finding]:
    if not forecast.start.spec.alarms:
        yield Finding(
            "DeploymentConfig.AutoRollbackConfiguration.Alarms",
            [],
            "no alarm is named, so nothing is watched: every bake passes",
        )
    elif wait_of(under.policy) == 0:
        yield Finding(
            wait_field(under.policy),
            0,
            "the alarms are read once, as soon as the traffic has moved: they have no time to "
            "notice anything",
        )


# --- small words --------------------------------------------------------------


def _deadline(forecast: Forecast) -> int:
    return forecast.start.spec.deadline_seconds


def _termination_wait(forecast: Forecast) -> int:
    return forecast.start.spec.pace.termination_wait_seconds


def _peak(rollback: RollbackEstimate) -> int:
    return rollback.peak_instances


def _commit(rollback: RollbackEstimate) -> int:
    return rollback.commit_seconds


def _worst(forecast: Forecast, need: Callable[[RollbackEstimate], int]) -> str:
    """The first of the bakes whose rollback needs the most."""
    worst = max(forecast.batches, key=lambda batch: need(batch.rollback))
    return f"the bake of batch {worst.batch.step}"


def _rollback_batch(under: Circumstances) -> tuple[str, object]:
    """The field of the size of the batches back, and what stands there."""
    policy = under.policy
    if isinstance(policy, BlueGreenUpdatePolicy):
        return ROLLBACK_BATCH, None
    given = policy.rollback_maximum_batch_size
    return (f"{ROLLBACK_BATCH}.Value", given.value) if given else (ROLLBACK_BATCH, None)


def _those(*changes: Fix | None) -> tuple[Fix, ...]:
    return tuple(change for change in changes if change is not None)
