"""The public surface says the right types: `mypy --strict` over tests/typing, and over
the example of docs/embedding.md, finds no error."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source import PACKAGE, ROOT

pytestmark = pytest.mark.slow

CHECKED = tuple(sorted((Path(__file__).parent / "typing").glob("*.py")))


def mypy(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.stem)
def test_a_type_checker_agrees_with(path: Path) -> None:
    done = mypy(path)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_a_type_checker_agrees_with_the_example_of_embedding(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "embedding.md").read_text("utf-8")
    example = tmp_path / "embedding.py"
    blocks = re.findall(r"^```python\n(.*?)^```", document, re.DOTALL | re.MULTILINE)
    example.write_text("\n".join(blocks), "utf-8")
    done = mypy(example)
    assert done.stdout + done.stderr == ""


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()
