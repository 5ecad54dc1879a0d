"""Imports go one way, and every layer imports only what it is meant to know."""

import re
import tomllib
from graphlib import TopologicalSorter
from itertools import chain

import pytest

from tests.source import ROOT, imports, is_within, modules, third_party

# From the lowest layer to the highest; those on one line do not know each other.
LAYERS = (
    ("rolling.core",),
    ("rolling",),
    ("rolling.schema",),
    ("rolling.records",),
    ("rolling.endpoint",),
    ("rolling.checking", "rolling.driving", "rolling.embedding"),
    ("rolling.view",),
    ("rolling.backends",),
    ("rolling.simulation",),
    ("rolling.server",),
    ("rolling.cli",),
)

THIRD_PARTY = {
    "rolling.core": {"attrs"},
    "rolling": set[str](),
    "rolling.schema": {"attrs"},
    "rolling.records": {"attrs", "cattrs"},
    "rolling.endpoint": {"attrs"},
    "rolling.checking": {"attrs", "hypothesis"},
    "rolling.driving": {"attrs"},
    "rolling.embedding": {"attrs", "transitions"},
    "rolling.view": {"attrs", "rich"},
    "rolling.backends": {"attrs"},
    "rolling.simulation": {"attrs"},
    "rolling.server": {"attrs", "boto3", "botocore", "pytest"},
    "rolling.cli": {"attrs"},
}

# What the server keeps, and how it speaks, with what each knows of the server beside itself.
APART = {
    "rolling.server.region": ("rolling.server.service", "rolling.server.wire"),
    "rolling.server.wire": ("rolling.server.service", "rolling.server.addresses"),
}

MODULES = tuple(modules())


def layer_of(name: str) -> str:
    """The layer that a module of rolling is in: its package, or `rolling` itself."""
    found = [layer for layer in THIRD_PARTY if layer != "rolling" and is_within(name, layer)]
    if found:
        return found[0]
    if name == "rolling.__main__":
        return "rolling.cli"
    assert name == "rolling", f"{name} is in no layer"
    return name


def height(layer: str) -> int:
    return next(place for place, layers in enumerate(LAYERS) if layer in layers)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_no_layer_above_its_own_or_beside_it(name: str) -> None:
    own = layer_of(name)
    upward = [
        imported
        for imported in imports(modules()[name])
        if is_within(imported, "rolling")
        and (other := layer_of(imported)) != own
        and height(other) >= height(own)
    ]
    assert upward == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_no_other_package_than_its_layer_may(name: str) -> None:
    assert third_party(modules()[name]) <= THIRD_PARTY[layer_of(name)]


@pytest.mark.parametrize("package", APART)
def test_what_stands_apart_in_the_server_knows_little_of_the_rest(package: str) -> None:
    known = (package, *APART[package])
    strange = [
        (name, imported)
        for name in MODULES
        if is_within(name, package)
        for imported in imports(modules()[name])
        if is_within(imported, "rolling.server")
        and not any(is_within(imported, each) for each in known)
    ]
    assert strange == []


def test_every_package_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[^\w-]", requirement)[0] for requirement in declared}
    imported = set(chain(*map(third_party, modules().values())))
    assert imported
    assert imported - names == set()


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {
        name: {found for found in imports(tree) if is_within(found, "rolling")}
        for name, tree in modules().items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def test_the_core_imports_the_standard_library_attrs_and_itself() -> None:
    known = {
        imported
        for name, tree in modules().items()
        if is_within(name, "rolling.core")
        for imported in imports(tree)
        if is_within(imported, "rolling")
    }
    assert known
    assert all(is_within(imported, "rolling.core") for imported in known)
