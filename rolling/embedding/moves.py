"""What passes between the machine and the program around it: moves, models and errors."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from attrs import frozen

from rolling.core.deployment import Deployment
from rolling.core.errors import RollingError
from rolling.core.events import Event
from rolling.core.lifecycle import Edge
from rolling.embedding.names import source_of, target_of


@frozen(eq=False)
class Move:
    """One edge that a deployment took: the one argument of every callback.

    `model`: the model that holds the deployment. `event`: the event that led to the edge;
    all edges of one `advance` have the same event, the silent ones too. `edge`: the edge of
    the lifecycle, whose `why` is a sentence. `before`, `after`: the deployment before and
    after the edge. `decided`: the deployment after the last edge of this `advance`, which is
    the value to store.
    """

    model: Any
    event: Event
    edge: Edge
    before: Deployment
    after: Deployment
    decided: Deployment

    @property
    def source(self) -> str:
        """The name of the state that the deployment leaves."""
        return source_of(self.edge)

    @property
    def target(self) -> str:
        """The name of the state that it enters; `source` again on an edge to the same state."""
        return target_of(self.edge)


class Watched:
    """A base that tells type checkers which attributes the machine adds to a model.

    It only declares them: `DeploymentMachine.add_model` sets them. A model works
    without this base too.
    """

    state: str
    """The name of the state; one of `STATES`. Only the machine writes it."""
    deployment: Deployment
    """The deployment, which is in this state. Only the machine writes it."""
    advance: Callable[[Event], Deployment]
    """What `DeploymentMachine.advance` does, for this model."""
    is_provisioning: Callable[[], bool]
    is_shifting: Callable[[], bool]
    is_baking: Callable[[], bool]
    is_cleaning: Callable[[], bool]
    is_succeeded: Callable[[], bool]
    is_rolling_back: Callable[[], bool]
    is_rolling_back_provisioning: Callable[[], bool]
    is_rolling_back_shifting: Callable[[], bool]
    is_rolling_back_cleaning: Callable[[], bool]
    is_rolled_back: Callable[[], bool]
    is_rollback_failed: Callable[[], bool]


class MachineMisused(RollingError):
    """A call out of turn, or one for a state or transition that the lifecycle does not have.

    Nothing has happened.
    """

    code: ClassVar[str] = "machine-misused"


class CallbacksFailed(RollingError, ExceptionGroup[Exception]):
    """Callbacks raised; the deployment advanced all the same.

    Raised once, after every callback of every edge has run. `exceptions`: what they raised,
    in order, each with a note that names the callback and the edge. `deployment`: what
    `advance` would have returned. The model holds it too.
    """

    code: ClassVar[str] = "callbacks-failed"
    deployment: Deployment

    def __new__(cls, exceptions: Sequence[Exception], deployment: Deployment) -> "CallbacksFailed":
        """The group of these exceptions, with the deployment that was reached."""
        message = f"callbacks raised; the deployment is at {deployment.stage} all the same"
        group = super().__new__(cls, message, exceptions)
        group.deployment = deployment
        return group

    def derive(self, exceptions: Sequence[Exception], /) -> "CallbacksFailed":  # type: ignore[override]
        """A part of the group, with the same deployment. `except*` splits the group with it."""
        return CallbacksFailed(exceptions, self.deployment)
