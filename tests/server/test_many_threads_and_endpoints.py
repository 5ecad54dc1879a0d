"""Many threads and many endpoints at once: each endpoint comes to a true end."""

import gc
import itertools
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rolling.backends.simulated import Fault, FaultKind
from rolling.core.errors import InvalidInput
from rolling.server.region.injection import When
from rolling.server.region.running_endpoint import RunningEndpoint
from rolling.server.timekeeping import RunningTime
from tests.server.account import metric_alarm
from tests.server.clouds import ALARM, START, Sky, rolling

pytestmark = pytest.mark.slow

ENDS = {"InService", "UpdateRollbackFailed"}
FAULTS = (
    Fault(FaultKind.ALARM, batch=2),
    Fault(FaultKind.PROVISIONING_FAILED, batch=3),
    Fault(FaultKind.STOP, batch=1, after_seconds=30),
    Fault(FaultKind.INSTANCE_LOST, batch=1, after_seconds=10),
)


class Hand:
    """The seconds of a machine's clock, which every look of any thread moves on."""

    def __init__(self) -> None:
        self._looks = itertools.count(1)

    def __call__(self) -> float:
        return next(self._looks) * 0.003


def test_threads_that_call_at_once_leave_every_endpoint_at_a_true_end() -> None:
    sky = Sky(RunningTime(1_000, START, Hand()))

    def drive(thread: int) -> list[dict[str, Any]]:
        names = [f"endpoint-{thread}-{number}" for number in range(4)]
        chance = random.Random(thread)
        for name in names:
            sky.call("CreateEndpoint", EndpointName=name, EndpointConfigName="config-1")
            wait(lambda name=name: sky.status(name) == "InService")  # type: ignore[misc]
            sky.watch("PutMetricAlarm", **metric_alarm(name))  # one for all turns everybody back
            sky.alarm("OK", name)
            faults = chance.sample(FAULTS, chance.randint(0, 2))
            sky.inject(name, faults, When.NEXT_UPDATE)
            sky.update("config-5", name, DeploymentConfig=rolling(1, 60, name))
            if chance.random() < 0.2:
                try_to(lambda name=name: sky.stop_update(name))  # type: ignore[misc]
        sky.call("ListEndpoints")
        sky.watch("DescribeAlarms", AlarmNames=[ALARM])
        for name in names:
            wait(lambda name=name: sky.status(name) in ENDS)  # type: ignore[misc]
        return [sky.shown(name) for name in names]

    with ThreadPoolExecutor(8) as pool:
        shown = [each for found in pool.map(drive, range(8)) for each in found]
    assert len(shown) == 32
    for each in shown:
        variant = each["ProductionVariants"][0]
        if each["EndpointStatus"] == "UpdateRollbackFailed":
            assert "Its rollback failed" in each["FailureReason"]
        elif each["EndpointConfigName"] == "config-5":
            assert variant["CurrentInstanceCount"] == 5
            assert "FailureReason" not in each
        else:
            assert variant["CurrentInstanceCount"] == 3
            assert "was rolled back" in each["FailureReason"]
    ends = {each["EndpointConfigName"] for each in shown}
    assert ends == {"config-1", "config-5"}, "both ends should be reached"
    assert sky.running() == ()


def wait(done: Callable[[], bool]) -> None:
    """Look until it is so. Each look moves time on, and an update ends within eight hours."""
    for _ in range(20_000):
        if done():
            return
    raise AssertionError("it did not come to an end")


def try_to(act: Callable[[], None]) -> None:
    """What may come too late to be possible."""
    try:
        act()
    except InvalidInput as error:
        assert "has no update in progress to stop" in str(error)


def test_one_alarm_turns_back_everybody_who_bakes_with_it_and_nobody_else() -> None:
    sky = Sky()
    names = [f"endpoint-{number}" for number in range(40)]
    for place, name in enumerate(names):
        sky.call("CreateEndpoint", EndpointName=name, EndpointConfigName="config-1")
        sky.advance(place % 7)
    sky.advance(300)
    for place, name in enumerate(names):
        sky.update("config-2", name)
        sky.advance(place % 11)
    sky.advance(150)
    baking = [name for name in names if _phase(sky, name) == "Baking"]
    assert 0 < len(baking) < len(names)
    sky.alarm("ALARM")
    sky.alarm("OK")
    sky.advance(28_800)
    back = [name for name in names if sky.shown(name)["EndpointConfigName"] == "config-1"]
    assert back == baking


def _phase(sky: Sky, name: str) -> str:
    pending = sky.shown(name)["PendingDeploymentSummary"]["ProductionVariants"][0]
    statuses = [each["Status"] for each in pending.get("VariantStatus", [])]
    return str(statuses[0]) if statuses else "Nothing"


def test_many_endpoints_update_at_once_and_nothing_of_it_is_kept() -> None:
    sky = Sky()
    names = [f"endpoint-{number}" for number in range(100)]
    for name in names:
        sky.call("CreateEndpoint", EndpointName=name, EndpointConfigName="config-1")
    sky.advance(240)
    for name in names:
        sky.update("config-2", name, DeploymentConfig=rolling())
    assert len(sky.running()) == 100
    sky.advance(28_800)
    assert sky.running() == ()
    assert {sky.shown(name)["EndpointConfigName"] for name in names} == {"config-2"}
    for name in names:
        sky.call("DeleteEndpoint", EndpointName=name)
    sky.advance(30)
    gc.collect()
    alive = [each for each in gc.get_objects() if isinstance(each, RunningEndpoint)]
    assert [each for each in alive if each.endpoint.name in names] == []
