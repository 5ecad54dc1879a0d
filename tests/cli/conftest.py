"""The fixtures of the tests of the command."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Command


@pytest.fixture
def rolling(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """The command `rolling`, run within this process."""
    return Command(capsys, monkeypatch, tmp_path)


_HEARD = [getattr(signal, name) for name in ("SIGHUP", "SIGQUIT") if hasattr(signal, name)]


@pytest.fixture(autouse=True, scope="session")
def signals_are_heard() -> Iterator[None]:
    """Under `nohup`, or in the background of a shell, a process ignores signals that these tests
    send, and so would every process that the tests start."""
    before = [signal.signal(each, signal.SIG_DFL) for each in _HEARD]
    yield
    for each, handler in zip(_HEARD, before, strict=True):
        signal.signal(each, handler)
