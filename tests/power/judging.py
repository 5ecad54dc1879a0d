"""Judging: what the explorer finds in a core, and what of its behaviour can be told apart.

Loaded in a process of its own, in which one module of `rolling.core` may be a mutant.
"""

from rolling.checking import DeploymentModel, explore
from rolling.checking.explorer import EXCEPTION
from rolling.core.deployment import Deployment
from rolling.core.desired import due
from rolling.core.errors import InvalidInput
from rolling.core.events import Event
from rolling.core.lifecycle import Edge
from rolling.core.properties import START_PROPERTIES
from rolling.core.repair import fleets_left
from rolling.core.transition import advance, follow, start
from tests.power.updates import Update, updates

MOST_STATES = 20_000
"""A search that comes to more states has no end: the largest of ours has a fifth of them."""


Found = tuple[str, str, str, int]
"""What happened, in which update, the detail, and the behaviour as a number: a `Judgement`."""


def judge() -> Found:
    """Judge the core that is loaded in this process by every update."""
    seen = Behaviour()
    for number, update in enumerate(updates()):
        seen.by_advance = number == 0  # Once is enough: it is `follow` without the edges.
        found = _judge_one(update, seen)
        if found is not None:
            return found
    return ("passed", "", "", seen.number)


def _judge_one(update: Update, seen: "Behaviour") -> Found | None:
    name, asked = update.name, update.asked
    old = asked.old[0] if len(asked.old) == 1 else asked.old
    try:
        given = (old, asked.new, asked.policy, asked.alarms, asked.generation, asked.gates)
        deployment = start(*given)
    except InvalidInput as error:
        return ("refused", name, str(error), 0)
    for holds in START_PROPERTIES:
        if not holds(asked, deployment):
            return ("caught", name, holds.__name__, 0)
    seen.begin(deployment)
    model = DeploymentModel(deployment, update.limits, follow=seen.follow)
    found = explore(model, state_limit=MOST_STATES, stop_at_first=True)
    for violation in found.violations:
        what = "crashed" if violation.property == EXCEPTION else "caught"
        return (what, name, violation.detail or violation.property, 0)
    seen.end()
    return None if found.complete else ("endless", name, f"more than {MOST_STATES:,} states", 0)


class Behaviour:
    """All that a core was seen to do, in any order, as one number."""

    def __init__(self) -> None:
        self.by_advance = False
        self._seen: set[int] = set()
        self._met: dict[int, Deployment] = {}

    @property
    def number(self) -> int:
        """Equal for cores that did the same. Texts count: it is of this process and its forks."""
        return hash(frozenset(self._seen))

    def begin(self, deployment: Deployment) -> None:
        """Note what `start` made."""
        self._met = {_number(deployment): deployment}
        self._seen.add(hash((deployment.spec, _number(deployment))))

    def follow(self, before: Deployment, event: Event) -> tuple[Deployment, tuple[Edge, ...]]:
        """What the core does with an event; noted, where that is anything."""
        after, edges = follow(before, event)
        if self.by_advance:
            after = advance(before, event)
        if after is not before and after != before:
            self._met[_number(after)] = after
            same_spec = after.spec is before.spec or after.spec == before.spec
            ways = [(edge.direction, edge.phase, edge.target, edge.why) for edge in edges]
            told = (_number(before), event, _number(after), *ways, same_spec)
            self._seen.add(hash(told))
        return after, edges

    def end(self) -> None:
        """Note what can be told of each deployment that was met."""
        for number, deployment in self._met.items():
            left = fleets_left(deployment) if deployment.at_rest else None
            over = (deployment.outcome, deployment.leftover, deployment.at_rest, left)
            self._seen.add(hash((number, due(deployment), over)))


def _number(deployment: Deployment) -> int:
    """The state as a number, without its spec."""
    names = ("stage", "up", "fleets", "settled", "cause", "cut_short", "continued_by")
    return hash(tuple([getattr(deployment, name) for name in names]))
