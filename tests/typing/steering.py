"""What a type checker must say of the fixtures and the control client; test_typing.py runs it."""

from typing import assert_type

from rolling.backends.simulated import Fault, FaultKind
from rolling.server.clients import LocalSageMaker
from rolling.server.control_calls import Events
from rolling.server.control_client import ControlClient
from rolling.server.endpoint_now import EndpointNow


def steer(local: LocalSageMaker, control: ControlClient) -> None:
    """Alike in this process and from another one."""
    for steering in (local, control):
        assert_type(steering.now(), float)
        assert_type(steering.manual, bool)
        assert_type(steering.endpoints(), tuple[EndpointNow, ...])
        assert_type(steering.advance(60), Events)
        assert_type(steering.advance_until("e", batch=2, phase="Baking"), Events)
        steering.inject("e", [Fault(FaultKind.STOP), {"Kind": "Stop"}], "Now", region="eu-west-1")
        steering.advance("60")  # type: ignore[arg-type]
        steering.advance_until("e", 2)  # type: ignore[call-arg]
        steering.advance_until("e", bath=2)  # type: ignore[call-arg]
        steering.inject("e", "Stop")  # type: ignore[arg-type]
        steering.limit_capacity()  # type: ignore[call-arg]
