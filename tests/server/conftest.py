"""A bug behind the wire is a 500 to a client and a record in the log: here it fails the test."""

import logging
from collections.abc import Iterator

import pytest


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
    """Fail the test with the traceback of every bug that the server has logged meanwhile."""
    yield
    assert not logged_bugs, "\n".join(logged_bugs)
