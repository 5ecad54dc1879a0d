"""Error messages about the input, as text or as JSON, for standard error."""

import json

from rolling.core.errors import InvalidInput, Problem, RollingError
from rolling.schema.json_text import Literal
from rolling.schema.problem_json import error_document
from rolling.view.terminal import Style, Terminal


def complaint(error: RollingError, terminal: Terminal, *, as_json: bool) -> str:
    """An error with all its problems: a line or more for each, or one JSON object."""
    if as_json:
        return json.dumps(error_document(error)) + "\n"
    if not isinstance(error, InvalidInput):
        return "\n".join(terminal.wrap(str(error), "rolling: ")) + "\n"
    count = len(error.problems)
    heading = "rolling: 1 problem" if count == 1 else f"rolling: {count} problems"
    lines = [terminal.paint(heading, Style.RED, Style.BOLD)]
    for problem in error.problems:
        lines += terminal.wrap(_sentence(problem), "  ", "    ")
    return "\n".join(lines) + "\n"


def _sentence(problem: Problem) -> str:
    """A problem as a sentence, with its values as JSON, as the user wrote them."""
    stands = f" = {written(problem.value)}"
    if problem.value is None and not problem.rule.startswith("must"):
        stands = ""  # The rule is about a missing field, not about a null.
    advice = "" if problem.fix is None else f"; use {written(problem.fix)}"
    return f"{problem.field}{stands}: {problem.rule}{advice}"


def written(value: object) -> str:
    """A value as JSON, shortened if it is long."""
    if isinstance(value, Literal):
        text = str(value)
    else:
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LONGEST = 80
