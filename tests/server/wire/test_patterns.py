"""Java's patterns are checked as Java would check them, and none takes long."""

import time
from typing import Any

import pytest

from rolling.server.service import SERVICES
from rolling.server.wire.model import operation_model, service_model
from rolling.server.wire.patterns import LONGEST, matches, translated
from tests.server.wire.samples import OPERATIONS


def patterns_of(shape: Any, seen: set[str]) -> set[str]:
    """Every pattern of a shape and of what it holds."""
    if shape is None or shape.name in seen:
        return set()
    seen.add(shape.name)
    parts: list[Any] = []
    match shape.type_name:
        case "structure":
            parts = list(shape.members.values())
        case "list":
            parts = [shape.member]
        case "map":
            parts = [shape.key, shape.value]
    own = {shape.metadata["pattern"]} if "pattern" in shape.metadata else set()
    return own.union(*[patterns_of(part, seen) for part in parts])


INPUTS = sorted(
    set[str]().union(
        *[patterns_of(operation_model(*each).input_shape, set()) for each in OPERATIONS]
    )
)
EVERYWHERE = sorted(
    {
        service_model(service).shape_for(name).metadata["pattern"]
        for service in SERVICES
        for name in service_model(service).shape_names
        if "pattern" in service_model(service).shape_for(name).metadata
    }
)


@pytest.mark.parametrize("pattern", INPUTS)
def test_every_pattern_of_an_input_that_is_served_is_checked(pattern: str) -> None:
    assert translated(pattern) is not None


def test_few_patterns_of_the_services_are_not_checked() -> None:
    assert len(EVERYWHERE) > 200
    assert len([each for each in EVERYWHERE if translated(each) is None]) <= 6


@pytest.mark.parametrize("pattern", INPUTS)
def test_no_text_makes_a_pattern_take_long(pattern: str) -> None:
    hostile = [
        (piece * LONGEST)[: LONGEST - len(end)] + end
        for piece in (
            "a",
            "-",
            "a-",
            "A1",
            "/",
            "a/",
            " ",
            ".",
            "\n",
            "+a",
            "a+",
            "https://",
            "é",
            "9",
        )
        for end in ("", "!", "\0", "-")
    ]
    started = time.process_time()
    for text in hostile:
        matches(pattern, text)
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", ["a", "a--b"], ["", "a-", "-a", "a\n", "é"]),
        (r"\d+", ["12"], ["٣", ""]),
        (r"\w+", ["a_1"], ["é"]),
        (r".*", ["", "a b"], ["a\nb", "a\u2028b", "a\r"]),
        (r"(?!\s*$).+", ["a", " a"], ["", "  "]),
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", ["", "é ß 7 /+-@", "名前"], ["!", "a\n", "\0"]),
        (r"[\p{Alnum}\-]+", ["a-1"], ["é"]),
        (r"\p{L}+", ["é"], ["1"]),
        (r"\p{Lo}+", ["名"], ["a", "é"]),
        (r"[^:].*", ["a:"], [":a"]),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", ["a\t😀"], ["\0", "\n"]),
        (r"[[a]+", ["[a"], ["b"]),
    ],
)
def test_a_pattern_means_what_it_means_in_java(
    pattern: str, good: list[str], bad: list[str]
) -> None:
    assert [text for text in good if not matches(pattern, text)] == []
    assert [text for text in bad if matches(pattern, text)] == []


@pytest.mark.parametrize("pattern", [".*(?:[ \\n].*)*", r"\p{Greek}", "(a", r"(a+.*)+"])
def test_a_pattern_that_is_not_checked_lets_everything_through(pattern: str) -> None:
    assert translated(pattern) is None
    assert matches(pattern, "anything\n" * 1_000)
