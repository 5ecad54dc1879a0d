"""What is true of every deployment that can be: the inductive invariant.

S1 to S6 alone are not inductive: they hold in states from which the next event
breaks them, but such states are never reached. Here belongs what is true of
those that are, strong enough to follow from itself over any event. It speaks of
one old fleet of n instances, replaced by a new one of n.

Every function takes plain deployments as well as unknown ones: that the
invariant holds wherever a random walk comes is a test of its own.
"""

from attrs import frozen

from rolling.core.capacity import ALL_TRAFFIC, NO_TRAFFIC, Share
from rolling.core.deployment import Deployment, Spec
from rolling.core.events import Event, SplitSettled
from rolling.core.pace import shift_count, step_count
from rolling.core.stage import ENDS, Direction, Phase
from specs.proof.logic import either, every, implies

Conditions = dict[str, bool]
"""Named conditions, all of which are to hold."""


@frozen
class Traffic:
    """Where the traffic may really be: the most that the new and the old fleet may get, in parts
    of the floor.

    It is known when the split was seen; every split that was asked for since
    then may still come about. The core keeps no such record: the proof does.
    """

    new: int
    old: int


def traffic_at_first(spec: Spec) -> Traffic:
    """All traffic is on the old fleet."""
    return Traffic(0, size(spec))


def traffic_after(traffic: Traffic, before: Deployment, event: Event, after: Deployment) -> Traffic:
    """Where it may be after an event.

    In a failed rollback nothing is asked for any more, and what was asked for
    last may still be on its way whatever is seen: so nothing is learnt there.
    """
    if before.ended or after.phase is Phase.ROLLBACK_FAILED:
        return traffic
    if (
        isinstance(event, SplitSettled)
        and event.stage == before.stage
        and event.split == before.split
    ):
        traffic = Traffic(*parts(before))
    new, old = parts(after)
    return Traffic(max(traffic.new, new), max(traffic.old, old))


def whole(spec: Spec) -> int:
    """n: the count of the whole new fleet, and of the whole old one."""
    return spec.new.full


def size(spec: Spec) -> int:
    """f: the floor of either fleet, in which shares are counted; n where none may be missing."""
    return spec.new.floor


def parts(deployment: Deployment) -> tuple[int, int]:
    """The asked shares of the new and of the old fleet, in parts of the floor."""
    n = size(deployment.spec)
    return _part(deployment.new.share, n), _part(deployment.old[0].share, n)


def _part(share: Share, n: int) -> int:
    return share.part * n // share.whole


# --- the spec -----------------------------------------------------------------


def spec_conditions(spec: Spec) -> Conditions:
    """What is true of the spec of every update of n instances to n instances.

    That `start` gives no other is shown, not assumed.
    """
    n, floor, pace = whole(spec), size(spec), spec.pace
    old = spec.old[0]
    common = {
        "one old fleet": len(spec.fleets) == 2,
        "the floor from 1 to n": every(1 <= floor, floor <= n),
        "one floor": old.floor == floor,
        "the new fleet starts with nothing": every(
            spec.new.count == 0, spec.new.share == NO_TRAFFIC
        ),
        "the old fleet is n": every(old.full == n, old.count == n),
        "the old fleet serves all": old.share == ALL_TRAFFIC,
        "first shift from 1 to n": pace.first_shift >= 1,
        "no negative wait": pace.termination_wait_seconds >= 0,
    }
    if pace.cleans_each_step:
        return common | {
            "one batch throughout": every(
                pace.first_shift == pace.provision_batch, pace.next_shift == pace.provision_batch
            ),
            "rollback batch from 1 to n": every(pace.rollback_batch >= 1, pace.rollback_batch <= n),
            "no termination wait": pace.termination_wait_seconds == 0,
            "a batch has what may be missing": n <= floor + pace.provision_batch,
            "the way back has no more room": either(
                floor == n, pace.rollback_batch <= pace.provision_batch
            ),
            "a batch from 1 to n": either(floor < n, pace.first_shift <= n),
        }
    return common | {
        "no shift of more than n": pace.first_shift <= n,
        "none may be missing": floor == n,
        "all is provisioned at once": pace.provision_batch == n,
        "all goes back at once": pace.rollback_batch == n,
        "linear, or the rest at once": either(
            pace.next_shift == pace.first_shift, pace.next_shift == n
        ),
    }


# --- the deployment -----------------------------------------------------------


def invariant(deployment: Deployment, traffic: Traffic) -> Conditions:
    """What is true of every deployment that can be."""
    conditions = _always(deployment, traffic)
    if deployment.phase is not Phase.ROLLBACK_FAILED:
        conditions |= _shares(deployment, traffic)
    match deployment.direction, deployment.phase:
        case Direction.FORWARD, Phase.SUCCEEDED:
            return conditions | _succeeded(deployment)
        case Direction.BACK, Phase.ROLLED_BACK:
            return conditions | _rolled_back(deployment)
        case Direction.BACK, Phase.ROLLBACK_FAILED:
            return conditions | _rollback_failed(deployment, traffic)
        case Direction.FORWARD, phase if phase not in ENDS:
            return conditions | _forward(deployment, traffic)
        case Direction.BACK, phase if phase not in ENDS and phase is not Phase.BAKING:
            return conditions | _back(deployment)
        case _:
            return {"a phase that is in the lifecycle": False}


def waits(deployment: Deployment) -> bool:
    """True unless a silent edge is open, as none is between two events."""
    new, old = deployment.new, deployment.old[0]
    match deployment.direction, deployment.phase:
        case Direction.FORWARD, Phase.PROVISIONING:
            return either(deployment.stage.step == 0, new.in_service < new.asked)
        case Direction.BACK, Phase.PROVISIONING:
            return either(deployment.stage.step == 1, old.in_service < deployment.up)
        case _, Phase.SHIFTING:
            return deployment.settled ^ True
        case _, Phase.CLEANING:
            return either(new.alive > new.asked, old.alive > old.asked)
        case _:
            return True


def _always(deployment: Deployment, traffic: Traffic) -> Conditions:
    n, floor, pace = whole(deployment.spec), size(deployment.spec), deployment.spec.pace
    new, old = deployment.new, deployment.old[0]
    alive = new.alive + old.alive
    gated_bake = deployment.phase is Phase.BAKING and deployment.spec.gates is not None
    return {
        "in service, asked, alive": every(
            *[
                every(0 <= fleet.in_service, fleet.in_service <= fleet.asked)
                & (fleet.asked <= fleet.alive)
                & (fleet.asked <= n)
                for fleet in deployment.fleets
            ]
        ),
        "the ceiling": either(
            alive <= floor + pace.provision_batch,
            every(floor == n, alive <= n + pace.rollback_batch, alive <= n + n),
        ),
        # Wherever the traffic really is, what is asked for carries it.
        "the new fleet carries what it may get": traffic.new <= new.asked,
        "the old fleet carries what it may get": traffic.old <= old.asked,
        "stage": every(
            deployment.stage.attempt >= 1,
            either(
                deployment.stage.step >= 1,
                every(deployment.stage.step == 0, floor < n)
                if deployment.direction is Direction.FORWARD
                else False,
            ),
        ),
        "continued at a gate alone": deployment.continued_by is None or gated_bake,
    }


def _shares(deployment: Deployment, traffic: Traffic) -> Conditions:
    n, (new, old) = size(deployment.spec), parts(deployment)
    return {
        "shares in parts of the floor": every(
            deployment.new.share.part * n == new * deployment.new.share.whole,
            deployment.old[0].share.part * n == old * deployment.old[0].share.whole,
        ),
        "shares sum to the whole": every(new >= 0, old >= 0, new + old == n),
        "the asked split may come about": every(new <= traffic.new, old <= traffic.old),
        "a settled split is known": implies(
            deployment.settled, every(new == traffic.new, old == traffic.old)
        ),
    }


def _forward(deployment: Deployment, traffic: Traffic) -> Conditions:
    spec, phase = deployment.spec, deployment.phase
    n, floor, pace = whole(spec), size(spec), spec.pace
    step, up = deployment.stage.step, deployment.up
    (part, _), new, old = parts(deployment), deployment.new, deployment.old[0]
    # The walk without its end: where it would be if the fleet had no limit.
    walked = pace.first_shift + (step - 1) * pace.next_shift
    last, cleaned = step_count(spec), phase is Phase.CLEANING
    if pace.cleans_each_step:
        asked = up
        kept = either(
            every(up <= floor, old.asked == floor - up), every(up >= floor, old.asked == 0)
        )
    else:
        asked = n
        kept = either(every(step == last, old.asked == n - up), every(step < last, old.asked == n))
    untouched = pace.cleans_each_step or old.asked == n
    return {
        "no cause yet": deployment.cause is None and deployment.cut_short is None,
        "up": every(up <= n, either(1 <= up, step == 0)),
        "the old fleet makes room first": either(floor == n, old.asked <= floor),
        "up is where the walk is": either(
            every(up == walked, walked <= n), every(up == n, walked >= n)
        ),
        "no step after the last": step <= last,
        "the last shift arrives": implies(step >= shift_count(spec), up == n),
        "before the last shift, more is to come": implies(step < shift_count(spec), up < n),
        "the new fleet's ask": new.asked == asked,
        "the old fleet's ask": kept if cleaned else untouched,
        "the share follows": part <= up
        if phase is Phase.PROVISIONING
        else either(every(up <= floor, part == up), every(up >= floor, part == floor)),
        "the new fleet may get no more than that": traffic.new <= part,
        "the split is seen": phase is Phase.SHIFTING or deployment.settled,
        "the ceiling forward": new.alive + old.alive <= floor + pace.provision_batch,
    }


def _back(deployment: Deployment) -> Conditions:
    n, floor = whole(deployment.spec), size(deployment.spec)
    up, phase = deployment.up, deployment.phase
    (part, _), new, old = parts(deployment), deployment.new, deployment.old[0]
    first = deployment.stage.step == 1
    conditions = {
        "a cause, and no second": deployment.cause is not None and deployment.cut_short is None,
        "no second attempt": deployment.stage.attempt == 1,
        "up": every(0 <= up, up <= n),
        "the old fleet is asked for what is restored": old.asked >= up,
    }
    if phase is Phase.PROVISIONING:
        return conditions | {
            "nothing restored before the first sight": implies(first, up == 0),
            "the split is seen before the second step": either(first, deployment.settled),
            "the new fleet has what its traffic needs": new.asked == part,
        }
    conditions["the share follows"] = either(up <= floor - part, part == 0)
    if phase is Phase.CLEANING:
        conditions["the split is seen"] = deployment.settled
        conditions["the new fleet has what its traffic needs"] = new.asked == part
    return conditions


def _succeeded(deployment: Deployment) -> Conditions:
    n = whole(deployment.spec)
    return {
        "no cause": deployment.cause is None,
        "settled": deployment.settled,
        "all traffic on the new fleet": parts(deployment)[0] == size(deployment.spec),
        "asks": every(deployment.new.asked == n, deployment.old[0].asked == 0),
    }


def _rolled_back(deployment: Deployment) -> Conditions:
    n = whole(deployment.spec)
    return {
        "a cause": deployment.cause is not None,
        "settled": deployment.settled,
        "all traffic on the old fleet": parts(deployment)[0] == 0,
        "asks": every(deployment.new.asked == 0, deployment.old[0].asked == n),
    }


def _rollback_failed(deployment: Deployment, traffic: Traffic) -> Conditions:
    """The shares may be those that were observed, over whatever whole."""
    n = size(deployment.spec)
    new, old = deployment.new.share, deployment.old[0].share
    return {
        "both causes": deployment.cause is not None and deployment.cut_short is not None,
        "shares of one whole": every(new.whole == old.whole, new.part + old.part == new.whole),
        "the split is one that may be": split_may_be((new, old), n, traffic),
    }


def split_may_be(split: tuple[Share, ...], n: int, traffic: Traffic) -> bool:
    """True when these shares, over whatever whole, are where the traffic may be."""
    new, old = split
    return every(new.part * n <= traffic.new * new.whole, old.part * n <= traffic.old * old.whole)
