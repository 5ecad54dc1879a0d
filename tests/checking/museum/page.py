"""The museum's page, docs/museum.md, written from the exhibits and from what the explorer finds."""

from collections.abc import Callable
from inspect import getdoc
from pathlib import Path
from textwrap import fill

from rolling.checking import EXCEPTION
from rolling.core.properties import EDGE_PROPERTIES, START_PROPERTIES, STATE_PROPERTIES
from tests.checking.museum.exhibit import Exhibit, Found, Room
from tests.checking.museum.exhibits import ROOMS

PAGE = Path(__file__).parents[3] / "docs" / "museum.md"

OPENING = """\
# A museum of bugs

Every exhibit is our own code with one rule changed, and every change is a bug that a real
rollout system has had. Nothing here is staged: the explorer is given the changed rule and a
small update, plays every behaviour of the world against it, and prints the shortest way to the
damage. Under it stands the property that forbids it, which is why ours does not have that bug
in any state.

The stories are told in our own words; follow a link for the first-hand account. An exhibit puts
another rule in the place of a whole one of ours, and the page shows the lines that differ; or it
changes edges of the [lifecycle](lifecycle.md), and the page shows those. The page is written by
`pytest tests/checking/museum --rewrite` and compared by every run of the tests, so changes,
counterexamples and properties are those of the code beside it. How to put your own change to the
same test: [Checking](checking.md#break-a-rule).
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
    "the_rightful_driver_is_never_refused": "The world carries out every command of the driver of "
    "the present update.",
    "no_stale_command_is_carried_out": "A command of an earlier update changes nothing in the "
    "world.",
    EXCEPTION: "No exception: whatever the world does, the core has an answer.",
}


def promise(name: str) -> str:
    """What a property says, in its own words."""
    if name in OF_BOTH:
        return OF_BOTH[name]
    every: tuple[Callable[..., bool], ...] = (
        *STATE_PROPERTIES,
        *EDGE_PROPERTIES,
        *START_PROPERTIES,
    )
    found = {holds.__name__: holds for holds in every}
    first_paragraph = (getdoc(found[name]) or "").split("\n\n")[0]
    return " ".join(first_paragraph.split())


def page(found: dict[str, Found]) -> str:
    """The whole page, given what was found in each exhibit, by name."""
    exhibits = [exhibit for room in ROOMS for exhibit in room.exhibits]
    parts = [OPENING, *map(_room, ROOMS)]
    return "\n".join([*parts, *[_exhibit(exhibit, found[exhibit.name]) for exhibit in exhibits]])


def _room(room: Room) -> str:
    rows = [
        f"| [{exhibit.name}](#{anchor(exhibit.name)}) | {_seen_in(exhibit)} "
        f"| {', '.join(dict.fromkeys(map(_short, exhibit.breaks)))} |"
        for exhibit in room.exhibits
    ]
    head = ["| exhibit | seen in | forbidden by |", "|---|---|---|"]
    return "\n".join([f"**{room.name}.** {room.saying}", "", *head, *rows, ""])


def _exhibit(exhibit: Exhibit, found: Found) -> str:
    says = exhibit.change.says
    forbidding = [_wrapped(f"* {promise(name)} `{name}`", "  ") for name in exhibit.breaks]
    return "\n".join(
        [
            f"## {exhibit.name}",
            "",
            f"*{_seen_in(exhibit)}*",
            "",
            _wrapped(exhibit.story),
            "",
            _wrapped(f"Here: {says[0].lower()}{says[1:]}"),
            "",
            "```diff",
            exhibit.change.diff(),
            "```",
            "",
            f"Found in {exhibit.begin}, among {found.states} states:",
            "",
            "```text",
            exhibit.begin.explain(found.violations[0]),
            "```",
            "",
            "Forbidden by",
            "",
            *forbidding,
            "",
        ]
    )


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
