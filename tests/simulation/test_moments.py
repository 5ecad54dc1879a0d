"""The moments of a simulation are the simulation: whoever watches it sees what is reported."""

import pytest

from rolling.simulation.moments import Moment
from rolling.simulation.report import Row
from rolling.simulation.run import Step, moments, report_of, simulate
from tests.simulation.library import NAMES, load

each_scenario = pytest.mark.parametrize("name", NAMES)


@each_scenario
def test_what_was_watched_is_reported(name: str) -> None:
    scenario = load(name)
    steps = [each for each in moments(scenario) if isinstance(each, Step)]
    assert report_of(scenario, steps) == simulate(scenario)


@each_scenario
def test_every_row_is_handed_over_once_in_its_order(name: str) -> None:
    rows: list[Row] = []
    for each in moments(load(name)):
        if isinstance(each, Moment):
            rows += each.rows
            continue
        *all_but_last, last = each.report.timeline
        assert rows[:-1] == all_but_last
        # The end is told again once the backend has been told of it.
        assert (rows[-1].at, rows[-1].why) == (last.at, last.why)
        rows.clear()


@each_scenario
def test_each_moment_is_the_one_that_was_announced(name: str) -> None:
    announced: float | None = None
    for each in moments(load(name)):
        if isinstance(each, Step):
            assert announced is None
        else:
            assert announced is None or each.at == announced
            announced = each.wake_at


@each_scenario
def test_a_rows_deployment_is_there_at_its_moment(name: str) -> None:
    for each in moments(load(name)):
        if isinstance(each, Moment) and each.rows:
            deployment, row = each.record.deployment, each.rows[-1]
            assert (deployment.phase, deployment.stage.step) == (row.phase, row.batch)
            assert row.at == each.at - each.update.at
