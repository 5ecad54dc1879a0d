"""An event that belongs elsewhere, or that comes again, changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import (
    AlarmsRead,
    DeadlineElapsed,
    Deployment,
    Direction,
    FleetsSeen,
    ForeignEvent,
    Operation,
    OperationFailed,
    Phase,
    Reading,
    Share,
    Sighting,
    SplitSettled,
    Stage,
    advance,
)
from rolling.checking.strategies import (
    foreign_events,
    plausible_events,
    reachable_deployments,
)
from rolling.core.plan import ideal_event
from tests.core.walking import rolling, run_to, seen, states, trip


@given(reachable_deployments(), st.data())
def test_a_foreign_event_gives_the_very_same_deployment(
    deployment: Deployment, data: st.DataObject
) -> None:
    assert advance(deployment, data.draw(foreign_events(deployment))) is deployment


@given(reachable_deployments(), st.data())
def test_a_repeated_event_gives_the_very_same_deployment(
    deployment: Deployment, data: st.DataObject
) -> None:
    event = data.draw(plausible_events(deployment))
    once = advance(deployment, event)
    assert advance(once, event) is once


def test_events_of_earlier_stages_change_nothing_later() -> None:
    """The stale plan applied over a newer one; a reconciler that loses its place."""
    walked = [*states(rolling(4, 4, 2))]
    for place, late in enumerate(walked):
        for early in walked[:place]:
            for event in (
                ideal_event(early),
                OperationFailed(early.stage, Operation.SHIFT, 0, "late"),
                AlarmsRead(early.stage, (("p99", Reading.ALARM),), True),
                AlarmsRead(early.stage, (("p99", Reading.OK),), True),
            ):
                assert advance(late, event) is late


def test_a_reading_after_an_earlier_attempt_does_not_end_a_later_bake() -> None:
    deployment = run_to(rolling(), "forward 1.1 baking")
    lost = advance(deployment, seen(deployment, (0, 1), (3, 3)))
    again = advance(lost, seen(lost, (1, 1), (3, 3)))
    assert again.phase is Phase.BAKING
    assert advance(again, AlarmsRead(deployment.stage, (("p99", Reading.OK),), True)) is again


def test_observations_are_absolute_and_the_latest_wins() -> None:
    deployment = rolling(4, 4, 2)
    first, second = seen(deployment, (1, 2), (4, 4)), seen(deployment, (0, 1), (3, 4))
    both = advance(advance(deployment, first), second)
    assert both == advance(deployment, second)


def test_more_in_service_than_asked_for_counts_only_as_far_as_asked() -> None:
    deployment = run_to(rolling(3, 3, 1), "forward 1.1 cleaning")
    later = advance(deployment, seen(deployment, (1, 1), (3, 3)))
    assert (later.old[0].in_service, later.old[0].alive) == (2, 3)


@pytest.mark.parametrize("fleets", [(), (Sighting(1, 1),), (Sighting(1, 1),) * 3])
def test_an_observation_of_another_number_of_fleets_is_refused(
    fleets: tuple[Sighting, ...],
) -> None:
    deployment = rolling()
    with pytest.raises(ForeignEvent, match="this deployment has 2"):
        advance(deployment, FleetsSeen(deployment.stage, fleets))


def test_a_split_of_another_number_of_fleets_is_refused() -> None:
    deployment = rolling()
    with pytest.raises(ForeignEvent, match="speaks of 1 fleets"):
        advance(deployment, SplitSettled(deployment.stage, (Share(1, 1),)))


@pytest.mark.parametrize("fleet", [-1, 2])
def test_a_failure_of_a_fleet_that_is_not_there_is_refused(fleet: int) -> None:
    deployment = rolling()
    with pytest.raises(ForeignEvent, match="fleets 0 to 1"):
        advance(deployment, OperationFailed(deployment.stage, Operation.SHIFT, fleet, ""))


@pytest.mark.parametrize("event", [None, "stop", 3, object()])
def test_what_is_no_event_is_refused(event: object) -> None:
    with pytest.raises(ForeignEvent, match="is not an event") as caught:
        advance(rolling(), event)  # type: ignore[arg-type]
    assert caught.value.code == "foreign-event"


def test_a_refused_event_leaves_the_deployment_as_it_was() -> None:
    deployment = rolling()
    before = repr(deployment)
    with pytest.raises(ForeignEvent):
        advance(deployment, FleetsSeen(deployment.stage, ()))
    assert repr(deployment) == before


def test_a_deadline_of_the_other_direction_changes_nothing() -> None:
    deployment = run_to(rolling(), "forward 2.1 baking")
    assert advance(deployment, DeadlineElapsed(Direction.BACK)) is deployment
    back = trip(deployment)
    assert advance(back, DeadlineElapsed(Direction.FORWARD)) is back


@pytest.mark.parametrize(
    "elsewhere",
    [
        Stage(Direction.FORWARD, 2, 1, Phase.PROVISIONING),
        Stage(Direction.FORWARD, 1, 2, Phase.PROVISIONING),
        Stage(Direction.FORWARD, 1, 1, Phase.BAKING),
        Stage(Direction.BACK, 1, 1, Phase.PROVISIONING),
    ],
    ids=str,
)
def test_every_part_of_the_label_counts(elsewhere: Stage) -> None:
    deployment = rolling()
    event = FleetsSeen(elsewhere, (Sighting(1, 1), Sighting(3, 3)))
    assert advance(deployment, event) is deployment
    here = FleetsSeen(deployment.stage, event.fleets)
    assert advance(deployment, here) is not deployment


@pytest.mark.parametrize(("in_service", "alive"), [(2, 1), (-1, 1), (-2, -1)])
def test_no_fleet_has_more_in_service_than_alive(in_service: int, alive: int) -> None:
    with pytest.raises(ValueError, match="in_service"):
        Sighting(in_service, alive)
