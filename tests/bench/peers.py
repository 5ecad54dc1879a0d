"""Peers of one step of the core: the same facts taken in, the same decisions made, forward.

Two ways that people write a rollout by hand: a mutable object with if and else,
and a `transitions` machine with conditions and callbacks. Both refuse facts of
other stages, judge a bake by every alarm, count capacity as the core does, and
say what is due. Neither keeps an earlier state, goes back or repairs, so each
does somewhat less than the core.
"""

from math import gcd

from transitions import EventData, Machine

from rolling import AlarmsRead, Event, FleetsSeen, Reading, SplitSettled

Due = tuple[str, tuple[int, int], tuple[tuple[int, int], tuple[int, int]]]
"""What is due: the phase; the counts and the split, the new fleet first."""


class Rollout:
    """What both peers keep: the facts of one rollout by `batch`, and how they take one in."""

    def __init__(self, size: int, batch: int, alarms: tuple[str, ...], wait_seconds: int) -> None:
        self.size, self.batch, self.alarms, self.wait_seconds = size, batch, alarms, wait_seconds
        self.phase, self.step, self.attempt = "PROVISIONING", 1, 1
        self.up = batch
        self.asked = [batch, size]
        self.in_service = [0, size]
        self.alive = [batch, size]
        self.share = (0, 1)
        self.settled = True

    def is_of_this_stage(self, event: FleetsSeen | SplitSettled | AlarmsRead) -> bool:
        """True for a fact about the present direction, step, attempt and phase."""
        direction, step, attempt, phase = event.stage
        return (
            direction == 0
            and step == self.step
            and attempt == self.attempt
            and phase.name == self.phase
        )

    def see_fleets(self, event: FleetsSeen) -> None:
        """Capacity is what was seen of what is asked for; the rest counts against the ceiling."""
        for place in (0, 1):
            sighting, asked = event.fleets[place], self.asked[place]
            self.in_service[place] = min(sighting.in_service, asked)
            self.alive[place] = max(sighting.alive, asked)

    def ask(self, place: int, count: int) -> None:
        """Ask a fleet for another count."""
        self.asked[place] = count
        self.in_service[place] = min(self.in_service[place], count)
        self.alive[place] = max(self.alive[place], count)

    def split(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The traffic of both fleets."""
        part, whole = self.share
        return (part, whole), (whole - part, whole)

    def is_split(self, event: SplitSettled) -> bool:
        """True where the traffic is where it was asked to go."""
        share = event.split[0]
        return (share.part, share.whole) == self.share

    def batch_in_service(self) -> bool:
        """True where the new fleet has what this step needs."""
        return self.in_service[0] >= min(self.asked[0], self.size)

    def is_tripped(self, event: AlarmsRead) -> bool:
        """True where a watched alarm is in ALARM."""
        return any([(name, Reading.ALARM) in event.readings for name in self.alarms])

    def is_good(self, event: AlarmsRead) -> bool:
        """True for a reading that ends a bake well."""
        known = {name for name, state in event.readings if state is not Reading.UNREADABLE}
        return event.after_interval and known.issuperset(self.alarms) and self.batch_in_service()

    def is_clean(self) -> bool:
        """True where nothing is alive that is not asked for."""
        return self.alive == self.asked

    def is_last(self) -> bool:
        """True where no step follows."""
        return self.up == self.size

    def shift(self) -> None:
        """Ask for the split of this step."""
        divisor = gcd(self.up, self.size)
        self.share, self.settled = (self.up // divisor, self.size // divisor), False

    def clean_up(self) -> None:
        """Keep the least of the old fleet that carries the rest."""
        part, whole = self.share
        self.ask(1, -(-self.size * (whole - part) // whole))

    def provision(self) -> None:
        """Begin the next step."""
        self.step, self.attempt = self.step + 1, 1
        self.up = min(self.size, self.up + self.batch)
        self.ask(0, self.up)

    def due(self) -> tuple[Due, tuple[str, ...], int | None, int | None]:
        """What should be true now, with the alarms to read and the timers to keep."""
        baking = self.phase == "BAKING"
        return (
            (self.phase, (self.asked[0], self.asked[1]), self.split()),
            self.alarms if baking else (),
            self.wait_seconds if baking else None,
            None if self.phase == "SUCCEEDED" else 28_800,
        )


class ByHand(Rollout):
    """The rollout with if and else."""

    def advance(self, event: Event) -> None:
        """Take a fact in and go as far as it leads."""
        if isinstance(event, FleetsSeen):
            if not self.is_of_this_stage(event):
                return
            self.see_fleets(event)
            if self.phase == "BAKING" and not self.batch_in_service():
                self.attempt, self.phase = self.attempt + 1, "PROVISIONING"
            if self.phase == "CLEANING" and self.is_clean():
                if self.is_last():
                    self.phase = "SUCCEEDED"
                    return
                self.provision()
                self.phase = "PROVISIONING"
            if self.phase == "PROVISIONING" and self.batch_in_service():
                self.shift()
                self.phase = "SHIFTING"
        elif isinstance(event, SplitSettled):
            if self.is_of_this_stage(event) and not self.settled and self.is_split(event):
                self.settled = True
                if self.phase == "SHIFTING":
                    self.phase = "BAKING"
        elif isinstance(event, AlarmsRead):
            if self.phase != "BAKING" or not self.is_of_this_stage(event):
                return
            if self.is_tripped(event):
                self.phase = "TURNED"
            elif self.is_good(event):
                self.clean_up()
                self.phase = "CLEANING"


class ByTransitions(Rollout):
    """The rollout as a `transitions` machine whose conditions and callbacks decide."""

    def __init__(self, size: int, batch: int, alarms: tuple[str, ...], wait_seconds: int) -> None:
        super().__init__(size, batch, alarms, wait_seconds)
        self.machine = Machine(
            self,
            states=["PROVISIONING", "SHIFTING", "BAKING", "CLEANING", "SUCCEEDED", "TURNED"],
            initial="PROVISIONING",
            model_attribute="phase",
            auto_transitions=False,
            send_event=True,
        )
        add = self.machine.add_transition
        add("fleets_seen", "PROVISIONING", "SHIFTING", conditions="in_service_now", after="shifts")
        add("fleets_seen", "BAKING", "PROVISIONING", conditions="lost", after="tries_again")
        add("fleets_seen", "CLEANING", "SUCCEEDED", conditions="all_clean")
        add("fleets_seen", "CLEANING", "PROVISIONING", conditions="clean", after="goes_on")
        add("split_settled", "SHIFTING", "BAKING", conditions="settles")
        add("alarms_read", "BAKING", "TURNED", conditions="trips")
        add("alarms_read", "BAKING", "CLEANING", conditions="passes", after="cleans")

    def advance(self, event: Event) -> None:
        """Take a fact in and pull its trigger."""
        if isinstance(event, FleetsSeen):
            if self.is_of_this_stage(event):
                self.see_fleets(event)
                if self.may_fleets_seen():  # type: ignore[attr-defined]
                    self.fleets_seen()  # type: ignore[attr-defined]
        elif isinstance(event, SplitSettled):
            if self.is_of_this_stage(event):
                self.split_settled(fact=event)  # type: ignore[attr-defined]
        elif isinstance(event, AlarmsRead) and self.is_of_this_stage(event):
            self.alarms_read(fact=event)  # type: ignore[attr-defined]

    def in_service_now(self, event: EventData) -> bool:
        """The batch is there."""
        return self.batch_in_service()

    def lost(self, event: EventData) -> bool:
        """An instance of the batch is gone."""
        return not self.batch_in_service()

    def all_clean(self, event: EventData) -> bool:
        """Clean, and no step follows."""
        return self.is_clean() and self.is_last()

    def clean(self, event: EventData) -> bool:
        """Clean, and a step follows."""
        return self.is_clean() and not self.is_last()

    def settles(self, event: EventData) -> bool:
        """The split that was asked for."""
        self.settled = self.is_split(event.kwargs["fact"])
        return self.settled

    def trips(self, event: EventData) -> bool:
        """An alarm in ALARM."""
        return self.is_tripped(event.kwargs["fact"])

    def passes(self, event: EventData) -> bool:
        """A good reading after the interval."""
        return self.is_good(event.kwargs["fact"])

    def shifts(self, event: EventData) -> None:
        """Callback."""
        self.shift()

    def tries_again(self, event: EventData) -> None:
        """Callback."""
        self.attempt += 1

    def goes_on(self, event: EventData) -> None:
        """Callback."""
        self.provision()

    def cleans(self, event: EventData) -> None:
        """Callback."""
        self.clean_up()
