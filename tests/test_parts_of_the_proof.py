"""What `nox -s prove` is built on holds without its solver, for plain numbers.

The invariant is true wherever a deployment comes, so that the proof does not
speak of states that there are not; the numbers that stand in for fractions
compare as fractions do; the core does not see whether a share is reduced; and a
wrong core is in place for as long as it should be.
"""

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from dis import get_instructions
from fractions import Fraction
from importlib import import_module
from itertools import product
from math import ceil
from random import Random
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling.core import capacity
from rolling.core.capacity import Share, percent
from rolling.core.deployment import Deployment
from rolling.core.events import (
    AlarmsRead,
    DeadlineElapsed,
    Event,
    FleetsSeen,
    OperationFailed,
    Reading,
    Sighting,
    SplitSettled,
    StopRequested,
)
from rolling.core.fleet import serving, wanted
from rolling.core.lifecycle import open_edge
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
from specs.proof.invariant import (
    Traffic,
    invariant,
    size,
    spec_conditions,
    traffic_after,
    traffic_at_first,
    waits,
)
from specs.proof.logic import either, every, implies
from specs.proof.mutants import MUTANTS, Mutant
from specs.proof.ratio import Ratio, same_amount

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
            assert waits(deployment) and open_edge(deployment, None) is None
            phases.add(deployment.phase)
    assert phases == set(Phase)


def test_the_invariant_is_false_of_a_state_that_is_not_reached() -> None:
    deployment = start(serving("old", 4), wanted("new", 4), POLICIES[0])
    assert every(*invariant(deployment, traffic_at_first(deployment.spec)).values())
    elsewhere = deployment.enter(deployment.stage, up=3)
    assert not every(*invariant(elsewhere, traffic_at_first(deployment.spec)).values())


@pytest.mark.parametrize("policy", POLICIES)
def test_the_core_does_not_see_whether_a_share_is_reduced(policy: UpdatePolicy) -> None:
    forms = 0
    for seed in range(20):
        random = Random(seed)
        n = random.randint(1, 9)
        reduced = start(serving("old", n), wanted("new", n), policy, ["alarm"])
        traffic, as_it_comes = traffic_at_first(reduced.spec), reduced
        for _ in range(80):
            event = _some_event(random, reduced, traffic)
            after = advance(reduced, event)
            traffic = traffic_after(traffic, reduced, event, after)
            reduced = after
            with _shares_as_they_come():
                as_it_comes = advance(as_it_comes, event)
                assert as_it_comes == reduced
            forms += [str(share) for share in as_it_comes.split] != [*map(str, reduced.split)]
    assert forms


@contextmanager
def _shares_as_they_come() -> Iterator[None]:
    """While this lasts, no share is reduced, and shares are compared as in the proof."""
    with (
        mock.patch.object(capacity, "gcd", lambda a, b: 1),
        mock.patch.object(Share, "__eq__", same_amount),
    ):
        yield


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
        case Phase.BAKING:
            states = [*[Reading.OK] * 9, *Reading]
            return AlarmsRead(stage, (("alarm", random.choice(states)),), random.random() < 0.5)
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


@given(*[st.tuples(st.integers(0, 9), st.integers(1, 9)).map(sorted)] * 2)
def test_shares_that_are_not_reduced_compare_as_those_that_are(a: list[int], b: list[int]) -> None:
    with _shares_as_they_come():
        same = Share(*a) == Share(*b)
    assert same is (Share(*a) == Share(*b))
    assert not same_amount(Share(*a), "a share")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_calls_only_what_the_module_of_the_right_function_knows(mutant: Mutant) -> None:
    known = {*vars(import_module(mutant.right.__module__)), *vars(builtins)}
    called = [
        instruction.argval
        for instruction in get_instructions(mutant.wrong)
        if instruction.opname == "LOAD_GLOBAL"
    ]
    assert [name for name in called if name not in known] == []


def test_a_mutant_is_in_place_for_as_long_as_it_is_meant_to_be() -> None:
    deployment = start(serving("old", 4), wanted("new", 4), POLICIES[0])
    (eager,) = [mutant for mutant in MUTANTS if mutant.name == "eager-shift"]
    with eager.in_place():
        # The table of edges has it as well as the module.
        assert open_edge(deployment, None) is not None
    assert open_edge(deployment, None) is None


def test_the_connectives_are_those_of_logic() -> None:
    for a, b in product((False, True), repeat=2):
        assert every(a, b) is (a and b)
        assert either(a, b) is (a or b)
        assert implies(a, b) is (not a or b)
