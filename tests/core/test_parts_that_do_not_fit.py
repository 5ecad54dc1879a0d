"""A deployment whose fleets are not those of its spec is refused, not half read.

None comes from `start` or `advance`. One made by hand or by a damaged record must
not have a fleet passed over by a rule, or by a property that is to judge the rule.
"""

from collections.abc import Callable

import pytest
from attrs import evolve

from rolling import (
    AlarmsRead,
    Deployment,
    Direction,
    FleetsSeen,
    Operation,
    OperationFailed,
    Phase,
    Share,
    Sighting,
    SplitSettled,
    Stopped,
    StopRequested,
    advance,
    fleets_left,
)
from rolling.core import properties
from rolling.core.cleaning import clean_up
from rolling.core.ending import fail_rollback
from rolling.core.pace import restorable
from rolling.core.properties import EDGE_PROPERTIES
from rolling.core.provisioning import is_batch_in_service, provision_batch
from rolling.core.shifting import apply_shift
from rolling.core.transition import observe
from tests.core.walking import end_of, rolling, run_to, seen, trip

STOP = StopRequested("me")
FORWARD = run_to(rolling(4, 4, 1, back=2), "forward 2.1 baking")
BACK = run_to(trip(FORWARD), "back 1.1 cleaning")
WHOLE = advance(rolling(4, 4, 1), STOP)
HOME = end_of(trip(FORWARD))
FAILED = advance(BACK, OperationFailed(BACK.stage, Operation.CLEAN_UP, 0, "stuck"))

MISFIT = r"is (shorter|longer) than argument"

Rule = Callable[[Deployment], object]


def one_too_few(deployment: Deployment) -> Deployment:
    return evolve(deployment, fleets=deployment.fleets[:-1])


def one_too_many(deployment: Deployment) -> Deployment:
    return evolve(deployment, fleets=(*deployment.fleets, deployment.fleets[-1]))


@pytest.mark.parametrize("misfit", [one_too_few, one_too_many])
@pytest.mark.parametrize(
    ("rule", "state"),
    [
        (apply_shift, FORWARD),
        (apply_shift, BACK),
        (clean_up, FORWARD),
        (provision_batch, BACK),
        (is_batch_in_service, BACK),
        (restorable, WHOLE),
        (lambda deployment: fail_rollback(deployment, Stopped("me")), BACK),
        (fleets_left, FORWARD),
        (properties.s1_asked_capacity_carries_asked_share, FORWARD),
        (properties.s2_under_the_ceiling, FORWARD),
        (properties.s5_an_end_tells_the_truth, HOME),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_no_rule_passes_over_a_fleet(
    rule: Rule, state: Deployment, misfit: Callable[[Deployment], Deployment]
) -> None:
    rule(state)
    with pytest.raises(ValueError, match=MISFIT):
        rule(misfit(state))


FOLLOWING = {
    "s1_raised_share_is_covered",
    "s1_lowered_ask_still_fits",
    "s4_nothing_more_for_the_new_fleet",
    "s6_a_step_is_at_most_a_batch",
    "s7_old_is_given_up_only_after_a_good_bake",
}


@pytest.mark.parametrize("misfit", [one_too_few, one_too_many])
@pytest.mark.parametrize("name", sorted(FOLLOWING))
def test_no_property_of_an_edge_passes_over_a_fleet(
    name: str, misfit: Callable[[Deployment], Deployment]
) -> None:
    rule = {rule.__name__: rule for rule in EDGE_PROPERTIES}[name]
    assert rule(BACK, STOP, BACK)
    with pytest.raises(ValueError, match=MISFIT):
        rule(BACK, STOP, misfit(BACK))


def test_a_rolled_back_end_is_compared_with_every_fleet_it_began_with() -> None:
    assert HOME.phase is Phase.ROLLED_BACK
    begun = HOME.spec.fleets
    for fleets in (begun[:1], (*begun, begun[1])):
        with pytest.raises(ValueError, match=MISFIT):
            properties.s5_an_end_tells_the_truth(
                evolve(HOME, spec=evolve(HOME.spec, fleets=fleets))
            )


@pytest.mark.parametrize("count", [1, 3])
def test_an_observation_of_other_fleets_is_not_half_taken_in(count: int) -> None:
    sightings = FleetsSeen(FORWARD.stage, (Sighting(2, 2),) * count)
    with pytest.raises(ValueError, match=MISFIT):
        observe(FORWARD, sightings)
    split = SplitSettled(FAILED.stage, (Share(1, count),) * count)
    unsettled = evolve(FAILED, settled=False)
    with pytest.raises(ValueError, match=MISFIT):
        observe(unsettled, split)


def test_what_fits_is_taken() -> None:
    assert FORWARD.direction is Direction.FORWARD and FAILED.phase is Phase.ROLLBACK_FAILED
    assert observe(FORWARD, seen(FORWARD, (2, 2), (3, 3))) is FORWARD
    assert observe(FORWARD, AlarmsRead(FORWARD.stage, (), False)) is FORWARD
