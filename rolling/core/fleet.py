"""Fleets: what a deployment starts from, and what is asked and known of each.

A deployment has one new fleet and any number of old ones (one, except when the
endpoint was left with a mix of configurations). Wherever fleets stand in a
tuple, the new one comes first and the old ones follow, newest first.
"""

from attrs import Factory, field, frozen

from rolling.core.capacity import (
    ALL_TRAFFIC,
    MOST_INSTANCES,
    NO_TRAFFIC,
    Share,
    are_whole,
    instances_for,
)
from rolling.core.errors import Problem, range_problem


@frozen
class FleetSpec:
    """One fleet as it was when the update was accepted; it never changes.

    `full` is the count that this fleet has when it carries all the traffic alone (≥ 1).
    `count` instances of it were in service, and it was sent `share`.
    `floor` is the least count that must carry all the traffic, 1 to `full`. It is `full`
    unless the policy lets instances be unavailable: `start` sets it.
    """

    configuration: str
    full: int
    count: int
    share: Share
    floor: int = field(default=Factory(lambda self: self.full, takes_self=True))


def serving(configuration: str, count: int) -> FleetSpec:
    """The old fleet of a healthy endpoint: `count` instances that carry all the traffic."""
    return FleetSpec(configuration, count, count, ALL_TRAFFIC)


def wanted(configuration: str, count: int) -> FleetSpec:
    """A new fleet of `count` instances, none of which exists yet."""
    return FleetSpec(configuration, count, 0, NO_TRAFFIC)


@frozen
class Fleet:
    """One fleet in a state of the deployment: what is asked of it, what is known of it.

    `asked`: the instances it should have.
    `in_service`: those that count as capacity: seen in service since they were
    asked for, never more than `asked`.
    `alive`: those that count against the ceiling: asked for, launching, in
    service, drained or terminating; never fewer than `asked`.
    `share`: the traffic that it should be sent.
    """

    asked: int
    in_service: int
    alive: int
    share: Share

    def ask(self, count: int) -> "Fleet":
        """This fleet with `count` instances asked for.

        Only an observation raises `in_service`, and only an observation lowers
        `alive`: commands are in flight, so neither is believed beforehand.
        """
        if count == self.asked:
            return self
        return Fleet(count, min(self.in_service, count), max(self.alive, count), self.share)

    def seen(self, in_service: int, alive: int) -> "Fleet":
        """This fleet after an observation of it."""
        in_service, alive = min(in_service, self.asked), max(alive, self.asked)
        if in_service == self.in_service and alive == self.alive:
            return self
        return Fleet(self.asked, in_service, alive, self.share)

    def sent(self, share: Share) -> "Fleet":
        """This fleet with `share` of the traffic asked for."""
        return Fleet(self.asked, self.in_service, self.alive, share)

    def needed(self, floor: int) -> int:
        """The least of what is asked that carries this fleet's share."""
        return min(self.asked, instances_for(self.share, floor))


def is_healthy(fleets: tuple[FleetSpec, ...]) -> bool:
    """True for one old fleet that is in service in full, and a new one that has nothing yet."""
    new, *old = fleets
    return len(old) == 1 and new.count == 0 and old[0].count == old[0].full


def fleet_names(fleets: tuple[FleetSpec, ...]) -> list[str]:
    """What `start` calls these fleets: "new", and "old" or "old[0]" and so on."""
    count = len(fleets) - 1
    return ["new", *(["old"] if count == 1 else [f"old[{place}]" for place in range(count)])]


def fleet_problems(fleets: tuple[FleetSpec, ...]) -> list[Problem]:
    """Everything about these fleets that no deployment can start from."""
    names = fleet_names(fleets)
    strangers = [
        Problem(name, fleet, "must be a FleetSpec with a name and a Share")
        for name, fleet in zip(names, fleets, strict=True)
        if not _is_fleet_spec(fleet)
    ]
    if strangers:
        return strangers
    found: list[Problem | None] = []
    configurations = [fleet.configuration for fleet in fleets]
    for name, fleet in zip(names, fleets, strict=True):
        if not fleet.configuration:
            rule = "must be the name of an endpoint configuration"
            found.append(Problem(f"{name}.configuration", "", rule, "config-1"))
        elif configurations.count(fleet.configuration) > 1:
            rule = "must be a name that no other fleet has"
            found.append(Problem(f"{name}.configuration", fleet.configuration, rule))
        found.append(range_problem(f"{name}.full", fleet.full, 1, MOST_INSTANCES, " instances"))
        found.append(range_problem(f"{name}.count", fleet.count, 0, MOST_INSTANCES, " instances"))
        if fleet.count == 0 and fleet.share.part > 0:
            rule = "a fleet with nothing in service is sent no traffic"
            found.append(Problem(f"{name}.share", str(fleet.share), rule, "0"))
    if not are_whole([fleet.share for fleet in fleets]):
        pairs = zip(names, fleets, strict=True)
        shares = ", ".join([f"{name} {fleet.share}" for name, fleet in pairs])
        found.append(Problem("shares", shares, "the shares of all fleets must sum to 1"))
    return [problem for problem in found if problem is not None]


def _is_fleet_spec(value: object) -> bool:
    match value:
        case FleetSpec(configuration=str(), share=Share()):
            return True
        case _:
            return False
