"""Problems as JSON, for programs; written and read.

This is the only JSON form of errors, on standard error and over HTTP.
"""

import json

from rolling.core.errors import InvalidInput, Problem, RollingError


def error_document(error: RollingError) -> dict[str, object]:
    """An error as a JSON object: its code, and its problems or its message.

    A value that JSON cannot represent is written as its Python repr.
    """
    problems = error.problems if isinstance(error, InvalidInput) else ()
    found: dict[str, object] = {
        "Code": error.code,
        "Problems": [_problem_document(problem) for problem in problems],
    }
    if not problems:
        found["Message"] = str(error)
    return {"Error": found}


def read_error(document: object) -> RollingError | None:
    """The error in a document from `error_document`; None for any other document."""
    error = document.get("Error") if isinstance(document, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("Problems"), list):
        return None
    problems = [
        Problem(str(each["Field"]), each.get("Value"), str(each.get("Rule")), each.get("Fix"))
        for each in error["Problems"]
        if isinstance(each, dict) and "Field" in each
    ]
    return InvalidInput(problems) if problems else RollingError(str(error.get("Message")))


def _problem_document(problem: Problem) -> dict[str, object]:
    return {
        "Field": problem.field,
        "Value": _as_json(problem.value),
        "Rule": problem.rule,
        "Fix": _as_json(problem.fix),
    }


def _as_json(value: object) -> object:
    """The value if JSON can represent it, otherwise its Python repr."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return repr(value)
    return value
