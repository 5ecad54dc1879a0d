"""The rollback estimate: what a rollback takes if nothing else goes wrong.

A plan needs the rollback from each bake. Rollbacks from later batches pass through the
states of those from earlier ones, so these states are walked only once. The live view
needs the rollback from each state, and cannot wait for a long walk.
"""

from collections.abc import Iterable, Iterator

from attrs import evolve

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.deployment import Deployment
from rolling.core.events import StopRequested
from rolling.core.fleet import Fleet
from rolling.core.stage import Phase
from rolling.core.transition import advance
from rolling.simulation.walk import Leftover, TimedState, committed_at, walk
from rolling.view.snapshots import RollbackEstimate

MOST_STATES = 1500
"""The longest walk for the live view, in states: about a tenth of a second. Our own limit."""


_StepBack = tuple[int, tuple[Fleet, ...], int]
"""What the rest of a rollback depends on, where a step begins."""

_Rests = dict[_StepBack, RollbackEstimate]
"""The rest of a rollback, from the beginning of each step that was walked."""


def rollback_estimate(
    deployment: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover] = ()
) -> RollbackEstimate | None:
    """The rollback from here, or the rest of the one in progress; only its batches are
    counted from its beginning.

    For a rollback in progress, `deployment` is the one that entered the current stage.
    `leftovers`: what earlier updates left alive, as of now. None if the deployment has
    ended, or can no longer roll back. The walk stops after MOST_STATES, or when it takes
    longer than the deployment's time limit.
    """
    turned = advance(deployment, StopRequested("you"))
    if turned.ended:
        return None
    found = _estimate(_soon_enough(walk(turned, settings, leftovers)), {})
    return evolve(found, batches=turned.stage.step - 1 + found.batches)


def rollback_estimates(
    bakes: Iterable[tuple[Deployment, Iterable[Leftover]]], settings: SimulationSettings
) -> list[RollbackEstimate]:
    """The rollbacks from several bakes of one deployment, each with the leftovers at that time."""
    rests: _Rests = {}
    return [
        _estimate(walk(advance(baking, StopRequested("you")), settings, leftovers), rests)
        for baking, leftovers in bakes
    ]


def _soon_enough(states: Iterable[TimedState]) -> Iterator[TimedState]:
    """The states up to the one at which the live view gives up."""
    for count, state in enumerate(states, start=1):
        yield state
        late = state.at_seconds > state.deployment.spec.deadline_seconds
        if late or count == MOST_STATES:
            return


def _estimate(states: Iterable[TimedState], rests: _Rests) -> RollbackEstimate:
    """The cost of the walk through `states`, to its end or until `rests` has the rest.

    Adds the rest from each step on the way to `rests`.
    """
    walked: list[TimedState] = []
    rest = None
    for state in states:
        walked.append(state)
        step_back = _step_back(state)
        rest = rests.get(step_back) if step_back else None
        if rest is not None:
            break
    last = walked[-1]
    if rest is None:
        commit_seconds = committed_at(walked) - last.at_seconds
        rest = RollbackEstimate(1, 0, last.alive, 0, commit_seconds, last.deployment.ended)
    peak = rest.peak_instances
    for state in reversed(walked):
        peak = max(peak, state.alive)
        step_back = _step_back(state)
        if step_back:
            rests[step_back] = _since(state, last, rest, peak)
    return _since(walked[0], last, rest, peak)


def _since(
    state: TimedState, last: TimedState, rest: RollbackEstimate, peak: int
) -> RollbackEstimate:
    """The estimate from `state`, given `rest`, the estimate from `last`, later in the walk."""
    seconds = last.at_seconds - state.at_seconds
    return RollbackEstimate(
        rest.batches + last.deployment.stage.step - state.deployment.stage.step,
        rest.provisioned_instances + _old_asked(last) - _old_asked(state),
        peak,
        rest.least_seconds + seconds,
        rest.commit_seconds + seconds,
        rest.whole,
    )


def _step_back(state: TimedState) -> _StepBack | None:
    """The key that determines the rest of a walk from the start of a step; otherwise None.

    A step begins when everything before it is done: nothing is terminating, and only
    its batch is launching. This does not hold for the first step.
    """
    deployment = state.deployment
    if deployment.phase is not Phase.PROVISIONING or deployment.stage.step == 1:
        return None
    return deployment.up, deployment.fleets, state.lasts_seconds


def _old_asked(state: TimedState) -> int:
    return sum([fleet.asked for fleet in state.deployment.old])
