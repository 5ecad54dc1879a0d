"""The deployment: one frozen value that is its whole state.

Here belong the state itself and what can be read off it without a rule. What
it will do next is in pace.py, provisioning.py, shifting.py, baking.py, gate.py,
cleaning.py, rollback.py and ending.py; which of them, and when, in lifecycle.py.
"""

from collections.abc import Iterable
from enum import Enum

from attrs import field, frozen

from rolling.core.capacity import Share
from rolling.core.fleet import Fleet, FleetSpec
from rolling.core.outcome import (
    Cause,
    Outcome,
    RollbackFailed,
    RolledBack,
    Succeeded,
)
from rolling.core.policy import Pace
from rolling.core.stage import ENDS, Direction, Phase, Stage

LAST_GENERATION = 2**53
"""The highest generation: what every reader of JSON keeps exactly."""


class GateTimeoutAction(Enum):
    """What happens at a gate that was not continued in time."""

    CONTINUE = "Continue"
    ROLL_BACK = "RollBack"


def _steps(steps: Iterable[int] | None) -> tuple[int, ...] | None:
    # A list would not be hashed, and a generator would be empty once it was judged.
    return None if steps is None else tuple(steps)


@frozen
class Gates:
    """The bakes that pass only once they are continued.

    `timeout_seconds`: how long a gate waits once the interval of its bake is over,
    1–28800; then it acts as `on_timeout` says.
    `steps`: the numbers of the steps whose bakes are gates, from 1; None is all of them.
    """

    timeout_seconds: int
    on_timeout: GateTimeoutAction
    steps: tuple[int, ...] | None = field(default=None, converter=_steps)


@frozen
class Spec:
    """What an update was accepted with; it never changes.

    `fleets`: the new one, then the old ones, newest first.
    `alarms`: the names of the alarms that the bakes watch.
    `deadline_seconds`: the limit of the way forward, the termination wait apart,
    and again of the way back.
    `generation`: the number of this update on its endpoint, counted from 1.
    `gates`: the bakes that pass only once they are continued; None where none does.
    """

    fleets: tuple[FleetSpec, ...]
    pace: Pace
    alarms: tuple[str, ...]
    deadline_seconds: int
    generation: int = 1
    gates: Gates | None = None

    @property
    def new(self) -> FleetSpec:
        """The fleet that the update is to."""
        return self.fleets[0]

    @property
    def old(self) -> tuple[FleetSpec, ...]:
        """The fleets that the update replaces, newest first."""
        return self.fleets[1:]

    @property
    def old_count(self) -> int:
        """All instances that were in service in the old fleets at the start."""
        return sum(fleet.count for fleet in self.old)


@frozen
class Deployment:
    """The state of one deployment.

    `up`: how far the receiving side has come, in its own instances: the count
    whose share of the traffic this step is about. Forward, of the new fleet;
    back, of the old fleets together.
    `fleets`: in the order of `spec.fleets`.
    `settled`: the split that `fleets` asks for has been seen since it was asked.
    `cause`: why it turned back. `cut_short`: what ended it before it was done.
    `continued_by`: who continued the gate of this bake; None elsewhere.
    """

    # One search, one spec: hashing it for every state would only cost time.
    spec: Spec = field(hash=False)
    stage: Stage
    up: int
    fleets: tuple[Fleet, ...]
    settled: bool
    cause: Cause | None = None
    cut_short: Cause | None = None
    continued_by: str | None = None

    @property
    def direction(self) -> Direction:
        """Forward or back."""
        return self.stage.direction

    @property
    def phase(self) -> Phase:
        """What it is doing, or how it ended."""
        return self.stage.phase

    @property
    def ended(self) -> bool:
        """True when the deployment is over."""
        return self.stage.phase in ENDS

    @property
    def at_rest(self) -> bool:
        """True when it has ended and the split that it leaves was seen: there is no more to drive.

        A failed rollback is not over until the mix that it leaves has been seen.
        """
        return self.ended and self.settled

    @property
    def new(self) -> Fleet:
        """The fleet that the update is to."""
        return self.fleets[0]

    @property
    def old(self) -> tuple[Fleet, ...]:
        """The fleets that the update replaces, newest first."""
        return self.fleets[1:]

    @property
    def receiving(self) -> tuple[int, ...]:
        """The places in `fleets` of those that traffic moves to."""
        if self.stage.direction is Direction.FORWARD:
            return (0,)
        return tuple(range(1, len(self.fleets)))

    @property
    def split(self) -> tuple[Share, ...]:
        """The share of the traffic that each fleet should be sent."""
        return tuple([fleet.share for fleet in self.fleets])

    @property
    def leftover(self) -> int:
        """The instances of the draining side that are alive and no longer asked for."""
        draining = self.old if self.stage.direction is Direction.FORWARD else (self.new,)
        return sum(fleet.alive - fleet.asked for fleet in draining)

    def enter(
        self,
        stage: Stage,
        *,
        up: int | None = None,
        fleets: tuple[Fleet, ...] | None = None,
        settled: bool | None = None,
        cause: Cause | None = None,
        cut_short: Cause | None = None,
    ) -> "Deployment":
        """This deployment in another stage; what is not given stays as it is.

        But a gate was continued for its stage alone.
        """
        return Deployment(
            self.spec,
            stage,
            self.up if up is None else up,
            self.fleets if fleets is None else fleets,
            self.settled if settled is None else settled,
            cause or self.cause,
            cut_short or self.cut_short,
        )

    def knowing(
        self,
        *,
        fleets: tuple[Fleet, ...] | None = None,
        settled: bool | None = None,
        continued_by: str | None = None,
    ) -> "Deployment":
        """This deployment in the same stage, with more known of the world."""
        return Deployment(
            self.spec,
            self.stage,
            self.up,
            self.fleets if fleets is None else fleets,
            self.settled if settled is None else settled,
            self.cause,
            self.cut_short,
            self.continued_by if continued_by is None else continued_by,
        )

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it has not."""
        if self.phase is Phase.SUCCEEDED:
            return Succeeded(self.leftover, self.cut_short)
        if self.phase is Phase.ROLLED_BACK:
            assert self.cause is not None
            return RolledBack(self.cause, self.leftover, self.cut_short)
        if self.phase is Phase.ROLLBACK_FAILED:
            assert self.cause is not None and self.cut_short is not None
            return RollbackFailed(self.cause, self.cut_short)
        return None
