"""A snapshot of a simulation knows what its timeline, its plan and its faults say."""

from itertools import pairwise

import pytest

from rolling.core.events import Reading
from rolling.core.stage import Direction, Phase
from rolling.endpoint.endpoint import EndpointStatus
from rolling.simulation.forecast import forecast_deployment
from rolling.simulation.run import snapshots
from rolling.view.report import UpdateReport
from rolling.view.snapshots import Snapshot
from tests.simulation.library import NAMES, load

each_scenario = pytest.mark.parametrize("name", NAMES)


def watched(name: str) -> list[tuple[list[Snapshot], UpdateReport]]:
    """The snapshot after each tick, and the report, of each update of a scenario."""
    found: list[tuple[list[Snapshot], UpdateReport]] = []
    known: list[Snapshot] = []
    for each in snapshots(load(name)):
        if isinstance(each, Snapshot):
            known.append(each)
        else:
            found.append((known, each.report))
            known = []
    return found


def at(name: str, seconds: float) -> Snapshot:
    """The snapshot `now` seconds after the first update was accepted."""
    known, _ = watched(name)[0]
    return [each for each in known if each.seen_at <= seconds][-1]


@each_scenario
def test_batches_follow_one_another_from_acceptance_to_the_end(name: str) -> None:
    for known, report in watched(name):
        end = known[-1]
        assert end.batches[0].began_at == end.subject.accepted_at
        for one, next_one in pairwise(end.batches):
            assert one.ended_at == next_one.began_at
        assert end.batches[-1].ended_at == end.subject.accepted_at + report.seconds
        assert all(each.batches[-1].ended_at is None for each in known[:-1] if each.wake_at
                   and not each.deployment.ended)  # fmt: skip


@each_scenario
def test_batches_are_those_of_the_timeline(name: str) -> None:
    for known, report in watched(name):
        told = dict.fromkeys((row.stage.direction, row.stage.step) for row in report.timeline)
        assert [(each.direction, each.step) for each in known[-1].batches] == list(told)
        turned = [each for each in known[-1].batches if each.turned_back]
        assert len(turned) == (report.outcome != "Succeeded")


@each_scenario
def test_a_rollback_from_a_bake_takes_what_the_plan_said(name: str) -> None:
    known, _ = watched(name)[0]
    accepted = known[0].subject.endpoint
    assert accepted is not None and accepted.deployment is not None
    planned = forecast_deployment(accepted.deployment, load(name).settings)
    rollbacks = {each.batch.step: each.rollback for each in planned.batches}
    compared = 0
    for each in known:
        stage = each.deployment.stage
        if (stage.direction, stage.phase) != (Direction.FORWARD, Phase.BAKING):
            continue
        if any(fleet.in_service != fleet.asked for fleet in each.deployment.fleets):
            continue  # One was lost, which no plan foresees.
        home, expected = each.rollback_estimate(), rollbacks[stage.step]
        assert home is not None
        assert home.whole
        if stage.step == 0 and all(f.alive == f.asked for f in each.deployment.fleets):
            # The plan counts from the beginning of the bake, when what drains is still there.
            assert home.least_seconds <= expected.least_seconds
            continue
        assert home.least_seconds == expected.least_seconds
        assert home.provisioned_instances == expected.provisioned_instances
        assert home.peak_instances == expected.peak_instances
        assert home.batches == expected.batches
        compared += 1
    assert compared or not any(each.deployment.phase is Phase.BAKING for each in known)


def test_a_rollback_under_way_is_home_when_it_was_said_to_be() -> None:
    known, report = watched("seed-rollback-in-batches")[0]
    end = known[-1].subject.accepted_at + report.seconds
    back = [each for each in known if each.deployment.direction is Direction.BACK]
    for each in back:
        home = each.rollback_estimate()
        if home is None:
            assert each.deployment.ended
            continue
        assert each.rollback_from[1] + home.least_seconds == end
        assert home.batches == 3
    assert len(back) > 9


def test_nothing_turns_back_what_is_committed() -> None:
    known, _ = watched("seed-success")[0]
    last = [each for each in known if each.deployment.stage.step == 5]
    none = [each.deployment.phase for each in last if each.rollback_estimate() is None]
    assert set(none) == {Phase.CLEANING, Phase.SUCCEEDED}


@each_scenario
def test_no_more_exists_than_the_ceiling_that_is_shown(name: str) -> None:
    for known, _ in watched(name):
        for each in known:
            assert sum(fleet.alive for fleet in each.deployment.fleets) <= each.ceiling


def test_the_split_that_was_seen_lags_behind_the_one_that_is_asked_for() -> None:
    moving = at("seed-success", 242)
    assert moving.moving
    assert str(moving.deployment.new.share) == "1/5"
    assert moving.split_seen is not None
    assert str(moving.split_seen[0]) == "0"
    settled = at("seed-success", 245)
    assert not settled.moving
    assert settled.split_seen is not None
    assert settled.split_seen[0] == settled.deployment.new.share


def test_an_alarm_has_the_age_of_its_reading_in_this_bake() -> None:
    assert at("seed-rollback-in-batches", 100).alarms[0].reading is None
    baking = at("seed-rollback-in-batches", 300).alarms[0]
    assert (baking.reading, baking.since) == (Reading.OK, 245)
    next_bake = at("seed-rollback-in-batches", 900).alarms[0]
    assert (next_bake.reading, next_bake.since) == (Reading.OK, 820)
    tripped = at("seed-rollback-in-batches", 2000).alarms[0]
    assert (tripped.reading, tripped.read_at) == (Reading.ALARM, 1515)


def test_a_bake_is_held_by_an_alarm_that_cannot_be_read() -> None:
    known, _ = watched("alarm-unreadable-until-the-deadline")[0]
    held = [each for each in known if each.held]
    assert held
    for each in held:
        assert each.phase_seconds_left(each.seen_at) is None
        assert Reading.UNREADABLE in [alarm.reading for alarm in each.alarms]


def test_timers_run_down_between_two_looks() -> None:
    baking = at("seed-success", 300)
    assert baking.phase_seconds_left(300) == 245
    assert baking.phase_seconds_left(400) == 145
    assert baking.deadline_seconds_left(300) == 3300
    assert baking.seconds_to_wake(300) == 245
    assert baking.phase_seconds(300) == 55
    assert baking.seconds(300) == 300


def test_the_way_back_has_a_time_limit_of_its_own() -> None:
    back = at("seed-rollback-in-batches", 1515)
    assert back.deployment.direction is Direction.BACK
    assert back.deadline_seconds_left(1515) == 3600


@each_scenario
def test_the_status_is_the_one_that_is_reported(name: str) -> None:
    for known, report in watched(name):
        assert known[0].status is EndpointStatus.UPDATING
        assert known[-1].status == report.endpoint_status
        assert known[-1].deadline_seconds_left(known[-1].seen_at) is None
        assert known[-1].seconds(known[-1].seen_at + 99) == report.seconds
