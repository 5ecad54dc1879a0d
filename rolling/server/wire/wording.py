"""AWS's wording of the problems of an input, also for problems that rolling finds.

AWS gives one message for all problems of a request, with its paths in
lowerCamelCase and list items counted from 1:
`2 validation errors detected: Value '5000' at 'deploymentConfig.…' failed to
satisfy constraint: Member must have value less than or equal to 3600; Value
null at 'endpointName' failed to satisfy constraint: Member must not be null`.
"""

import re
from collections.abc import Mapping
from itertools import islice
from sys import float_info
from typing import Any

from attrs import frozen

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.refusals import Refusal
from rolling.schema.shapes import MOST_ITEMS, Constraint, is_unicode
from rolling.server.service import LATEST, ServiceError

LONGEST_VALUE = 256
"""The longest text of a value in a message. Our own limit; AWS shows all of it."""

_MOST_SHOWN = 20

RANGES: Mapping[str, tuple[Any, Any]] = {
    "integer": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "float": (-float_info.max, float_info.max),
    "double": (-float_info.max, float_info.max),
    "timestamp": (0, LATEST),
}
"""The lowest and the highest number of each type."""

_NULL = "Member must not be null"


class Unreadable(Problem):
    """A value of the wrong type: a SerializationException."""


class Violation(Problem):
    """A value that breaks a constraint of the model. Its rule is in AWS's words."""


@frozen
class AwsWords:
    """AWS's words for the problems of a botocore shape."""

    model: Any

    def __call__(
        self, path: str, value: object, broken: tuple[Constraint, ...], key: str | None
    ) -> list[Problem]:
        """The problems, with unabridged values."""
        if value is None and path and broken in (("required",), ("type",)):
            return [Violation(path, None, _NULL)]
        if broken == ("type",) or self._is_beyond(value):
            return [Unreadable(path, value, self._unreadable(value))]
        if broken == ("unknown",):
            advice = f"; did you mean {key}?" if key else ""
            return [Violation(path, value, f"{self.model.name} has no such member{advice}")]
        return [Violation(path, value, self._rule(each)) for each in broken]

    def _is_beyond(self, value: Any) -> bool:
        """True for a number outside the range of its type."""
        if self.model.type_name not in RANGES:
            return False
        low, high = RANGES[self.model.type_name]
        return not low <= value <= high

    def _unreadable(self, value: object) -> str:
        if isinstance(value, Mapping):
            return "Start of structure or map found where not expected"
        if isinstance(value, list):
            return "Start of list found where not expected"
        kind = self.model.type_name
        if kind in ("structure", "list", "map"):
            return f"Expected a {kind}"
        torn = " with a lone surrogate" if isinstance(value, str) and not is_unicode(value) else ""
        article = "an" if kind == "integer" else "a"
        return f"{_token(value)}{torn} can not be converted to {article} {kind.capitalize()}"

    def _rule(self, constraint: Constraint) -> str:
        model, limits = self.model, self.model.metadata
        what = "length" if model.type_name in ("string", "list", "map") else "value"
        match constraint:
            case "max":
                most = limits.get("max", MOST_ITEMS)
                return f"Member must have {what} less than or equal to {most}"
            case "min":
                return f"Member must have {what} greater than or equal to {limits['min']}"
            case "pattern":
                return f"Member must satisfy regular expression pattern: {limits['pattern']}"
            case "enum":
                return f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
            case "items":
                return f"Member must satisfy constraint: {_every(model.member)}"
            case "keys":
                return f"Map keys must satisfy constraint: {_every(model.key)}"
            case "values":
                return f"Map value must satisfy constraint: {_every(model.value)}"
            case _:
                return f"Member must have exactly one of: [{', '.join(model.members)}]"


def _every(model: Any) -> str:
    """All constraints of a botocore shape, in AWS's order."""
    order: tuple[Constraint, ...] = ("max", "min", "pattern", "enum")
    rules = [AwsWords(model)._rule(each) for each in order if each in model.metadata]
    return f"[{', '.join([*rules, _NULL])}]"


def _token(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, bytes):
        return "BLOB_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def not_readable(text: str) -> ServiceError:
    """The error for an input that cannot be read."""
    return ServiceError(text, "SerializationException")


def refused(error: InvalidInput) -> ServiceError:
    """The one error of all these problems.

    It is a SerializationException of the Unreadable problems, if there are any, otherwise a
    ValidationException. A Refusal is a complete text of AWS's; a single one is the message.
    Otherwise the message has the distinct Refusals, then a sentence for each problem
    without AWS's words, last the problems that can be worded as violations.
    """
    unreadable = [each for each in error.problems if isinstance(each, Unreadable)]
    if unreadable:
        return not_readable("; ".join(map(_as_unreadable, unreadable)))
    texts = [*dict.fromkeys(str(each) for each in error.problems if isinstance(each, Refusal))]
    others = [each for each in error.problems if not isinstance(each, Refusal)]
    violations = [_as_violation(each) for each in others if _is_constraint(each)]
    texts += [_as_sentence(each) for each in others if not _is_constraint(each)]
    if violations:
        many = "error" if len(violations) == 1 else "errors"
        texts.append(f"{len(violations)} validation {many} detected: {'; '.join(violations)}")
    ended = [text if text.endswith(".") else f"{text}." for text in texts[:-1]]
    return ServiceError(" ".join([*ended, *texts[-1:]]))


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
    """True if a rule has AWS's form: a member must be something, or be present."""
    given = isinstance(problem, Violation) or problem.rule.startswith("must ")
    return given or _is_absence(problem)


def _is_absence(problem: Problem) -> bool:
    return problem.value is None and problem.rule.startswith("is required")


def _as_unreadable(problem: Problem) -> str:
    return f"{problem.rule} at '{_aws_path(problem.field)}'" if problem.field else problem.rule


def _as_violation(problem: Problem) -> str:
    rule, more = f"Member {problem.rule}", []
    if isinstance(problem, Violation):
        rule = problem.rule
    elif _is_absence(problem):
        rule, more = _NULL, [f"it {problem.rule}"]
    if problem.fix is not None:
        more.append(f"use {shown(problem.fix)}")
    advice = f" ({'; '.join(more)})" if more else ""
    said = "null" if problem.value is None else f"'{shown(problem.value)}'"
    at = _aws_path(problem.field)
    return f"Value {said} at '{at}' failed to satisfy constraint: {rule}{advice}"


def _as_sentence(problem: Problem) -> str:
    advice = "" if problem.fix is None else f" (use {shown(problem.fix)})"
    stands = "" if problem.value is None else f" is '{shown(problem.value)}'"
    return f"'{_aws_path(problem.field)}'{stands}: {problem.rule}{advice}"


def _aws_path(field: str) -> str:
    """The path of a field as AWS writes it."""
    field = re.sub(r"\[(\d+)\]", lambda found: f".{int(found[1]) + 1}.member", field)
    return ".".join(map(_lowered, field.split(".")))


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]
