"""Steering: the control calls as methods, whether the local SageMaker is in this process or not."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from rolling.backends.simulated import Fault
from rolling.server import control_calls as calls
from rolling.server.cloud import Cloud
from rolling.server.control_calls import ControlCall, Events, Given, Result
from rolling.server.endpoint_now import CloudNow, EndpointNow
from rolling.server.region.injection import When


class Steering(ABC):
    """What a test can do to a local SageMaker beside AWS's own calls.

    `region`: the one that an endpoint is in; the local SageMaker's own unless given.
    All methods may be called from any thread. They raise InvalidInput for arguments at
    fault, for an endpoint that does not exist, and where time would be moved past the end
    of the year 9999; time then stays where it has come to.
    """

    # --- what there is ------------------------------------------------------------

    def now(self) -> float:
        """The present moment, in seconds since the epoch."""
        return self._state().now

    @property
    def manual(self) -> bool:
        """True when time stands still until it is advanced."""
        return self._state().manual

    def endpoints(self) -> tuple[EndpointNow, ...]:
        """All endpoints of all regions, as they are now."""
        return self._state().endpoints

    def running(self) -> tuple[str, ...]:
        """What is under way in all regions, in one sentence each."""
        return tuple([each.under_way for each in self.endpoints() if each.under_way is not None])

    def events(self) -> Events:
        """What has happened since this or an advance was last called; the last 10,000 events."""
        return self._call(calls.events)

    # --- time, where it is manual ---------------------------------------------------

    def advance(self, seconds: float) -> Events:
        """Let so many seconds pass, and return what has happened since events were last returned.

        This and the methods below raise InvalidInput where time runs by itself.
        """
        return self._call(calls.advance, Seconds=seconds)

    def advance_to(self, later: float) -> Events:
        """The same, up to a moment in seconds since the epoch, which must not be past."""
        return self._call(calls.advance_to, Moment=later)

    def advance_to_next_event(self) -> Events:
        """The same, up to the next moment at which a status, or the stage of an update, changes.

        If none will, time stands still and nothing is returned.
        """
        return self._call(calls.advance_to_next_event)

    def advance_until(
        self,
        endpoint: str,
        *,
        batch: int | None = None,
        phase: str | None = None,
        direction: str | None = None,
        status: str | None = None,
        region: str | None = None,
    ) -> Events:
        """The same, up to the moment at which an endpoint has come to a stage or a status.

        `phase`: Provisioning, Shifting, Baking, Cleaning, Succeeded, RolledBack or
        RollbackFailed. `direction`: Forward or Back; either unless given. `batch`: from 1,
        of its direction. `status`: an EndpointStatus. What holds already takes no time. A
        stage that takes no time is passed by. Raises InvalidInput at once for a batch or a
        direction that can never come; and when the endpoint comes to rest without it, with
        how its update ended: time then stands there.
        """
        stage = {"Batch": batch, "Phase": phase, "Direction": direction}
        return self._call(
            calls.advance_until, EndpointName=endpoint, **stage, Status=status, Region=region
        )

    def advance_to_rest(self, endpoint: str, *, region: str | None = None) -> Events:
        """The same, up to the moment at which nothing of an endpoint is under way any more."""
        return self._call(calls.advance_to_rest, EndpointName=endpoint, Region=region)

    # --- what goes wrong --------------------------------------------------------------

    def inject(
        self,
        endpoint: str,
        faults: Iterable[Fault | Mapping[str, object]],
        when: When | str = When.NEXT_UPDATE,
        *,
        region: str | None = None,
    ) -> None:
        """Let something go wrong with an endpoint: faults, or a scenario's JSON of them.

        `when`: Creation, which is still to come; NextUpdate, and called again the one
        after (no faults leave that one alone); or Now, in what is under way: a fault whose
        beginning has passed then begins at once, unless it names a batch or a phase that
        is over. A fault that waits for an update cannot be judged against it: if it cannot
        strike, an event says so when the update is accepted; if it never struck, when the
        update has ended. Both are the `unused_faults` of `endpoints()`. Raises
        InvalidInput for faults that could not strike.
        """
        given = {"Faults": [*faults], "When": when}
        self._call(calls.inject, EndpointName=endpoint, **given, Region=region)

    def withdraw_faults(self, endpoint: str, *, region: str | None = None) -> None:
        """Take back every fault of an endpoint, those that wait and those that still hold.

        Those that wait are for its creation or its next updates. What has struck has struck.
        """
        self._call(calls.withdraw_faults, EndpointName=endpoint, Region=region)

    def limit_capacity(
        self, limit: int | None, endpoint: str | None = None, *, region: str | None = None
    ) -> None:
        """Let no more than `limit` instances be alive together; None for no limit.

        Of an endpoint, or of each, also of those to come. What is alive beyond it stays.
        `limit`: from 1 to 100,000.
        """
        self._call(calls.limit_capacity, Limit=limit, EndpointName=endpoint, Region=region)

    def stop_update(
        self, endpoint: str, by: str = "operator", *, region: str | None = None
    ) -> None:
        """Ask for the update in progress to stop: SageMaker has no such operation.

        It is undone, unless all traffic has moved; one that is going back goes on. `by`:
        1 to 255 characters. Raises InvalidInput when no update is in progress.
        """
        self._call(calls.stop_update, EndpointName=endpoint, By=by, Region=region)

    def reset(self) -> None:
        """Make everything as it was at first, but for the time, which goes on."""
        self._call(calls.reset)

    # --- inside -----------------------------------------------------------------------

    def _state(self) -> CloudNow:
        return self._call(calls.state)

    def _call(self, call: ControlCall[Result], **given: object) -> Result:
        """The result of a call. None leaves a parameter out, unless the call requires it."""
        named = {
            key: each for key, each in given.items() if each is not None or key in call.required
        }
        return self._perform(call, named)

    @abstractmethod
    def _perform(self, call: ControlCall[Result], given: Given) -> Result:
        """The result of a call with these parameters, which are not checked yet."""


class SteeredCloud(Steering):
    """A cloud in this process, and what a test can do to it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    @property
    def region(self) -> str:
        """The region of its endpoints where a call names none."""
        return self.cloud.home_region

    def _perform(self, call: ControlCall[Result], given: Given) -> Result:
        checked = call.checked(given)
        return self.cloud.at_one_moment(lambda: call.carry_out(self.cloud, checked))[1]
