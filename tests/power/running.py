"""Running: each mutant in a process of its own, where the rest of the package is as it was.

The process that forks them never loads `rolling` itself: it only knows the compiled code
of its modules, so that a process with one module changed is ready in a moment.
"""

import ast
import signal
import sys
from collections.abc import Iterable, Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import process_time
from types import CodeType, FrameType, ModuleType
from typing import Any

from attrs import frozen

from tests.power.mutants import Mutant, change

ROOT = Path(__file__).parents[2]
CORE = ROOT / "rolling" / "core"

MOST_SECONDS = 10
"""The processor time after which a search is taken to have no end."""


@frozen
class Judgement:
    """What became of a core: `what` happened, by which `update`, and the `detail`.

    `what`: caught, crashed, refused, endless or passed. `behaviour` says, of one that
    passed, all that it did as one number: cores that did the same have the same.
    """

    what: str
    update: str
    detail: str
    behaviour: int
    seconds: float


def run(
    trees: dict[str, ast.Module], mutants: Iterable[Mutant | None], processes: int
) -> Iterator[tuple[Mutant | None, Judgement]]:
    """Judge each of the mutants of the `trees`, several at a time; None is the core as it is."""
    fork = get_context("fork")
    codes = _compiled()
    running: dict[Connection, tuple[Mutant | None, Any]] = {}
    waiting = iter(mutants)
    while True:
        for mutant in islice(waiting, processes - len(running)):
            ours, theirs = fork.Pipe(duplex=False)
            process = fork.Process(target=_judge, args=(codes, trees, mutant, theirs))
            process.start()
            theirs.close()
            running[ours] = (mutant, process)
        if not running:
            return
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            mutant, process = running.pop(ready)
            yield mutant, Judgement(*ready.recv())
            process.join()
            ready.close()


def _judge(
    codes: dict[str, CodeType],
    trees: dict[str, ast.Module],
    mutant: Mutant | None,
    answer: Connection,
) -> None:
    """In a process of its own: load the package with the mutant in it, and judge it."""
    if mutant is not None:
        name = f"rolling.core.{mutant.module}"
        codes[name] = compile(change(trees[mutant.module], mutant), name, "exec")
    sys.meta_path.insert(0, _Compiled(codes))
    signal.signal(signal.SIGPROF, _give_up)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        from tests.power.judging import judge

        found = judge()
    except _Endless:
        found = ("endless", "", f"no end within {MOST_SECONDS} s", 0)
    except Exception as error:
        found = ("crashed", "", f"{type(error).__name__}: {error}", 0)
    answer.send((*found, process_time()))


class _Endless(BaseException):
    """A judgement takes too long. No Exception: a search takes those for findings."""


def _give_up(number: int, frame: FrameType | None) -> None:
    raise _Endless


class _Compiled(MetaPathFinder):
    """Finds modules whose code is there already."""

    def __init__(self, codes: dict[str, CodeType]) -> None:
        self._codes = codes

    def find_spec(
        self, fullname: str, path: Any, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module as the usual finder has it, but for its code."""
        code = self._codes.get(fullname)
        spec = PathFinder.find_spec(fullname, path) if code is not None else None
        if spec is not None and spec.origin is not None and code is not None:
            spec.loader = _Loader(fullname, spec.origin, code)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: CodeType) -> None:
        super().__init__(fullname, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        """The code that is there already."""
        return self._code


def _compiled() -> dict[str, CodeType]:
    """The code of all modules that a judgement may load, by name."""
    found = {}
    for package in ("rolling", "tests/power"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = compile(path.read_text("utf-8"), str(path), "exec")
    return found
