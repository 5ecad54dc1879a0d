"""The fixture of the tests of the command."""

from pathlib import Path

import pytest

from tests.cli.command import Command


@pytest.fixture
def rolling(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """The command `rolling`, run within this process."""
    return Command(capsys, monkeypatch, tmp_path)
