"""Steering: the control calls as methods, for a local SageMaker in this or another process."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from rolling.backends.simulated import Fault
from rolling.server import control_calls as calls
from rolling.server.cloud import Cloud
from rolling.server.control_calls import ControlCall, Events, Given, Result
from rolling.server.endpoint_now import CloudNow, EndpointNow
from rolling.server.region.injection import When


class Steering(ABC):
    """The calls of a test to a local SageMaker, in addition to AWS's own.

    `region`: the region of an endpoint; by default the local SageMaker's own.
    All methods may be called from any thread. They raise InvalidInput for invalid
    arguments, for an unknown endpoint, and if time would pass the end of the year 9999;
    time then stops where it is.
    """

    # --- what there is ------------------------------------------------------------

    def now(self) -> float:
        """The current time, in seconds since the epoch."""
        return self._state().now

    @property
    def manual(self) -> bool:
        """True if time stands still until it is advanced."""
        return self._state().manual

    def endpoints(self) -> tuple[EndpointNow, ...]:
        """The current state of all endpoints of all regions."""
        return self._state().endpoints

    def running(self) -> tuple[str, ...]:
        """The changes in progress in all regions, one sentence each."""
        return tuple([each.under_way for each in self.endpoints() if each.under_way is not None])

    def events(self) -> Events:
        """The events since this method or an advance was last called; at most the last 10,000."""
        return self._call(calls.events)

    # --- time, where it is manual ---------------------------------------------------

    def advance(self, seconds: float) -> Events:
        """Let `seconds` pass, and return the events since events were last returned.

        This and the methods below raise InvalidInput if time runs by itself.
        """
        return self._call(calls.advance, Seconds=seconds)

    def advance_to(self, later: float) -> Events:
        """The same, up to a time in seconds since the epoch, which must not be past."""
        return self._call(calls.advance_to, Moment=later)

    def advance_to_next_event(self) -> Events:
        """The same, up to the next change of a status or of an update's stage.

        If there will be none, time stands still and nothing is returned.
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
        """The same, until an endpoint reaches a stage or a status.

        `phase`: Provisioning, Shifting, Baking, Cleaning, Succeeded, RolledBack or
        RollbackFailed. `direction`: Forward or Back; by default either. `batch`: from 1,
        within its direction. `status`: an EndpointStatus. If the condition already holds,
        no time passes. A stage that takes no time is never reached. Raises InvalidInput at
        once for a batch or a direction that can never come; and if the endpoint comes to
        rest first, saying how its update ended: time then stays there.
        """
        stage = {"Batch": batch, "Phase": phase, "Direction": direction}
        return self._call(
            calls.advance_until, EndpointName=endpoint, **stage, Status=status, Region=region
        )

    def advance_to_rest(self, endpoint: str, *, region: str | None = None) -> Events:
        """The same, until an endpoint rests."""
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
        """Inject faults into an endpoint, as `Fault`s or as a scenario's JSON.

        `when`: Creation, which is still to come; NextUpdate, or, when called again, the
        update after it (an empty list skips an update); or Now, for the change in progress:
        a fault whose beginning has passed begins at once, unless it names a batch or a phase
        that is over. A waiting fault cannot be checked against its update yet: if it cannot
        strike, an event says so when the update is accepted; if it never struck, when the
        update has ended. Both appear in `unused_faults` of `endpoints()`. Raises
        InvalidInput for impossible faults.
        """
        given = {"Faults": [*faults], "When": when}
        self._call(calls.inject, EndpointName=endpoint, **given, Region=region)

    def withdraw_faults(self, endpoint: str, *, region: str | None = None) -> None:
        """Remove every fault of an endpoint, both waiting and active ones.

        Waiting ones are for its creation or its next updates. Effects that have already
        happened stay.
        """
        self._call(calls.withdraw_faults, EndpointName=endpoint, Region=region)

    def limit_capacity(
        self, limit: int | None, endpoint: str | None = None, *, region: str | None = None
    ) -> None:
        """Allow at most `limit` instances alive together; None for no limit.

        For one endpoint, or for each, including future ones. Existing instances beyond it
        stay. `limit`: from 1 to 100,000.
        """
        self._call(calls.limit_capacity, Limit=limit, EndpointName=endpoint, Region=region)

    def stop_update(
        self, endpoint: str, by: str = "operator", *, region: str | None = None
    ) -> None:
        """Stop the update in progress; SageMaker has no such operation.

        It is rolled back, unless all traffic has moved; a rollback in progress continues.
        `by`: 1 to 255 characters. Raises InvalidInput if no update is in progress.
        """
        self._call(calls.stop_update, EndpointName=endpoint, By=by, Region=region)

    def reset(self) -> None:
        """Reset everything to the initial state, except the time, which goes on."""
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
