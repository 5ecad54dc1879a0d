"""A second, independent implementation of a deployment, to compare with the core.

Written from docs/how-it-works.md, as simply as possible: counts, one exact fraction for
the new fleet's traffic, and an `if` for each line of the page. It shares the core's
types (stages, events, policies) but none of its rules, so agreement means something. It
covers updates of one old fleet that carries all traffic, without repairs.
"""

from fractions import Fraction
from math import ceil
from typing import assert_never

from attrs import define, field, frozen

from rolling.core.capacity import CapacitySize, SizeType
from rolling.core.deployment import Gates, GateTimeoutAction
from rolling.core.events import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    Reading,
    SplitSettled,
    StopRequested,
)
from rolling.core.outcome import (
    AlarmTripped,
    Cause,
    Failed,
    NotContinued,
    Operation,
    Stopped,
    TimedOut,
)
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    RoutingType,
    SurgeRollingPolicy,
    UpdatePolicy,
)
from rolling.core.stage import Direction, Phase, Stage

_FORWARD, _BACK = Direction.FORWARD, Direction.BACK


@define
class PredictedFleet:
    """The predicted requests and knowledge of a fleet.

    `floor`: the least count that must carry all traffic.
    """

    floor: int
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
        return min(self.asked, ceil(share * self.floor))


@frozen
class _Plan:
    """The whole plan of a policy for fleets of known size.

    `shifts`: the new fleet's traffic after each shift forward, in instances.
    `waits`: the baking period of each step forward, in seconds; a blue/green update may
    have one more step than shifts, to wait before the old fleet goes. `back`: the most
    instances that a step of a rollback restores. `floors`: the least counts of the new
    and of the old fleet that must carry all traffic.
    """

    shifts: list[int]
    waits: list[int]
    back: int
    floors: tuple[int, int]
    in_batches: bool = True

    @classmethod
    def of(cls, policy: UpdatePolicy, old: int, new: int) -> "_Plan":
        match policy:
            case RollingUpdatePolicy():
                shifts = _steps(_instances(policy.maximum_batch_size, new), new)
                waits = [policy.wait_interval_seconds] * len(shifts)
                back = _instances(policy.rollback_maximum_batch_size, old)
                return cls(shifts, waits, back, (new, old))
            case SurgeRollingPolicy():
                more = _room(policy.maximum_surge, new, least=1)
                fewer = _room(policy.maximum_unavailable, new, least=0)
                shifts = _steps(more + fewer, new)
                waits = [policy.wait_interval_seconds] * len(shifts)
                floors = new - fewer, ceil(old * Fraction(new - fewer, new))
                room = max(old + more, new + ceil(more * Fraction(floors[1], floors[0])))
                back = min(_instances(policy.rollback_maximum_batch_size, old), room - max(floors))
                return cls(shifts, waits, back, floors)
            case BlueGreenUpdatePolicy():
                shifts = _steps(_instances(policy.routing.size, new), new)
                if policy.routing.type is RoutingType.CANARY:
                    shifts = [*dict.fromkeys([shifts[0], new])]
                waits = [policy.routing.wait_interval_seconds] * len(shifts)
                waits += [policy.termination_wait_seconds] * (policy.termination_wait_seconds > 0)
                return cls(shifts, waits, old, (new, old), in_batches=False)
            case _:
                assert_never(policy)


@define
class Prediction:
    """The predicted state of a deployment from `old` to `new` instances.

    `share`: the new fleet's part of the traffic. `up`: the receiving side's count for
    this step. `cause`, `cut_short`, `continued_by`: as in a `Deployment`.
    """

    old_count: int
    new_count: int
    policy: UpdatePolicy
    alarms: tuple[str, ...]
    configurations: tuple[str, str]
    gates: Gates | None = None
    stage: Stage = field(init=False)
    new: PredictedFleet = field(init=False)
    old: PredictedFleet = field(init=False)
    share: Fraction = field(init=False, default=Fraction(0))
    up: int = field(init=False)
    settled: bool = field(init=False, default=True)
    cause: Cause | None = field(init=False, default=None)
    cut_short: Cause | None = field(init=False, default=None)
    continued_by: str | None = field(init=False, default=None)
    _plan: _Plan = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._plan = plan = _Plan.of(self.policy, self.old_count, self.new_count)
        new_floor, old_floor = plan.floors
        self.new = PredictedFleet(new_floor, 0, 0, 0)
        self.old = PredictedFleet(old_floor, *[self.old_count] * 3)
        drains = old_floor < self.old_count
        self.stage = Stage(_FORWARD, 0 if drains else 1, 1, Phase.PROVISIONING)
        self.up = 0 if drains else plan.shifts[0]
        if drains:
            self.old.ask(old_floor)
        else:
            self.new.ask(self._provisioned())

    def _provisioned(self) -> int:
        """The count requested of the new fleet in the current step."""
        return self.up if self._plan.in_batches else self.new_count

    @property
    def is_last_step(self) -> bool:
        """True if this is the last step of its direction."""
        if self.stage.direction is _BACK:
            return self.up == self.old_count
        return self.stage.step == len(self._plan.waits)

    # --- what is due ---

    @property
    def interval_seconds(self) -> int | None:
        """The timer of a bake."""
        if self.stage.phase is not Phase.BAKING:
            return None
        # The step before the first batch bakes for the same time.
        return self._plan.waits[max(0, self.stage.step - 1)]

    @property
    def gate_seconds(self) -> int | None:
        """The timer of a gate: its timeout begins at the end of the interval."""
        interval = self.interval_seconds
        if self.gates is None or interval is None or not self._is_gate():
            return None
        return interval + self.gates.timeout_seconds

    def _is_gate(self) -> bool:
        gates, step = self.gates, self.stage.step
        return gates is not None and step > 0 and (gates.steps is None or step in gates.steps)

    def _is_held(self) -> bool:
        """True in a bake that must be continued."""
        baking = self.stage.phase is Phase.BAKING
        return baking and self._is_gate() and self.continued_by is None

    @property
    def deadline_seconds(self) -> int | None:
        """The time limit of the current direction, extended by the termination wait."""
        if self.ended:
            return None
        limit, waits = self.policy.maximum_execution_timeout_seconds, self._plan.waits
        waiting = self.stage.direction is not _BACK and self.stage.step > len(self._plan.shifts)
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
            case Continued(by=by):
                if self._is_held():
                    self.continued_by = by
            case GateElapsed():
                if self._is_held():
                    self._wait_no_longer()
            case _:
                raise TypeError(f"{event!r} is not an event of an update of one old fleet")

    def _wait_no_longer(self) -> None:
        assert self.gates is not None
        if self.gates.on_timeout is GateTimeoutAction.ROLL_BACK:
            self._turn_back(NotContinued(self.gates.timeout_seconds))
        else:
            self.continued_by = "the gate's timeout"

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
            share = max(self.share, _part(self.up, self.new.floor))
        else:
            share = min(self.share, 1 - _part(self.up, self.old.floor))
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
        if after_interval and known and whole and not self._is_held():
            self._clean()

    def _clean(self) -> None:
        if self.stage.direction is _BACK:
            self.new.ask(self.new.least_for(self.share))
        elif self._plan.in_batches or self.is_last_step:
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
            shifts = self._plan.shifts
            self.up = shifts[min(stage.step, len(shifts) - 1)]
            self.new.ask(self._provisioned())
        else:
            self.up = min(self.old_count, self.up + self._plan.back)
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
        self.continued_by = None


def _steps(batch: int, whole: int) -> list[int]:
    return [*range(batch, whole, batch), whole]


def _part(count: int, floor: int) -> Fraction:
    """The share of the traffic that this many instances carry, in a fleet with this floor."""
    return min(Fraction(1), Fraction(count, floor))


def _instances(size: CapacitySize | None, fleet: int) -> int:
    """A size in instances; None means all. A percentage is a maximum, so it rounds down, but
    to at least 1."""
    return fleet if size is None else _room(size, fleet, least=1)


def _room(size: CapacitySize, fleet: int, least: int) -> int:
    """Like `_instances`, but 0 is allowed. `least`: the minimum of a percentage above 0."""
    if size.type is SizeType.INSTANCE_COUNT or size.value == 0:
        return size.value
    return max(least, int(Fraction(size.value, 100) * fleet))
