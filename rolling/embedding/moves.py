"""What a callback is told, and what its caller is told when callbacks fail.

Here belong the values that pass between the machine and the program around it.
"""

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

    `model`: whose deployment it is. `event`: the fact that led to it; all edges
    of one `advance` have the same, the silent ones too. `edge`: the lifecycle's,
    whose `why` is a sentence. `before`, `after`: the deployment on its two ends.
    `decided`: the deployment after the last edge of this `advance`; it is `after`
    on the last one, and the value to store.
    """

    model: Any
    event: Event
    edge: Edge
    before: Deployment
    after: Deployment
    decided: Deployment

    @property
    def source(self) -> str:
        """The name of the state that is left."""
        return source_of(self.edge)

    @property
    def target(self) -> str:
        """The name of the state that is entered; the same when a state leads to itself."""
        return target_of(self.edge)


class Watched:
    """A small model, and a base that tells type checkers what the machine adds to one.

    Nothing is defined here, only declared: `DeploymentMachine.add_model` sets the
    attributes. Inheriting is not needed for a model to work.
    """

    state: str
    """The name of the state; one of `STATES`. The machine's to write."""
    deployment: Deployment
    """The deployment that is in this state. The machine's to write."""
    advance: Callable[[Event], Deployment]
    """Take an event in, as `DeploymentMachine.advance` does."""
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
    """The machine was asked for what only the lifecycle decides, or out of turn; nothing
    happened."""

    code: ClassVar[str] = "machine-misused"


class CallbacksFailed(RollingError, ExceptionGroup[Exception]):
    """Callbacks raised; the deployment went its way all the same.

    `exceptions`: what they raised, in order, each with a note that names the
    callback and the edge; a MachineMisused among them tells of a callback that wrote
    the model's state or deployment. `deployment`: the one that `advance` would have returned;
    the model holds it too. Raised once, after every callback of every edge has run.
    """

    code: ClassVar[str] = "callbacks-failed"
    deployment: Deployment

    def __new__(cls, exceptions: Sequence[Exception], deployment: Deployment) -> "CallbacksFailed":
        """The group of these exceptions, beside the deployment that was reached."""
        message = f"callbacks raised; the deployment is at {deployment.stage} all the same"
        group = super().__new__(cls, message, exceptions)
        group.deployment = deployment
        return group

    def derive(self, exceptions: Sequence[Exception], /) -> "CallbacksFailed":  # type: ignore[override]
        """A part of the group, of the same deployment: what `except*` splits it with."""
        return CallbacksFailed(exceptions, self.deployment)
