"""Changes: what may come in place of one piece of code.

A comparison, an operation or a constant turns into its neighbour; a condition loses a
part; a statement, an element or an argument is left out; arguments change places; None
stands for what is said; one member of an enum, or one function, for another.
"""

import ast
from collections.abc import Iterator

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
    "BakeVerdict": ("TRIPPED", "HELD", "PASSED"),
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

FOR_PROGRAMMERS = frozenset({"strict"})
"""Keywords that change nothing but how a programmer's mistake looks."""


def changes(node: ast.AST, holder: ast.AST) -> Iterator[ast.AST | None]:
    """What may come in place of a node; None: nothing does."""
    if isinstance(holder, ast.Tuple | ast.List):
        yield None
    match node:
        case ast.Compare(left=left, ops=ops, comparators=compared):
            for at, op in enumerate(ops):
                changed = [*ops[:at], _COMPARISONS[type(op)](), *ops[at + 1 :]]
                yield ast.Compare(left, changed, compared)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(op)](), right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for at in range(len(values)):
                others = [*values[:at], *values[at + 1 :]]
                yield others[0] if len(others) == 1 else ast.BoolOp(op, others)
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
        if not isinstance(arg, ast.Starred) and not _is_said(arg):
            yield ast.Call(function, [*args[:at], nothing, *args[at + 1 :]], keywords)
    for at in range(0 if _takes_any_order(function) else len(args) - 1):
        pair = (args[at + 1], args[at])
        yield ast.Call(function, [*args[:at], *pair, *args[at + 2 :]], keywords)
    for at, keyword in enumerate(keywords):
        if keyword.arg is None or keyword.arg in FOR_PROGRAMMERS:
            continue
        others = keywords[:at], keywords[at + 1 :]
        yield ast.Call(function, args, [*others[0], *others[1]])
        if not _is_said(keyword.value):
            none = ast.keyword(keyword.arg, nothing)
            yield ast.Call(function, args, [*others[0], none, *others[1]])


def _takes_any_order(function: ast.AST) -> bool:
    return isinstance(function, ast.Name) and function.id in (
        "gcd",
        "larger",
        "max",
        "min",
        "smaller",
    )


def _is_answer(node: ast.AST) -> bool:
    """True for a constant that is changed by itself, or is None already."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value in (True, False))


def _is_said(node: ast.AST) -> bool:
    """True for None, which is what would be said instead, and for a text, or the name of one."""
    if isinstance(node, ast.Name):
        return node.id == "why"
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str))
