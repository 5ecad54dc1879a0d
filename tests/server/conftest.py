"""What holds in every test of the server: no bug is logged, and every answer fits AWS's model."""

import logging
from collections.abc import Iterator

import pytest

from rolling.server.cloud import Cloud
from rolling.server.service import Answer, Parameters
from tests.server.shapes import require_conforming


class _Kept(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text, traceback included."""
        self.records.append(self.format(record))


@pytest.fixture
def logged_bugs() -> Iterator[list[str]]:
    """What the server has logged as bugs, for a test that means to cause one: to be cleared."""
    kept = _Kept()
    logger = logging.getLogger("rolling.server")
    logger.addHandler(kept)
    try:
        yield kept.records
    finally:
        logger.removeHandler(kept)


@pytest.fixture(autouse=True)
def no_bug_is_logged(logged_bugs: list[str]) -> Iterator[None]:
    """Fail the test with the traceback of every bug that the server has logged meanwhile.

    A bug behind the wire is a 500 to a client, and a record in the log.
    """
    yield
    assert not logged_bugs, "\n".join(logged_bugs)


@pytest.fixture(autouse=True, scope="session")
def every_answer_fits_the_model() -> Iterator[None]:
    """Fail a call whose answer the service's model does not have; behind the wire it is a bug."""
    call = Cloud.call

    def judged(
        cloud: Cloud, service: str, operation: str, parameters: Parameters, region: str
    ) -> Answer:
        answer = call(cloud, service, operation, parameters, region)
        require_conforming(service, operation, answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cloud, "call", judged)
        yield
