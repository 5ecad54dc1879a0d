"""A wrong core has its rule replaced wherever it is used, and leaves the real core alone."""

import sys
from collections.abc import Callable

import pytest

from rolling import (
    BakeVerdict,
    Deployment,
    Edge,
    Fleet,
    Pace,
    Phase,
    RollingUpdatePolicy,
    Share,
    due,
    evaluate_bake,
    follow,
    instances,
    percent,
    roll_back,
    serving,
    start,
    wanted,
)
from rolling.checking import EXCEPTION, DeploymentModel, Exploration, Situation, explore
from rolling.checking.wrong_core import ChangedEdges, Core, Replacement, in_place_of, source_of
from rolling.core.capacity import CapacitySize, instances_for
from rolling.core.cleaning import is_clean
from rolling.core.fleet import FleetSpec
from rolling.core.lifecycle import EDGES, open_edge
from rolling.core.pace import bake_seconds, is_last_step
from rolling.core.policy import pace_of
from rolling.core.provisioning import is_batch_in_service
from rolling.core.stage import Stage
from rolling.core.transition import trigger_of
from tests.checking.museum.exhibit import Update
from tests.checking.museum.exhibits import EXHIBITS

NONE, HALF, ALL = Share(0, 1), Share(1, 2), Share(1, 1)


def begun(start: Callable[..., Deployment] = start) -> Deployment:
    policy = RollingUpdatePolicy(instances(1), 60, instances(1))
    return start(serving("a", 2), wanted("b", 2), policy, ["p99"])


def explored(core: Core) -> Exploration[Situation]:
    return explore(DeploymentModel(begun(core.own(start)), follow=core.own(follow)))


OURS = explore(DeploymentModel(begun()))

RULES = (
    evaluate_bake,
    instances_for,
    is_batch_in_service,
    is_last_step,
    pace_of,
    roll_back,
    trigger_of,
    Fleet.seen,
    Fleet.needed,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__qualname__))
def test_a_rule_replaced_by_itself_gives_our_core(rule: Callable[..., object]) -> None:
    same = explored(Replacement(rule, source_of(rule)).core())
    assert same.violations == ()
    assert (same.states, same.steps, same.coverage) == (OURS.states, OURS.steps, OURS.coverage)


def test_the_same_edges_give_our_core() -> None:
    same = explored(ChangedEdges(lambda edge: edge).core())
    assert same.violations == ()
    assert (same.states, same.steps, same.coverage) == (OURS.states, OURS.steps, OURS.coverage)


def test_no_wrong_core_touches_the_real_one() -> None:
    deployment, modules = begun(), dict(sys.modules)
    for exhibit in EXHIBITS:
        if isinstance(exhibit.begin, Update):
            core = exhibit.change.core()
            assert core.own(follow) is not follow
            exhibit.begin.begun_by(core.own(start))
    assert sys.modules == modules
    assert vars(sys.modules["rolling.core.transition"])["follow"] is follow
    assert vars(sys.modules["rolling.core.lifecycle"])["EDGES"] is EDGES
    assert begun() == deployment


@in_place_of(instances_for)
def one_more(share: Share, floor: int) -> int:
    return -(-floor * share.part // share.whole) + 1


def test_a_replaced_rule_is_used_by_methods() -> None:
    theirs = one_more.core().own(Fleet)
    assert (Fleet(4, 4, 4, HALF).needed(4), theirs(4, 4, 4, HALF).needed(4)) == (2, 3)


@in_place_of(is_batch_in_service)
def never(deployment: Deployment) -> bool:
    return False


def test_a_replaced_rule_is_used_by_the_edges() -> None:
    launched = begun().knowing(fleets=(Fleet(1, 1, 1, NONE), Fleet(2, 2, 2, ALL)))
    assert open_edge(launched, None) is not None
    assert never.core().own(open_edge)(launched, None) is None


@in_place_of(bake_seconds)
def no_time(deployment: Deployment) -> int:
    return 0


def test_a_replaced_rule_is_used_by_what_is_asked_for_later() -> None:
    deployment = begun()
    baking = deployment.enter(deployment.stage.enter(Phase.BAKING))
    assert due(baking).interval_seconds == 60
    assert no_time.core().own(due)(baking).interval_seconds == 0


@in_place_of(CapacitySize.count_in)
def rounds_up(self: CapacitySize, fleet_size: int) -> int:
    return -(-fleet_size * self.value // 100)


def test_a_method_is_replaced_in_a_class_of_its_own() -> None:
    core = rounds_up.core()
    assert (percent(34).count_in(10), core.own(percent)(34).count_in(10)) == (3, 4)
    assert core.own(CapacitySize) is not CapacitySize


def test_a_class_without_a_rule_is_the_real_one() -> None:
    core = one_more.core()
    for shared in (
        Deployment,
        Edge,
        FleetSpec,
        Pace,
        RollingUpdatePolicy,
        Share,
        Stage,
        BakeVerdict,
    ):
        assert core.own(shared) is shared


def test_what_fails_in_a_replaced_rule_is_found() -> None:
    nameless = Replacement(is_clean, "def is_clean(deployment):\n    return nowhere_defined\n")
    assert explored(nameless.core()).violation_of(EXCEPTION) is not None


@pytest.mark.parametrize("thing", [Deployment.enter, Stage.enter, explore, Deployment])
def test_what_is_no_rule_of_the_core_is_not_replaced(thing: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="is not a rule"):
        Replacement(thing, "def other():\n    return None\n").core()


@pytest.mark.parametrize("text", ["", "x = 1", "def a():\n    pass\n\ndef b():\n    pass\n"])
def test_a_rule_is_one_def(text: str) -> None:
    with pytest.raises(ValueError, match="a single def"):
        Replacement(is_clean, text).core().own(is_clean)


@in_place_of(Fleet.seen)
def believes(self: Fleet, in_service: int, alive: int) -> Fleet:
    """Another docstring."""
    in_service, alive = in_service, max(alive, self.asked)
    if in_service == self.in_service and alive == self.alive:
        return self
    return Fleet(self.asked, in_service, alive, self.share)


def test_a_difference_is_one_of_the_body() -> None:
    assert believes.diff() == (
        "--- rolling/core/fleet.py\n"
        "@@ Fleet.seen @@\n"
        ' def seen(self, in_service: int, alive: int) -> "Fleet":\n'
        "-    in_service, alive = min(in_service, self.asked), max(alive, self.asked)\n"
        "+    in_service, alive = in_service, max(alive, self.asked)\n"
        "     if in_service == self.in_service and alive == self.alive:\n"
        "         return self\n"
        "     return Fleet(self.asked, in_service, alive, self.share)"
    )


def test_a_difference_of_edges_names_them() -> None:
    last = EDGES[-1]
    missing = ChangedEdges(lambda edge: None if edge is last else edge)
    assert missing.diff() == f"--- rolling/core/lifecycle.py\n@@ EDGES @@\n-{last.name}"
