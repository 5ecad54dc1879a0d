"""Fleets: what a deployment starts from, and what is asked and known of each.

A deployment has one new fleet and any number of old ones (one, except when the
endpoint was left with a mix of configurations). Wherever fleets stand in a
tuple, the new one comes first and the old ones follow, newest first.
"""

from attrs import frozen

from rolling.core.capacity import ALL_TRAFFIC, NO_TRAFFIC, Share, instances_for


@frozen
class FleetSpec:
    """One fleet as it was when the update was accepted; it never changes.

    `full` is the count at which this fleet carries all the traffic (≥ 1).
    `count` instances of it were in service, and it was sent `share`.
    """

    configuration: str
    full: int
    count: int
    share: Share


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

    def needed(self, full: int) -> int:
        """The least of what is asked that carries this fleet's share."""
        return min(self.asked, instances_for(self.share, full))
