"""Errors in the arguments themselves, with the argument that was probably meant.

They are reported like mistakes in a file.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from rolling.cli.arguments import COMMANDS, WrongUsage, named_command, parsers
from rolling.core.errors import InvalidInput, Problem
from rolling.schema.shapes import OneOf


def usage_error(wrong: WrongUsage, arguments: Sequence[str]) -> InvalidInput:
    """The error for arguments that cannot be parsed."""
    return InvalidInput([_problem(arguments, str(wrong))])


def _problem(arguments: Sequence[str], message: str) -> Problem:
    named = named_command(arguments)
    if named is not None and named not in COMMANDS:
        near = get_close_matches(named[:100], COMMANDS, n=1, cutoff=0)
        rule = f"must be one of {', '.join(COMMANDS)}; see `rolling --help`"
        return Problem("COMMAND", named, rule, near[0])
    if named is not None and "unrecognized arguments" in message:
        _, commands = parsers(COMMANDS)
        for each in arguments:
            option = each.partition("=")[0]
            others = [name for name, command in commands.items() if option in command.options]
            if others and named not in others:
                whose = " and ".join([f"`rolling {name}`" for name in others])
                rule = f"is only for {whose}; see `rolling {named} --help`"
                return Problem(option, None, rule)
    shows = f"`rolling {named} --help`" if named is not None else "`rolling --help`"
    if surplus := re.match("unrecognized arguments: (.*); see `", message, re.DOTALL):
        return Problem("arguments", surplus[1], f"is not expected; see {shows}")
    if wrong := re.match("argument ([^ ]+): (.*); see `", message, re.DOTALL):
        return _wrong_value(wrong[1], wrong[2], shows)
    return Problem("arguments", " ".join(arguments), message)


def _wrong_value(name: str, message: str, shows: str) -> Problem:
    option = name.rpartition("/")[2]
    if wrong := re.match(r"invalid choice: '(.*)' \(choose from (.*)\)", message, re.DOTALL):
        words = re.findall(r"[\w-]+", wrong[2])
        return OneOf(tuple(words)).problems(wrong[1], option)[0]
    return Problem(option, None, f"{message}; see {shows}")
