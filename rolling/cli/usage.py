"""Usage: what is wrong with the arguments themselves, and which were meant.

Here belongs the parser whose mistakes are answered like those in a file.
"""

import argparse
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.shapes import OneOf


class _Usage(Exception):
    """The arguments are wrong; the text says how."""


class Parser(argparse.ArgumentParser):
    """A parser that knows its options, and raises what argparse would print."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.options: list[str] = []
        super().__init__(*args, **kwargs)

    def add_argument(self, *args: Any, **kwargs: Any) -> argparse.Action:
        """Add an argument, as argparse does."""
        action = super().add_argument(*args, **kwargs)
        self.options += action.option_strings
        return action

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong."""
        raise _Usage(f"{message}; `{self.prog} --help` shows how")


def parsed(
    parser: Parser, commands: Mapping[str, Parser], arguments: Sequence[str]
) -> argparse.Namespace:
    """The arguments, by name. Raises InvalidInput for what cannot be parsed."""
    try:
        return parser.parse_args(_with_values(arguments))
    except _Usage as wrong:
        raise InvalidInput([_problem(commands, arguments, str(wrong))]) from None


def _with_values(arguments: Sequence[str]) -> list[str]:
    """The arguments, with what begins like a negative number as the value that it is meant as."""
    found: list[str] = []
    for each in arguments:
        option = found[-1] if found else ""
        if re.match(r"-\d", each) and re.fullmatch(r"--[a-z-]*[a-z]", option):
            found[-1] = f"{option}={each}"
        else:
            found.append(each)
    return found


def _problem(commands: Mapping[str, Parser], arguments: Sequence[str], message: str) -> Problem:
    named = next((each for each in arguments if not each.startswith("-")), None)
    if named is not None and named not in commands:
        near = get_close_matches(named[:100], commands, n=1, cutoff=0)
        rule = f"must be one of {', '.join(commands)}; `rolling --help` shows how"
        return Problem("COMMAND", named, rule, near[0])
    if named is not None and "unrecognized arguments" in message:
        for each in arguments:
            option = each.partition("=")[0]
            others = [name for name, command in commands.items() if option in command.options]
            if others and named not in others:
                whose = " and ".join([f"`rolling {name}`" for name in others])
                rule = f"is for {whose}: leave it out; `rolling {named} --help` shows how"
                return Problem(option, None, rule)
    shows = f"`rolling {named} --help`" if named is not None else "`rolling --help`"
    if surplus := re.match("unrecognized arguments: (.*); `", message, re.DOTALL):
        return Problem("arguments", surplus[1], f"is unknown or too much; {shows} shows how")
    if wrong := re.match("argument ([^ ]+): (.*); `", message, re.DOTALL):
        return _wrong_value(wrong[1], wrong[2], shows)
    return Problem("arguments", " ".join(arguments), message)


def _wrong_value(name: str, message: str, shows: str) -> Problem:
    option = name.rpartition("/")[2]
    if wrong := re.match(r"invalid choice: '(.*)' \(choose from (.*)\)", message, re.DOTALL):
        words = re.findall(r"[\w-]+", wrong[2])
        return OneOf(tuple(words)).problems(wrong[1], option)[0]
    return Problem(option, None, f"{message}; {shows} shows how")
