"""JSON text is read strictly, and what is wrong with it is told with its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling import InvalidInput, Problem
from rolling.schema.json_text import Literal, load_json, read_json


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(InvalidInput) as refusal:
        load_json(text, "request.json")
    return list(refusal.value.problems)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            '{"a": [1, 2.5, -3, true, false, null, "x"]}',
            {"a": [1, 2.5, -3, True, False, None, "x"]},
        ),
        ("[]", []),
        (b'"\xc3\xa4"', "ä"),
        ('  {"a": {}}\n', {"a": {}}),
        (str(2**63 - 1), 2**63 - 1),
        ('{"a\\"[": "]]]["}', {'a"[': "]]]["}),
    ],
)
def test_right_json_is_plain_values(text: str | bytes, value: object) -> None:
    loaded = load_json(text, "request.json")
    assert loaded == value
    assert type(loaded) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": }', 1, 7),
        ('{\n  "a" 1\n}', 2, 7),
        ('{\n  "a": 1\n  "b": 2}', 3, 3),
        ("{'a': 1}", 1, 2),
        ('{"a": "x', 1, 7),
        ('{"a": "x\n"}', 1, 9),
        ("{} {}", 1, 4),
        ("[1, 2", 1, 6),
        ("nul", 1, 1),
        ('{"a": 01}', 1, 8),
        ("// note\n{}", 1, 1),
    ],
)
def test_what_is_not_json_is_told_with_line_and_column(text: str, line: int, column: int) -> None:
    (problem,) = problems(text)
    assert problem.field == f"request.json, line {line}, column {column}"
    assert problem.rule.startswith("is not JSON here: ")


def test_every_repeated_key_is_told_with_its_path() -> None:
    text = '{"a": {"b": 1, "c": [{"d": 1, "d": 2}], "b": 3}, "a": {}}'
    assert [problem.field for problem in problems(text)] == ["a.c[0].d", "a.b", "a"]


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 20, "9" * 100_000]
)
def test_impossible_numbers_are_told_with_their_path(number: str) -> None:
    (problem,) = problems(f'{{"a": [0, {number}]}}')
    assert problem.field == "a[1]"
    assert len(str(problem)) < 400


def test_repeated_keys_and_impossible_numbers_are_told_together_once_for_each_place() -> None:
    found = problems('{"a": NaN, "b": 1, "b": 1e999, "b": 2}')
    assert sorted(problem.field for problem in found) == ["a", "b"]


def judge(value: object) -> object:
    """Refuses the "name" of everything but text."""
    assert isinstance(value, dict)
    if not isinstance(value["name"], str):
        raise InvalidInput([Problem("name", value["name"], "must be a name", "x")])
    return value


def test_what_a_field_wants_is_said_of_a_number_that_cannot_be_read() -> None:
    loaded = read_json('{"name": NaN, "other": 1e999, "twice": 1, "twice": 2}', "request.json")
    with pytest.raises(InvalidInput) as refusal:
        loaded.judged(judge)
    found = {each.field: each for each in refusal.value.problems}
    assert list(found) == ["twice", "other", "name"]
    assert found["name"] == Problem("name", Literal("NaN"), "must be a name", "x")
    assert "readable number" in found["other"].rule


def test_a_repeated_key_is_told_once_though_its_last_value_is_wrong_too() -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_json('{"name": "x", "name": 1}', "request.json").judged(judge)
    (problem,) = refusal.value.problems
    assert problem.rule.startswith("is given twice")


def test_a_judge_of_what_is_right_is_all_there_is() -> None:
    assert read_json('{"name": "x"}', "request.json").judged(judge) == {"name": "x"}


@pytest.mark.parametrize("text", ["", "  \n", b""])
def test_an_empty_file_is_told_as_such(text: str | bytes) -> None:
    (problem,) = problems(text)
    assert problem.field == "request.json"
    assert "is empty; it must hold JSON" in problem.rule


@pytest.mark.parametrize("text", ["\ufeff{}", b"\xef\xbb\xbf{}"])
def test_a_byte_order_mark_says_nothing(text: str | bytes) -> None:
    assert load_json(text, "request.json") == {}


@pytest.mark.parametrize("text", [b"\xff\xfe{\x00}\x00", b'{"a": "\xe4"}', b"\x80"])
def test_what_is_not_utf_8_is_told_with_the_byte(text: bytes) -> None:
    (problem,) = problems(text)
    assert "is not UTF-8 at byte" in problem.rule


def test_64_levels_are_read_and_65_are_not() -> None:
    assert load_json("[" * 64 + "]" * 64, "request.json")
    (problem,) = problems("\n" + "[" * 65 + "]" * 65)
    assert problem.field == "request.json, line 2, column 65"
    assert problem.rule == "nests deeper than 64 levels"


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 1_000_000, '[{"a":' * 500_000])
def test_no_depth_runs_out_of_stack(text: str) -> None:
    (problem,) = problems(text)
    assert "nests deeper" in problem.rule


def test_brackets_in_strings_do_not_nest() -> None:
    assert load_json('["' + "[" * 100 + '\\"]"]', "request.json")


pieces = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"', "\\", '"a"', "1", "-", "1e9", "NaN", "true", "\n", "\ufeff"]
)


@given(st.lists(pieces, max_size=30).map("".join) | st.text() | st.binary())
def test_any_text_is_a_value_or_a_problem(text: str | bytes) -> None:
    try:
        loaded: Any = load_json(text, "request.json")
    except InvalidInput as error:
        assert error.problems
        str(error).encode("utf-8")
    else:
        assert loaded is None or isinstance(loaded, dict | list | str | int | float)
