"""Gates: bakes that pass only once they are continued.

A gate is no phase of its own. It is a bake that is held open until `Continued`
comes for its stage, so alarms, the deadline, a stop and a lost instance act as in
any bake. To go back by hand is a stop. Ours: SageMaker has no gates.
"""

from rolling.core.deployment import Deployment, Gates, GateTimeoutAction, Spec
from rolling.core.errors import Problem, range_problem
from rolling.core.events import Continued, GateElapsed
from rolling.core.pace import bake_seconds, step_count
from rolling.core.stage import Phase

LONGEST_GATE_SECONDS = 28_800
"""The longest a gate waits: as long as a whole direction may take."""

GATE_TIMEOUT = "the gate's timeout"
"""Who continued, where it was the timeout."""


def is_gate(deployment: Deployment) -> bool:
    """True when the bake of this step passes only once it is continued."""
    gates, step = deployment.spec.gates, deployment.stage.step
    if gates is None or step == 0:
        return False
    return gates.steps is None or step in gates.steps


def awaits_continuation(deployment: Deployment) -> bool:
    """True in a bake at a gate that was not continued yet; before its interval is over, too."""
    if deployment.stage.phase is not Phase.BAKING or deployment.continued_by is not None:
        return False
    return is_gate(deployment)


def concerns_gate(deployment: Deployment, event: Continued | GateElapsed) -> bool:
    """True when an event is about exactly the bake that awaits its continuation now."""
    return event.stage == deployment.stage and awaits_continuation(deployment)


def turns_back_at_timeout(deployment: Deployment) -> bool:
    """True when this gate undoes the deployment if it is not continued in time."""
    gates = deployment.spec.gates
    return gates is not None and gates.on_timeout is GateTimeoutAction.ROLL_BACK


def gate_seconds(deployment: Deployment) -> int | None:
    """When the gate of this step times out, in seconds from the beginning of its bake.

    The gate waits from the end of the interval on. None where there is no gate.
    """
    gates = deployment.spec.gates
    if gates is None or not is_gate(deployment):
        return None
    return bake_seconds(deployment) + gates.timeout_seconds


def gate_problems(gates: Gates | None) -> list[Problem]:
    """Everything about gates that no update can have."""
    if gates is None:
        return []
    longest = LONGEST_GATE_SECONDS
    found = [range_problem("Gates.TimeoutInSeconds", gates.timeout_seconds, 1, longest, " seconds")]
    if not isinstance(gates.on_timeout, GateTimeoutAction):
        # Anything else would silently continue.
        rule = f"must be {' or '.join(map(str, GateTimeoutAction))}"
        found.append(Problem("Gates.TimeoutAction", gates.on_timeout, rule))
    if gates.steps is not None and not gates.steps:
        rule = "must name a batch; leave it out for a gate after each"
        found.append(Problem("Gates.Batches", [], rule, [1]))
    return [problem for problem in found if problem is not None]


def gated_step_problems(spec: Spec) -> list[Problem]:
    """The gates of an update that are after none of its steps."""
    steps, named = step_count(spec), () if spec.gates is None else spec.gates.steps or ()
    found = [
        range_problem(f"Gates.Batches[{place}]", step, 1, steps, f" of {steps} steps")
        for place, step in enumerate(named)
    ]
    return [problem for problem in found if problem is not None]
