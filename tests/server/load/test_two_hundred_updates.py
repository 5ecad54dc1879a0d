"""Two hundred endpoints update at once at high speed, and each ends as what was done to it says."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from attrs import frozen

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.stage import Direction
from rolling.server.cloud import Cloud
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import RunningTime
from tests.server.load.audit import audit, require_sane
from tests.server.load.customers import (
    Call,
    alarm,
    config,
    describe,
    endpoint,
    model,
    sagemaker,
    set_alarm,
)
from tests.server.load.talk import Line, served

pytestmark = pytest.mark.slow

ENDPOINTS = 200
REGION = "eu-west-1"
SPEED = 2_000
LONGEST_SECONDS = 60.0
OLD, NEW = 3, 5
"""The instances of the configurations before and after."""

FURNITURE = (
    model("model"),
    config("old", OLD, "model"),
    config("new", NEW, "model"),
    alarm("quiet"),
    alarm("burning"),
    set_alarm("burning", "ALARM"),
)


class Gate:
    """The seconds of a clock that stands still while the gate is shut."""

    def __init__(self) -> None:
        self._passed = 0.0
        self._opened_at: float | None = time.monotonic()

    def __call__(self) -> float:
        since = 0.0 if self._opened_at is None else time.monotonic() - self._opened_at
        return self._passed + since

    def shut(self) -> None:
        """Stop the time."""
        self._passed, self._opened_at = self(), None

    def open(self) -> None:
        """Let time run on."""
        self._opened_at = time.monotonic()


@frozen
class Fate:
    """What is done to an update, and what has to be told of its end.

    `status`, `config`, `reason`: as DescribeEndpoint shows them; a reason of
    None is no FailureReason. `alarm`: the one it watches, None for one of its own,
    which then no other update hears go off. `counts`: how many instances may serve
    at the end.
    """

    faults: tuple[Fault, ...]
    config: str
    counts: tuple[int, ...]
    reason: str | None = None
    status: str = "InService"
    alarm: str | None = "quiet"


NO_CAPACITY = Fault(FaultKind.PROVISIONING_FAILED, batch=2, count=9, reason="no capacity")
FATES = (
    Fate((), "new", (NEW,)),
    Fate((), "old", (OLD,), "alarm burning tripped", alarm="burning"),
    Fate((Fault(FaultKind.ALARM, batch=2),), "old", (OLD,), "alarm e-", alarm=None),
    Fate((NO_CAPACITY,), "old", (OLD,), "provisioning new failed: no capacity"),
    Fate((Fault(FaultKind.STOP, batch=2, by="load"),), "old", (OLD,), "stopped by load"),
    Fate((Fault(FaultKind.SHIFT_FAILED, batch=1),), "old", (OLD,), "shifting traffic to new"),
    Fate((Fault(FaultKind.INSTANCE_LOST, batch=1, after_seconds=10),), "new", (NEW,)),
    Fate((Fault(FaultKind.PROVISIONING_SLOW, batch=1, seconds=100),), "new", (NEW,)),
    Fate(
        (Fault(FaultKind.ALARM_UNREADABLE, alarm_name="quiet"),),
        "old",
        (OLD,),
        "not done within 3600 seconds",
    ),
    Fate(
        (
            Fault(FaultKind.ALARM, batch=2),
            Fault(
                FaultKind.PROVISIONING_FAILED,
                direction=Direction.BACK,
                batch=2,
                count=9,
                reason="no way home",
            ),
        ),
        "old",
        tuple(range(1, NEW + OLD)),
        "Its rollback failed: provisioning old failed: no way home",
        "UpdateRollbackFailed",
        alarm=None,
    ),
)


def test_two_hundred_updates_at_once_end_as_what_was_done_to_them_says(
    capfd: pytest.CaptureFixture[str],
) -> None:
    gate = Gate()
    cloud = Cloud(RunningTime(SPEED, elapsed=gate), home_region=REGION)
    steering = SteeredCloud(cloud)
    fates = {f"e-{place:03}": FATES[place % len(FATES)] for place in range(ENDPOINTS)}
    with served(cloud, capfd) as server, ExitStack() as stack:
        lines = [stack.enter_context(Line(server)) for _ in range(8)]
        for call in FURNITURE:
            lines[0].call(call)
        on_all(lines, fates, lambda line, name: line.call(endpoint(name, "old")))
        own = [name for name, fate in fates.items() if fate.alarm is None]
        on_all(lines, own, lambda line, name: line.call(alarm(name)))
        wait_for_rest(steering)
        for name, fate in fates.items():
            steering.inject(name, fate.faults)
        gate.shut()
        on_all(lines, fates, lambda line, name: line.call(update(name, fates[name].alarm or name)))
        assert len(steering.running()) == ENDPOINTS
        gate.open()
        on_all(lines, fates, lambda line, name: watch(steering, line, name, fates[name]))
        wait_for_rest(steering)
        statuses = audit(lines[0].call, steering.now())
        assert statuses == {name: fate.status for name, fate in fates.items()}


def on_all(lines: list[Line], names: Iterable[str], job: Callable[[Line, str], object]) -> None:
    """Do it with every name, on all lines at once."""
    names = [*names]

    def share(place: int) -> None:
        for name in names[place :: len(lines)]:
            job(lines[place], name)

    with ThreadPoolExecutor(len(lines)) as pool:
        for done in [pool.submit(share, place) for place in range(len(lines))]:
            done.result(2 * LONGEST_SECONDS)


def watch(steering: SteeredCloud, line: Line, name: str, fate: Fate) -> None:
    """See the update to its end, sane all the way, and its end as its fate has it."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while True:
        shown = line.call(describe(name))
        require_sane(shown, steering.now())
        if shown["EndpointStatus"] != "Updating":
            break
        assert time.monotonic() < deadline, shown
    require_fate(shown, fate)


def update(name: str, alarm_name: str) -> Call:
    """UpdateEndpoint, rolling by two, with bakes of ten minutes and an hour for everything."""
    return sagemaker(
        "UpdateEndpoint",
        EndpointName=name,
        EndpointConfigName="new",
        DeploymentConfig={
            "RollingUpdatePolicy": {
                "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2},
                "RollbackMaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1},
                "WaitIntervalInSeconds": 600,
                "MaximumExecutionTimeoutInSeconds": 3_600,
            },
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm_name}]},
        },
    )


def require_fate(shown: Mapping[str, Any], fate: Fate) -> None:
    """The end that is shown is the one that has to be told."""
    assert shown["EndpointStatus"] == fate.status, shown
    assert shown["EndpointConfigName"] == fate.config, shown
    assert shown["ProductionVariants"][0]["CurrentInstanceCount"] in fate.counts, shown
    if fate.reason is None:
        assert "FailureReason" not in shown, shown
    else:
        assert fate.reason in shown["FailureReason"], shown
    policy = shown["LastDeploymentConfig"]["RollingUpdatePolicy"]
    assert policy["MaximumBatchSize"] == {"Type": "INSTANCE_COUNT", "Value": 2}


def wait_for_rest(steering: SteeredCloud) -> None:
    """Wait until nothing is under way."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while steering.running():
        assert time.monotonic() < deadline, steering.running()
        time.sleep(0.02)
