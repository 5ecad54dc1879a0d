"""Colour is for terminals that want it, and says nothing that the words do not."""

import re

import pytest

from tests.cli.command import Command, scenario

BOTH = pytest.mark.parametrize("command", ["plan", "simulate"])


@BOTH
def test_a_pipe_gets_no_colour(rolling: Command, command: str) -> None:
    assert "\x1b" not in rolling(command, scenario("stop")).out


@BOTH
def test_force_color_colours_and_changes_no_word(
    rolling: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    plain = rolling(command, scenario("stop")).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = rolling(command, scenario("stop")).out
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@BOTH
def test_no_color_wins_however_it_is_said(
    rolling: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in rolling(command, scenario("stop"), "--no-color").out
    assert "\x1b" not in rolling(command, "nothing", "--no-color").err
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in rolling(command, scenario("stop")).out
    assert "\x1b" not in rolling(command, "nothing").err


def test_json_is_never_coloured(rolling: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in rolling("plan", scenario("stop"), "-o", "json").out
    assert "\x1b" not in rolling("plan", "nothing", "-o", "json").err
