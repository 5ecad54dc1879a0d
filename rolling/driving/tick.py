"""The tick: one look at the world, and what follows from it. There is no other loop.

A tick makes true what is due, observes, and tells the core what it saw. It
never waits: it says when to tick again, and a simulation jumps there, a local
run sleeps, a durable engine sets a timer.

Only one line of it touches the world: `tick` makes its two calls, `tick_async`
awaits them. What follows is pure: `after_looking`, or `without_looking` where the
calls raised. A driver of another kind needs no more than `due`, two calls of its
own, and those.
"""

import math
from collections.abc import Callable, Collection, Iterable

from attrs import frozen

from rolling.core.deployment import Deployment
from rolling.core.errors import ForeignEvent
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    OperationFailed,
    SplitSettled,
    StopRequested,
)
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
    """One event that changed the deployment: when, what, by which edges, from what, to what.

    `at`, `stage_began_at`: when it was learned, and when the stage before it had
    begun; in seconds of the clock that drives the deployment.
    """

    at: float
    event: Event
    edges: tuple[Edge, ...]
    before: Deployment
    after: Deployment
    stage_began_at: float

    @property
    def enters_stage(self) -> bool:
        """True when it led to another stage; else it made more known of the same one."""
        return self.after.stage != self.before.stage


@frozen
class Tick:
    """What a tick gives: the next record, the changes, and when to tick again.

    Store `record` before the next tick: what makes a command due must be on
    disk before the command is sent. `wake_at` is None when the deployment has
    ended, the command of its end was sent, and the split of the end was seen or, as the
    backend expects no news any more, never will be.
    Where nothing changed, the record is the one before; only the last tick is to be
    stored all the same, for the deployment is over when `wake_at` is None, and not before.
    `seen`: what the backend saw of what was due when the tick began. `at`: the moment
    of the tick, on the driver's clock.
    `error`: None, unless a call raised and a stop or the deadline alone changed the
    deployment. Then it is what was raised, and `seen` is None, for there was no look.
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
        """What people should know meanwhile, as the backend said it."""
        return () if self.seen is None else self.seen.notes


@frozen
class TickFailed:
    """A tick that was not made: the deployment is where it was, and so is its record.

    `at`: when it was tried; `retry_at`: when this driver will try it again, and None
    where it will not. Both in seconds of its clock. `error`: what the backend raised,
    `stop_requested`, or `store`.
    """

    at: float
    record: Record
    error: Exception
    retry_at: float | None


def new_notes(before: Collection[str], now: Iterable[str]) -> tuple[str, ...]:
    """The notes of a look, in their order, without those of the look before it."""
    return tuple([note for note in dict.fromkeys(now) if note not in before])


def tick(
    record: Record,
    backend: Backend,
    now: float,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop: StopRequested | None = None,
    clock: Callable[[], float] | None = None,
) -> Tick:
    """Make true what is due, observe, and advance by what was seen at the moment `now`.

    `stop`: somebody asks for the deployment to stop; harmless to repeat.
    `clock`: says what time it is once the world was seen, so that calls which take
    long do not shorten a bake that they begin; without it, calls take no time.
    Pure in everything but the backend. What the backend raises is passed on;
    the record that was given is then still right, and so is the same tick again.
    But a stop and the deadline need no look: where one of them changes the deployment,
    the tick is made of that alone, and has what was raised as its `error`.
    Raises ValueError for a poll interval that is not above 0, and for a moment that no
    clock can show.
    """
    _check(now, poll_interval_seconds)
    try:
        seen = look(backend, record.desired)
        seen_at = None if clock is None else clock()
        return _after(record, seen, now, poll_interval_seconds, stop, seen_at)
    except Exception as error:
        return unseen_tick(record, error, now, stop, clock)


async def tick_async(
    record: Record,
    backend: AsyncBackend,
    now: float,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop: StopRequested | None = None,
    clock: Callable[[], float] | None = None,
) -> Tick:
    """The same tick, of a backend whose calls are awaited; on any event loop.

    Cancelled, it is as if it had never been made: a command that was under way
    may have been carried out or not, and the same tick again is right.
    """
    _check(now, poll_interval_seconds)
    try:
        seen = await look_async(backend, record.desired)
        seen_at = None if clock is None else clock()
        return _after(record, seen, now, poll_interval_seconds, stop, seen_at)
    except Exception as error:
        return unseen_tick(record, error, now, stop, clock)


def after_looking(
    record: Record,
    seen: Observation,
    now: float,
    poll_interval_seconds: float = POLL_INTERVAL_SECONDS,
    stop: StopRequested | None = None,
    seen_at: float | None = None,
) -> Tick:
    """What follows from a look at the world: the pure half of the tick.

    `seen`: what the backend saw once `record.desired` had been commanded. `now`: a
    moment before that look, so that a timer which is over was over when the world was
    seen. `seen_at`: a moment after it, from which the timers of a stage run that it
    leads to; None is `now`.
    Raises ForeignEvent for an observation that cannot be of this deployment, and
    ValueError as `tick` does.
    """
    _check(now, poll_interval_seconds)
    return _after(record, seen, now, poll_interval_seconds, stop, seen_at)


def _after(
    record: Record,
    seen: Observation,
    now: float,
    poll_interval_seconds: float,
    stop: StopRequested | None,
    seen_at: float | None,
) -> Tick:
    following, changes = _follow(record, _events(record, seen, now, stop), now, seen_at)
    # A stage has one desired state: another one is due where the stage is another.
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
) -> Tick | None:
    """What follows where the world could not be seen: the tick of the stop and the deadline alone.

    `error`: what was raised by the backend, while its answer was read, or while a stop
    was asked for; the tick's `error`.
    The rest is as for `after_looking`. The next tick is due at once, and commands what
    follows. None where neither changes the deployment, and for `Superseded`, after which
    the record is not to be driven: then `error` is all there is.
    """
    if isinstance(error, Superseded):
        return None
    events = _unseen_events(record, now, stop)
    following, changes = _follow(record, events, now, seen_at)
    return Tick(following, changes, now, None, now, error) if changes else None


def unseen_tick(
    record: Record,
    error: Exception,
    now: float,
    stop: StopRequested | None,
    clock: Callable[[], float] | None,
) -> Tick:
    """`without_looking`, for drivers. Raises `error` where that is all there is."""
    made = without_looking(record, error, now, stop, None if clock is None else clock())
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
            break  # Whatever else was seen belongs to the stage that was left.
    if not changes:
        return record, ()
    seen_at = now if seen_at is None else max(now, seen_at)
    return _record_after(record, deployment, seen_at), tuple(changes)


def _unseen_events(record: Record, now: float, stop: StopRequested | None) -> list[Event]:
    """The facts that are known without a look at the world."""
    # First the stop, because it is about every stage: after a bake that passes in
    # this very tick it would come too late to turn the deployment back.
    events: list[Event] = [] if stop is None else [stop]
    desired = record.desired
    if _is_over(record.direction_began_at, desired.deadline_seconds, now):
        events.append(DeadlineElapsed(desired.stage.direction))
    return events


def _events(
    record: Record, seen: Observation, now: float, stop: StopRequested | None
) -> list[Event]:
    """What was seen as events, in their fixed order, all of the stage that the tick began in."""
    deployment, desired = record.deployment, record.desired
    if len(seen.fleets) != len(desired.fleets):
        raise ForeignEvent(
            f"observe() must return a fleet for each of the {len(desired.fleets)} that "
            f"it is asked about, in their order, and returned {len(seen.fleets)}"
        )
    stage = desired.stage
    events = _unseen_events(record, now, stop)
    for failure in seen.failures:
        events.append(OperationFailed(stage, failure.operation, failure.fleet, failure.reason))
    events.append(FleetsSeen(stage, seen.sightings))
    split = seen.split
    # That the split asked for is there is known for most of the time, and no news then.
    if split is not None and not (deployment.settled and split == deployment.split):
        events.append(SplitSettled(stage, split))
    if desired.interval_seconds is not None:
        after_interval = _is_over(record.stage_began_at, desired.interval_seconds, now)
        # Also without alarms: it is the reading after the interval that ends a bake.
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
    """When something may have changed, of a record of which the same is due as before."""
    deployment, desired = record.deployment, record.desired
    if deployment.ended and (deployment.settled or news_at == math.inf):
        return None
    # News of the past says nothing: to look again at once would be to look for ever.
    if news_at is None or not news_at >= now:
        news_at = now + poll_interval_seconds
    if desired.interval_seconds is not None:
        over_at = record.stage_began_at + desired.interval_seconds
        if now < over_at < news_at:
            news_at = over_at
    if desired.deadline_seconds is not None:
        over_at = record.direction_began_at + desired.deadline_seconds
        if now < over_at < news_at:
            news_at = over_at
    return news_at
