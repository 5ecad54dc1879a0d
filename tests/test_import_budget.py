"""Nothing is loaded before it is used: not by `import rolling`, and not by the command.

What that saves in time, `nox -s bench -- imports` measures.
"""

import json
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from tests.cli.command import scenario
from tests.source import is_within

pytestmark = pytest.mark.slow

IMPORT = "import rolling"
USE = "import rolling; rolling.start"

FOREIGN = (
    "asyncio",
    "boto3",
    "botocore",
    "cattrs",
    "concurrent.futures",
    "hypothesis",
    "http",
    "logging",
    "multiprocessing",
    "rich",
    "socket",
    "sqlite3",
    "transitions",
)
"""What many uses of rolling do without, each of which takes its time to load."""


@cache
def after(statements: str, *arguments: str) -> dict[str, Any]:
    """The modules and the threads of a fresh interpreter after these statements."""
    probe = f"""
import contextlib, io, json, sys, threading
with contextlib.redirect_stdout(io.StringIO()) as printed:
    {statements}
print(json.dumps({{
    "modules": sorted(sys.modules),
    "threads": threading.active_count(),
    "printed": printed.getvalue(),
}}))
"""
    command = [sys.executable, "-c", probe, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def command(*arguments: str) -> dict[str, Any]:
    """The same after a run of the command, which must have printed something."""
    found = after("from rolling.cli.entry import main; assert main() == 0", *arguments)
    assert found["printed"]
    return found


def own(found: dict[str, Any]) -> set[str]:
    return {name for name in found["modules"] if is_within(name, "rolling")}


def loaded(found: dict[str, Any], *packages: str) -> set[str]:
    """Those of the packages that are there, whole or in part."""
    return {each for each in packages if any(is_within(name, each) for name in found["modules"])}


# --- the library --------------------------------------------------------------


def test_import_rolling_alone_loads_nothing_else() -> None:
    found = after(IMPORT)
    assert own(found) == {"rolling"}
    assert loaded(found, "attr", "attrs", *FOREIGN) == set()


def test_the_first_name_that_is_used_loads_the_core_and_nothing_of_its_own_above() -> None:
    found = after(USE)
    assert "rolling.core.transition" in own(found)
    assert {name for name in own(found) if not is_within(name, "rolling.core")} == {"rolling"}


@pytest.mark.parametrize("name", FOREIGN)
def test_the_core_does_not_load(name: str) -> None:
    found = after(USE)
    assert loaded(found, "attr", name) == {"attr"}


def test_the_core_starts_no_thread() -> None:
    assert after(USE)["threads"] == 1


# --- the command --------------------------------------------------------------

ANY_CALL = {
    "rolling",
    "rolling.cli",
    "rolling.cli.arguments",
    "rolling.cli.entry",
    "rolling.cli.exit_codes",
    "rolling.cli.main",
    "rolling.cli.streams",
}
"""What every call of the command goes through."""


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("plan", "--help")])
def test_what_says_only_how_it_is_called_loads_no_subcommand(arguments: tuple[str, ...]) -> None:
    found = command(*arguments)
    assert own(found) == ANY_CALL
    assert loaded(found, "attr", "attrs", *FOREIGN) == set()


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("name", ["plan", "simulate"])
def test_a_plan_and_a_simulation_do_without(name: str, output: str) -> None:
    found = command(name, scenario("one-instance"), "-o", output)
    assert "rolling.simulation.run" in own(found)
    assert loaded(found, "rolling.checking", "rolling.embedding", "rolling.server") == set()
    assert loaded(found, *FOREIGN) == set()


def test_each_subcommand_does_without_what_only_others_show() -> None:
    shown = {
        "plan": {"plan_text"},
        "simulate": {"live", "live_arguments", "simulation_text"},
        "check": {"check_arguments", "check_text", "checking"},
    }
    for name, its in shown.items():
        others = {f"rolling.cli.{each}" for each in set().union(*shown.values()) - its}
        found = own(command(name, scenario("one-instance")))
        assert {f"rolling.cli.{each}" for each in its} <= found
        assert found & others == set()


def test_a_simulation_that_no_terminal_shows_draws_no_picture() -> None:
    found = own(command("simulate", scenario("one-instance")))
    pictures = {"cli.live_player", "view.bars", "view.picture", "view.screen"}
    assert found & {f"rolling.{each}" for each in pictures} == set()


def test_the_check_of_one_update_begins_no_server_and_no_process() -> None:
    found = command("check", scenario("one-instance"))
    assert "rolling.checking.verdict" in own(found)
    assert loaded(found, "rolling.server", *FOREIGN) == set()
