"""The way home: what a rollback from here would take, or what is left of one under way.

The same walk that forecast.py makes for a plan, made for one state while somebody
watches: it is given up as soon as it is known to take too long, or to be too long
to be counted between two pictures.
"""

from collections.abc import Iterable

from attrs import frozen

from rolling.backends.simulated.settings import SimulationSettings
from rolling.core.deployment import Deployment
from rolling.core.outcome import Stopped
from rolling.core.pace import is_last_step
from rolling.core.rollback import roll_back
from rolling.core.stage import Direction, Phase
from rolling.simulation.forecast import Leftover, walk

MOST_MOMENTS = 1500
"""The longest walk, in states: about a tenth of a second. Ours."""


@frozen
class WayHome:
    """A way home.

    `batches`: its steps; of a rollback under way, those it has behind it too.
    `launched`: how many old instances must be had again. `peak_instances`: the
    most that exist at one moment of it. `least_seconds`: how long it takes at
    least. `whole`: it was walked to its end; otherwise it takes more than these.
    """

    batches: int
    launched: int
    peak_instances: int
    least_seconds: int
    whole: bool


def way_home(
    deployment: Deployment, settings: SimulationSettings, leftovers: Iterable[Leftover] = ()
) -> WayHome | None:
    """The way home of a deployment; of one going back, as it came into its stage.

    None where there is none: it has ended, or all traffic has arrived and nothing
    turns it back any more. `leftovers`: what earlier updates left alive, as of now.
    A walk is given up when it has taken longer than the deployment's time limit.
    """
    if deployment.ended:
        return None
    if deployment.direction is Direction.FORWARD:
        if deployment.phase is Phase.CLEANING and is_last_step(deployment):
            return None
        deployment = roll_back(deployment, Stopped("you"))
    asked = sum(fleet.asked for fleet in deployment.old)
    peak = 0
    for count, moment in enumerate(walk(deployment, settings, leftovers), start=1):
        peak = max(peak, moment.alive)
        late = moment.at_seconds > deployment.spec.deadline_seconds
        if moment.deployment.ended or late or count == MOST_MOMENTS:
            break
    launched = sum(fleet.asked for fleet in moment.deployment.old) - asked
    return WayHome(
        moment.deployment.stage.step, launched, peak, moment.at_seconds, moment.deployment.ended
    )
