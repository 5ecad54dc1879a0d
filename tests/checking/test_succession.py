"""No driver of an update that is over is obeyed in the next one, and the rightful one always is."""

from collections.abc import Callable, Iterator

import pytest

from rolling import (
    ENDS,
    BlueGreenUpdatePolicy,
    Deployment,
    Phase,
    RollingUpdatePolicy,
    UpdatePolicy,
    instances,
    percent,
    serving,
    start,
    wanted,
)
from rolling.checking import DeploymentModel, Limits, Situation, Step, explore
from rolling.checking.succession import (
    Accepted,
    Mark,
    Succession,
    SuccessionModel,
    next_update,
    told,
)
from rolling.checking.world import shares

pytestmark = pytest.mark.slow

ROLLING = RollingUpdatePolicy(percent(50), 60, instances(1))
BLUE_GREEN = BlueGreenUpdatePolicy(termination_wait_seconds=60)


def succession(
    size: int,
    configuration: str,
    *after: Phase,
    policy: UpdatePolicy = ROLLING,
    limits: Limits | None = None,
    model: type[SuccessionModel] = SuccessionModel,
) -> SuccessionModel:
    """An update from a to b, and after such an end one to this configuration."""

    def then(ended: Deployment) -> Deployment | None:
        return next_update(ended, configuration, size, policy) if ended.phase in after else None

    first = start(serving("a", size), wanted("b", size), policy, ["p99"])
    return model(first, then, limits)


SUCCESSIONS: dict[str, tuple[Callable[[], SuccessionModel], int]] = {
    "any end, then a third": (lambda: succession(1, "c", *ENDS), 10_323),
    "succeeded, then back": (lambda: succession(1, "a", Phase.SUCCEEDED), 2_755),
    "rolled back, then again": (lambda: succession(1, "b", Phase.ROLLED_BACK), 3_719),
    "failed, then to the new": (lambda: succession(1, "b", Phase.ROLLBACK_FAILED), 4_215),
    "failed, then to the old": (lambda: succession(1, "a", Phase.ROLLBACK_FAILED), 3_175),
    "any end, then a third, blue/green": (
        lambda: succession(1, "c", *ENDS, policy=BLUE_GREEN),
        11_661,
    ),
    "succeeded, then back, shifts stall": (
        lambda: succession(1, "a", Phase.SUCCEEDED, limits=Limits(stalls=1)),
        4_818,
    ),
    "two, succeeded, then a third": (lambda: succession(2, "c", Phase.SUCCEEDED), 10_304),
    "two, failed, then to the old": (lambda: succession(2, "a", Phase.ROLLBACK_FAILED), 19_008),
}
"""Each with its count of states."""


@pytest.mark.parametrize("name", SUCCESSIONS)
def test_the_fence_holds_between_two_updates(name: str) -> None:
    model, states = SUCCESSIONS[name]
    found = explore(model())
    assert found.complete
    assert not found.violations, "\n\n".join(map(told, found.violations))
    assert found.states == states
    # A frozen driver woke: with commands of before the end, and with that of the end.
    assert found.coverage["REFUSED"] > 0 and found.coverage["REPEATED"] > 0


@pytest.mark.parametrize("configuration", ["a", "b"])
def test_the_next_update_finds_the_world_as_the_first_left_it(configuration: str) -> None:
    begun = [
        (before.situation, step.state.situation)
        for before, step in steps(succession(2, configuration, Phase.ROLLBACK_FAILED))
        if isinstance(step.label, Accepted)
    ]
    mixes = {there(after) for _, after in begun}
    assert {there(before) for before, _ in begun} == mixes
    assert len(mixes) == 6
    assert {after.deployment.spec.generation for _, after in begun} == {2}


def there(situation: Situation) -> frozenset[tuple[str, int, int, str]]:
    """What is really there: of each configuration, in service and alive, and its traffic."""
    world, spec = situation.world, situation.deployment.spec
    fleets = zip(spec.fleets, world.in_service, world.alive, shares(world.split), strict=True)
    return frozenset(
        (fleet.configuration, serving, alive, str(share))
        for fleet, serving, alive, share in fleets
        if alive or share.part
    )


def steps(model: SuccessionModel) -> Iterator[tuple[Succession, Step[Succession]]]:
    """Every step that can be taken, with the state before it."""
    states = list(model.initial())
    met = set(states)
    for state in states:
        for step in model.steps(state):
            yield state, step
            if step.state not in met:
                met.add(step.state)
                states.append(step.state)


def stages_only(kept: Mark, offered: Mark) -> bool:
    return offered.stage < kept.stage


def test_an_update_whose_driver_is_refused_never_ends() -> None:
    """The liveness that is owed to the second update is one that a wrong fence breaks."""
    first = start(serving("a", 1), wanted("b", 1), ROLLING)
    model = SuccessionModel(
        first, lambda ended: next_update(ended, "c", 1, ROLLING), refuses=stages_only
    )
    broken = {violation.property for violation in explore(model).violations}
    assert {"the_rightful_driver_is_never_refused", "l3_everything_leads_to_an_end"} <= broken


COME_TRUE = DeploymentModel(start(serving("a", 1), wanted("b", 1), ROLLING)).goals()[
    "l4_an_end_comes_true"
]


class TooSoon(SuccessionModel):
    """The next update is accepted as soon as the end has come true, told to the world or not."""

    def is_over(self, first: Situation) -> bool:
        """True once nothing of the end is left to do."""
        return COME_TRUE.met(first)


def test_an_update_is_over_only_once_the_world_was_given_its_end() -> None:
    """Accepted before that, the next one meets a frozen driver who is ahead of the fence."""
    model = succession(2, "a", Phase.ROLLBACK_FAILED, model=TooSoon)
    violation = explore(model).violation_of("no_stale_command_is_carried_out")
    assert violation is not None
    assert told(violation).splitlines()[-4:] == [
        " 17. The driver freezes, about to send what is due. Another takes over.",
        " 18. The deadline of the way back is over: back 2.1 provisioning becomes back 2.1 "
        "rollback_failed.",
        " 19. Update 2 is accepted, to a.",
        " 20. The frozen driver wakes and sends what was due in back 2.1 provisioning of update 1. "
        "The world carries it out.",
    ]
