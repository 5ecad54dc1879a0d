"""Searches of several paces share what they find out, and find what each finds alone.

That holds of wrong cores as well, whichever way they come to read the pace.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from attrs import astuple, evolve, frozen

from rolling import (
    DeadlineElapsed,
    Deployment,
    Edge,
    Event,
    Spec,
    SplitSettled,
    StopRequested,
    follow,
    instances,
    start,
)
from rolling.checking import DeploymentModel, Limits, explain, explore
from rolling.checking.sweep import Case, CaseChecker, CaseVerdict, HowToCheck, all_fleets, cases
from rolling.checking.transition_cache import Follow
from rolling.core.pace import step_count
from rolling.core.policy import Pace
from tests.checking.museum.exhibit import Exhibit, Update
from tests.checking.museum.exhibits import EXHIBITS
from tests.checking.test_cores_that_heed_too_little import CORES
from tests.cli import wrong_cores

pytestmark = pytest.mark.slow

PACES = ((1, 1), (1, 3), (2, 1), (2, 3))
"""The batch and the rollback batch of each search, of four instances."""

STATE_LIMIT = 1_500
"""There are cores that never come to an end."""

Followed = tuple[Deployment, tuple[Edge, ...]]


@frozen
class Found:
    """What a search found: all that is said of it."""

    states: int
    steps: int
    deployments: int
    complete: bool
    coverage: Counter[str]
    violations: tuple[str, ...]

    @classmethod
    def by(cls, model: DeploymentModel) -> "Found":
        found = explore(model, state_limit=STATE_LIMIT)
        told = tuple([f"{broken.property}: {explain(broken)}" for broken in found.violations])
        return cls(
            found.states, found.steps, model.deployments, found.complete, found.coverage, told
        )


def deployments(start: Callable[..., Deployment] = start) -> list[Deployment]:
    return [Update(4, 4, instances(batch), back).begun_by(start) for batch, back in PACES]


def alone(begun: list[Deployment], core: Follow) -> list[Found]:
    return [Found.by(DeploymentModel(each, Limits(), follow=core)) for each in begun]


def shared(begun: list[Deployment], core: Follow) -> list[Found]:
    model = DeploymentModel(begun[0], Limits(), follow=core)
    found = []
    for each in begun:
        model.restart(each)
        found.append(Found.by(model))
        assert model.shares
    return found


def test_what_is_shared_is_not_asked_of_the_core_again() -> None:
    calls: Counter[str] = Counter()

    def counted(name: str, deployment: Deployment, event: Event) -> Followed:
        calls[name] += 1
        return follow(deployment, event)

    begun = deployments()
    found = alone(begun, partial(counted, "alone"))
    assert found == shared(begun, partial(counted, "shared"))
    assert all(each.complete and not each.violations for each in found)
    assert calls["shared"] < calls["alone"] / 2


def test_what_was_found_before_anything_was_shared_is_not_shared() -> None:
    first, second, *_ = deployments()
    model = DeploymentModel(first)
    explore(model)
    model.restart(second)
    assert [Found.by(model)] == alone([second], follow)


@pytest.mark.parametrize("core", [core for core, _ in CORES.values()], ids=CORES)
def test_a_core_that_heeds_too_little_is_found_the_same(core: Follow) -> None:
    verdicts = verdicts_of(core, shares=False)
    assert any(verdict.found for verdict in verdicts)
    assert verdicts_of(core, shares=True) == verdicts


@pytest.mark.parametrize(
    "core",
    [wrong_cores.gives_up_the_old_batch_at_the_shift, wrong_cores.cannot_count],
    ids=lambda core: core.__name__,
)
def test_a_core_that_does_damage_or_raises_is_found_the_same(core: Follow) -> None:
    begun = deployments()
    found = alone(begun, core)
    assert any(each.violations for each in found)
    assert shared(begun, core) == found


OF_ONE_UPDATE = [exhibit for exhibit in EXHIBITS if isinstance(exhibit.begin, Update)]


@pytest.mark.parametrize("exhibit", OF_ONE_UPDATE, ids=[each.name for each in OF_ONE_UPDATE])
def test_an_exhibit_of_the_museum_is_found_the_same(exhibit: Exhibit) -> None:
    core = exhibit.change.core()
    begun = deployments(core.own(start))
    assert shared(begun, core.own(follow)) == alone(begun, core.own(follow))


# --- cores that are wrong under some paces alone ---


def _matches(spec: Spec) -> bool:
    match spec:
        case Spec(pace=Pace(rollback_batch=3)):
            return True
        case _:
            return False


OF_BACK_BY_THREE = deployments()[1].spec.pace
CONDITIONS: dict[str, Callable[[Spec], bool]] = {
    "a field": lambda spec: spec.pace.rollback_batch == 3,
    "its equal": lambda spec: spec.pace == OF_BACK_BY_THREE,
    "the equal spec": lambda spec: spec == evolve(spec, pace=OF_BACK_BY_THREE),
    "its hash": lambda spec: spec.pace in {OF_BACK_BY_THREE},
    "its words": lambda spec: "rollback_batch=3" in str(spec),
    "its values": lambda spec: astuple(spec.pace)[3] == 3,
    "a pattern": _matches,
    "a rule of it": lambda spec: step_count(spec) == 4,
}


def without_deadline(condition: Callable[[Spec], bool]) -> Follow:
    """A core that knows no deadline under some paces."""

    def core(deployment: Deployment, event: Event) -> Followed:
        if isinstance(event, DeadlineElapsed) and condition(deployment.spec):
            return deployment, ()
        return follow(deployment, event)

    return core


def takes_in_what_is_late(condition: Callable[[Spec], bool]) -> Follow:
    """A core to which a split is news whenever it was seen, under some paces."""

    def core(deployment: Deployment, event: Event) -> Followed:
        late = isinstance(event, SplitSettled) and event.stage != deployment.stage
        if late and not deployment.ended and condition(deployment.spec):
            return evolve(deployment, settled=True), ()
        return follow(deployment, event)

    return core


@pytest.mark.parametrize("wrong", [without_deadline, takes_in_what_is_late])
@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_a_core_that_is_wrong_under_some_paces_is_found_under_those(
    wrong: Callable[[Callable[[Spec], bool]], Follow], condition: Callable[[Spec], bool]
) -> None:
    begun = deployments()
    found = alone(begun, wrong(condition))
    assert {bool(each.violations) for each in found} == {True, False}
    assert shared(begun, wrong(condition)) == found


# --- cores that make specs of their own ---


def hurries_home(deployment: Deployment, event: Event) -> Followed:
    """A stop makes the way back a quicker one."""
    after, edges = follow(deployment, event)
    if isinstance(event, StopRequested) and edges:
        pace = evolve(after.spec.pace, rollback_batch=after.spec.old_count)
        after = evolve(after, spec=evolve(after.spec, pace=pace))
    return after, edges


def copies_its_spec(deployment: Deployment, event: Event) -> Followed:
    """The spec after a stop is equal, and not the same."""
    after, edges = follow(deployment, event)
    if isinstance(event, StopRequested) and edges:
        after = evolve(after, spec=evolve(after.spec, pace=evolve(after.spec.pace)))
    return after, edges


def verdicts_of(core: Follow, *, shares: bool) -> list[CaseVerdict]:
    how = HowToCheck(state_limit=STATE_LIMIT, follow=core)
    checker = CaseChecker(how, shares=shares)
    found = [checker.check(Case(4, 4, *pace)) for pace in PACES]
    return [evolve(verdict, seconds=0) for verdict in found]


@pytest.mark.parametrize("core", [hurries_home, copies_its_spec], ids=lambda core: core.__name__)
def test_a_core_that_makes_specs_of_its_own_shares_nothing(core: Follow) -> None:
    deployment, *_ = deployments()
    model = DeploymentModel(deployment, follow=core)
    model.restart(deployment)
    explore(model)
    assert not model.shares
    assert verdicts_of(core, shares=True) == verdicts_of(core, shares=False)


# --- sweeps ---


def test_a_sweep_finds_in_every_case_what_that_case_finds_alone() -> None:
    """Also where something is lost, with other fleets between, and in any order."""
    how = HowToCheck(losses=1)
    every = [case for pair in all_fleets((2, 3), (2, 2)) for case in cases(*pair)]
    by_size = sorted(every, key=lambda case: (case.rollback_batch, case.batch))
    together, apart = CaseChecker(how), CaseChecker(how, shares=False)
    for case in (*every, *by_size):
        found, expected = (evolve(each.check(case), seconds=0) for each in (together, apart))
        assert found == expected
