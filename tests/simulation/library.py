"""The scenarios of the repository, by name."""

from rolling.schema.json_text import load_json
from rolling.simulation.scenario import Scenario, parse_scenario
from tests.source import ROOT

FOLDER = ROOT / "specs" / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> Scenario:
    """The scenario of this name."""
    return parse_scenario(load_json((FOLDER / f"{name}.json").read_text("utf-8"), name))
