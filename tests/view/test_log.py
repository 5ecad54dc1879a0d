"""The log says what happened to each deployment and why, and every note once while it stands."""

import logging
from collections import Counter

import pytest

from rolling import Direction, instances
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend
from rolling.driving import Hooks, Tick, VirtualClock, accept, run
from rolling.view import LOG_FIELDS, log_to
from tests.driving.scripted import Saying
from tests.driving.watched import Plain
from tests.noting import NOTE
from tests.simulated import Drive, rolling_update

UPDATE = rolling_update(rollback_batch=instances(1))
ALARM = (Fault(FaultKind.ALARM, batch=2, after_seconds=30),)
FAILED_ROLLBACK = (
    Fault(FaultKind.SHIFT_FAILED, batch=2),
    Fault(FaultKind.PROVISIONING_FAILED, Direction.BACK, batch=2),
)


def driven(hooks: Hooks, faults: tuple[Fault, ...] = ()) -> list[Tick]:
    """The ticks of an update under the name "search", with these hooks."""
    clock = VirtualClock()
    backend = SimulatedBackend(UPDATE.spec.fleets, faults=faults, clock=clock)
    return list(run(accept(UPDATE, 0, "a"), backend, clock, key="search", hooks=[hooks]))


def test_the_log_tells_of_stages_and_of_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "rolling"):
        driven(log_to(), ALARM)
    stages = [stage for _, stage in Drive(UPDATE, ALARM).stages]
    assert [record.getMessage().split(",")[0] for record in caplog.records] == [
        *[f"search: {stage}" for stage in stages],
        "search: ended",
    ]
    turned = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert turned[0] == (
        "search: back 1.1 provisioning, Alarm p99 tripped after 30 s of the baking "
        "period of batch 2, so traffic returns to the old fleet."
    )
    assert turned[1].startswith("search: ended, RolledBack(")


def test_every_tick_and_every_change_is_in_the_log_for_who_debugs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "rolling"):
        ticks = driven(log_to())
    events = Counter(vars(record)["rolling_event"] for record in caplog.records)
    assert events["Tick"] == len(ticks)
    changes = Counter(type(change.event).__name__ for made in ticks for change in made.changes)
    assert {name: events[name] for name in changes} == changes


def test_every_line_has_every_field(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "rolling"):
        driven(log_to())
    for record in caplog.records:
        assert [name for name in LOG_FIELDS if name not in vars(record)] == []
    last = vars(caplog.records[-1])
    assert [last[name] for name in LOG_FIELDS] == [
        "search", "End", "forward", 3, 1, "succeeded", Drive(UPDATE).ticks[-1].at
    ]  # fmt: skip


def test_a_rollback_that_failed_is_an_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "rolling"):
        driven(log_to(), FAILED_ROLLBACK)
    assert caplog.records[-1].levelno == logging.ERROR
    assert "RollbackFailed" in caplog.records[-1].getMessage()


def test_trouble_is_in_the_log_with_its_exception_and_when_it_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched = Plain(None, (log_to(logging.getLogger("mine")),))
    watched.add("search", UPDATE, Saying(None, ()))
    with caplog.at_level(logging.WARNING, "mine"):
        next(watched.watch.run())
    (record,) = caplog.records
    assert record.name == "mine" and record.exc_info is not None
    assert record.getMessage() == (
        "search: forward 1.1 provisioning, ConnectionError: gone; again at 15.0"
    )
    assert vars(record)["rolling_retry_at"] == 15


def noted(caplog: pytest.LogCaptureFixture, *notes: tuple[str, ...] | None) -> list[str]:
    """What is logged at INFO of so many looks."""
    watched = Plain(hooks=(log_to(),))
    watched.add("search", UPDATE, Saying(*notes))
    with caplog.at_level(logging.INFO, "rolling"):
        for _ in zip(notes, watched.watch.run(), strict=False):
            pass
    return [each.getMessage() for each in caplog.records if each.levelno == logging.INFO]


def test_a_note_is_logged_once_for_as_long_as_it_stands(caplog: pytest.LogCaptureFixture) -> None:
    told = noted(caplog, (NOTE,), (NOTE,), (NOTE, "More."), (), (NOTE,))
    said = f"search: forward 1.1 provisioning, {NOTE}"
    assert told == [said, "search: forward 1.1 provisioning, More.", said]
    assert {vars(record)["rolling_event"] for record in caplog.records} == {"Note"}


def test_a_look_that_failed_does_not_begin_a_note_anew(caplog: pytest.LogCaptureFixture) -> None:
    assert len(noted(caplog, (NOTE,), None, (NOTE,))) == 1


def test_each_deployment_has_notes_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    watched = Plain(hooks=(log_to(),), clock=VirtualClock())
    for key in ("search", "ads"):
        watched.add(key, UPDATE, Saying((NOTE,)))
    with caplog.at_level(logging.INFO, "rolling"):
        for _ in zip(range(6), watched.watch.run(), strict=False):
            pass
    assert [each.getMessage().split(":")[0] for each in caplog.records] == ["search", "ads"]
