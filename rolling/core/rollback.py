"""Rollback: turn a deployment that goes forward back.

"If an alarm is tripped during one of the baking periods, then traffic is
rolled back to the old fleet in batches of a size that you specify." From here
on the same walk goes in the other direction: the fleets that drained receive.
"""

from rolling.core.cleaning import trimmed_new
from rolling.core.deployment import Deployment
from rolling.core.outcome import Cause
from rolling.core.stage import Direction, Phase, Stage


def roll_back(deployment: Deployment, cause: Cause) -> Deployment:
    """Turn back, for `cause`, a deployment that goes forward and is not committed.

    The way back never scales the new fleet out: at once it is asked for no more
    than its traffic needs. The shift that was under way may or may not have been
    carried out. So the fleets must be seen before traffic moves, and the split
    that is then asked for must be seen even where it is the same as before.
    """
    return deployment.enter(
        Stage(Direction.BACK, 1, 1, Phase.PROVISIONING),
        up=0,
        fleets=(trimmed_new(deployment), *deployment.old),
        settled=False,
        cause=cause,
    )
