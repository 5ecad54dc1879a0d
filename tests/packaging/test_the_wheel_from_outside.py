"""What is published works for somebody who has nothing but the wheel.

One test, for a build and an installation are slow: built from the sdist,
installed into a clean virtual environment with its base dependencies only.
"""

import subprocess
import sys
import tarfile
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.source import PACKAGE, ROOT

pytestmark = pytest.mark.slow

OUTSIDE = Path(__file__).parent / "outside" / "deploy_tool.py"
SCENARIO = ROOT / "specs" / "scenarios" / "seed-success.json"

# What pip may find in the environment beside the wheel: its base dependencies and theirs.
BASE = {
    "attrs",
    "cattrs",
    "rolling-deployments",
    "six",
    "transitions",
    "typing_extensions",
}


def ran(*command: str | Path, cwd: Path) -> str:
    """What a command prints; it must succeed, and say nothing on standard error."""
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def built(folder: Path) -> tuple[Path, Path]:
    """The sdist and, made from it, the wheel."""
    done = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def assert_the_sdist_is_a_whole_checkout(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for path in ("pyproject.toml", "noxfile.py", ".ci/run", "CHANGELOG.md", "docs/correctness.md"):
        assert path in names
    assert f"tests/packaging/{Path(__file__).name}" in names
    assert {name for name in names if name.endswith((".pyc", ".orig"))} == set()


def assert_the_wheel_is_the_package_alone(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    sources = [*PACKAGE.rglob("*.py"), PACKAGE / "py.typed"]
    assert names >= {str(path.relative_to(ROOT)) for path in sources}
    assert {name.split("/")[0] for name in names} == {"rolling"}


def test_the_wheel_works_in_a_clean_environment_for_a_strict_project(tmp_path: Path) -> None:
    sdist, wheel = built(tmp_path / "dist")
    assert_the_sdist_is_a_whole_checkout(sdist)
    assert_the_wheel_is_the_package_alone(wheel)

    clean = tmp_path / "clean"
    venv.create(clean)
    python, elsewhere = clean / "bin" / "python", tmp_path / "project"
    elsewhere.mkdir()
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    subprocess.run(
        [*pip, "install", "-q", wheel], check=True, capture_output=True, timeout=300
    )  # pip may warn of where it looks
    listed = ran(*pip, "list", "--format=freeze", cwd=elsewhere)
    assert {line.partition("==")[0].lower() for line in listed.split()} <= BASE

    # The command is there, and does without the extras.
    assert ran(clean / "bin" / "rolling", "--version", cwd=elsewhere).startswith("rolling ")
    told = ran(clean / "bin" / "rolling", "simulate", SCENARIO, cwd=elsewhere)
    assert "Succeeded after" in told
    assert "every property holds" in ran(
        clean / "bin" / "rolling",
        "check",
        ROOT / "specs" / "scenarios" / "three-by-one-alarm-in-bake-2.json",
        cwd=elsewhere,
    )

    # So is the library, and a type checker elsewhere sees its types.
    project = elsewhere / OUTSIDE.name
    project.write_text(OUTSIDE.read_text("utf-8"), "utf-8")
    told = ran(python, project, cwd=elsewhere)
    assert told.splitlines() == [
        "batch 1 bakes",
        "batch 2 bakes",
        "Succeeded(leftover=0, cut_short=None)",
    ]
    checked = ran(
        sys.executable,
        *("-m", "mypy", "--strict", "--python-executable", python, project.name),
        cwd=elsewhere,
    )
    assert "no issues found" in checked
