"""The report of a run: the result for each module, and the mutants without an explanation."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from tests.power.running import CAUGHT, CRASHED, ENDLESS, PASSED, REFUSED, Verdict

LEAST_CAUGHT_PERCENT = 95
"""Below this the run fails, whatever is explained."""

ALIKE, UNSEEN = "alike", "unseen"
"""Of those that pass: they do what our core does; or they do not, and no property sees it."""

KINDS = (CAUGHT, UNSEEN, CRASHED, REFUSED, ENDLESS, ALIKE)


def kind_of(verdict: Verdict) -> str:
    """What became of a mutant."""
    what = verdict.found.what
    return what if what != PASSED else ALIKE if verdict.alike else UNSEEN


@frozen
class Explained:
    """The mutants that pass for a reason, each as often as there are such."""

    alike: Counter[str]
    unseen: Counter[str]


def explained(path: Path) -> Explained:
    """What a list explains."""
    kinds = tomllib.loads(path.read_text("utf-8"))
    alike, unseen = [
        Counter([name for kind in kinds.get(word, []) for name in kind["mutants"]])
        for word in (ALIKE, UNSEEN)
    ]
    return Explained(alike, unseen)


def caught_percent(verdicts: Iterable[Verdict]) -> float:
    """The share that a property catches of those that run, end, and do something else."""
    kinds = Counter(map(kind_of, verdicts))
    judged = kinds[CAUGHT] + kinds[UNSEEN]
    return 100 * kinds[CAUGHT] / judged if judged else 100


def complaints(verdicts: list[Verdict], listed: Explained, *, whole: bool) -> Iterator[str]:
    """What is wrong with a run; nothing, when all is well. `whole`: it had every mutant."""
    percent = caught_percent(verdicts)
    if percent < LEAST_CAUGHT_PERCENT:
        yield f"{percent:.1f}% were caught by a property, not {LEAST_CAUGHT_PERCENT}%."
    for kind, reasons in ((ALIKE, listed.alike), (UNSEEN, listed.unseen)):
        passed = Counter([each.mutant.name for each in verdicts if kind_of(each) == kind])
        for name in (passed - reasons).elements():
            yield f"{kind}, without an explanation: {name}"
        if whole:
            for name in (reasons - passed).elements():
                yield f"listed as {kind}, and is not: {name}"


def table(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What became of the mutants of each module, and by what the caught ones were."""
    verdicts = list(verdicts)
    yield f"{'':14}" + "".join(f"{kind:>9}" for kind in KINDS)
    modules = dict.fromkeys([each.mutant.module for each in verdicts])
    rows = [(name, [each for each in verdicts if each.mutant.module == name]) for name in modules]
    for name, of_module in [*rows, ("all", verdicts)]:
        kinds = Counter(map(kind_of, of_module))
        yield f"{name:14}" + "".join(f"{kinds[kind]:9,}" for kind in KINDS)
    yield ""
    by = Counter([each.found.detail for each in verdicts if each.found.what == CAUGHT])
    for name, count in by.most_common():
        yield f"{count:6,}  {name}"
