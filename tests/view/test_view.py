"""A view shows any deployment, whatever backend and driver make its ticks."""

import json

import pytest
from hypothesis import given

from rolling import (
    BlueGreenUpdatePolicy,
    Deployment,
    Direction,
    FleetSpec,
    RollingUpdatePolicy,
    Share,
    instances,
    start,
)
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend
from rolling.checking.strategies import HistoryStep, histories
from rolling.core.transition import follow
from rolling.driving import Change, Superseded, Tick, TickFailed, accept
from rolling.view import Snapshot, View, narrate, update_document
from rolling.view.picture import Picture, picture_lines, stacked_lines
from rolling.view.terminal import Terminal
from tests.driving.scripted import Saying
from tests.driving.watched import InLoop, Plain
from tests.noting import NOTE
from tests.simulated import ALARM, Drive, begun, rolling_update

UPDATE = rolling_update(rollback_batch=instances(1))
TRIPS = (Fault(FaultKind.ALARM, batch=3, after_seconds=30),)
FAILS_BACK = (*TRIPS, Fault(FaultKind.PROVISIONING_FAILED, Direction.BACK, batch=2))


def shown(deployment: Deployment, faults: tuple[Fault, ...] = ()) -> list[Snapshot]:
    """The snapshots of a deployment that is driven to its end."""
    view = View("search", accept(deployment, 0))
    return [view.take(made) for made in Drive(deployment, faults).ticks]


def lines_of(snapshot: Snapshot, now: float | None = None) -> list[str]:
    picture = Picture(snapshot) if now is None else Picture(snapshot, now)
    return [line.plain.rstrip() for line in picture_lines(picture, Terminal(80), 24)]


# --- any driver -----------------------------------------------------------------


@pytest.mark.parametrize("kind", [Plain, InLoop])
def test_every_driver_gives_the_same_view(kind: type[Plain] | type[InLoop]) -> None:
    one, many = View("search", accept(UPDATE, 0)), View("search", accept(UPDATE, 0))
    for made in Drive(UPDATE, TRIPS).ticks:
        one.take(made)
    watched = kind()
    watched.add("search", UPDATE, SimulatedBackend(UPDATE.spec.fleets, None, TRIPS, watched.clock))
    for _, seen in watched.drive():
        many.take(seen)
    assert many.report() == one.report()
    assert many.report().timeline[-1].stage.phase.name == "ROLLED_BACK"


def test_the_report_is_json_and_has_no_outcome_before_the_end() -> None:
    ticks, view = Drive(UPDATE, TRIPS).ticks, View("search", accept(UPDATE, 0))
    for made in ticks[:3]:
        view.take(made)
    early = json.loads(json.dumps(update_document(view.report())))
    assert early["Outcome"] is None and early["Seconds"] == ticks[2].at
    for made in ticks[3:]:
        view.take(made)
    late = json.loads(json.dumps(update_document(view.report())))
    assert (late["Outcome"], late["Cause"]) == ("RolledBack", f"alarm {ALARM} tripped")
    assert late["Timeline"][: len(early["Timeline"])] == early["Timeline"]


def test_without_an_endpoint_there_is_no_status_and_without_an_estimate_no_rollback() -> None:
    view = View("search", accept(UPDATE, 0))
    report, lines = view.report(), lines_of(view.snapshot)
    assert (report.endpoint_status, report.failure_reason) == (None, None)
    assert lines[0].split() == ["search", "0:00:00"]
    assert not any(line.startswith("rollback") for line in lines)


@given(histories())
def test_every_change_that_can_be_has_its_sentence(history: tuple[HistoryStep, ...]) -> None:
    for step in history:
        after, edges = follow(step.before, step.event)
        if after.stage != step.before.stage and not step.before.ended:
            told = narrate(Change(60, step.event, edges, step.before, after, 0))
            assert ", so " in told and told.endswith(".")


# --- taken up from a record -------------------------------------------------------


@pytest.mark.parametrize("after", range(1, 9))
def test_a_view_goes_on_from_a_record(after: int) -> None:
    whole, rest = View("search", accept(UPDATE, 0)), None
    for place, made in enumerate(Drive(UPDATE).ticks):
        whole.take(made)
        if rest is not None:
            rest.take(made)
        elif place == after:
            rest = View("search", made.record, accepted_at=0)
    assert rest is not None
    first, *rows = rest.rows
    if first.event == "Resumed":
        assert first.why.startswith("The update to config-2 goes on in the ")
        assert rows == whole.rows[-len(rows) :]
    else:
        assert rest.rows == whole.rows
    assert rest.report().seconds == whole.report().seconds
    assert rest.snapshot.batches[-1] == whole.snapshot.batches[-1]


def test_one_that_is_over_says_so() -> None:
    ticks = Drive(UPDATE).ticks
    view = View("search", ticks[-1].record, accepted_at=0)
    assert [row.why for row in view.rows] == ["The update to config-2 is over."]
    assert view.report().outcome == "Succeeded"
    assert view.snapshot.batches[-1].ended_at is not None


# --- what the backend says and raises ---------------------------------------------


def test_trouble_is_shown_until_the_next_look_and_touches_nothing_else() -> None:
    watched, view = Plain(), View("search", accept(UPDATE, 0))
    watched.add("search", UPDATE, Saying((NOTE,), None, (NOTE,)))
    looks = [view.take(seen) for _, (_, seen) in zip(range(4), watched.watch.run(), strict=False)]
    failed = next(each for each in looks if each.error is not None)
    assert failed.notes == (NOTE,) and failed.deployment == UPDATE
    lines = lines_of(failed)
    assert "error     again in 0:00:15, ConnectionError: gone" in lines
    assert f"note      {NOTE}" in lines
    assert looks[-1].error is None
    assert [(note.at, note.text) for note in view.notes] == [(0, NOTE)]


def test_a_driver_that_was_superseded_is_not_waited_for() -> None:
    record = accept(UPDATE, 0)
    view = View("search", record)
    snapshot = view.take(TickFailed(5, record, Superseded("told of an earlier stage"), None))
    assert "error     not tried again, Superseded: told of an earlier stage" in lines_of(snapshot)


def test_a_tick_without_a_look_keeps_what_was_seen_before() -> None:
    *_, made = Drive(UPDATE).ticks[:4]
    view = View("search", made.record)
    seen = view.take(made)
    blind = view.take(Tick(made.record, (), 99, None, 60, OSError("no route")))
    assert blind.alarms == seen.alarms and blind.split_seen == seen.split_seen
    assert blind.error is not None


# --- how far it has come ----------------------------------------------------------


def test_every_batch_is_one_of_those_that_there_are_in_its_direction() -> None:
    found = [
        (each.deployment.direction, each.deployment.stage.step, each.step_count())
        for each in shown(UPDATE, TRIPS)
    ]
    forward = {step: count for way, step, count in found if way is Direction.FORWARD}
    assert forward == {1: 3, 2: 3, 3: 3}
    back = [(step, count) for way, step, count in found if way is Direction.BACK]
    last = back[-1][0]
    assert last > 1 and {count for _, count in back} == {last}
    assert {step for step, _ in back} == set(range(1, last + 1))


def test_the_termination_wait_counts_as_a_batch() -> None:
    found = shown(begun(BlueGreenUpdatePolicy(termination_wait_seconds=60), 2, 2))
    assert {each.step_count() for each in found} == {2}
    assert found[-1].deployment.stage.step == 2


def test_a_repair_has_fewer_batches_where_the_new_fleet_serves_already() -> None:
    half = Share(1, 2)
    new, old = FleetSpec("config-2", 4, 2, half), FleetSpec("config-1", 4, 2, half)
    repair = start(old, new, RollingUpdatePolicy(instances(1), 60))
    assert {each.step_count() for each in shown(repair)} == {2}


def test_a_rollback_that_failed_is_still_in_one_of_its_batches() -> None:
    end = shown(UPDATE, FAILS_BACK)[-1]
    assert (end.deployment.stage.step, end.step_count()) == (2, 3)
    assert end.batches[-1].ended_at is not None


@pytest.mark.parametrize("late", [28_800, 30_000])
def test_a_deadline_that_has_passed_leaves_nothing(late: float) -> None:
    assert View("search", accept(UPDATE, 0)).snapshot.deadline_seconds_left(late) == 0


# --- several on one screen --------------------------------------------------------


@pytest.mark.parametrize("height", [1, 4, 10, 24, 50])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_several_stand_below_one_another(count: int, height: int) -> None:
    views = [View(f"model-{place}", accept(UPDATE, 0)) for place in range(count)]
    pictures = [Picture(view.snapshot) for view in views]
    lines = [line.plain for line in stacked_lines(pictures, Terminal(80), height)]
    assert len(lines) <= height
    names = [line.split()[0] for line in lines if line.startswith("model-")]
    assert names == [f"model-{place}" for place in range(min(count, height))]
    if count == 1:
        assert lines == [line.plain for line in picture_lines(pictures[0], Terminal(80), height)]


def test_nothing_to_show_is_an_empty_screen() -> None:
    assert stacked_lines([], Terminal(80), 24) == []
