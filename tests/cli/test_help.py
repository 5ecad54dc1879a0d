"""The help says what there is, how it is called, and what its exit codes mean."""

import re

import pytest

import rolling as package
from tests.cli.command import Command
from tests.source import ROOT

COMMANDS = ("plan", "simulate", "check", "serve")


@pytest.mark.parametrize(
    "arguments", [("--help",), ("simulate", "-h"), *((name, "--help") for name in COMMANDS)]
)
def test_help_shows_examples_and_the_exit_codes_of_its_command(
    rolling: Command, arguments: tuple[str, ...]
) -> None:
    result = rolling(*arguments)
    assert (result.exit_code, result.err) == (0, "")
    assert "examples:" in result.out
    expected = {"2", "5", "130", "141"}
    own = {"plan": {"0"}, "simulate": {"0", "3", "4"}, "check": {"0", "1"}, "serve": set()}
    expected |= own.get(arguments[0], {"0", "1", "3", "4"})
    assert set(re.findall(r"^  (\d+) +\w", result.out, re.MULTILINE)) == expected


def test_help_fits_80_columns_of_any_terminal(rolling: Command) -> None:
    for arguments in (("--help",), *((name, "--help") for name in COMMANDS)):
        text = rolling(*arguments).out
        assert text.isascii()
        assert max(map(len, text.splitlines())) <= 80


def test_the_files_in_the_examples_exist(rolling: Command) -> None:
    named = {
        path
        for command in ((), *((name,) for name in COMMANDS))
        for path in re.findall(r"specs/\S+\.json", rolling(*command, "--help").out)
    }
    assert named
    assert all((ROOT / path).is_file() for path in named)


def test_the_version_is_the_packages(rolling: Command) -> None:
    result = rolling("--version")
    assert (result.exit_code, result.out) == (0, f"rolling {package.__version__}\n")
