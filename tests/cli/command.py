"""The command run as a user runs it, but within this process: what several tests begin with."""

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from rolling.cli.main import main
from tests.source import ROOT

SCENARIOS = ROOT / "specs" / "scenarios"

REQUEST: dict[str, Any] = {
    "EndpointName": "my-endpoint",
    "EndpointConfigName": "config-2",
    "DeploymentConfig": {
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "p99"}]},
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 30},
            "WaitIntervalInSeconds": 300,
        },
    },
}
"""A bare UpdateEndpoint request without a mistake."""


def scenario(name: str) -> str:
    """The path of a scenario of the repository."""
    return str(SCENARIOS / f"{name}.json")


@frozen
class Result:
    """What a run of the command gave."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """Standard error as JSON: the error object."""
        return json.loads(self.err)["Error"]


class Command:
    """The command, with files to give to it."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        folder: Path,
    ) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self._folder = folder
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: str, stdin: bytes = b"", columns: int = 80) -> Result:
        """Run it in a terminal of so many columns."""
        self._monkeypatch.setenv("COLUMNS", str(columns))
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        exit_code = main(arguments)
        captured = self._capsys.readouterr()
        return Result(exit_code, captured.out, captured.err)

    def file(self, content: str | bytes | Mapping[str, Any], name: str = "input.json") -> str:
        """A file that holds text, bytes, or JSON; its path."""
        path = self._folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return str(path)
