"""Mutants: every small change of a module's rules, one at a time, on its syntax tree.

A mutant is known by its function and by the smallest readable piece of code around the
change, before and after it, as Python's own `ast.unparse` writes them: so a list of
mutants outlives every new formatting of the source.

What only speaks to people is left alone: texts, refusals, assertions, annotations.
"""

import ast
import re
from collections.abc import Iterator

from attrs import field, frozen

LONGEST_SHOWN = 110
"""The most characters of code that a mutant shows around its change."""

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}
_ENUMS = {
    "Direction": ("FORWARD", "BACK"),
    "Operation": ("PROVISION", "SHIFT", "CLEAN_UP"),
    "Phase": (
        "PROVISIONING",
        "SHIFTING",
        "BAKING",
        "CLEANING",
        "SUCCEEDED",
        "ROLLED_BACK",
        "ROLLBACK_FAILED",
    ),
    "Reading": ("OK", "ALARM", "INSUFFICIENT_DATA", "UNREADABLE"),
    "RoutingType": ("ALL_AT_ONCE", "CANARY", "LINEAR"),
    "SizeType": ("INSTANCE_COUNT", "CAPACITY_PERCENT"),
    "Verdict": ("TRIPPED", "HELD", "PASSED"),
}
_COUNTERPARTS = {
    # functions
    "min": "max",
    "max": "min",
    "all": "any",
    "any": "all",
    "larger": "smaller",
    "smaller": "larger",
    "reversed": "tuple",
    # the table's guards
    "is_batch_in_service": "always",
    "batch_missing": "always",
    "first_step": "always",
    "later_step_in_service": "always",
    "split_as_asked": "always",
    "clean_with_more_to_come": "clean_at_last",
    "clean_at_last": "clean_with_more_to_come",
    "committed": "not_committed",
    "not_committed": "committed",
    # its short names
    "_F": "_B",
    "_B": "_F",
    "_PROVISIONING": "_SHIFTING",
    "_SHIFTING": "_BAKING",
    "_BAKING": "_CLEANING",
    "_CLEANING": "_PROVISIONING",
    "_SUCCEEDED": "_ROLLED_BACK",
    "_ROLLED_BACK": "_FAILED",
    "_FAILED": "_SUCCEEDED",
    # constants
    "NO_TRAFFIC": "ALL_TRAFFIC",
    "ALL_TRAFFIC": "NO_TRAFFIC",
}
"""What stands for each name in its mutant."""

# Keywords that change nothing but what a programmer's mistake would look like.
_FOR_PROGRAMMERS = frozenset({"strict"})
_NOT_SHOWN = (ast.arguments, ast.arg, ast.ClassDef, ast.FunctionDef, ast.Module, ast.Match)
_NOT_ENTERED = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr)


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
    place: "_Place" = field(repr=False, eq=False)
    new: ast.AST | None = field(repr=False, eq=False)

    @property
    def name(self) -> str:
        """What it is known by."""
        where = f"{self.module}.{self.function}" if self.function else self.module
        return f"{where}: {self.before} => {self.after}"


class _Place:
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
        for new in _changes(node, place.holder):
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
) -> Iterator[tuple[_Place, ast.AST, str, _Around]]:
    """Each node that may change: where it stands, its function, and what is around it,
    the nearest first."""
    for place, node in _held_by(holder):
        if isinstance(node, _NOT_ENTERED) or _is_text(node) or _is_refusal(node):
            continue
        if isinstance(holder, ast.Module) and _is_alias(node):
            continue
        if isinstance(holder, ast.keyword) and holder.arg in _FOR_PROGRAMMERS:
            continue
        name, within = getattr(node, "name", ""), function
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            within = f"{function}.{name}" if function else name
            if within in left_out or name in left_out:
                continue
        yield place, node, function, around
        yield from _nodes(node, left_out, within, (node, *around))


def _held_by(holder: ast.AST) -> Iterator[tuple[_Place, ast.AST]]:
    for name, value in ast.iter_fields(holder):
        if name in ("annotation", "returns", "decorator_list", "bases", "targets", "target", "ctx"):
            continue
        if isinstance(value, ast.AST):
            yield _Place(holder, name, None), value
        elif isinstance(value, list):
            for at, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield _Place(holder, name, at), each


def _is_text(node: ast.AST) -> bool:
    """True for a docstring or any other text."""
    if isinstance(node, ast.Expr):
        node = node.value
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_refusal(node: ast.AST) -> bool:
    """True for a branch that does nothing but raise."""
    body = node.body if isinstance(node, ast.If | ast.match_case) else []
    return bool(body) and all(isinstance(each, ast.Raise) for each in body)


def _is_alias(node: ast.AST) -> bool:
    """True for a name that is given to a type."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    name = node.targets[0].id.lstrip("_")
    return name[0].isupper() and not name.isupper()


def _changes(node: ast.AST, holder: ast.AST) -> Iterator[ast.AST | None]:
    """What may come in place of a node; None: nothing does."""
    if isinstance(holder, ast.Tuple | ast.List):
        yield None
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            for at, op in enumerate(ops):
                changed = [*ops[:at], _COMPARISONS[type(op)](), *ops[at + 1 :]]
                yield ast.Compare(left, changed, others)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(op)](), right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for at in range(len(values)):
                left = [*values[:at], *values[at + 1 :]]
                yield left[0] if len(left) == 1 else ast.BoolOp(op, left)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Attribute(value=ast.Name(id=enum) as of, attr=attr) if enum in _ENUMS:
            members = _ENUMS[enum]
            following = members[(members.index(attr) + 1) % len(members)]
            yield ast.Attribute(of, following, ast.Load())
        case ast.Name(id=name) if name in _COUNTERPARTS:
            yield ast.Name(_COUNTERPARTS[name], ast.Load())
        case ast.Call(func=ast.Name(id="isinstance")):
            pass
        case ast.Call():
            yield from _calls(node)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.comprehension(target=target, iter=each, ifs=[_, *_]):
            yield ast.comprehension(target, each, [], 0)
        case ast.Dict(keys=keys, values=values):
            for at in range(len(keys)):
                yield ast.Dict([*keys[:at], *keys[at + 1 :]], [*values[:at], *values[at + 1 :]])
        case ast.match_case():
            yield None
        case ast.Return(value=ast.expr() as value) if not _is_answer(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr() | ast.Assign() | ast.AugAssign() | ast.If():
            # A whole branch as well: what it does is then never done.
            if not isinstance(holder, ast.Module):
                yield ast.Pass()
            if isinstance(node, ast.If) and not isinstance(node.test, ast.Compare):
                yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def _calls(call: ast.Call) -> Iterator[ast.Call]:
    """An argument that is None, two that are swapped, one by name that is left out."""
    function, args, keywords = call.func, call.args, call.keywords
    nothing = ast.Constant(None)
    for at, arg in enumerate(args):
        if not isinstance(arg, ast.Starred) and not _is_none(arg) and not _is_text(arg):
            yield ast.Call(function, [*args[:at], nothing, *args[at + 1 :]], keywords)
    for at in range(0 if _takes_any_order(function) else len(args) - 1):
        pair = (args[at + 1], args[at])
        yield ast.Call(function, [*args[:at], *pair, *args[at + 2 :]], keywords)
    for at, keyword in enumerate(keywords):
        if keyword.arg is None or keyword.arg in _FOR_PROGRAMMERS:
            continue
        others = keywords[:at], keywords[at + 1 :]
        yield ast.Call(function, args, [*others[0], *others[1]])
        if not _is_none(keyword.value):
            none = ast.keyword(keyword.arg, nothing)
            yield ast.Call(function, args, [*others[0], none, *others[1]])


def _takes_any_order(function: ast.AST) -> bool:
    return isinstance(function, ast.Name) and function.id in ("gcd", "max", "min")


def _is_answer(node: ast.AST) -> bool:
    """True for a constant that is changed by itself, or is None already."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value in (True, False))


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _mutant(
    module: str,
    function: str,
    place: _Place,
    node: ast.AST,
    new: ast.AST | None,
    around: _Around,
) -> Mutant:
    """A mutant, shown with as much of what is around it as is short enough."""
    shown: ast.AST = node
    for outer in around:
        if isinstance(shown, ast.stmt | ast.match_case) or isinstance(outer, _NOT_SHOWN):
            break
        if len(_text(outer)) > LONGEST_SHOWN:
            break
        shown = outer
    before = _text(shown)
    if shown is node:
        return Mutant(module, function, before, "" if new is None else _text(new), place, new)
    place.put(new)
    after = _text(shown)
    if new is None:
        getattr(place.holder, place.name).insert(place.at, node)
    else:
        place.put(node)
    return Mutant(module, function, before, after, place, new)


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
