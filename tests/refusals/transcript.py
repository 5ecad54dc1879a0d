"""The form of a transcript of refusals: inputs, and the exact answer to each.

Sections begin with `# `, the rule as a title. The lines of an input begin with
`> `, and the lines up to the next empty one are the answer to it. All else is
prose, and stays as it is.
"""

from collections.abc import Callable, Iterator, Sequence

Ask = Callable[[Sequence[str]], str]
"""Gives the answer to an input: its lines, without the mark."""


def replayed(text: str, ask_in_section: Callable[[], Ask]) -> str:
    """The transcript with the answers as they are now; each section begins afresh."""
    return "\n".join(_replayed(text.splitlines(), ask_in_section)) + "\n"


def _replayed(lines: Sequence[str], ask_in_section: Callable[[], Ask]) -> Iterator[str]:
    ask = ask_in_section()
    given: list[str] = []
    answered = False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("# "):
            ask = ask_in_section()
        if line.startswith("> "):
            yield line
            given.append(line[2:])
            if not following.startswith("> "):
                yield from ask(given).splitlines()
                given, answered = [], True
        elif not line or not answered:
            yield line
            answered = False


def titles(text: str) -> list[str]:
    """The rules of a transcript."""
    return [line[2:] for line in text.splitlines() if line.startswith("# ")]
