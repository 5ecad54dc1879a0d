"""The backend contract as tests: the promises of `Backend`, checked on any backend.

Subclass `BackendContract` in a test module, and define how to make your backend and
how to let time pass for it; pytest and unittest runners find the tests. Nothing
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
