"""The one loop of the lifecycle that takes any number of turns within one event.

On the way back, batches that already serve their share are passed over without
waiting: provisioning, shifting, cleaning and provisioning again, all silent, as
often as there are such batches. A proof cannot go round a number of times that
it does not know. So the loop is cut at its head, a batch that is in service as
soon as it is asked for, and gone on with from that head *in any turn*: the same
fleets, some steps and as many batches later. One turn from there leaves the
loop, or comes to such a head again, a step further: both are shown.
"""

from collections.abc import Callable, Iterator

from attrs import evolve

from rolling.core.deployment import Deployment
from rolling.core.lifecycle import Edge, Trigger, open_edge
from rolling.core.provisioning import is_batch_in_service
from rolling.core.stage import Direction, Phase, Stage
from specs.proof.discharge import Claim, all_of
from specs.proof.formula import Assignment
from specs.proof.invariant import Traffic, invariant
from specs.proof.logic import either, every
from specs.proof.search import Search
from specs.proof.stand_ins import smaller


class Around(Exception):
    """A turn of the loop has come back to its head."""


class CutLoop:
    """`open_edge` of the lifecycle, with the loop cut.

    Use one for one event. `numbers` are the plain ones of a replay, None while
    they are unknown. `traffic` says where it may be at a head. `edges` are the
    names of those that were followed; `claims` is what is to be true for the cut
    to be right. Raises Around where a second turn would begin.
    """

    def __init__(
        self,
        search: Search,
        numbers: Assignment | None,
        traffic: Callable[[Deployment], Traffic],
    ) -> None:
        self._search = search
        self._numbers = numbers
        self._traffic = traffic
        self._turn: tuple[Deployment, Deployment] | None = None
        self.edges: tuple[str, ...] = ()
        self.claims: tuple[Claim, ...] = ()

    def __call__(self, deployment: Deployment, trigger: Trigger | None) -> Edge | None:
        """The edge that is open; at the head of the loop, one that goes on from any turn."""
        edge = open_edge(deployment, trigger)
        if edge is None:
            return None
        self.edges += (edge.name,)
        if trigger is not None or not _is_head(deployment):
            return edge
        traffic = self._traffic(deployment)
        self.claims += (all_of("invariant", lambda: invariant(deployment, traffic)),)
        if self._turn is not None:
            self.claims += tuple(_turn_claims(*self._turn, deployment))
            raise Around
        later = self._some_later(deployment, traffic)
        self._turn = deployment, later
        return evolve(edge, effect=lambda _, cause: edge.effect(later, cause))

    def _some_later(self, head: Deployment, traffic: Traffic) -> Deployment:
        names = ("later step", "later up")
        if self._numbers is not None:
            return _at(head, *[self._numbers[name] for name in names])
        step, up = [self._search.number(name) for name in names]
        later = _at(head, step, up)
        self._search.assume(
            is_turns_later(head, later),
            is_batch_in_service(later),
            *invariant(later, traffic).values(),
        )
        return later


def _is_head(deployment: Deployment) -> bool:
    place = deployment.direction, deployment.phase
    return place == (Direction.BACK, Phase.PROVISIONING)


def _at(head: Deployment, step: int, up: int) -> Deployment:
    stage = head.stage
    return head.enter(Stage(stage.direction, step, stage.attempt, stage.phase), up=up)


def is_turns_later(head: Deployment, later: Deployment) -> bool:
    """True when `later` is as many batches further than `head` as it is steps, and no step idle."""
    steps, batch = later.stage.step - head.stage.step, head.spec.pace.rollback_batch
    return every(
        steps >= 0,
        later.up == smaller(head.spec.old_count, head.up + steps * batch),
        either(steps == 0, head.up + (steps - 1) * batch < head.spec.old_count),
    )


def _turn_claims(head: Deployment, before: Deployment, after: Deployment) -> Iterator[Claim]:
    yield Claim("a turn of the loop is a step and a batch", lambda: is_turns_later(head, after))
    yield Claim(
        "a turn of the loop changes nothing but the step",
        lambda: after == _at(before, after.stage.step, after.up),
    )
    yield Claim(
        "every turn comes further, so the loop has an end",
        lambda: every(after.stage.step > before.stage.step, after.up > before.up),
    )
