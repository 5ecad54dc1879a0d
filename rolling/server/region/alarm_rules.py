"""Alarm rules: the `AlarmRule` of a composite alarm, read and evaluated.

It supports the part of the rule language that botocore's model documents: ALARM, OK and
INSUFFICIENT_DATA of an alarm by name or ARN, TRUE, FALSE, NOT, AND, OR and parentheses.
NOT binds tightest, then AND, then OR (our decision: AWS does not say).
"""

import re
from collections.abc import Callable

from attrs import frozen

from rolling.core.errors import RollingError

MOST_CHILDREN = 100
"""The most alarms that a rule can name."""

MOST_ELEMENTS = 500
"""The most alarms, TRUEs, FALSEs and parentheses in a rule."""

EXAMPLE = 'ALARM("a") AND NOT OK("b")'
"""A rule."""

_TOKEN = re.compile(
    r"""\s*+(?:
        (?P<state>ALARM|OK|INSUFFICIENT_DATA) \s*+ \( \s*+
            (?: "(?P<quoted>[^"]++)" | (?P<bare>[^()"\s][^()"]*+) ) \s*+ \)
        | (?P<word>(?:TRUE|FALSE|NOT|AND|OR)\b | [()])
    )\s*+""",
    re.VERBOSE,
)

_BINDING = {"NOT": 3, "AND": 2, "OR": 1, "(": 0}


class UnreadableRule(RollingError, ValueError):
    """The text is not a rule; the message says why."""


@frozen
class StateIs:
    """True while the alarm `name` is in this `state`."""

    state: str
    name: str


@frozen
class AlarmRule:
    """A rule. `steps` holds it in postfix order: operands before their operator."""

    steps: tuple[StateIs | str, ...]

    @property
    def children(self) -> frozenset[str]:
        """The names of the alarms in the rule."""
        return frozenset(step.name for step in self.steps if isinstance(step, StateIs))

    def holds(self, state_of: Callable[[str], str]) -> bool:
        """True if the rule holds for the alarm states given by `state_of`."""
        stack: list[bool] = []
        for step in self.steps:
            match step:
                case StateIs(state, name):
                    stack.append(state_of(name) == state)
                case "NOT":
                    stack.append(not stack.pop())
                case "AND" | "OR":
                    right, left = stack.pop(), stack.pop()
                    stack.append(left and right if step == "AND" else left or right)
                case word:
                    stack.append(word == "TRUE")
        return stack.pop()


def parse_rule(text: str, arn_prefix: str) -> AlarmRule:
    """Parses a rule; an ARN under `arn_prefix` is an alarm of this region.

    Raises UnreadableRule.
    """
    tokens = _tokens(text, arn_prefix)
    if sum(token not in ("AND", "OR", "NOT") for token in tokens) > MOST_ELEMENTS:
        raise UnreadableRule(f"a rule has {MOST_ELEMENTS} elements at most")
    rule = AlarmRule(_postfix(tokens))
    if len(rule.children) > MOST_CHILDREN:
        raise UnreadableRule(f"a rule names {MOST_CHILDREN} alarms at most")
    return rule


def _tokens(text: str, arn_prefix: str) -> list[StateIs | str]:
    tokens: list[StateIs | str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise UnreadableRule(f"cannot read {text[at : at + 40]!r}")
        if found["state"] is None:
            tokens.append(found["word"])
        else:
            name = found["quoted"] or found["bare"].rstrip()
            tokens.append(StateIs(found["state"], name.removeprefix(arn_prefix)))
        at = found.end()
    return tokens


def _postfix(tokens: list[StateIs | str]) -> tuple[StateIs | str, ...]:
    """Dijkstra's shunting yard: no recursion, however deep the parentheses."""
    output: list[StateIs | str] = []
    waiting: list[str] = []
    operand_next = True
    for token in tokens:
        if operand_next != (isinstance(token, StateIs) or token in ("TRUE", "FALSE", "NOT", "(")):
            raise UnreadableRule(f"{_shown(token)} is not allowed there")
        match token:
            case "NOT" | "(":
                waiting.append(token)
            case "AND" | "OR":
                while waiting and _BINDING[waiting[-1]] >= _BINDING[token]:
                    output.append(waiting.pop())
                waiting.append(token)
                operand_next = True
            case ")":
                while waiting and waiting[-1] != "(":
                    output.append(waiting.pop())
                if not waiting:
                    raise UnreadableRule("a parenthesis is closed that was not opened")
                waiting.pop()
            case operand:
                output.append(operand)
                operand_next = False
    if operand_next:
        raise UnreadableRule("a condition is missing at the end")
    if "(" in waiting:
        raise UnreadableRule("a parenthesis is opened that is not closed")
    return (*output, *reversed(waiting))


def _shown(token: StateIs | str) -> str:
    return token if isinstance(token, str) else f"{token.state}({token.name})"
