"""The cases: updates for which specs and core are held against each other.

Each says the same update twice: as a user asks the core for it, and as the
constants of the specs. So that a percentage comes to the same batch, and no
policy at all to the same walk, is compared as well.
"""

from attrs import frozen

from rolling import (
    BlueGreenUpdatePolicy,
    Deployment,
    Gates,
    GateTimeoutAction,
    RollingUpdatePolicy,
    RoutingType,
    SurgeRollingPolicy,
    TrafficRouting,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.core.capacity import Share
from rolling.core.fleet import FleetSpec

ALL_TROUBLES = ("alarm", "failure", "deadline", "stop")


@frozen(kw_only=True)
class Case:
    """One update, and how bad the world is in which it is carried out.

    The numbers are the update in terms of the specs. `new_floor`, `old_floor`: None is the
    full count. `first_gate`: the first step whose bake is a gate, as all later ones; 0: none.
    `troubles`: what may go wrong.
    `most_attempts`: how often a batch may bake. `stale_events`: whether events of
    other stages come too.
    """

    name: str
    deployment: Deployment
    new_full: int
    old_full: int
    new_count: int = 0
    old_count: int
    new_traffic: int = 0
    batch: int
    first_shift: int
    next_shift: int
    back_batch: int
    cleans_each_step: bool = True
    termination_wait: bool = False
    new_floor: int | None = None
    old_floor: int | None = None
    first_gate: int = 0
    gate_turns_back: bool = False
    alarms: int = 1
    troubles: tuple[str, ...] = ALL_TROUBLES
    most_attempts: int = 1
    stale_events: bool = False

    @property
    def floors(self) -> tuple[int, int]:
        """The least counts that must carry all the traffic, of the new and the old fleet."""
        new, old = self.new_floor, self.old_floor
        return self.new_full if new is None else new, self.old_full if old is None else old

    @property
    def constants(self) -> dict[str, int]:
        """What both specs call by the same name."""
        return {
            "NewFull": self.new_full,
            "OldFull": self.old_full,
            "NewCount": self.new_count,
            "OldCount": self.old_count,
            "NewTraffic": self.new_traffic,
            "Batch": self.batch,
            "FirstShift": self.first_shift,
            "NextShift": self.next_shift,
            "BackBatch": self.back_batch,
            "CleansEachStep": self.cleans_each_step,
            "TerminationWait": self.termination_wait,
            "NewFloor": self.floors[0],
            "OldFloor": self.floors[1],
            "FirstGate": self.first_gate,
            "GateTurnsBack": self.gate_turns_back,
            "MostAttempts": self.most_attempts,
        }


_OLD, _NEW = "config-1", "config-2"
_BY_ONE = RollingUpdatePolicy(instances(1), 60, instances(1))
_AT_ONCE_BACK = RollingUpdatePolicy(percent(34), 60)


def _linear(wait_seconds: int) -> BlueGreenUpdatePolicy:
    routing = TrafficRouting(RoutingType.LINEAR, 60, instances(1))
    return BlueGreenUpdatePolicy(routing, wait_seconds)


def _surge(surge: int, unavailable: int) -> SurgeRollingPolicy:
    return SurgeRollingPolicy(instances(surge), instances(unavailable), 60)


_CONTINUES = Gates(3_600, GateTimeoutAction.CONTINUE, steps=(2, 3))
_TURNS_BACK = Gates(3_600, GateTimeoutAction.ROLL_BACK)

_CANARY = BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, 60, percent(50)), 300)

COMPARED = (
    Case(
        name="one instance, everything that may go wrong",
        deployment=start(
            serving(_OLD, 1), wanted(_NEW, 1), RollingUpdatePolicy(percent(50), 60), ["a"]
        ),
        new_full=1, old_full=1, old_count=1,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        most_attempts=2,
    ),
    Case(
        name="three by one, back by one, after an alarm",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _BY_ONE, ["a"]),
        new_full=3, old_full=3, old_count=3,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("alarm",), most_attempts=3,
    ),
    Case(
        name="three by a third, back at once, after an alarm or a stop",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _AT_ONCE_BACK, ["a"]),
        new_full=3, old_full=3, old_count=3,
        batch=1, first_shift=1, next_shift=1, back_batch=3,
        troubles=("alarm", "stop"), most_attempts=2,
    ),
    Case(
        name="two alarms, and stale events",
        deployment=start(serving(_OLD, 2), wanted(_NEW, 2), _BY_ONE, ["a", "b"]),
        new_full=2, old_full=2, old_count=2,
        batch=1, first_shift=1, next_shift=1, back_batch=1, alarms=2,
        troubles=("alarm",), stale_events=True,
    ),
    Case(
        name="no alarms, the rollback fails: two by one",
        deployment=start(serving(_OLD, 2), wanted(_NEW, 2), _BY_ONE),
        new_full=2, old_full=2, old_count=2,
        batch=1, first_shift=1, next_shift=1, back_batch=1, alarms=0,
        troubles=("failure",),
    ),
    Case(
        name="the rollback fails: three by one",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _BY_ONE, ["a"]),
        new_full=3, old_full=3, old_count=3,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("deadline",),
    ),
    Case(
        name="three replaced by two",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 2), _BY_ONE, ["a"]),
        new_full=2, old_full=3, old_count=3,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("deadline",),
    ),
    Case(
        name="two replaced by three",
        deployment=start(serving(_OLD, 2), wanted(_NEW, 3), _BY_ONE, ["a"]),
        new_full=3, old_full=2, old_count=2,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("failure",),
    ),
    Case(
        name="blue/green, linear",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _linear(0), ["a"]),
        new_full=3, old_full=3, old_count=3,
        batch=3, first_shift=1, next_shift=1, back_batch=3, cleans_each_step=False,
        troubles=("alarm",), most_attempts=2,
    ),
    Case(
        name="blue/green, a canary of one and a termination wait",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _CANARY, ["a"]),
        new_full=3, old_full=3, old_count=3,
        batch=3, first_shift=1, next_shift=3, back_batch=3, cleans_each_step=False,
        termination_wait=True,
        troubles=("alarm",), most_attempts=2,
    ),
    Case(
        name="blue/green, all at once, and its rollback fails",
        deployment=start(serving(_OLD, 2), wanted(_NEW, 2), BlueGreenUpdatePolicy(), ["a"]),
        new_full=2, old_full=2, old_count=2,
        batch=2, first_shift=2, next_shift=2, back_batch=2, cleans_each_step=False,
        troubles=("failure",),
    ),
    Case(
        name="a mix of one and two repaired to the new, or back to the mix",
        deployment=start(
            FleetSpec(_OLD, 3, 2, Share(2, 3)),
            FleetSpec(_NEW, 3, 1, Share(1, 3)),
            RollingUpdatePolicy(instances(1), 60),
            ["a"],
        ),
        new_full=3, old_full=3, new_count=1, old_count=2, new_traffic=3,
        batch=1, first_shift=1, next_shift=1, back_batch=2,
        troubles=("alarm", "deadline"),
    ),
    Case(
        # The only one whose first batch is in service at the start. A look at the fleets
        # shifts traffic to it; other events do not.
        name="a mix whose new fleet is whole, stopped",
        deployment=start(
            FleetSpec(_OLD, 2, 1, Share(1, 2)),
            FleetSpec(_NEW, 2, 2, Share(1, 2)),
            _BY_ONE,
            ["a"],
        ),
        new_full=2, old_full=2, new_count=2, old_count=1, new_traffic=2,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("stop",),
    ),
    Case(
        name="drain-first, three by one, failures",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _surge(0, 1), ["a"]),
        new_full=3, old_full=3, old_count=3, new_floor=2, old_floor=2,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("failure",), most_attempts=2,
    ),
    Case(
        name="drain-first, four by two, an alarm or the deadline",
        deployment=start(serving(_OLD, 4), wanted(_NEW, 4), _surge(0, 2), ["a"]),
        new_full=4, old_full=4, old_count=4, new_floor=2, old_floor=2,
        batch=2, first_shift=2, next_shift=2, back_batch=2,
        troubles=("alarm", "deadline"),
    ),
    Case(
        name="one more and one missing of four, an alarm",
        deployment=start(serving(_OLD, 4), wanted(_NEW, 4), _surge(1, 1), ["a"]),
        new_full=4, old_full=4, old_count=4, new_floor=3, old_floor=3,
        batch=2, first_shift=2, next_shift=2, back_batch=2,
        troubles=("alarm",),
    ),
    Case(
        name="drain-first, four replaced by three, a stop",
        deployment=start(serving(_OLD, 4), wanted(_NEW, 3), _surge(0, 1), ["a"]),
        new_full=3, old_full=4, old_count=4, new_floor=2, old_floor=3,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("stop",),
    ),
    Case(
        name="three by one, gates that let it go on, an alarm",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _BY_ONE, ["a"], gates=_CONTINUES),
        new_full=3, old_full=3, old_count=3, first_gate=2,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("alarm",), most_attempts=2,
    ),
    Case(
        name="drain-first, two by one, gates that turn back, and stale events",
        deployment=start(
            serving(_OLD, 2), wanted(_NEW, 2), _surge(0, 1), ["a"], gates=_TURNS_BACK
        ),
        new_full=2, old_full=2, old_count=2, new_floor=1, old_floor=1,
        first_gate=1, gate_turns_back=True,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("stop",), most_attempts=2, stale_events=True,
    ),
)  # fmt: skip
"""For these the labelled graphs of the TLA+ spec and of the core are compared."""

COUNTED = (
    Case(
        name="three by one, everything that may go wrong",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 3), _BY_ONE, ["a"]),
        new_full=3, old_full=3, old_count=3,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        most_attempts=2,
    ),
    Case(
        name="four by two, back by three, failures",
        deployment=start(
            serving(_OLD, 4), wanted(_NEW, 4),
            RollingUpdatePolicy(instances(2), 60, percent(75)), ["a"],
        ),
        new_full=4, old_full=4, old_count=4,
        batch=2, first_shift=2, next_shift=2, back_batch=3,
        troubles=("failure",),
    ),
    Case(
        name="five by two, back by two, alarms and deadlines",
        deployment=start(
            serving(_OLD, 5), wanted(_NEW, 5),
            RollingUpdatePolicy(instances(2), 60, percent(40)), ["a"],
        ),
        new_full=5, old_full=5, old_count=5,
        batch=2, first_shift=2, next_shift=2, back_batch=2,
        troubles=("alarm", "deadline"),
    ),
    Case(
        name="five replaced by four, stops",
        deployment=start(serving(_OLD, 5), wanted(_NEW, 4), _BY_ONE, ["a"]),
        new_full=4, old_full=5, old_count=5,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
        troubles=("stop",), most_attempts=3,
    ),
    Case(
        name="blue/green, three replaced by four, linear, a termination wait, deadlines",
        deployment=start(serving(_OLD, 3), wanted(_NEW, 4), _linear(300), ["a"]),
        new_full=4, old_full=3, old_count=3,
        batch=4, first_shift=1, next_shift=1, back_batch=3, cleans_each_step=False,
        termination_wait=True,
        troubles=("deadline",),
    ),
    Case(
        name="a mix of two and three repaired, everything that may go wrong",
        deployment=start(
            FleetSpec(_OLD, 4, 3, Share(1, 2)),
            FleetSpec(_NEW, 4, 2, Share(1, 2)),
            RollingUpdatePolicy(instances(1), 60, instances(1)),
            ["a"],
        ),
        new_full=4, old_full=4, new_count=2, old_count=3, new_traffic=8,
        batch=1, first_shift=1, next_shift=1, back_batch=1,
    ),
    Case(
        name="drain-first, five by two, failures",
        deployment=start(serving(_OLD, 5), wanted(_NEW, 5), _surge(0, 2), ["a"]),
        new_full=5, old_full=5, old_count=5, new_floor=3, old_floor=3,
        batch=2, first_shift=2, next_shift=2, back_batch=2,
        troubles=("failure",),
    ),
    Case(
        name="one more and one missing, four replaced by five, gates that turn back, alarms",
        deployment=start(
            serving(_OLD, 4), wanted(_NEW, 5), _surge(1, 1), ["a"], gates=_TURNS_BACK
        ),
        new_full=5, old_full=4, old_count=4, new_floor=4, old_floor=4,
        first_gate=1, gate_turns_back=True,
        batch=2, first_shift=2, next_shift=2, back_batch=2,
        troubles=("alarm",),
    ),
)  # fmt: skip
"""For these, too large for a graph, the second checker and the core count states and steps."""

CASES = {case.name: case for case in (*COMPARED, *COUNTED)}
"""All of them by name."""
