"""The museum's page, docs/museum.md, written from the exhibits and from what the explorer finds."""

from inspect import getdoc
from pathlib import Path
from textwrap import fill

from rolling.checking import (
    EXCEPTION,
    DeploymentModel,
    Exploration,
    Situation,
    Step,
    explain,
    explore,
)
from rolling.core.properties import EDGE_PROPERTIES, STATE_PROPERTIES
from tests.checking.museum.edits import core_with
from tests.checking.museum.exhibits import EXHIBITS, ROOMS, Exhibit

PAGE = Path(__file__).parents[3] / "docs" / "museum.md"

OPENING = """\
# A museum of bugs

Every exhibit is our own core with one edit, and every edit is a bug that a real rollout system
has had. Nothing here is staged: the explorer is given the edited core and a small update, plays
every behaviour of the world against it, and prints the shortest way to the damage. Under it
stands the property that forbids it, which is why ours does not have that bug in any state.

The stories are told in our own words; follow a link for the first-hand account. This page is
written by `pytest tests/checking/museum --rewrite` and compared by every run of the tests, so
edits, counterexamples and properties are those of the code beside it. How to put your own
change to the same test: [Checking](checking.md).
"""

# The properties that are not functions of rolling.core.properties, which say it themselves.
OF_BOTH = {
    "s1_real_share_fits_what_is_in_service": "S1: the traffic that a fleet really gets fits what "
    "it really has in service.",
    "s2_really_alive_under_the_ceiling": "S2: what is really alive, all together, stays under the "
    "ceiling.",
    "l1_back_leads_to_rolled_back": "L1: with no further fault, every state going back leads to "
    "ROLLED_BACK.",
    "l3_everything_leads_to_an_end": "L3: with no further fault, every state leads to an end.",
    EXCEPTION: "No exception: whatever the world does, the core has an answer.",
}


def promise(name: str) -> str:
    """What a property says, in its own words."""
    if name in OF_BOTH:
        return OF_BOTH[name]
    found = {holds.__name__: holds for holds in (*STATE_PROPERTIES, *EDGE_PROPERTIES)}
    first_paragraph = (getdoc(found[name]) or "").split("\n\n")[0]
    return " ".join(first_paragraph.split())


Found = Exploration[Situation]


class Only(DeploymentModel):
    """The same model, judged by one property of its states."""

    judged_by = ""

    def broken_in(self, state: Situation) -> tuple[str, ...]:
        """That property, where it is broken."""
        return tuple(name for name in super().broken_in(state) if name == self.judged_by)

    def broken_by(self, state: Situation, step: Step[Situation]) -> tuple[str, ...]:
        """Nothing: of a step nothing is judged."""
        return ()


def found_first(exhibit: Exhibit) -> Found:
    """What the explorer finds first in the exhibit's core."""
    core = core_with(exhibit.edit)
    model = DeploymentModel(exhibit.begin.deployment(core), exhibit.limits, follow=core.follow)
    return explore(model, state_limit=20_000, stop_at_first=True)


def found_for_the_page(exhibit: Exhibit) -> Found:
    """The same, or the damage in the world where the exhibit names one."""
    if exhibit.in_the_world is None:
        return found_first(exhibit)
    core = core_with(exhibit.edit)
    model = Only(exhibit.begin.deployment(core), exhibit.limits, follow=core.follow)
    model.judged_by = exhibit.in_the_world
    return explore(model, state_limit=20_000, stop_at_first=True)


def page(found: dict[str, Found]) -> str:
    """The whole page, given what was found in each exhibit, by name."""
    parts = [OPENING, *[_room(room, saying) for room, saying in ROOMS.items()]]
    parts += [_exhibit(exhibit, found[exhibit.name]) for exhibit in EXHIBITS]
    return "\n".join(parts)


def _room(room: str, saying: str) -> str:
    rows = [
        f"| [{exhibit.name}](#{anchor(exhibit.name)}) | {_seen_in(exhibit)} "
        f"| {', '.join(dict.fromkeys(map(_short, broken_by(exhibit))))} |"
        for exhibit in EXHIBITS
        if exhibit.room == room
    ]
    head = ["| exhibit | seen in | forbidden by |", "|---|---|---|"]
    return "\n".join([f"**{room}.** {saying}", "", *head, *rows, ""])


def _exhibit(exhibit: Exhibit, found: Found) -> str:
    violation = found.violations[0]
    forbidding = [_wrapped(f"* {promise(name)} `{name}`", "  ") for name in broken_by(exhibit)]
    return "\n".join(
        [
            f"## {exhibit.name}",
            "",
            f"*{_seen_in(exhibit)}*",
            "",
            _wrapped(exhibit.story),
            "",
            _wrapped(f"Here: {exhibit.ours[0].lower()}{exhibit.ours[1:]}"),
            "",
            "```diff",
            exhibit.edit.as_diff(),
            "```",
            "",
            f"{_update(exhibit, found)}:",
            "",
            "```text",
            explain(violation),
            "```",
            "",
            "Forbidden by",
            "",
            *forbidding,
            "",
        ]
    )


def _update(exhibit: Exhibit, found: Found) -> str:
    begin = exhibit.begin
    instances = f"{begin.old} instance{'' if begin.old == 1 else 's'}"
    fleets = instances if begin.old == begin.new else f"{instances} to {begin.new}"
    return f"Found in an update of {fleets}, among {found.states} states"


def broken_by(exhibit: Exhibit) -> tuple[str, ...]:
    """The properties that the page names."""
    shown = () if exhibit.in_the_world is None else (exhibit.in_the_world,)
    return (*exhibit.forbidden_by, *shown)


def _wrapped(text: str, indent: str = "") -> str:
    return fill(text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _seen_in(exhibit: Exhibit) -> str:
    return ", ".join(f"[{system}]({address})" for system, address in exhibit.seen_in)


def _short(name: str) -> str:
    """S1, L3, or the property's name where it has no letter."""
    letter = name.split("_")[0]
    return letter.upper() if letter[1:].isdigit() else name.replace("_", " ")


def anchor(heading: str) -> str:
    """The address of a heading within a page, as GitHub gives it."""
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")
