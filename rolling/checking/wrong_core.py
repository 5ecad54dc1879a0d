"""A wrong core: ours with one rule or some edges changed, for the checker to find.

This file builds such a core, and shows the change. A change names its rule, not its
text, so it stays valid when the surrounding code is rewritten. The real core stays
unchanged: the rules are loaded a second time. Deployments, events and stages keep the
real classes, so that the explorer and the properties check a wrong core like ours.
"""

import __future__

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from functools import cache
from importlib import import_module
from inspect import getsource
from itertools import islice
from operator import attrgetter
from textwrap import dedent
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeVar

from attrs import frozen

from rolling.core.lifecycle import EDGES, Edge

Rule = TypeVar("Rule", bound=Callable[..., object])
Thing = TypeVar("Thing")

_Names = dict[str, Any]


@frozen
class Replacement:
    """Another version of a rule, which is a function or a method of the core.

    `text`: a complete `def` with the same parameters. It may use every name of the rule's
    module. Its own name does not matter.
    """

    rule: Callable[..., object]
    text: str

    def core(self) -> "Core":
        """The core with this version. Raises ValueError unless `rule` is a rule of the core."""
        if not _is_rule(self.rule):
            raise ValueError(f"{self.rule!r} is not a rule of rolling.core")
        return Core({_full_name(self.rule): lambda rule, names: self.function(names)})

    def function(self, names: _Names) -> Any:
        """The function itself; it looks up names in `names`.

        Raises SyntaxError, and ValueError unless the text is one `def`.
        """
        definition, found = _definition(self.text), _Names()
        definition.name, definition.decorator_list = self.rule.__name__, []
        tree = ast.Module([definition], [])
        # While the methods of a class are defined, the class itself has no name yet.
        flags = __future__.annotations.compiler_flag
        exec(compile(tree, f"<{_full_name(self.rule)}>", "exec", flags), names, found)
        return found[definition.name]

    @property
    def says(self) -> str:
        """Its docstring, on one line."""
        return _one_line(ast.get_docstring(_definition(self.text)))

    def diff(self) -> str:
        """The changed lines of the body as a diff, without the docstring."""
        ours, theirs = map(_signature_and_body, (source_of(self.rule), self.text))
        name = self.rule.__qualname__
        return _diff(self.rule.__module__, name, ours, [ours[0], *theirs[1:]], around=3)


@frozen
class ChangedEdges:
    """The lifecycle with some edges changed: `change` returns the new edge, or None to drop it.

    Rules in the new edges are the real ones.
    """

    change: Callable[[Edge], Edge | None]

    def core(self) -> "Core":
        """The core with these edges."""
        return Core({_EDGES: lambda edges, names: self._changed(edges)})

    @property
    def says(self) -> str:
        """The docstring of `change`, on one line."""
        return _one_line(self.change.__doc__)

    def diff(self) -> str:
        """The changed edges as a diff."""
        before, after = ([edge.name for edge in edges] for edges in (EDGES, self._changed(EDGES)))
        return _diff("rolling.core.lifecycle", "EDGES", before, after, around=0)

    def _changed(self, edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
        changed = [self.change(edge) for edge in edges]
        return tuple([edge for edge in changed if edge is not None])


class Core:
    """The core loaded a second time, module by module on demand.

    `changes`: by full name, such as `rolling.core.baking.evaluate_bake`, a function that
    returns the replacement, given the value and the names of the module.
    """

    def __init__(self, changes: Mapping[str, Callable[[Any, _Names], object]]) -> None:
        self._changes = changes
        self._modules: dict[str, ModuleType] = {}

    def own(self, thing: Thing) -> Thing:
        """This core's version of a function or class of ours, such as `follow`."""
        named: Any = thing
        found: Thing = attrgetter(named.__qualname__)(self._load(named.__module__))
        return found

    def _load(self, name: str) -> ModuleType:
        if name in _SHARED:
            return import_module(name)
        if name not in self._modules:
            module = ModuleType(name)
            names = vars(module)
            # An import statement uses the builtins of its own module.
            names["__builtins__"] = {**vars(builtins), "__import__": self._import}
            exec(_code(name), names, _Defining(names, self._settled))
            self._modules[name] = module
        return self._modules[name]

    def _import(self, name: str, *where: Any) -> ModuleType:
        return self._load(name) if name.startswith(_CORE) else __import__(name, *where)

    def _settled(self, name: str, value: Any, names: _Names) -> Any:
        """What a full name stands for, when a module defines it as `value`."""
        if name in self._changes:
            return self._changes[name](value, names)
        if not isinstance(value, type) or name != _full_name(value):
            return value
        methods = [key for key in self._changes if key.rpartition(".")[0] == name]
        for key in methods:
            method = key.rpartition(".")[2]
            setattr(value, method, self._changes[key](vars(value)[method], names))
        # A class without rules stays the real one, so its values equal real ones.
        real: type = attrgetter(value.__qualname__)(import_module(value.__module__))
        return value if methods or _uses_a_rule(real) else real


def source_of(rule: Callable[..., object]) -> str:
    """The text of a function."""
    return dedent(getsource(rule))


def in_place_of(rule: Rule) -> Callable[[Rule], Replacement]:
    """A decorator that makes a `Replacement` for a rule from a function's source."""
    return lambda function: Replacement(rule, source_of(function))


_CORE = "rolling.core."
_EDGES = f"{_CORE}lifecycle.EDGES"
# The types shared by the core, the explorer and the properties. They contain no rules.
_SHARED = {f"{_CORE}{name}" for name in ("deployment", "errors", "events", "outcome", "stage")}


class _Defining(_Names):
    """Where a module that is loaded puts its names: each is settled, and put among `names`.

    It stays empty itself, so what is looked up is found there too.
    """

    def __init__(self, names: _Names, settled: Callable[[str, Any, _Names], Any]) -> None:
        self._names = names
        self._settled = settled

    def __setitem__(self, name: str, value: Any) -> None:
        names = self._names
        names[name] = self._settled(f"{names['__name__']}.{name}", value, names)


@cache
def _code(name: str) -> CodeType:
    # From the source: under pytest a module's loader may be one that has no code to give.
    return compile(getsource(import_module(name)), f"<{name}>", "exec")


def _full_name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _is_rule(thing: object) -> bool:
    """True for a function that every wrong core gets its own copy of."""
    if not isinstance(thing, FunctionType):
        return False
    return thing.__module__.startswith(_CORE) and thing.__module__ not in _SHARED


def _uses_a_rule(kind: type) -> bool:
    """True if a method of the class calls a rule."""
    names = vars(import_module(kind.__module__))
    functions = [getattr(value, "fget", value) for value in vars(kind).values()]
    codes = [function.__code__ for function in functions if isinstance(function, FunctionType)]
    return any(_is_rule(names.get(name)) for code in codes for name in _names_in(code))


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _definition(text: str) -> ast.FunctionDef:
    body = ast.parse(text).body
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
        raise ValueError("a rule must be a single def, and nothing else")
    return body[0]


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _signature_and_body(text: str) -> list[str]:
    """The signature of a function, as one entry, and the lines of its body; no docstring."""
    function, lines = _definition(text), text.splitlines()
    first = function.body[0]
    begins = first.lineno - 1 if ast.get_docstring(function) is None else first.end_lineno
    signature = lines[function.lineno - 1 : first.lineno - 1]
    return ["\n".join(signature), *lines[begins : function.end_lineno]]


def _diff(module: str, name: str, before: list[str], after: list[str], *, around: int) -> str:
    lines = unified_diff(before, after, lineterm="", n=around)
    hunks = [line for line in islice(lines, 2, None) if not line.startswith("@@")]
    return "\n".join([f"--- {module.replace('.', '/')}.py", f"@@ {name} @@", *hunks])
