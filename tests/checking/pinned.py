"""The pinned numbers of reachable states, and how they are written anew.

`python -m tests.checking.pinned` explores every configuration and rewrites the
file. A changed number is a changed behaviour: commit it once you know which.
"""

from pathlib import Path

from rolling.checking import DeploymentModel, explore
from tests.checking.configurations import CONFIGURATIONS

FILE = Path(__file__).with_name("reachable_states.txt")

HEADER = "# states of deployment and world, distinct deployments, configuration\n"


def pinned() -> dict[str, tuple[int, int]]:
    """The numbers of states and of distinct deployments, by configuration."""
    found = {}
    for line in FILE.read_text().splitlines():
        if not line.startswith("#"):
            states, deployments, name = line.split(maxsplit=2)
            found[name] = (int(states), int(deployments))
    return found


def rewrite() -> None:
    """Explore, and write what was found."""
    lines = [HEADER]
    for name, (deployment, limits) in CONFIGURATIONS.items():
        model = DeploymentModel(deployment, limits)
        found = explore(model)
        lines.append(f"{found.states:7} {model.deployments:6}  {name}\n")
    FILE.write_text("".join(lines))


if __name__ == "__main__":
    rewrite()
