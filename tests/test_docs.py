"""What the documents show is so: their Python runs, and their commands print what they say.

A `python` block runs, all blocks of one document in one namespace, `>>>` or
not. In a `console` block a line that starts with `$ rolling` is run from the
top of the checkout, and the lines after it must be what it prints; a line of
`…` stands for any lines.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from sybil import Document, Example
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

from tests.source import PACKAGE, ROOT

pytestmark = pytest.mark.slow

DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "changelog.d" not in path.parts),
)
MODULES = tuple(path for path in sorted(PACKAGE.rglob("*.py")) if ">>> " in path.read_text("utf-8"))


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class ConsoleParser(CodeBlockParser):
    """Runs the commands of a `console` block and compares what they print."""

    language = "console"

    def evaluate(self, example: Example) -> str | None:
        for command, expected in commands(str(example.parsed)):
            printed = output_of(command)
            if not matches(expected, printed):
                return f"$ {command}\nprints\n{printed}\nand not\n{expected}"
        return None


def commands(block: str) -> Iterable[tuple[str, str]]:
    """The commands of a console block, each with the text that should follow it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        if command.startswith("rolling "):
            yield command, expected.rstrip()


def output_of(command: str) -> str:
    """What `rolling` prints, on both streams, when it is not on a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "rolling", *shlex.split(command)[1:]],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
    )
    return done.stdout.rstrip()


def matches(expected: str, printed: str) -> bool:
    pattern = "\n".join(
        ".*" if line.strip() == "…" else re.escape(line) for line in expected.splitlines()
    )
    return re.fullmatch(pattern, printed, flags=re.DOTALL) is not None


def run(document: Document) -> int:
    """Run every example in order; the first that fails raises, with file and line."""
    count = 0
    for example in document.examples():
        example.evaluate()
        count += 1
    return count


def parsed(path: Path) -> Document:
    return Document.parse(str(path), PythonCodeBlockParser(), ConsoleParser())


@pytest.mark.parametrize("path", DOCUMENTS, ids=label)
def test_a_document_shows_what_is_so(path: Path) -> None:
    run(parsed(path))


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_a_docstring_shows_what_is_so(path: Path) -> None:
    assert run(PythonDocStringDocument.parse(str(path), DocTestParser())) > 0


def test_the_readme_has_python_to_run() -> None:
    assert run(parsed(ROOT / "README.md")) > 0


def test_a_document_that_shows_something_else_fails(tmp_path: Path) -> None:
    false = tmp_path / "false.md"
    false.write_text("```python\nassert 1 + 1 == 3\n```\n", "utf-8")
    with pytest.raises(AssertionError):
        run(parsed(false))


def test_a_console_block_is_compared_and_not_only_run() -> None:
    assert matches("one\n…\nthree", "one\ntwo\nthree")
    assert not matches("one\n…\nthree", "one\ntwo\nfour")
    assert not matches("one", "one\ntwo")


LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=label)
def test_a_link_between_documents_leads_somewhere(path: Path) -> None:
    broken = [
        target
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []
