"""Running: each mutant in a process of its own, where the rest of the package is as it was.

The process that forks them never loads `rolling` itself: it only knows the compiled code
of its modules, so that a process with one module changed is ready in a moment.
"""

import ast
import math
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from time import process_time
from types import CodeType, FrameType, ModuleType
from typing import Any

from attrs import frozen

from tests.power.mutants import Mutant, change

ROOT = Path(__file__).parents[2]

LONGEST = 5
"""A judgement that takes so many times as long as that of the core as it is has no end."""

MOST_BYTES = 2 << 30
"""The memory that a judgement may take: more than ten times what it needs."""


CAUGHT, CRASHED, REFUSED, ENDLESS, PASSED = "caught", "crashed", "refused", "endless", "passed"
"""What happens to a core: a property is broken; it raises; it starts no update; it comes to
no end; or nothing of these."""


@frozen
class Judgement:
    """What was found in a core: `what` happened, in which `update`, and the `detail`.

    `behaviour` says, of one that passed, all that it did as one number: cores that did
    the same have the same. `seconds`: of the processor.
    """

    what: str
    update: str
    detail: str
    behaviour: int
    seconds: float


@frozen
class Verdict:
    """What was found in a mutant; `alike`: it passed, and did all that our core does, no more."""

    mutant: Mutant
    found: Judgement
    alike: bool


Trees = Mapping[str, ast.Module]
"""The syntax tree of each module, by name."""


def judged(trees: Trees, mutants: Iterable[Mutant], processes: int) -> Iterator[Verdict]:
    """The verdict on each of the mutants of the `trees`, `processes` at a time, as they come.

    Raises ValueError when something is found in the core as it is.
    """
    judge = partial(_judge, _compiled(), trees)
    ((_, ours),) = _each(partial(judge, math.inf), [None], processes=1)
    if ours.what != PASSED:
        raise ValueError(f"the core as it is: {ours.what}, {ours.update}, {ours.detail}")
    for mutant, found in _each(partial(judge, LONGEST * ours.seconds), mutants, processes):
        assert mutant is not None
        yield Verdict(mutant, found, alike=found.behaviour == ours.behaviour)


def _each(
    judge: Callable[[Mutant | None, Connection], None],
    mutants: Iterable[Mutant | None],
    processes: int,
) -> Iterator[tuple[Mutant | None, Judgement]]:
    """What is found of each, in a process of its own; None is the core as it is."""
    fork = get_context("fork")
    waiting, running = iter(mutants), dict[Connection, tuple[Mutant | None, ForkProcess]]()
    while True:
        for mutant in islice(waiting, processes - len(running)):
            answer, theirs = fork.Pipe(duplex=False)
            process = fork.Process(target=judge, args=(mutant, theirs))
            process.start()
            theirs.close()
            running[answer] = (mutant, process)
        if not running:
            return
        for answer in [each for each in wait(list(running)) if isinstance(each, Connection)]:
            mutant, process = running.pop(answer)
            try:
                found = Judgement(*answer.recv())
            except EOFError:
                found = Judgement(CRASHED, "", "its process died", 0, 0)
            process.join()
            answer.close()
            yield mutant, found


def _judge(
    codes: dict[str, CodeType],
    trees: Trees,
    seconds: float,
    mutant: Mutant | None,
    answer: Connection,
) -> None:
    """In a process of its own: load the package with the mutant in it, and judge it."""
    if mutant is not None:
        name = f"rolling.core.{mutant.module}"
        codes[name] = compile(change(trees[mutant.module], mutant), name, "exec")
    sys.meta_path.insert(0, _Compiled(codes))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    signal.signal(signal.SIGPROF, _give_up)
    if seconds < math.inf:
        signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        from tests.power.judging import judge

        found = judge()
    except _Endless:
        found = (ENDLESS, "", f"no end within {seconds:.0f} s", 0)
    except Exception as error:
        found = (CRASHED, "", f"{type(error).__name__}: {error}", 0)
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
    for package in ("rolling/core", "rolling/checking", "tests/power"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = compile(path.read_text("utf-8"), str(path), "exec")
    return found
