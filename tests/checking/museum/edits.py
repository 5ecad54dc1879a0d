"""A core that is one edit away from ours: the text of a rule is changed, and the core built of it.

Nothing that is in use is touched: what the edit reaches is loaded a second time,
beside the real modules. Deployments, events and stages stay of the real classes:
the explorer and the properties judge the wrong core as they judge the right one.
"""

import ast
import sys
from collections.abc import Callable
from difflib import unified_diff
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from attrs import frozen

from rolling import (
    CapacitySize,
    Deployment,
    Edge,
    Event,
    FleetSpec,
    RollingUpdatePolicy,
    follow,
    instances,
    percent,
    serving,
    start,
    wanted,
)

Follow = Callable[[Deployment, Event], tuple[Deployment, tuple[Edge, ...]]]

# What decides anything, each module after those that it imports.
RULES = (
    "capacity",
    "fleet",
    "policy",
    "pace",
    "provisioning",
    "shifting",
    "baking",
    "cleaning",
    "rollback",
    "ending",
    "lifecycle",
    "transition",
)


@frozen
class Edit:
    """In `rolling/core/<module>.py`, the lines `before` become `after`."""

    module: str
    before: str
    after: str

    def applied_to(self, text: str) -> str:
        """The text with the edit made. Fails where it is not one edit of this text."""
        found = text.count(self.before)
        assert found == 1, f"{self.before!r} is {found} times in {self.module}.py, not once"
        return text.replace(self.before, self.after)

    def as_diff(self) -> str:
        """The edit as a reader sees it: the lines that go and come, and one on either side."""
        text = _source(self.module)
        lines = unified_diff(
            text.splitlines(), self.applied_to(text).splitlines(), lineterm="", n=1
        )
        where = f"--- rolling/core/{self.module}.py"
        return "\n".join([where, *[line for line in lines if not line.startswith(_HEADERS)]])


@frozen
class Core:
    """The functions of a core that an exploration needs."""

    start: Callable[..., Deployment]
    follow: Follow
    instances: Callable[[int], CapacitySize]
    percent: Callable[[int], CapacitySize]
    serving: Callable[[str, int], FleetSpec]
    wanted: Callable[[str, int], FleetSpec]
    policy: Callable[[CapacitySize, int, CapacitySize], RollingUpdatePolicy]


def core_with(edit: Edit) -> Core:
    """The core that the edit makes of ours."""
    assert edit.module in RULES, f"{edit.module} decides nothing"
    loaded = {name: import_module(f"rolling.core.{name}") for name in RULES}
    reached: list[str] = []
    # Each that is loaded anew finds those before it in place of the real ones, and only here.
    with patch.dict(sys.modules):
        for name in RULES:
            if name == edit.module:
                loaded[name] = _edited(edit)
            elif any(f"from rolling.core.{other} import" in _source(name) for other in reached):
                loaded[name] = _load(name, _source(name))
            else:
                continue
            reached.append(name)
    transition, capacity, fleet = loaded["transition"], loaded["capacity"], loaded["fleet"]
    return Core(
        transition.start,
        transition.follow,
        capacity.instances,
        capacity.percent,
        fleet.serving,
        fleet.wanted,
        loaded["policy"].RollingUpdatePolicy,
    )


OURS = Core(start, follow, instances, percent, serving, wanted, RollingUpdatePolicy)
"""Our own core, in the same terms."""


_HEADERS = ("---", "+++", "@@")


def _load(name: str, text: str) -> ModuleType:
    full_name = f"rolling.core.{name}"
    module = sys.modules[full_name] = ModuleType(full_name)
    exec(compile(text, f"{full_name} in the museum", "exec"), module.__dict__)
    return module


def _edited(edit: Edit) -> ModuleType:
    """The module with the edit made. A class that stays as it was is the real class, so that
    its values are equal to real ones."""
    text = _source(edit.module)
    edited = edit.applied_to(text)
    real = import_module(f"rolling.core.{edit.module}")
    module = _load(edit.module, edited)
    kept = {getattr(module, name) for name, _ in _classes(text).items() & _classes(edited).items()}
    for name, value in list(vars(module).items()):
        if value in kept if isinstance(value, type) else type(value) in kept:
            setattr(module, name, getattr(real, name))
    return module


def _classes(text: str) -> dict[str, str]:
    """Each class of a module, with its code."""
    return {
        node.name: ast.dump(node) for node in ast.parse(text).body if isinstance(node, ast.ClassDef)
    }


def _source(name: str) -> str:
    path = import_module(f"rolling.core.{name}").__file__
    assert path is not None
    return Path(path).read_text("utf-8")
