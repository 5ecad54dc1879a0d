"""The rules that are changed: the modules of rolling.core that decide, without what does not.

Left out as a whole: events, outcome, errors (values and words), plan (it unfolds for a reader
what the rules decide), public (names), and properties, which judge.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.power.mutants import Mutant, mutants_of

_CORE = Path(__file__).parents[2] / "rolling" / "core"

MODULES = (
    "stage",
    "capacity",
    "fleet",
    "policy",
    "deployment",
    "desired",
    "pace",
    "gate",
    "provisioning",
    "shifting",
    "baking",
    "cleaning",
    "rollback",
    "ending",
    "repair",
    "interrupting",
    "lifecycle",
    "transition",
)

_ONLY = {
    "policy": {
        "SurgeRollingPolicy.surge_in",
        "SurgeRollingPolicy.unavailable_in",
        "pace_of",
        "_rolling_pace",
        "_blue_green_pace",
        "_surge_pace",
        "floor_in",
    }
}
"""Of these modules some functions decide: the rest is what a policy is, and its limits."""

LEFT_OUT = frozenset(
    {
        # They find what is wrong with a request, and word it.
        "_alarm_problems",
        "_check_count",
        "_is_fleet_spec",
        "_room_problems",
        "fleet_problems",
        "gate_problems",
        # Tests alone ask it.
        "carries",
        # They are for a view, or a simulation, that says how far a deployment is.
        "__str__",
        "Edge.condition",
        "Edge.event",
        "Edge.name",
        "most_steps_back",
        "step_count",
        "steps_back",
    }
)
"""The functions that decide nothing about a deployment."""


def trees() -> dict[str, ast.Module]:
    """The syntax tree of each module, by name."""
    return {name: ast.parse((_CORE / f"{name}.py").read_text("utf-8")) for name in MODULES}


def mutants(of: Mapping[str, ast.Module]) -> Iterator[Mutant]:
    """Every mutant of the rules in these trees."""
    for module, tree in of.items():
        for mutant in mutants_of(module, tree, LEFT_OUT):
            if mutant.function in _ONLY.get(module, {mutant.function}):
                yield mutant
