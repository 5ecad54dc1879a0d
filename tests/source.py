"""The source of rolling, read without importing it, for the tests that judge its shape."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rolling"


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name, parsed."""
    return {_dotted(path): ast.parse(path.read_text("utf-8")) for path in _files()}


def _files() -> Iterator[Path]:
    return (path for path in sorted(PACKAGE.rglob("*.py")) if "__pycache__" not in path.parts)


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a module imports, at its top or inside a function.

    `from a.b import c` gives `a.b.c` where that is a module of rolling, else `a.b`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules() else node.module


def is_within(name: str, package: str) -> bool:
    """True when the dotted `name` is `package` or inside it."""
    return name == package or name.startswith(f"{package}.")


def third_party(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports from outside Python and rolling."""
    roots = {name.partition(".")[0] for name in imports(tree)}
    return {root for root in roots if root != "rolling" and root not in sys.stdlib_module_names}
