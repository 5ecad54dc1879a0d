"""The shortcuts of the search leave nothing out: what is skipped could not have been broken."""

import pytest

from rolling import (
    AlarmsRead,
    Continued,
    DeadlineElapsed,
    Deployment,
    Edge,
    Event,
    FleetsSeen,
    GateElapsed,
    OperationFailed,
    Phase,
    SplitSettled,
    StopRequested,
    follow,
)
from rolling.checking import DeploymentModel, Situation, Step, Taken, explore
from rolling.checking.stimuli import at_any_time, foreign_events, once_said
from rolling.checking.transition_cache import _DEMANDING, Follow  # the shortcut itself
from rolling.core.properties import EDGE_PROPERTIES
from tests.checking.configurations import CONFIGURATIONS

pytestmark = pytest.mark.slow

NAMES = (
    "rolling 3 to 3 by 1, back by 1, rough",
    "all at once, termination wait, 3 to 3",
    "an idle old fleet, rolling 34%, back 34%",
    "nothing left of the old fleet, all at once",
    "drain-first 3 to 3, 0 and 1, rough",
    "gates that turn back, rolling 2 to 2 by 1",
    "gates that go on, drain-first 3 to 3, 0 and 1",
)
DEMANDING = {name for demanding in _DEMANDING.values() for name in demanding}
# Judged in the search with the core under test.
REPEATED = "s8_repeated_events_change_nothing"


class Collecting(DeploymentModel):
    """The model of a configuration, with notes of which events its deployments took in."""

    def __init__(self, notes: dict[Deployment, set[Event]], name: str) -> None:
        super().__init__(*CONFIGURATIONS[name])
        self._notes = notes

    def broken_by(self, state: Situation, step: Step[Situation]) -> tuple[str, ...]:
        """As ever, with a note."""
        if isinstance(step.label, Taken):
            self._notes.setdefault(state.deployment, set()).add(step.label.event)
        return super().broken_by(state, step)


def test_where_nothing_changes_only_what_demands_a_change_can_be_broken() -> None:
    """For each deployment and event: taken to change nothing, it breaks none of the others."""
    assert {*DEMANDING, REPEATED} < {holds.__name__ for holds in EDGE_PROPERTIES}
    others = {
        kind: [h for h in EDGE_PROPERTIES if h.__name__ not in (*demanding, REPEATED)]
        for kind, demanding in _DEMANDING.items()
    }
    judged = 0
    for name in NAMES:
        deployments: dict[Deployment, set[Event]] = {}

        explore(Collecting(deployments, name))
        for deployment, events in deployments.items():
            stimuli = [event for event, _ in (*at_any_time(deployment), *once_said(deployment))]
            for event in (*events, *stimuli, *foreign_events(deployment)):
                judged += 1
                judges = others[type(event)]
                broken = [h.__name__ for h in judges if not h(deployment, event, deployment)]
                assert broken == [], (deployment, event)
    assert judged > 10_000


def deaf_to(*kinds: type[Event], phases: frozenset[Phase] = frozenset(Phase)) -> Follow:
    """A core to which events of these kinds mean nothing in these phases."""

    def core(deployment: Deployment, event: Event) -> tuple[Deployment, tuple[Edge, ...]]:
        is_deaf = isinstance(event, kinds) and deployment.phase in phases
        return (deployment, ()) if is_deaf else follow(deployment, event)

    return core


def test_what_demands_a_change_is_broken_where_nothing_changes() -> None:
    plain, gated = (
        "rolling 2 to 2 by 1, back by 1, rough",
        "gates that turn back, rolling 2 to 2 by 1",
    )
    cores = (
        deaf_to(AlarmsRead, DeadlineElapsed, OperationFailed, StopRequested),
        deaf_to(FleetsSeen),
        deaf_to(FleetsSeen, phases=frozenset({Phase.BAKING})),
        deaf_to(SplitSettled),
        deaf_to(SplitSettled, phases=frozenset({Phase.ROLLBACK_FAILED})),
    )
    judged = [(CONFIGURATIONS[plain], core) for core in cores]
    judged += [(CONFIGURATIONS[gated], deaf_to(kind)) for kind in (Continued, GateElapsed)]
    found: set[str] = set()
    for (deployment, limits), core in judged:
        model = DeploymentModel(deployment, limits, follow=core)
        found |= {violation.property for violation in explore(model).violations}
    assert DEMANDING <= found
