"""The core is pure: read as text, it has no way to reach a clock, a world or a log."""

import ast

import pytest

from tests.source import imports, is_within, modules

CORE = tuple(name for name in modules() if is_within(name, "rolling.core"))

# What a pure function of values has use for; anything else asks to be argued for here.
STANDARD_LIBRARY = {
    "collections.abc",
    "enum",
    "fractions",
    "functools",
    "itertools",
    "math",
    "reprlib",
    "typing",
}

IMPURE_BUILTINS = {
    "__import__",
    "breakpoint",
    "compile",
    "eval",
    "exec",
    "globals",
    "hash",
    "id",
    "input",
    "open",
    "print",
    "setattr",
    "vars",
}


@pytest.mark.parametrize("name", CORE)
def test_the_core_imports_nothing_that_reaches_a_world(name: str) -> None:
    outside = {found for found in imports(modules()[name]) if not is_within(found, "rolling.core")}
    assert outside <= STANDARD_LIBRARY | {"attrs"}


@pytest.mark.parametrize("name", CORE)
def test_the_core_calls_no_builtin_that_depends_on_more_than_its_arguments(name: str) -> None:
    called = {
        node.func.id
        for node in ast.walk(modules()[name])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & IMPURE_BUILTINS == set()


@pytest.mark.parametrize("name", CORE)
def test_the_core_keeps_no_state_outside_its_values(name: str) -> None:
    kept = [
        type(node).__name__
        for node in ast.walk(modules()[name])
        if isinstance(node, ast.Global | ast.Nonlocal)
    ]
    assert kept == []


# errors.py looks at whatever was given instead of a whole number, and refuses it.
@pytest.mark.parametrize("name", [name for name in CORE if name != "rolling.core.errors"])
def test_no_float_is_in_the_core(name: str) -> None:
    found = [
        ast.unparse(node)
        for node in ast.walk(modules()[name])
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div))
        or (isinstance(node, ast.Name) and node.id in {"float", "round"})
    ]
    assert found == []


@pytest.mark.parametrize("name", CORE)
def test_every_class_of_the_core_that_holds_values_is_frozen(name: str) -> None:
    thawed = [
        node.name
        for node in ast.walk(modules()[name])
        if isinstance(node, ast.ClassDef)
        and not node.bases  # enumerations and exceptions have one
        and not any("frozen" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert thawed == []
