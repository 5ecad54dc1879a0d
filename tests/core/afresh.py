"""A module read a second time, as if it had never been imported."""

from importlib.util import find_spec, module_from_spec
from types import ModuleType


def read_afresh(name: str) -> ModuleType:
    """The module of this name, read anew; the one that is imported stays as it is."""
    spec = find_spec(name)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
