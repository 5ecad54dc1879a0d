"""Launching: an endpoint that is being created or scaled, until it rests.

The counterpart of `rolling.core` for changes without batches: all missing instances are
launched at once. A failure ends a creation in Failed. A failed scaling goes to
RollingBack and then InService as before; if that fails too, to Failed.
Traffic moves with the command. The endpoint rests when every count and the split are as
requested and nothing is terminating, including leftovers of its last update.
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
    """The desired state of an endpoint that is created or scaled.

    Its fleets are the variants, in the configuration's order, followed by the leftover
    fleets of its last update, which must go.
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
    """The endpoint after an observation made after `launch_due` was commanded.

    `sightings`, `split`: one entry per fleet of it; no split while traffic is shifting.
    `failure`: why the command cannot be carried out. Raises ValueError for an endpoint
    that is neither created nor scaled.
    """
    if not endpoint.launching:
        raise ValueError(f"{endpoint.name} is {endpoint.status}, so nothing is being launched")
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
    """The instances in service and the traffic, as fleets: one per variant."""
    if not endpoint.capacities:
        return endpoint.fleets
    levels = [each.current for each in endpoint.capacities]
    parts = zip(
        _fleet_names(endpoint), levels, _split([each.weight for each in levels]), strict=True
    )
    return tuple([FleetSpec(name, level.units, level.units, share) for name, level, share in parts])


def _fleet_names(endpoint: Endpoint) -> tuple[str, ...]:
    """The fleet names of the variants; a single variant gets the name an update would give it."""
    config = endpoint.config
    if only_variant(config) is not None:
        return (config.name,)
    return tuple([f"{config.name}/{each.variant_name}" for each in endpoint.capacities])


def _left_over(endpoint: Endpoint) -> tuple[str, ...]:
    """The fleets of earlier configurations; only an endpoint with one variant can have any."""
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
            # Its instances never served, and are no longer shown.
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
