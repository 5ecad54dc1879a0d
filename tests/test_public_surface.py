"""The public surface is what public_surface.txt says, and every name of it is explained.

A change of that file is a change for embedders: it belongs in the changelog.
"""

import ast
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import get_args

import pytest

import rolling
from tests.source import modules

SNAPSHOT = Path(__file__).parent / "public_surface.txt"


def surface() -> str:
    """One line for each public name, one more for each member of a class."""
    return "".join(f"{line}\n" for name in rolling.__all__ for line in shown(name))


def shown(name: str) -> Iterator[str]:
    value: object = getattr(rolling, name)
    if isinstance(value, UnionType):
        yield f"{name} = {' | '.join(member.__name__ for member in get_args(value))}"
        return
    if not inspect.isclass(value):
        yield f"{name}{parameters(value)}" if inspect.isfunction(value) else name
        return
    if issubclass(value, Enum):
        yield f"{name}: {' '.join(value.__members__)}"
    elif issubclass(value, Exception):
        yield f"{name}: exception {getattr(value, 'code', '')}"
    else:
        yield f"{name}{parameters(value)}"
        for member, inner in sorted(vars(value).items()):
            if not member.startswith("_") and not inspect.ismemberdescriptor(inner):
                method = getattr(value, member)
                yield f"  .{member}{parameters(method) if callable(method) else ''}"


def parameters(value: Callable[..., object]) -> str:
    names = [
        parameter.name if parameter.default is parameter.empty else f"{parameter.name}=…"
        for parameter in inspect.signature(value).parameters.values()
    ]
    return f"({', '.join(names)})"


def test_the_public_surface_is_as_written_down(rewrite: bool) -> None:
    if rewrite:
        SNAPSHOT.write_text(surface(), "utf-8")
    assert surface() == SNAPSHOT.read_text("utf-8")


def test_the_public_names_are_there_once() -> None:
    assert all(hasattr(rolling, name) for name in rolling.__all__)
    assert len(set(rolling.__all__)) == len(rolling.__all__)


def test_a_public_name_is_found_however_it_is_asked_for_first() -> None:
    for asked in (
        "from rolling import *; advance",
        "import rolling; assert 'advance' in dir(rolling)",
    ):
        subprocess.run([sys.executable, "-c", asked], check=True)


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match="module 'rolling' has no attribute 'no_such_name'"):
        getattr(rolling, "no_such_name")  # noqa: B009
    assert set(rolling.__all__) <= set(dir(rolling))


def definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every class, function and method of a module that is public, by name.

    Methods of a class with a base are left out: they may be explained there.
    """
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
        if isinstance(node, ast.ClassDef) and not (node.name.startswith("_") or node.bases):
            yield from (
                (f"{node.name}.{inner.name}", inner)
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                and not inner.name.startswith("_")
            )


@pytest.mark.parametrize("module", tuple(modules()))
def test_a_module_says_what_belongs_in_it_and_explains_its_public_names(module: str) -> None:
    tree = modules()[module]
    assert ast.get_docstring(tree), "the module does not open by saying what belongs in it"
    silent = [
        name
        for name, node in definitions(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_public_class_and_function_is_explained() -> None:
    explained = {
        name: node
        for tree in modules().values()
        for name, node in definitions(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    }
    public = {name for name in rolling.__all__ if inspect.isroutine(getattr(rolling, name))}
    public |= {name for name in rolling.__all__ if inspect.isclass(getattr(rolling, name))}
    assert public
    assert public - set(explained) == set()
