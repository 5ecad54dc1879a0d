"""How far each step goes.

The plan is never stored: here is the arithmetic that gives the next step from
the present one, in either direction. plan.py unfolds it for a reader.
"""

from rolling.core.deployment import Deployment, Spec
from rolling.core.stage import Direction


def start_count(spec: Spec) -> int:
    """Where the way forward starts: what the new fleet serves already, in a repair."""
    return min(spec.new.full, spec.new.count)


def drains_first(spec: Spec) -> bool:
    """True when instances of the old fleet may be missing, to make room.

    Then a step 0 comes before the first batch: the old fleet is asked for its floor, and bakes.
    """
    return any(fleet.floor < fleet.full for fleet in spec.old)


def next_up(deployment: Deployment) -> int:
    """How far the receiving side comes in the next step of this direction."""
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return min(spec.old_count, deployment.up + spec.pace.rollback_batch)
    return up_in_step(spec, deployment.stage.step + 1)


def up_in_step(spec: Spec, step: int) -> int:
    """How far the new fleet is to come in this step of the way forward, counted from 1."""
    shifted = spec.pace.first_shift + (step - 1) * spec.pace.next_shift
    return min(spec.new.full, start_count(spec) + shifted)


def is_last_step(deployment: Deployment) -> bool:
    """True when no further step of this direction follows."""
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return deployment.up == spec.old_count
    if spec.pace.termination_wait_seconds > 0:
        return is_termination_wait(deployment)
    return deployment.up == spec.new.full


def step_count(spec: Spec) -> int:
    """The number of steps forward: its shifts, and the termination wait if there is one."""
    return shift_count(spec) + (spec.pace.termination_wait_seconds > 0)


def shift_count(spec: Spec) -> int:
    """The number of steps forward that move traffic."""
    after_first = spec.new.full - start_count(spec) - spec.pace.first_shift
    return 1 + max(0, -(-after_first // spec.pace.next_shift))


def is_termination_wait(deployment: Deployment) -> bool:
    """True in the step forward that moves no traffic: blue/green's last bake."""
    spec, stage = deployment.spec, deployment.stage
    if spec.pace.termination_wait_seconds == 0 or stage.direction is Direction.BACK:
        return False
    return stage.step > shift_count(spec)


def bake_seconds(deployment: Deployment) -> int:
    """The length of the baking period of this step."""
    spec = deployment.spec
    if is_termination_wait(deployment):
        return spec.pace.termination_wait_seconds
    return spec.pace.wait_interval_seconds


def deadline_seconds(deployment: Deployment) -> int:
    """The limit of the present direction, in seconds from its beginning.

    AWS calls the termination wait one "after the completion of an endpoint
    deployment", so its length does not count against the limit.
    """
    spec = deployment.spec
    if is_termination_wait(deployment):
        return spec.deadline_seconds + spec.pace.termination_wait_seconds
    return spec.deadline_seconds


def restored_counts(spec: Spec, up: int) -> tuple[int, ...]:
    """How `up` restored instances spread over the old fleets: the oldest is full first.

    "Drained newest first, restored in reverse." In the order of `spec.old`.
    """
    counts: list[int] = []
    for fleet in reversed(spec.old):
        counts.append(min(fleet.count, up - sum(counts)))
    return tuple(reversed(counts))


def needed_counts(deployment: Deployment) -> tuple[int, ...]:
    """The counts that the receiving fleets must have before this step shifts traffic.

    In the order of `deployment.receiving`.
    """
    spec = deployment.spec
    if deployment.direction is Direction.BACK:
        return restored_counts(spec, deployment.up)
    return (min(deployment.new.asked, spec.new.full),)


def restorable(deployment: Deployment) -> int:
    """How many old instances, oldest fleet first, are in service without provisioning."""
    total = 0
    for spec, fleet in zip(reversed(deployment.spec.old), reversed(deployment.old), strict=True):
        total += min(spec.count, fleet.in_service)
        if fleet.in_service < spec.count:
            break
    return total


def steps_back(deployment: Deployment) -> int:
    """The number of steps of the way back, of a deployment that is on it.

    Right once the first step has counted what is there: until then nothing is restored.
    """
    missing = deployment.spec.old_count - deployment.up
    return deployment.stage.step + -(-missing // deployment.spec.pace.rollback_batch)


def most_steps_back(deployment: Deployment) -> int:
    """The most steps that the way back has, or would have from here or later.

    The first step restores what is there, which may be nothing, and any other a batch.
    """
    if deployment.direction is Direction.BACK:
        return steps_back(deployment)
    spec = deployment.spec
    return 1 - (-spec.old_count // spec.pace.rollback_batch)
