"""Baking: watch the alarms for the whole interval, and judge.

"The baking period is a set amount of time to monitor the new fleet before
proceeding to the next deployment stage." The last bake is judged like any other:
an alarm in it turns the deployment back. Once it has passed, nothing does.
"""

from enum import Enum

from rolling.core.deployment import Deployment
from rolling.core.events import AlarmsRead, Reading
from rolling.core.gate import awaits_continuation
from rolling.core.provisioning import is_batch_in_service
from rolling.core.stage import Phase


class BakeVerdict(Enum):
    """What a reading of the alarms says of a bake."""

    TRIPPED = "alarm tripped"
    HELD = "bake held open"
    PASSED = "bake passed"


def begin_bake(deployment: Deployment) -> Deployment:
    """Start the baking period of this attempt."""
    return deployment.enter(deployment.stage.enter(Phase.BAKING))


def evaluate_bake(deployment: Deployment, reading: AlarmsRead) -> BakeVerdict:
    """Judge a bake by one reading of its alarms.

    TRIPPED: an alarm is in ALARM, at whatever moment of the interval.
    PASSED: this reading was taken after the interval, every alarm could be
    read, no instance of the batch is missing, and a gate was continued.
    HELD: anything else. An alarm that cannot be read holds the bake open; the
    deadline ends the waiting.
    """
    if tripped_alarms(deployment, reading):
        return BakeVerdict.TRIPPED
    complete = is_readable(deployment, reading) and is_batch_in_service(deployment)
    if reading.after_interval and complete and not awaits_continuation(deployment):
        return BakeVerdict.PASSED
    return BakeVerdict.HELD


def tripped_alarms(deployment: Deployment, reading: AlarmsRead) -> tuple[str, ...]:
    """The deployment's alarms that are in ALARM in a reading."""
    return tuple(
        [name for name in deployment.spec.alarms if (name, Reading.ALARM) in reading.readings]
    )


def is_readable(deployment: Deployment, reading: AlarmsRead) -> bool:
    """True when a reading says something of every alarm of the deployment."""
    unknown = {name for name, state in reading.readings if state is Reading.UNREADABLE}
    known = {name for name, _ in reading.readings} - unknown
    return known.issuperset(deployment.spec.alarms)
