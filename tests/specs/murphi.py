"""The Murphi spec's counts: runs rumur, compiles what it generates, and reads what that says."""

import re
import subprocess
from pathlib import Path

from attrs import frozen

from tests.specs.cases import Case
from tests.specs.tla import SPECS

SPEC = SPECS / "rolling_deployment.m"


@frozen
class Counted:
    """The states and steps that rumur's program counted."""

    states: int
    steps: int


def model(case: Case) -> str:
    """The spec's text with the constants of `case`."""
    assert case.alarms == 1, "the Murphi spec watches one alarm"
    assert not case.stale_events, "the Murphi spec has no stale events"
    most = max(case.new_full, case.old_full, case.new_count, case.old_count)
    values = {
        **case.constants,
        "AlarmsTrip": "alarm" in case.troubles,
        "OperationsFail": "failure" in case.troubles,
        "DeadlinesElapse": "deadline" in case.troubles,
        "StopsAreRequested": "stop" in case.troubles,
        "Most": most,
        "LastStep": most + 2,
    }
    text = SPEC.read_text()
    for name, value in values.items():
        text, found = re.subn(rf"(?m)^(  {name}): \d+;", rf"\1: {int(value)};", text)
        assert found == 1, f"{SPEC.name} sets {name} {found} times"
    return text


def count(rumur: str, compiler: str, case: Case, scratch: Path) -> Counted | str:
    """Visit every state of the spec for `case`, and count; or what is wrong."""
    program = build(rumur, compiler, case, scratch)
    return program if isinstance(program, str) else run(program)


def build(rumur: str, compiler: str, case: Case, scratch: Path) -> Path | str:
    """The program that visits every state of the spec for `case`; or what is wrong."""
    stem = scratch / re.sub(r"\W+", "-", case.name)
    source, generated = stem.with_suffix(".m"), stem.with_suffix(".c")
    source.write_text(model(case))
    commands: list[list[str | Path]] = [
        [rumur, "--deadlock-detection", "stuck", "--threads", "1", "-o", generated, source],
        [compiler, "-std=c11", "-O2", "-w", "-pthread", "-o", stem, generated, "-latomic"],
    ]
    for command in commands:
        failed, said = _ran(command)
        if failed:
            return said
    return stem


def run(program: Path) -> Counted | str:
    """What the program that `build` made counts; or what is wrong."""
    failed, said = _ran([program])
    return said if failed else read_counts(said)


def _ran(command: list[str | Path]) -> tuple[bool, str]:
    """Whether the command failed, and what it said."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    if ran.returncode != 0:
        said = f"{Path(command[0]).name} failed:\n{said}"
    return ran.returncode != 0, said


_COUNTS = re.compile(r"(\d+) states, (\d+) rules fired in \d+s")


def read_counts(said: str) -> Counted | str:
    """The counts in what rumur's program printed; or that there is no verdict in it."""
    found = _COUNTS.search(said)
    if found is None or "No error found." not in said:
        return f"no verdict:\n{said}"
    return Counted(int(found[1]), int(found[2]))
