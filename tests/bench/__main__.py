"""Run every benchmark and print its lines; those that are named, where some are.

`--modules FOLDER`: the `node_modules` that tla-checker is installed in.
"""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import (
    checkers_cost,
    driving_cost,
    exploration_cost,
    imports,
    planning_cost,
    server_cost,
    simulation_cost,
    transition_cost,
)


def main() -> None:
    """Print the reports as they come."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--modules", type=Path, help="tla-checker's node_modules")
    parser.add_argument("names", nargs="*", metavar="NAME", help="such as exploration_cost")
    options = parser.parse_args()
    reports: dict[str, Callable[[], Iterable[str]]] = {
        "transition_cost": transition_cost.report,
        "simulation_cost": simulation_cost.report,
        "planning_cost": planning_cost.report,
        "driving_cost": driving_cost.report,
        "exploration_cost": exploration_cost.report,
        "server_cost": server_cost.report,
        "imports": imports.report,
        "checkers_cost": lambda: checkers_cost.report(options.modules),
    }
    for name in options.names:
        if name not in reports:
            parser.error(f"no benchmark is called {name}; there are {', '.join(reports)}")
    for name in options.names or reports:
        for line in reports[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
