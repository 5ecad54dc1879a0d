"""The snapshots of a simulation are the simulation: what is watched is what is reported."""

import pytest

from rolling.simulation.report import SimulatedUpdate
from rolling.simulation.run import accepted_updates, report_of, simulate, snapshots
from rolling.view.snapshots import KEPT, Snapshot
from tests.simulation.library import NAMES, load

each_scenario = pytest.mark.parametrize("name", NAMES)


@each_scenario
def test_what_was_watched_is_reported(name: str) -> None:
    scenario = load(name)
    steps = [each for each in snapshots(scenario) if isinstance(each, SimulatedUpdate)]
    assert report_of(scenario, steps) == simulate(scenario)


@each_scenario
def test_the_rows_of_each_snapshot_are_the_latest_of_the_timeline(name: str) -> None:
    told: list[tuple[float, str]] = []
    for each in snapshots(load(name)):
        if isinstance(each, Snapshot):
            told = [(row.at, row.why) for row in each.rows]
        else:
            assert told == [(row.at, row.why) for row in each.report.timeline][-KEPT:]


@each_scenario
def test_each_look_is_the_one_that_was_announced(name: str) -> None:
    announced: float | None = None
    for each in snapshots(load(name)):
        if isinstance(each, SimulatedUpdate):
            assert announced is None
        else:
            assert announced is None or each.seen_at == announced
            announced = each.wake_at


@each_scenario
def test_a_snapshot_is_in_the_stage_that_its_last_row_tells(name: str) -> None:
    for each in snapshots(load(name)):
        if isinstance(each, Snapshot):
            deployment, row = each.deployment, each.rows[-1]
            assert (deployment.phase, deployment.stage.step) == (row.stage.phase, row.stage.step)


def test_a_step_is_handed_over_after_its_snapshots() -> None:
    kinds = [type(each) for each in snapshots(load("rollback-failed-repaired-to-the-new"))]
    assert kinds.count(SimulatedUpdate) == 2
    assert kinds[-1] is SimulatedUpdate


def test_an_update_that_is_only_to_be_accepted_is_not_carried_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was driven")

    monkeypatch.setattr("rolling.simulation.run.RunningUpdate.tick", refuse)
    (only,) = accepted_updates(load("seed-success"))
    assert only.endpoint.deployment is not None and only.leftovers == ()
