"""Same value in, same value out; and what goes in is never changed."""

import copy
import pickle

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from rolling import Deployment, FleetsSeen, Sighting, advance, due, plan_batches
from rolling.checking.strategies import (
    HistoryStep,
    histories,
    plausible_events,
    reachable_deployments,
)
from tests.core.walking import rolling


@given(reachable_deployments(), st.data())
def test_advance_gives_the_same_for_equal_values(
    deployment: Deployment, data: st.DataObject
) -> None:
    event = data.draw(plausible_events(deployment))
    twin, event_twin = pickle.loads(pickle.dumps((deployment, event)))
    assert twin is not deployment
    once, again = advance(deployment, event), advance(twin, event_twin)
    assert once == again
    assert hash(once) == hash(again) and repr(once) == repr(again)


@given(reachable_deployments(), st.data())
def test_advance_changes_nothing_of_what_it_is_given(
    deployment: Deployment, data: st.DataObject
) -> None:
    event = data.draw(plausible_events(deployment))
    before = (repr(deployment), hash(deployment), repr(event), hash(event))
    advance(deployment, event)
    due(deployment)
    plan_batches(deployment)
    assert (repr(deployment), hash(deployment), repr(event), hash(event)) == before


@given(histories())
def test_a_history_replayed_gives_every_state_again(steps: tuple[HistoryStep, ...]) -> None:
    deployment = steps[0].before
    for step in steps:
        assert deployment == step.before
        deployment = advance(deployment, step.event)
        assert deployment == step.after


@given(histories())
def test_equal_states_have_equal_hashes(steps: tuple[HistoryStep, ...]) -> None:
    for step in steps:
        twin = copy.deepcopy(step.after)
        assert twin == step.after and hash(twin) == hash(step.after)
        assert {step.after: "found"}[twin] == "found"


@pytest.mark.parametrize("name", ["spec", "stage", "up", "fleets", "settled", "cause"])
def test_a_deployment_cannot_be_changed(name: str) -> None:
    deployment = rolling()
    with pytest.raises(FrozenInstanceError):
        setattr(deployment, name, None)


def test_nothing_in_a_deployment_can_be_changed() -> None:
    deployment = rolling()
    event = FleetsSeen(deployment.stage, (Sighting(0, 0), Sighting(3, 3)))
    for value in (
        deployment.spec,
        deployment.spec.pace,
        deployment.spec.new,
        deployment.new,
        deployment.new.share,
        event,
        due(deployment),
    ):
        hash(value)
        with pytest.raises(FrozenInstanceError):
            setattr(value, next(iter(type(value).__attrs_attrs__)).name, 0)
    with pytest.raises(AttributeError):
        deployment.stage.step = 2  # type: ignore[misc]
