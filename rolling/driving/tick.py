"""The tick: one look at the world, and what follows from it. Every driver uses it.

A tick sends the desired state, observes, and passes the observation to the core. It
never waits. It returns when to tick again: a simulation jumps there, a local run
sleeps, a workflow engine sets a timer.

Only one line of a tick touches the world: `tick` makes two calls, `tick_async`
awaits them. The rest is pure: `after_looking`, or `without_looking` if the calls
raised. Another kind of driver needs only `due`, its own two calls, and these two
functions.
"""

import math
from collections.abc import Callable, Collection, Iterable

from attrs import frozen

from rolling.core.deployment import Deployment
from rolling.core.errors import ForeignEvent
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    SplitSettled,
    StopRequested,
)
from rolling.core.gate import awaits_continuation
from rolling.core.lifecycle import Edge
from rolling.core.transition import follow
from rolling.driving.backend import (
    AsyncBackend,
    Backend,
    Observation,
    Superseded,
    look,
    look_async,
)
from rolling.driving.clock import POLL_INTERVAL_SECONDS, check_moment, check_poll_interval
from rolling.driving.record import Record


@frozen
class Change:
    """One event that changed the deployment, with the edges taken and the values before and after.

    `at`: when the driver learned of it. `stage_began_at`: when the stage before it
    began. Both in seconds on the driver's clock.
    """

    at: float
    event: Event
    edges: tuple[Edge, ...]
    before: Deployment
    after: Deployment
    stage_began_at: float

    @property
    def enters_stage(self) -> bool:
        """True if it led to another stage; otherwise it only added knowledge."""
        return self.after.stage != self.before.stage


@frozen
class Tick:
    """The result of a tick: the next record, the changes, and when to tick again.

    Store `record` before the next tick: the reason for a command must be on disk before
    the command is sent. `wake_at` is None once the deployment has ended, the command of its
    end was sent, and the final split was seen or, because the backend expects no more
    news, never will be.
    If nothing changed, the record is the previous one. Store the last tick even then: the
    deployment is over only when `wake_at` is None.
    `seen`: the observation for the desired state at the start of the tick. `at`: the time
    of the tick, on the driver's clock.
    `error`: the exception, if a call raised but an event that needs no look (a stop, a
    continuation, the deadline, the timeout of a gate) changed the deployment; `seen` is
    then None. Otherwise None.
    """

    record: Record
    changes: tuple[Change, ...]
    wake_at: float | None
    seen: Observation | None
    at: float
    error: Exception | None = None

    @property
    def is_to_be_stored(self) -> bool:
        """True for a tick that changed something, and for the last one."""
        return bool(self.changes) or self.wake_at is None

    @property
    def notes(self) -> tuple[str, ...]:
        """The backend's notes for people."""
        return () if self.seen is None else self.seen.notes


@frozen
class TickFailed:
    """A tick that could not be made: the deployment and its record are unchanged.

    `at`: when it was tried; `retry_at`: when this driver will try again, None for never.
    Both in seconds of its clock. `error`: the exception from the backend, a callback or
    `store`.
    """

    at: float
    record: Record
    error: Exception
    retry_at: float | None


def new_notes(before: Collection[str], now: Iterable[str]) -> tuple[str, ...]:
    """The notes of a look, in order, without those of the previous look."""
    return tuple([note for note in dict.fromkeys(now) if note not in before])


def tick(
    record: Record,
    backend: Backend,
    now: float,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop: StopRequested | None = None,
    clock: Callable[[], float] | None = None,
    continued: Continued | None = None,
) -> Tick:
    """Send the desired state, observe, and advance by the observation made at `now`.

    `stop`: a request to stop the deployment; harmless to repeat.
    `continued`: continues the gate of the stage that it names; in another stage it
    changes nothing.
    `clock`: gives the time after the look, so that slow calls do not shorten a bake
    that they begin; without it, calls are assumed to take no time.
    Pure, apart from the backend. Exceptions from the backend propagate; the given
    record is then still valid, and the tick can be repeated. But a stop, a continuation,
    the deadline and the timeout of a gate need no look: if one of them changes the
    deployment, the tick contains only that, with the exception as its `error`.
    Raises ValueError for a poll interval that is not above 0, and for an impossible moment.
    """
    _check(now, poll_interval_seconds)
    try:
        seen = look(backend, record.desired)
        seen_at = None if clock is None else clock()
        return _after(record, seen, now, poll_interval_seconds, stop, seen_at, continued)
    except Exception as error:
        return unseen_tick(record, error, now, stop, clock, continued)


async def tick_async(
    record: Record,
    backend: AsyncBackend,
    now: float,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop: StopRequested | None = None,
    clock: Callable[[], float] | None = None,
    continued: Continued | None = None,
) -> Tick:
    """The same tick for an asynchronous backend; works on any event loop.

    A cancelled tick counts as never made: a command in progress may or may not have
    been carried out, and the tick can be repeated.
    """
    _check(now, poll_interval_seconds)
    try:
        seen = await look_async(backend, record.desired)
        seen_at = None if clock is None else clock()
        return _after(record, seen, now, poll_interval_seconds, stop, seen_at, continued)
    except Exception as error:
        return unseen_tick(record, error, now, stop, clock, continued)


def after_looking(
    record: Record,
    seen: Observation,
    now: float,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop: StopRequested | None = None,
    seen_at: float | None = None,
    continued: Continued | None = None,
) -> Tick:
    """The tick that follows from a look at the world: the pure half of `tick`.

    `seen`: the observation made after `record.desired` was commanded. `now`: a time
    before the look, so that a timer that is over was over during the look. `seen_at`: a
    time after the look, when the timers of a new stage start; None means `now`.
    Raises ForeignEvent if the observation does not fit the deployment, and ValueError as
    `tick` does.
    """
    _check(now, poll_interval_seconds)
    return _after(record, seen, now, poll_interval_seconds, stop, seen_at, continued)


def _after(
    record: Record,
    seen: Observation,
    now: float,
    poll_interval_seconds: float,
    stop: StopRequested | None,
    seen_at: float | None,
    continued: Continued | None,
) -> Tick:
    events = _events(record, seen, now, stop, continued)
    following, changes = _follow(record, events, now, seen_at)
    # The desired state depends on the stage, so a new stage must be commanded at once.
    if following.desired.stage != record.desired.stage:
        return Tick(following, changes, now, seen, now)
    wake_at = _wake_at(following, seen.news_at, now, poll_interval_seconds)
    return Tick(following, changes, wake_at, seen, now)


def without_looking(
    record: Record,
    error: Exception,
    now: float,
    stop: StopRequested | None = None,
    seen_at: float | None = None,
    continued: Continued | None = None,
) -> Tick | None:
    """The tick when the world could not be seen: only events that need no look count.

    `error`: the exception from the backend, from reading its answer, or from
    `stop_requested`; it becomes the tick's `error`.
    The other arguments are as for `after_looking`. The next tick is due at once, and
    sends the new command. Returns None if none of them changes the deployment, and for
    `Superseded`, after which this record must not be driven any more.
    """
    if isinstance(error, Superseded):
        return None
    events = _unseen_events(record, now, stop, continued)
    following, changes = _follow(record, events, now, seen_at)
    return Tick(following, changes, now, None, now, error) if changes else None


def unseen_tick(
    record: Record,
    error: Exception,
    now: float,
    stop: StopRequested | None,
    clock: Callable[[], float] | None,
    continued: Continued | None,
) -> Tick:
    """`without_looking`, for drivers. Raises `error` instead of returning None."""
    made = without_looking(record, error, now, stop, None if clock is None else clock(), continued)
    if made is None:
        raise error
    return made


def _check(now: float, poll_interval_seconds: float) -> None:
    check_poll_interval(poll_interval_seconds)
    check_moment("now", now)


def _follow(
    record: Record, events: Iterable[Event], now: float, seen_at: float | None
) -> tuple[Record, tuple[Change, ...]]:
    deployment, stage = record.deployment, record.deployment.stage
    changes: list[Change] = []
    for event in events:
        after, edges = follow(deployment, event)
        if after is deployment:
            continue
        changes.append(Change(now, event, edges, deployment, after, record.stage_began_at))
        deployment = after
        if after.stage != stage:
            break  # The rest of the observation belongs to the previous stage.
    if not changes:
        return record, ()
    seen_at = now if seen_at is None else max(now, seen_at)
    return _record_after(record, deployment, seen_at), tuple(changes)


def _unseen_events(
    record: Record, now: float, stop: StopRequested | None, continued: Continued | None
) -> list[Event]:
    """The events that need no look at the world."""
    # The stop comes first: after a bake that passes in this very tick it might come
    # too late to roll back.
    events: list[Event] = [] if stop is None else [stop]
    desired = record.desired
    if _is_over(record.direction_began_at, desired.deadline_seconds, now):
        events.append(DeadlineElapsed(desired.stage.direction))
    # A gate that is continued in the tick of its timeout counts as continued in time.
    if continued is not None:
        events.append(continued)
    if _is_over(record.stage_began_at, desired.gate_seconds, now):
        events.append(GateElapsed(desired.stage))
    return events


def _events(
    record: Record,
    seen: Observation,
    now: float,
    stop: StopRequested | None,
    continued: Continued | None,
) -> list[Event]:
    """The observation as events, in a fixed order, all of the stage at the start of the tick."""
    deployment, desired = record.deployment, record.desired
    if len(seen.fleets) != len(desired.fleets):
        raise ForeignEvent(
            f"observe() must return one fleet for each of the {len(desired.fleets)} desired "
            f"fleets, in their order; it returned {len(seen.fleets)}"
        )
    stage = desired.stage
    events = _unseen_events(record, now, stop, continued)
    for failure in seen.failures:
        events.append(OperationFailed(stage, failure.operation, failure.fleet, failure.reason))
    events.append(FleetsSeen(stage, seen.sightings))
    split = seen.split
    # Usually the requested split was already seen: then it is no news.
    if split is not None and not (deployment.settled and split == deployment.split):
        events.append(SplitSettled(stage, split))
    if desired.interval_seconds is not None:
        after_interval = _is_over(record.stage_began_at, desired.interval_seconds, now)
        # Even without alarms: the reading after the interval ends the bake.
        events.append(AlarmsRead.of(stage, seen.alarms, after_interval=after_interval))
    return events


def _is_over(began_at: float, seconds: int | None, now: float) -> bool:
    return seconds is not None and now >= began_at + seconds


def _record_after(record: Record, deployment: Deployment, seen_at: float) -> Record:
    before, after = record.deployment.stage, deployment.stage
    return Record(
        deployment,
        record.direction_began_at if after.direction is before.direction else seen_at,
        record.stage_began_at if after == before else seen_at,
        record.id,
    )


def _wake_at(
    record: Record, news_at: float | None, now: float, poll_interval_seconds: float
) -> float | None:
    """When to look again, if the desired state has not changed."""
    deployment, desired = record.deployment, record.desired
    if deployment.ended and (deployment.settled or news_at == math.inf):
        return None
    # A past `news_at` is ignored: looking again at once would loop for ever.
    if news_at is None or not news_at >= now:
        news_at = now + poll_interval_seconds
    gate_seconds = desired.gate_seconds if awaits_continuation(deployment) else None
    for began_at, seconds in (
        (record.stage_began_at, desired.interval_seconds),
        (record.stage_began_at, gate_seconds),
        (record.direction_began_at, desired.deadline_seconds),
    ):
        if seconds is not None and now < began_at + seconds < news_at:
            news_at = began_at + seconds
    return news_at
