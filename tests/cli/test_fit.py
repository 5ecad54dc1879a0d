"""Text fits its terminal by wrapping, never by leaving something out."""

import io
import json
import re
import sys

import pytest

from rolling.cli.main import main
from rolling.cli.plan_text import plan_text
from rolling.cli.simulation_text import simulation_text
from rolling.view.terminal import Terminal
from tests.cli.command import REQUEST, SCENARIOS, Command, scenario

NAMES = sorted(path.stem for path in SCENARIOS.glob("*.json"))


def words(text: str) -> list[str]:
    return sorted(re.findall(r"[\w/%:.-]+", text))


@pytest.mark.parametrize("command", ["plan", "simulate"])
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_the_terminal(rolling: Command, command: str, name: str) -> None:
    for columns in (80, 100, 160):
        text = rolling(command, scenario(name), columns=columns).out
        assert max(map(len, text.splitlines())) <= columns


@pytest.mark.parametrize("name", NAMES)
def test_a_narrow_terminal_shows_every_word_of_a_wide_one(rolling: Command, name: str) -> None:
    narrow, wide = (
        rolling("simulate", scenario(name), columns=columns).out for columns in (66, 400)
    )
    # "why" heads a column that a narrow table does not have.
    told, meant = ([each for each in words(text) if each != "why"] for text in (narrow, wide))
    assert told == meant


@pytest.mark.parametrize("columns", [20, 39, 40, 50, 63])
@pytest.mark.parametrize("name", NAMES)
def test_a_terminal_too_narrow_for_the_table_gets_paragraphs(
    rolling: Command, name: str, columns: int
) -> None:
    narrow, wide = (
        rolling("simulate", scenario(name), columns=width).out for width in (columns, 400)
    )
    too_long = [line for line in narrow.splitlines() if len(line) > columns]
    assert [line for line in too_long if len(line.split()) > 1] == []
    told, meant = ({word.strip(".:") for word in words(text)} for text in (narrow, wide))
    assert meant - told <= {"time", "phase", "why"}  # of the heading


@pytest.mark.parametrize("instances", ["3", "4000"])
@pytest.mark.parametrize("columns", [20, 40, 60, 80, 160])
def test_a_plan_shows_all_its_numbers_at_any_width(
    rolling: Command, instances: str, columns: int
) -> None:
    path = rolling.file(REQUEST)
    text = rolling("plan", path, "--instances", instances, columns=columns).out
    document = rolling("plan", path, "--instances", instances, "-o", "json").document
    for batch in document["Updates"][0]["Batches"]:
        for number in (batch["Old"], batch["New"], batch["Total"]):
            assert str(number) in words(text.replace("→", " "))


def test_a_table_is_aligned(rolling: Command) -> None:
    text = rolling("plan", rolling.file(REQUEST), "--instances", "4000", columns=80).out
    rows = [line for line in text.splitlines() if re.match(r" *\d+/\d+ ", line)]
    assert len(rows) == 4
    assert len({len(row) for row in rows}) == 1
    assert len({row.index("→") for row in rows}) == 1


def test_a_sentence_goes_on_under_its_column(rolling: Command) -> None:
    lines = rolling("simulate", scenario("seed-success"), columns=100).out.splitlines()
    column = lines[0].index("why")
    rows = lines[1 : lines.index("")]
    assert all(row[column] != " " and row[column - 1] == " " for row in rows)
    assert any(row[:column].isspace() for row in rows)


def test_at_80_columns_the_reason_stands_below_its_row_and_has_most_of_the_width(
    rolling: Command,
) -> None:
    lines = rolling("simulate", scenario("seed-success"), columns=80).out.splitlines()
    row = next(place for place, line in enumerate(lines) if line.startswith("0:04:00"))
    assert lines[row].endswith("→20%")
    assert lines[row + 1] == (
        "         Batch 1 of 5 is in service, so traffic shifts until the new fleet"
    )


@pytest.mark.parametrize("command", ["plan", "simulate"])
def test_a_terminal_without_unicode_gets_ascii(
    rolling: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main([command, scenario("seed-success")]) == 0
    assert isinstance(stream.buffer, io.BytesIO)
    assert b"->" in stream.buffer.getvalue()


def test_json_is_ascii_where_there_is_no_unicode_and_says_the_same(
    rolling: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(REQUEST).replace("p99", "späť")
    path = rolling.file(text)
    expected = rolling("plan", path, "--instances", "10", "-o", "json").document
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["plan", path, "--instances", "10", "-o", "json"]) == 0
    assert isinstance(stream.buffer, io.BytesIO)
    assert json.loads(stream.buffer.getvalue()) == expected


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(rolling: Command) -> None:
    alarm = "evil\x1b[2J\r\nname"
    text = json.dumps(REQUEST).replace('"p99"', json.dumps(alarm))
    result = rolling("simulate", rolling.file(text), "--instances", "3")
    assert result.exit_code in (0, 2)
    assert "\x1b" not in result.out + result.err
    assert "\\u001b[2J" in result.out + result.err


def test_renderings_are_functions_of_the_document_alone(rolling: Command) -> None:
    for name in ("three-by-one-alarm-in-bake-2", "linear"):
        for command, render in (("plan", plan_text), ("simulate", simulation_text)):
            document = rolling(command, scenario(name), "-o", "json").document
            assert render(document, Terminal(80)) == rolling(command, scenario(name)).out
