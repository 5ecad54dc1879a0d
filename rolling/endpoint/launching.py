"""Launching: an endpoint that is created or scaled, from what is due to what was seen.

Here belongs what follows from observations until it rests, the counterpart of
`rolling.core` for what has no batches: all that is missing is launched at once,
and what cannot be done ends a creation in Failed, a scaling in RollingBack and
then InService as before, and that return, when it fails too, in Failed.
Traffic moves with the command; the endpoint rests once every count and the split
are as asked and nothing is terminating any more, of what its last update left over
either.
"""

from collections.abc import Sequence
from fractions import Fraction

from attrs import evolve

from rolling.core.capacity import NO_TRAFFIC, Share
from rolling.core.desired import Desired, DesiredFleet
from rolling.core.events import Sighting
from rolling.core.fleet import FleetSpec, serving
from rolling.core.stage import Direction, Phase, Stage
from rolling.endpoint.capacities import VariantCapacity
from rolling.endpoint.configuration import Weight
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, only_variant


def launch_due(endpoint: Endpoint) -> Desired:
    """What should be true of the world now, of an endpoint that is created or scaled.

    Its fleets are the variants, in the configuration's order, and after them those
    that its last update left over, which are to go.
    """
    back = endpoint.status is EndpointStatus.ROLLING_BACK
    direction = Direction.BACK if back else Direction.FORWARD
    wanted = [each.desired for each in endpoint.capacities]
    split = _split([level.weight for level in wanted])
    variants = zip(_fleet_names(endpoint), wanted, split, strict=True)
    return Desired(
        generation=endpoint.generation,
        stage=Stage(direction, 1, 1, Phase.PROVISIONING),
        fleets=(
            *[DesiredFleet(name, level.units, share) for name, level, share in variants],
            *[DesiredFleet(name, 0, NO_TRAFFIC) for name in _left_over(endpoint)],
        ),
        alarms=(),
        interval_seconds=None,
        deadline_seconds=None,
    )


def with_launched(
    endpoint: Endpoint,
    sightings: Sequence[Sighting],
    split: Sequence[Share] | None,
    failure: str | None = None,
) -> Endpoint:
    """The endpoint after an observation that was made after `launch_due` had been commanded.

    `sightings`, `split`: of each fleet of it; no split while traffic is in motion.
    `failure`: why what is due cannot be done. Raises ValueError for an endpoint
    that is neither created nor scaled.
    """
    if not endpoint.launching:
        raise ValueError(f"{endpoint.name} is {endpoint.status}: nothing of it is launched")
    variants = len(endpoint.capacities)
    left_over = sum(each.alive for each in sightings[variants:])
    pairs = zip(endpoint.capacities, sightings[:variants], strict=True)
    capacities = tuple([_seen(each, sighted, left_over) for each, sighted in pairs])
    seen = evolve(endpoint, capacities=capacities)
    if failure is not None:
        return _failed(seen, failure)
    wanted = launch_due(endpoint).fleets
    there = all(
        sighted == Sighting(fleet.count, fleet.count)
        for sighted, fleet in zip(sightings, wanted, strict=True)
    )
    settled = split is not None and list(split) == [fleet.share for fleet in wanted]
    return _rested(seen) if there and settled else seen


def fleets_of(endpoint: Endpoint) -> tuple[FleetSpec, ...]:
    """What is in service, and where the traffic goes: of several variants, a fleet each."""
    if not endpoint.capacities:
        return endpoint.fleets
    levels = [each.current for each in endpoint.capacities]
    parts = zip(
        _fleet_names(endpoint), levels, _split([each.weight for each in levels]), strict=True
    )
    return tuple([FleetSpec(name, level.units, level.units, share) for name, level, share in parts])


def _fleet_names(endpoint: Endpoint) -> tuple[str, ...]:
    """The names that a world knows the variants by; of the only one, as an update would name it."""
    config = endpoint.config
    if only_variant(config) is not None:
        return (config.name,)
    return tuple([f"{config.name}/{each.variant_name}" for each in endpoint.capacities])


def _left_over(endpoint: Endpoint) -> tuple[str, ...]:
    """The fleets of earlier configurations; only where there is one variant are there any."""
    names = [fleet.configuration for fleet in endpoint.fleets]
    return tuple([each for each in names if each != endpoint.config_name])


def _split(weights: Sequence[Weight]) -> tuple[Share, ...]:
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact)
    if not total:
        return tuple([NO_TRAFFIC for _ in exact])
    return tuple([Share(*(each / total).as_integer_ratio()) for each in exact])


def _seen(capacity: VariantCapacity, sighted: Sighting, left_over: int) -> VariantCapacity:
    count = None if capacity.desired.instance_count is None else sighted.in_service
    current = evolve(capacity.current, instance_count=count)
    return evolve(capacity, current=current, alive=sighted.alive, left_over=left_over)


def _rested(endpoint: Endpoint) -> Endpoint:
    capacities = tuple(
        [evolve(each, current=each.desired, before=each.desired) for each in endpoint.capacities]
    )
    rested = evolve(endpoint, status=EndpointStatus.IN_SERVICE, capacities=capacities)
    variant = only_variant(endpoint.config)
    count = capacities[0].desired.instance_count
    if variant is None or count is None:
        return rested
    return evolve(
        rested,
        desired_instance_count=count,
        desired_weight=capacities[0].desired.weight,
        fleets=(serving(endpoint.config_name, count),),
        capacities=(),
    )


def _failed(endpoint: Endpoint, failure: str) -> Endpoint:
    match endpoint.status:
        case EndpointStatus.CREATING:
            # What there is of it never served, and is shown no more.
            capacities: tuple[VariantCapacity, ...] = ()
            status, reason = EndpointStatus.FAILED, failure
        case EndpointStatus.UPDATING:
            capacities = tuple([evolve(each, desired=each.before) for each in endpoint.capacities])
            reason = f"The change of weights and capacities was rolled back: {failure}"
            status = EndpointStatus.ROLLING_BACK
        case _:
            capacities = endpoint.capacities
            reason = f"{endpoint.failure_reason} Its rollback failed: {failure}"
            status = EndpointStatus.FAILED
    return evolve(endpoint, status=status, failure_reason=reason[:1024], capacities=capacities)
