"""What `nox -s prove` is built on holds without its solver, for plain numbers.

The invariant is true wherever a deployment comes, so that the proof does not
speak of states that there are not; and the numbers that stand in for fractions
compare as fractions do.
"""

from fractions import Fraction
from itertools import product
from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling.core.capacity import Share, percent
from rolling.core.deployment import Deployment
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    IntervalElapsed,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import serving, wanted
from rolling.core.outcome import Operation
from rolling.core.policy import (
    BlueGreenUpdatePolicy,
    RollingUpdatePolicy,
    RoutingType,
    TrafficRouting,
    UpdatePolicy,
)
from rolling.core.stage import Phase
from rolling.core.transition import advance, start
from tests.proof.invariant import (
    Traffic,
    invariant,
    size,
    spec_conditions,
    traffic_after,
    traffic_at_first,
)
from tests.proof.logic import either, every, implies
from tests.proof.ratio import Ratio

POLICIES: tuple[UpdatePolicy, ...] = (
    RollingUpdatePolicy(percent(34), 0, percent(20)),
    RollingUpdatePolicy(percent(50), 0),
    BlueGreenUpdatePolicy(),
    BlueGreenUpdatePolicy(TrafficRouting(RoutingType.CANARY, 0, percent(30)), 60),
    BlueGreenUpdatePolicy(TrafficRouting(RoutingType.LINEAR, 0, percent(40))),
)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_invariant_holds_wherever_a_random_walk_comes(policy: UpdatePolicy) -> None:
    phases: set[Phase] = set()
    for seed in range(60):
        random = Random(seed)
        n = random.randint(1, 9)
        deployment = start(serving("old", n), wanted("new", n), policy, ["alarm"])
        traffic = traffic_at_first(deployment.spec)
        _assert_all(spec_conditions(deployment.spec))
        for _ in range(80):
            event = _some_event(random, deployment, traffic)
            after = advance(deployment, event)
            traffic = traffic_after(traffic, deployment, event, after)
            deployment = after
            _assert_all(invariant(deployment, traffic))
            phases.add(deployment.phase)
    assert phases == set(Phase)


def test_the_invariant_is_false_of_a_state_that_is_not_reached() -> None:
    deployment = start(serving("old", 4), wanted("new", 4), POLICIES[0])
    assert every(*invariant(deployment, traffic_at_first(deployment.spec)).values())
    elsewhere = deployment.enter(deployment.stage, up=3)
    assert not every(*invariant(elsewhere, traffic_at_first(deployment.spec)).values())


def _assert_all(conditions: dict[str, bool]) -> None:
    assert [name for name, holds in conditions.items() if not holds] == []


def _some_event(random: Random, deployment: Deployment, traffic: Traffic) -> Event:
    """What the world may tell: nothing is alive that was not counted, no split that was not asked.

    Good news mostly, or no walk would come far.
    """
    stage = deployment.stage
    if random.random() < 0.03:
        operation, fleet = random.choice(list(Operation)), random.choice((0, 1))
        trouble: list[Event] = [
            StopRequested("someone"),
            DeadlineElapsed(deployment.direction),
            OperationFailed(stage, operation, fleet, "broken"),
        ]
        return random.choice(trouble)
    if random.random() < 0.5:
        return FleetsSeen(
            stage,
            tuple(
                [
                    _sighting(random, fleet.asked, fleet.in_service, fleet.alive)
                    for fleet in deployment.fleets
                ]
            ),
        )
    match deployment.phase:
        case Phase.BAKING if not deployment.interval_elapsed:
            return IntervalElapsed(stage)
        case Phase.BAKING:
            states = [*[Reading.OK] * 9, *Reading]
            return AlarmsRead(stage, (("alarm", random.choice(states)),), True)
        case Phase.ROLLBACK_FAILED:
            n = size(deployment.spec)
            new = random.randint(n - traffic.old, traffic.new)
            return SplitSettled(stage, (Share(new, n), Share(n - new, n)))
        case _:
            return SplitSettled(stage, deployment.split)


def _sighting(random: Random, asked: int, in_service: int, alive: int) -> Sighting:
    if random.random() < 0.6:
        return Sighting(asked, asked)
    alive = random.randint(in_service, alive)
    return Sighting(random.randint(0, alive), alive)


numbers = st.integers(-50, 50)
ratios = st.tuples(numbers, st.integers(1, 50))


@given(ratios, ratios, numbers)
def test_a_ratio_compares_as_the_fraction_does(
    a: tuple[int, int], b: tuple[int, int], factor: int
) -> None:
    x, y, p, q = Ratio(*a), Ratio(*b), Fraction(*a), Fraction(*b)
    assert (x == y) is (p == q)
    assert (x < y) is (p < q)
    assert (x <= y) is (p <= q)
    assert (x >= y) is (p >= q)
    assert (x > y) is (p > q)
    assert (x == factor) is (p == factor)
    assert (x * factor <= factor) is (p * factor <= factor)
    assert (sum([x, y]) == factor) is (p + q == factor)
    assert ceil(x * factor) == ceil(p * factor)


def test_the_connectives_are_those_of_logic() -> None:
    for a, b in product((False, True), repeat=2):
        assert every(a, b) is (a and b)
        assert either(a, b) is (a or b)
        assert implies(a, b) is (not a or b)
