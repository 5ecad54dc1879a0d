"""A second, independent implementation of a deployment, to compare with the core.

Written from docs/how-it-works.md, as simply as possible: counts, one exact fraction for
the new fleet's traffic, and an `if` for each line of the page. It shares the core's
types (stages, events, policies) but none of its rules, so agreement means something. It
covers updates of one old fleet that carries all traffic, without repairs.
"""

from fractions import Fraction
from math import ceil

from attrs import define, field

from rolling.core.capacity import CapacitySize, SizeType
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    OperationFailed,
    Reading,
    SplitSettled,
    StopRequested,
)
from rolling.core.outcome import AlarmTripped, Cause, Failed, Operation, Stopped, TimedOut
from rolling.core.policy import RollingUpdatePolicy, RoutingType, UpdatePolicy
from rolling.core.stage import Direction, Phase, Stage

_FORWARD, _BACK = Direction.FORWARD, Direction.BACK


@define
class PredictedFleet:
    """The predicted requests and knowledge of a fleet.

    `full`: the count at which it carries all traffic.
    """

    full: int
    asked: int
    in_service: int
    alive: int

    def ask(self, count: int) -> None:
        """Request another count: capacity falls at once, but condemned instances stay alive."""
        self.asked = count
        self.in_service = min(self.in_service, count)
        self.alive = max(self.alive, count)

    def see(self, in_service: int, alive: int) -> None:
        """Take in an observation of it."""
        self.in_service = min(in_service, self.asked)
        self.alive = max(alive, self.asked)

    def least_for(self, share: Fraction) -> int:
        """The least count, within those requested, that carries a share."""
        return min(self.asked, ceil(share * self.full))


@define
class Prediction:
    """The predicted state of a deployment from `old` to `new` instances.

    `share`: the new fleet's part of the traffic. `up`: the receiving side's count for
    this step. `cause`, `cut_short`: as in a `Deployment`.
    """

    old_count: int
    new_count: int
    policy: UpdatePolicy
    alarms: tuple[str, ...]
    configurations: tuple[str, str]
    stage: Stage = field(init=False)
    new: PredictedFleet = field(init=False)
    old: PredictedFleet = field(init=False)
    share: Fraction = field(init=False, default=Fraction(0))
    up: int = field(init=False)
    settled: bool = field(init=False, default=True)
    cause: Cause | None = field(init=False, default=None)
    cut_short: Cause | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.new = PredictedFleet(self.new_count, 0, 0, 0)
        self.old = PredictedFleet(self.old_count, *[self.old_count] * 3)
        self.up = self._shifts()[0]
        self.stage = Stage(_FORWARD, 1, 1, Phase.PROVISIONING)
        self.new.ask(self._provisioned())

    # --- the plan, all of it at once ---

    def _shifts(self) -> list[int]:
        """The new fleet's traffic after each shift forward, in instances."""
        policy, whole = self.policy, self.new_count
        if isinstance(policy, RollingUpdatePolicy):
            size = _instances(policy.maximum_batch_size, whole)
        elif policy.routing.size is None:
            size = whole
        else:
            size = _instances(policy.routing.size, whole)
            if policy.routing.type is RoutingType.CANARY:
                return [size] if size == whole else [size, whole]
        return [*range(size, whole, size), whole]

    def _waits(self) -> list[int]:
        """The baking period of each step forward, in seconds; a blue/green update may have one
        more step than shifts, to wait before the old fleet goes."""
        policy = self.policy
        if isinstance(policy, RollingUpdatePolicy):
            return [policy.wait_interval_seconds] * len(self._shifts())
        waits = [policy.routing.wait_interval_seconds] * len(self._shifts())
        last = policy.termination_wait_seconds
        return [*waits, last] if last else waits

    def _provisioned(self) -> int:
        """The count requested of the new fleet in the current step."""
        return self.up if isinstance(self.policy, RollingUpdatePolicy) else self.new_count

    def _batch_back(self) -> int:
        if isinstance(self.policy, RollingUpdatePolicy):
            size = self.policy.rollback_maximum_batch_size
            if size is not None:
                return _instances(size, self.old_count)
        return self.old_count

    @property
    def is_last_step(self) -> bool:
        """True if this is the last step of its direction."""
        if self.stage.direction is _BACK:
            return self.up == self.old_count
        return self.stage.step == len(self._waits())

    # --- what is due ---

    @property
    def interval_seconds(self) -> int | None:
        """The timer of a bake."""
        baking = self.stage.phase is Phase.BAKING
        return self._waits()[self.stage.step - 1] if baking else None

    @property
    def deadline_seconds(self) -> int | None:
        """The time limit of the current direction, extended by the termination wait."""
        if self.ended:
            return None
        limit, waits = self.policy.maximum_execution_timeout_seconds, self._waits()
        waiting = self.stage.direction is not _BACK and self.stage.step > len(self._shifts())
        return limit + waits[-1] if waiting else limit

    @property
    def ended(self) -> bool:
        """True after the end."""
        return self.stage.phase >= Phase.SUCCEEDED

    # --- events ---

    def tell(self, event: Event) -> None:
        """Take in an event; events from another stage are ignored."""
        match event:
            case StopRequested(by=by):
                self._stop(Stopped(by))
            case DeadlineElapsed(direction=direction):
                if direction is self.stage.direction:
                    self._run_out_of_time()
            case _:
                if event.stage == self.stage:
                    self._tell_of_this_stage(event)

    def _tell_of_this_stage(self, event: Event) -> None:
        match event:
            case FleetsSeen(fleets=(new, old)):
                self.new.see(new.in_service, new.alive)
                self.old.see(old.in_service, old.alive)
                self._after_a_look()
            case SplitSettled(split=(new_share, _)):
                self._see_traffic(Fraction(new_share.part, new_share.whole))
            case AlarmsRead(readings=readings, after_interval=after):
                if self.stage.phase is Phase.BAKING:
                    self._judge(readings, after)
            case OperationFailed(operation=operation, fleet=fleet, reason=reason):
                self._fail(operation, fleet, Failed(operation, self.configurations[fleet], reason))
            case _:
                raise TypeError(f"{event!r} is not an event of an update of one old fleet")

    def _after_a_look(self) -> None:
        match self.stage.direction, self.stage.phase:
            case Direction.FORWARD, Phase.PROVISIONING:
                self._shift_if_in_service()
            case Direction.FORWARD, Phase.BAKING:
                if self.new.in_service < self.new.asked:
                    stage = self.stage
                    self._enter(Stage(_FORWARD, stage.step, stage.attempt + 1, Phase.PROVISIONING))
            case Direction.BACK, Phase.PROVISIONING:
                if self.stage.step == 1:
                    # All living instances take their traffic back, however many they are.
                    self.up = min(self.old_count, self.old.in_service)
                    self._shift()
                else:
                    self._shift_if_in_service()
            case _, Phase.CLEANING:
                self._go_on_if_clean()

    def _shift_if_in_service(self) -> None:
        forward = self.stage.direction is _FORWARD
        there, needed = (
            (self.new.in_service, self.new.asked) if forward else (self.old.in_service, self.up)
        )
        if there >= needed:
            self._shift()

    def _shift(self) -> None:
        if self.stage.direction is _FORWARD:
            share = max(self.share, Fraction(self.up, self.new_count))
        else:
            share = min(self.share, 1 - Fraction(self.up, self.old_count))
        self.settled = self.settled and share == self.share
        self.share = share
        self._enter_phase(Phase.SHIFTING)
        if self.settled:
            self._after_the_shift()

    def _see_traffic(self, share: Fraction) -> None:
        if self.settled:
            return
        if share == self.share:
            self.settled = True
            if self.stage.phase is Phase.SHIFTING:
                self._after_the_shift()
        elif self.stage.phase is Phase.ROLLBACK_FAILED and self.stage.attempt == 1:
            nobody = (share > 0 and not self.new.asked) or (share < 1 and not self.old.asked)
            if not nobody:
                # The shift was not made: hold the current split, and see it again.
                self.share = share
                self._enter(Stage(_BACK, self.stage.step, 2, Phase.ROLLBACK_FAILED))

    def _after_the_shift(self) -> None:
        if self.stage.direction is _FORWARD:
            self._enter_phase(Phase.BAKING)
        else:
            self._clean()

    def _judge(self, readings: tuple[tuple[str, Reading], ...], after_interval: bool) -> None:
        told = {name: [r for n, r in readings if n == name] for name in self.alarms}
        tripped = tuple([name for name in self.alarms if Reading.ALARM in told[name]])
        if tripped:
            self._turn_back(AlarmTripped(tripped))
            return
        known = all(seen and Reading.UNREADABLE not in seen for seen in told.values())
        whole = self.new.in_service >= self.new.asked
        if after_interval and known and whole:
            self._clean()

    def _clean(self) -> None:
        if self.stage.direction is _BACK:
            self.new.ask(self.new.least_for(self.share))
        elif isinstance(self.policy, RollingUpdatePolicy) or self.is_last_step:
            self.old.ask(self.old.least_for(1 - self.share))
        self._enter_phase(Phase.CLEANING)
        self._go_on_if_clean()

    def _go_on_if_clean(self) -> None:
        if self.new.alive > self.new.asked or self.old.alive > self.old.asked:
            return
        stage = self.stage
        if self.is_last_step:
            forward = stage.direction is _FORWARD
            self._enter_phase(Phase.SUCCEEDED if forward else Phase.ROLLED_BACK)
            return
        if stage.direction is _FORWARD:
            shifts = self._shifts()
            self.up = shifts[min(stage.step, len(shifts) - 1)]
            self.new.ask(self._provisioned())
        else:
            self.up = min(self.old_count, self.up + self._batch_back())
            self.old.ask(max(self.old.asked, self.up))
        self._enter(Stage(stage.direction, stage.step + 1, 1, Phase.PROVISIONING))
        self._shift_if_in_service()

    # --- what goes wrong ---

    def _stop(self, cause: Cause) -> None:
        """A stop works on the way forward; on the way back it changes nothing."""
        if self.stage.direction is _FORWARD and not self.ended:
            self._cut_short(cause)

    def _run_out_of_time(self) -> None:
        seconds = self.deadline_seconds
        if seconds is not None:
            self._cut_short(TimedOut(seconds))

    def _fail(self, operation: Operation, fleet: int, cause: Cause) -> None:
        match self.stage.direction, self.stage.phase:
            case Direction.FORWARD, Phase.CLEANING:
                matters = not self.is_last_step or operation is Operation.CLEAN_UP
            case Direction.FORWARD, _:
                matters = True
            case Direction.BACK, Phase.PROVISIONING:
                matters = operation is Operation.PROVISION and fleet == 1
            case Direction.BACK, Phase.SHIFTING:
                matters = operation is Operation.SHIFT
            case _:
                matters = operation is Operation.CLEAN_UP
        if matters and not self.ended:
            self._cut_short(cause)

    def _cut_short(self, cause: Cause) -> None:
        """The current operation cannot finish: roll back, or end if all traffic has arrived."""
        committed = self.stage.phase is Phase.CLEANING and self.is_last_step
        if self.stage.direction is _FORWARD and not committed:
            self._turn_back(cause)
            return
        self.cut_short = cause
        if committed:
            forward = self.stage.direction is _FORWARD
            self._enter_phase(Phase.SUCCEEDED if forward else Phase.ROLLED_BACK)
            return
        self._enter_phase(Phase.ROLLBACK_FAILED)
        if self.settled:
            # Keep the instances in service; stop requesting those that never came.
            for fleet, share in ((self.new, self.share), (self.old, 1 - self.share)):
                fleet.ask(min(fleet.asked, max(fleet.in_service, fleet.least_for(share))))

    def _turn_back(self, cause: Cause) -> None:
        self.cause = cause
        self.up = 0
        self.settled = False
        self.new.ask(self.new.least_for(self.share))
        self._enter(Stage(_BACK, 1, 1, Phase.PROVISIONING))

    def _enter_phase(self, phase: Phase) -> None:
        self._enter(self.stage.enter(phase))

    def _enter(self, stage: Stage) -> None:
        self.stage = stage


def _instances(size: CapacitySize, fleet: int) -> int:
    """A size in instances. A percentage is a maximum, so it rounds down, but to at least 1."""
    if size.type is SizeType.INSTANCE_COUNT:
        return size.value
    return max(1, int(Fraction(size.value, 100) * fleet))
