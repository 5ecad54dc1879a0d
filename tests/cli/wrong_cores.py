"""Cores with one mistake each, to see what the command says of a policy that breaks a property.

Functions of a module, so that the processes of a sweep find them.
"""

import os
import signal

from attrs import evolve

from rolling import Deployment, Direction, Edge, Event, FleetsSeen, Phase, follow

Result = tuple[Deployment, tuple[Edge, ...]]


def gives_up_the_old_batch_at_the_shift(deployment: Deployment, event: Event) -> Result:
    """The old fleet is scaled in together with its share of the traffic, before the bake."""
    after, edges = follow(deployment, event)
    shifts = after.phase is Phase.SHIFTING and deployment.phase is not Phase.SHIFTING
    if not shifts or after.direction is Direction.BACK:
        return after, edges
    fleets = zip(after.spec.fleets, after.fleets, strict=True)
    return evolve(after, fleets=tuple([f.ask(f.needed(spec.full)) for spec, f in fleets])), edges


def cannot_count(deployment: Deployment, event: Event) -> Result:
    """It raises as soon as it has seen the first batch in service."""
    if isinstance(event, FleetsSeen) and event.fleets[0].in_service:
        raise LookupError("no such count")
    return follow(deployment, event)


def is_killed_with_its_process(deployment: Deployment, event: Event) -> Result:
    """A fleet of four is too much for the machine, which kills the process."""
    if deployment.spec.new.full == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return follow(deployment, event)
