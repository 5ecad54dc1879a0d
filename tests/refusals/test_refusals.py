"""What every door refuses is answered as its transcript shows, for a person to review.

After a change that is meant, `--rewrite` writes the answers afresh. Commit
them only if you understand what changed them.
"""

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.refusals.doors import DOORS, FOLDER
from tests.refusals.transcript import replayed, titles


@pytest.mark.parametrize("door", DOORS)
def test_every_refusal_is_as_its_transcript_shows(
    door: str,
    rewrite: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    command = Command(capsys, monkeypatch, tmp_path)
    path = FOLDER / f"{door}.txt"
    written = path.read_text("utf-8")
    now = replayed(written, lambda: DOORS[door](command))
    if rewrite:
        path.write_text(now, "utf-8")
        return
    assert written == now


@pytest.mark.parametrize("door", DOORS)
def test_every_rule_is_told_once(door: str) -> None:
    rules = titles((FOLDER / f"{door}.txt").read_text("utf-8"))
    assert rules and len(set(rules)) == len(rules)
