"""What a run says: the share of mutants that were killed, and which survivors nobody explained.

mutmut numbers the mutants of a function, and the numbers change with any edit of it.
So a survivor is known here by its function and by the lines that were changed.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from attrs import frozen

LEAST_KILLED_PERCENT = 95
"""Below this the run fails, whatever is listed."""

KILLED = frozenset({"killed", "timeout"})
"""What counts as killed: a test failed, or the tests came to no end."""


@frozen
class Run:
    """What became of each mutant: its status, by the name that mutmut gives it."""

    statuses: dict[str, str]

    @property
    def survivors(self) -> list[str]:
        """The mutants that were not killed; those that no test runs are among them."""
        return [name for name, status in self.statuses.items() if status not in KILLED]

    @property
    def unchecked(self) -> int:
        """How many mutants the run did not come to."""
        return list(self.statuses.values()).count("not checked")

    @property
    def killed_percent(self) -> float:
        """The share of the mutants that were killed."""
        return 100 * (1 - len(self.survivors) / len(self.statuses))


def read_results(text: str) -> Run:
    """A run from what `mutmut results --all true` prints: a name and a status on each line."""
    pairs = [line.strip().rpartition(": ") for line in text.splitlines() if ": " in line]
    return Run({name: status for name, _, status in pairs})


def what_changed(name: str, shown: str) -> str:
    """The mutant `name` in one line, from the difference that `mutmut show` prints of it."""
    module, _, mangled = name.removeprefix("rolling.core.").partition(".")
    function = mangled.rpartition("__mutmut_")[0].removeprefix("x_").removeprefix("xǁ")
    lines = [line for line in shown.splitlines() if not line.startswith(("---", "+++", "#"))]

    def side(sign: str) -> str:
        return " ".join(line[1:].strip() for line in lines if line.startswith(sign))

    return f"{module}.{function.replace('ǁ', '.')}: {side('-')} => {side('+')}".rstrip()


def explained(path: Path) -> Counter[str]:
    """The survivors that a list explains, each as often as it stands there."""
    kinds = tomllib.loads(path.read_text(encoding="utf-8"))["kind"]
    return Counter(mutant for kind in kinds for mutant in kind["mutants"])


def complaints(run: Run, survivors: Iterable[str], listed: Counter[str]) -> list[str]:
    """What is wrong with a run whose survivors read so; nothing, when all is well."""
    found = []
    if run.killed_percent < LEAST_KILLED_PERCENT:
        found.append(f"{run.killed_percent:.1f}% were killed, not {LEAST_KILLED_PERCENT}%.")
    survived = Counter(survivors)
    found += [f"survived, and nobody says why: {line}" for line in (survived - listed).elements()]
    found += [f"listed, and did not survive: {line}" for line in (listed - survived).elements()]
    return found
