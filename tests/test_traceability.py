"""Promise: every sentence of the source that says how the system behaves is held by something.

specs/properties.md lists them as a table: a number, what is said, what holds it.
"""

import ast
import re
from pathlib import Path

import pytest

from rolling.core import properties
from tests.refusals.transcript import titles

ROOT = Path(__file__).parent.parent
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (ROOT / "specs" / "properties.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\|\s*R\d+\s*\|", line)
]
LIVENESS = {"L1", "L2", "L3"}


def test_sentences_are_numbered_without_a_gap() -> None:
    assert [row[0] for row in ROWS] == [f"R{number}" for number in range(1, len(ROWS) + 1)]
    assert len(ROWS) > 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_sentence_names_what_holds_it_and_that_exists(row: list[str]) -> None:
    _, _, holders = row
    names = re.findall(r"`([^`]+)`", holders)
    assert names, "nothing holds it"
    assert [name for name in names if not _exists(name)] == []


def test_every_property_is_named_by_a_sentence() -> None:
    named = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[2])}
    groups = (
        properties.STATE_PROPERTIES,
        properties.EDGE_PROPERTIES,
        properties.START_PROPERTIES,
    )
    every = {holds.__name__ for group in groups for holds in group}
    ours = set(re.findall(r"`([a-zL]\w+)`", _paragraph("Ours"))) - {"start"}
    assert every - named - ours == set()
    assert ours - every - LIVENESS == set()


def _exists(name: str) -> bool:
    if name in LIVENESS:
        return True
    if "::" not in name:
        return hasattr(properties, name)
    path, function = name.split("::")
    if path.startswith("specs/refusals/"):
        return function in titles((ROOT / path).read_text(encoding="utf-8"))
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.FunctionDef) and node.name == function for node in ast.walk(tree)
    )


def _paragraph(heading: str) -> str:
    text = (ROOT / "specs" / "properties.md").read_text(encoding="utf-8")
    return text.split(f"## {heading}\n")[1]
