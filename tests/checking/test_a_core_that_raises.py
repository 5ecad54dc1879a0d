"""A core that raises is a finding with a trace, and says which event it could not take in."""

from rolling import AlarmsRead, Deployment, Edge, Event, Reading, SplitSettled, follow
from rolling.checking import EXCEPTION, DeploymentModel, explore
from tests.checking.configurations import rolling


def crashes_on_an_empty_reading(
    deployment: Deployment, event: Event
) -> tuple[Deployment, tuple[Edge, ...]]:
    """The worst of the readings is asked for, even when there are none."""
    if isinstance(event, AlarmsRead):
        assert max(state for _, state in event.readings) in Reading
    return follow(deployment, event)


def test_an_exception_of_the_core_says_which_event_raised_it() -> None:
    deployment = rolling(2, 2, 1, 1)
    assert deployment is not None
    found = explore(DeploymentModel(deployment, follow=crashes_on_an_empty_reading))
    violation = found.violation_of(EXCEPTION)
    assert violation is not None and violation.trace is not None
    assert len(violation.trace.steps) == 8
    assert violation.detail.startswith("ValueError: ")
    assert "while taking in AlarmsRead" in violation.detail
    assert not found.complete


def crashes_on_what_is_foreign(
    deployment: Deployment, event: Event
) -> tuple[Deployment, tuple[Edge, ...]]:
    """Splits of other stages were forgotten."""
    if isinstance(event, SplitSettled):
        assert event.stage == deployment.stage, "no such split"
    return follow(deployment, event)


def test_an_exception_says_which_foreign_event_raised_it() -> None:
    deployment = rolling(2, 2, 1, 1)
    assert deployment is not None
    found = explore(DeploymentModel(deployment, follow=crashes_on_what_is_foreign))
    violation = found.violation_of(EXCEPTION)
    assert violation is not None
    assert "no such split" in violation.detail
    assert "while taking in SplitSettled" in violation.detail
