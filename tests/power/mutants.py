"""Mutants: every small change of a module's rules, one at a time, on its syntax tree.

A mutant is known by its function and by the code around the change, before and after, as
Python's own `ast.unparse` writes it: so a list of mutants outlives every new formatting of
the source.

What only speaks to people is left alone: texts, refusals, assertions, annotations.
"""

import ast
import re
from collections.abc import Iterator
from itertools import takewhile

from attrs import field, frozen

from tests.power.changes import FOR_PROGRAMMERS, changes

LONGEST_SHOWN = 110
"""The most characters of code that are shown as they are."""

_AROUND = 50
"""Of a longer one, so many are shown on either side of the change."""

_NOT_SHOWN = (ast.arguments, ast.arg, ast.ClassDef, ast.FunctionDef, ast.Module, ast.Match)
_NOT_ENTERED = (ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr)


@frozen
class Mutant:
    """One change of the rules in `rolling/core/<module>.py`.

    `function`: the function or class it is in, "" for the module itself. `before`,
    `after`: the code around the change. `place`: the node that holds what changes, the
    name of the field and the place in it; `new`: what comes there, or None for nothing.
    """

    module: str
    function: str
    before: str
    after: str
    place: "Place" = field(repr=False, eq=False)
    new: ast.AST | None = field(repr=False, eq=False)

    @property
    def name(self) -> str:
        """What it is known by."""
        where = f"{self.module}.{self.function}" if self.function else self.module
        return f"{where}: {self.before} => {self.after}"


class Place:
    """Where in a tree one node stands."""

    def __init__(self, holder: ast.AST, name: str, at: int | None) -> None:
        self.holder, self.name, self.at = holder, name, at

    def put(self, new: ast.AST | None) -> None:
        """Put `new` there; None takes an element out of its list."""
        if self.at is None:
            setattr(self.holder, self.name, new)
            return
        nodes = getattr(self.holder, self.name)
        nodes[self.at : self.at + 1] = [] if new is None else [new]


def mutants_of(module: str, tree: ast.Module, left_out: frozenset[str]) -> Iterator[Mutant]:
    """Every mutant of a module, but for the functions and classes that are `left_out`."""
    for place, node, function, around in _nodes(tree, left_out):
        for new in changes(node, place.holder):
            mutant = _mutant(module, function, place, node, new, around)
            if mutant.before != mutant.after:
                yield mutant


def change(tree: ast.Module, mutant: Mutant) -> ast.Module:
    """The tree that a mutant is of, changed in place for good."""
    mutant.place.put(mutant.new)
    return ast.fix_missing_locations(tree)


_Around = tuple[ast.AST, ...]


def _nodes(
    holder: ast.AST, left_out: frozenset[str], function: str = "", around: _Around = ()
) -> Iterator[tuple[Place, ast.AST, str, _Around]]:
    """Each node that may change: where it stands, its function, and what is around it,
    the nearest first."""
    for place, node in _held_by(holder):
        if isinstance(node, _NOT_ENTERED) or _is_text(node) or _is_refusal(node):
            continue
        if isinstance(holder, ast.Module) and _is_alias(node):
            continue
        if isinstance(holder, ast.keyword) and holder.arg in FOR_PROGRAMMERS:
            continue
        name, within = getattr(node, "name", ""), function
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            within = f"{function}.{name}" if function else name
            if within in left_out or name in left_out:
                continue
        yield place, node, function, around
        yield from _nodes(node, left_out, within, (node, *around))


def _held_by(holder: ast.AST) -> Iterator[tuple[Place, ast.AST]]:
    for name, value in ast.iter_fields(holder):
        if name in ("annotation", "returns", "decorator_list", "bases", "targets", "target", "ctx"):
            continue
        if isinstance(value, ast.AST):
            yield Place(holder, name, None), value
        elif isinstance(value, list):
            for at, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield Place(holder, name, at), each


def _is_text(node: ast.AST) -> bool:
    """True for a docstring or any other text."""
    if isinstance(node, ast.Expr):
        node = node.value
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_refusal(node: ast.AST) -> bool:
    """True for what only finds problems, words them, or raises."""
    match node:
        case ast.Raise():
            return True
        case ast.If(body=body, orelse=orelse):
            return all(map(_is_refusal, [*body, *orelse]))
        case ast.match_case(body=body):
            return all(map(_is_refusal, body))
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
            return name in ("problems", "rule")
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return name == "problems"
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name == "_check_count"
        case _:
            return False


def _is_alias(node: ast.AST) -> bool:
    """True for a name that is given to a type."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    name = node.targets[0].id.lstrip("_")
    return name[0].isupper() and not name.isupper()


def _mutant(
    module: str,
    function: str,
    place: Place,
    node: ast.AST,
    new: ast.AST | None,
    around: _Around,
) -> Mutant:
    """A mutant, shown with as much of the code around it as is short enough."""
    shown: ast.AST = node
    for outer in around:
        if isinstance(shown, ast.stmt | ast.match_case) or isinstance(outer, _NOT_SHOWN):
            break
        # What is left out says enough by itself; anything else is shown where it stands.
        if len(_text(outer)) > LONGEST_SHOWN and (shown is not node or new is None):
            break
        shown = outer
    before = _text(shown)
    if shown is node:
        after = "" if new is None else _text(new)
    else:
        place.put(new)
        after = _text(shown)
        if new is None:
            getattr(place.holder, place.name).insert(place.at, node)
        else:
            place.put(node)
    return Mutant(module, function, *_around_the_change(before, after), place, new)


def _around_the_change(before: str, after: str) -> tuple[str, str]:
    """Both; of long ones, without what is the same far from the change."""
    if max(len(before), len(after)) <= LONGEST_SHOWN:
        return before, after
    shared = _alike(before, after)
    begin = 0 if shared <= _AROUND else shared - _AROUND
    longest = min(len(before), len(after)) - shared
    tail = min(longest, _alike(before[::-1], after[::-1]))
    cut = max(0, tail - _AROUND)

    def shown(text: str) -> str:
        return "…" * (begin > 0) + text[begin : len(text) - cut] + "…" * (cut > 0)

    return shown(before), shown(after)


def _alike(a: str, b: str) -> int:
    """How many characters two texts begin with that are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _text(node: ast.AST) -> str:
    """A node in one line."""
    if isinstance(node, ast.comprehension):
        return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}" + "".join(
            f" if {ast.unparse(test)}" for test in node.ifs
        )
    text = ast.unparse(node)
    if isinstance(node, ast.If | ast.For | ast.match_case):
        return text.partition("\n")[0].rstrip()  # what is done there is another matter
    # Of what is said to people the mutants leave every word as it is.
    return re.sub(r"'[^']{25,}'", "'…'", " ".join(text.split()))
