"""The top of the checkout stays clear: what is there is what a newcomer has to look at."""

import shutil
import subprocess

import pytest

from tests.source import ROOT

TOP_LEVEL = {
    ".ci",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "docs",
    "noxfile.py",
    "pyproject.toml",
    "rolling",
    "specs",
    "tests",
}


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git checkout"
)
def test_nothing_else_is_under_version_control_at_the_top() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    tops = {path.partition("/")[0] for path in listed.split("\0") if path}
    assert tops <= TOP_LEVEL
