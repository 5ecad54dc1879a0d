"""`import rolling` is cheap and quiet: it loads attrs and the core, and starts nothing."""

import json
import subprocess
import sys

import pytest

PROBE = """
import json, sys, threading
import rolling
print(json.dumps({"modules": sorted(sys.modules), "threads": threading.active_count()}))
"""


def imported(probe: str) -> dict[str, object]:
    """What a fresh interpreter says after running `probe`, which may print nothing else."""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def modules() -> set[str]:
    found = imported(PROBE)["modules"]
    assert isinstance(found, list)
    return set(found)


@pytest.mark.parametrize(
    "name",
    [
        "asyncio",
        "boto3",
        "botocore",
        "cattrs",
        "hypothesis",
        "logging",
        "rich",
        "socket",
        "sqlite3",
        "transitions",
    ],
)
def test_import_rolling_does_not_load(name: str, modules: set[str]) -> None:
    assert "rolling.core.transition" in modules
    assert name not in modules


def test_import_rolling_loads_nothing_of_its_own_above_the_core(modules: set[str]) -> None:
    own = {name for name in modules if name.startswith("rolling")}
    assert {name for name in own if not name.startswith("rolling.core")} == {"rolling"}


def test_import_rolling_starts_no_thread() -> None:
    assert imported(PROBE)["threads"] == 1
