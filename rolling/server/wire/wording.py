"""How AWS words what is wrong with an input, and how what rolling refuses is said the same way.

AWS gives one message for all problems of a request, with its paths in
lowerCamelCase and list items counted from 1:
`2 validation errors detected: Value '5000' at 'deploymentConfig.…' failed to
satisfy constraint: Member must have value less than or equal to 3600; Value
null at 'endpointName' failed to satisfy constraint: Member must not be null`.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.refusals import Refusal
from rolling.schema.shapes import join
from rolling.server.service import ServiceError

Path = tuple[str | int, ...]
"""Where in an input something stands: the names of members, and the places of items from 0."""

LONGEST_VALUE = 256
"""The longest text of a value in a message. Ours; AWS shows all of it."""

_MOST_SHOWN = 20


def violation(value: object, path: str, constraint: str) -> str:
    """One problem: the `value` at `path` breaks `constraint`."""
    said = "null" if value is None else f"'{shown(value)}'"
    return f"Value {said} at '{path}' failed to satisfy constraint: {constraint}"


def not_valid(violations: Sequence[str]) -> ServiceError:
    """The one ValidationException of all these problems."""
    many = "error" if len(violations) == 1 else "errors"
    text = "; ".join(violations)
    return ServiceError(f"{len(violations)} validation {many} detected: {text}")


def not_readable(problems: Sequence[str]) -> ServiceError:
    """The one SerializationException of all these problems."""
    return ServiceError("; ".join(problems), "SerializationException")


def refused(error: InvalidInput) -> ServiceError:
    """The ValidationException of what rolling refuses.

    A Refusal is a whole text of AWS's, and alone it is the message. Several
    follow each other, the same text once; then what AWS has no words for, a sentence each; last the
    problems that can be worded as violations.
    """
    texts = [*dict.fromkeys(str(each) for each in error.problems if isinstance(each, Refusal))]
    others = [each for each in error.problems if not isinstance(each, Refusal)]
    violations = [_as_violation(each) for each in others if _is_constraint(each)]
    texts += [_as_sentence(each) for each in others if not _is_constraint(each)]
    if violations:
        texts.append(str(not_valid(violations)))
    ended = [text if text.endswith(".") else f"{text}." for text in texts[:-1]]
    return ServiceError(" ".join([*ended, *texts[-1:]]))


def aws_path(path: Path) -> str:
    """The path as AWS writes it."""
    return ".".join(
        [f"{each + 1}.member" if isinstance(each, int) else _lowered(_said(each)) for each in path]
    )


def field_path(at: str, path: Path) -> str:
    """The path as its author wrote it, of what stands at `at`."""
    for each in path:
        at = f"{at}[{each}]" if isinstance(each, int) else join(at, each)
    return at


def shown(value: object) -> str:
    """A value as Java shows it, shortened."""
    text = _java(value, 3)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _java(value: object, depth: int) -> str:
    if isinstance(value, str):
        return value[: LONGEST_VALUE + 1]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a number of {value.bit_length()} bits"
    if isinstance(value, Mapping):
        items = [
            f"{_java(key, 0)}={_java(each, depth - 1)}"
            for key, each in islice(value.items(), _MOST_SHOWN)
        ] + ["…"] * (len(value) > _MOST_SHOWN)
        return f"{{{', '.join(items)}}}" if depth > 0 else "{…}"
    if isinstance(value, list | tuple):
        items = [_java(each, depth - 1) for each in value[:_MOST_SHOWN]]
        items += ["…"] * (len(value) > _MOST_SHOWN)
        return f"[{', '.join(items)}]" if depth > 0 else "[…]"
    return "null" if value is None else str(value)


def _is_constraint(problem: Problem) -> bool:
    """True for a rule that is of the form of AWS's: a member must be something, or be there."""
    return problem.rule.startswith("must ") or _is_absence(problem)


def _is_absence(problem: Problem) -> bool:
    return problem.value is None and problem.rule.startswith("is required")


def _as_violation(problem: Problem) -> str:
    rule, more = f"Member {problem.rule}", []
    if _is_absence(problem):
        rule, more = "Member must not be null", [f"it {problem.rule}"]
    if problem.fix is not None:
        more.append(f"use {shown(problem.fix)}")
    advice = f" ({'; '.join(more)})" if more else ""
    return violation(problem.value, _path(problem), f"{rule}{advice}")


def _as_sentence(problem: Problem) -> str:
    advice = "" if problem.fix is None else f" (use {shown(problem.fix)})"
    stands = "" if problem.value is None else f" is '{shown(problem.value)}'"
    return f"'{_path(problem)}'{stands}: {problem.rule}{advice}"


def _path(problem: Problem) -> str:
    field = re.sub(r"\[(\d+)\]", lambda found: f".{int(found[1]) + 1}.member", problem.field)
    return ".".join(map(_lowered, field.split(".")))


def _said(name: str) -> str:
    """A name that anybody may have given, as it can be shown."""
    return name if re.fullmatch(r"[\w-]{1,80}", name, re.ASCII) else ascii(name[:80])


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]
