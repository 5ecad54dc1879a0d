"""The backend contract as tests: what `Backend` promises, checked on any backend, your own too.

Subclass `BackendContract` in a test module and say how to make your backend and
how to let time pass for it; pytest and unittest runners find the rest. Nothing
here imports either.

    class TestMine(BackendContract):
        def backend(self) -> Backend:
            self.clock = VirtualClock()
            return MyBackend({"config-1": 4}, self.clock)

        def settle(self, backend: Backend, seconds: float) -> None:
            self.clock.wait_until(self.clock.now() + seconds)
"""

from rolling.driving.contract.found import (
    Findings,
    broken_promises,
    findings,
    promises,
    skipped_promises,
)
from rolling.driving.contract.promised import BackendContract

__all__ = [
    "BackendContract",
    "Findings",
    "broken_promises",
    "findings",
    "promises",
    "skipped_promises",
]
