"""(e) What it costs to begin: an import, or the command, each in a process of its own.

As where it is installed, everything is compiled before it is measured.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

from attrs import frozen

from tests.source import ROOT

_COMMAND = "import sys; from rolling.cli.entry import main; sys.exit(main())"
_TEN_INSTANCES = str(ROOT / "specs" / "scenarios" / "seed-success.json")

_BARE, _ATTRS = "python -c pass", "import attrs"

_BEGUN: dict[str, tuple[str, ...]] = {
    _BARE: ("pass",),
    _ATTRS: ("import attrs",),
    "import rolling (goal 60)": ("import rolling",),
    "from rolling import start": ("from rolling import start",),
    "rolling --version (goal 100)": (_COMMAND, "--version"),
    "rolling --help": (_COMMAND, "--help"),
    "rolling plan, 10 instances": (_COMMAND, "plan", _TEN_INSTANCES),
    "rolling simulate, 10 instances": (_COMMAND, "simulate", _TEN_INSTANCES),
}


@frozen
class _Cost:
    """What a process took, in milliseconds of all cores and of the clock on the wall."""

    cpu: float
    wall: float


def report(runs: int = 15) -> list[str]:
    """Lines that say what each costs: medians of so many processes, begun in turn."""
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for arguments in _BEGUN.values():
            _cost(arguments, environment)
        taken = [
            {name: _cost(arguments, environment) for name, arguments in _BEGUN.items()}
            for _ in range(runs)
        ]
    medians = {
        name: _Cost(
            statistics.median([each[name].cpu for each in taken]),
            statistics.median([each[name].wall for each in taken]),
        )
        for name in _BEGUN
    }
    lines = [f"{'to begin':30}  CPU ms  wall ms  × {_BARE}  × {_ATTRS}"]
    for name, cost in medians.items():
        to_bare, to_attrs = (cost.cpu / medians[other].cpu for other in (_BARE, _ATTRS))
        lines.append(
            f"{name:30}  {cost.cpu:6.0f}  {cost.wall:7.0f}  {to_bare:16.1f}  {to_attrs:14.2f}"
        )
    return lines


def _cost(arguments: Sequence[str], environment: Mapping[str, str]) -> _Cost:
    """What a fresh interpreter takes for these statements and their arguments."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", *arguments]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return _Cost(cpu * 1e3, wall * 1e3)
