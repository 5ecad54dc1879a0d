"""The diagrams show the lifecycle table: every edge, no other, and the drawn ones are current."""

import re
from xml.etree import ElementTree

import pytest

from rolling import EDGES, ENDS, Direction
from rolling.embedding import STATES, View, state_diagram
from rolling.embedding.names import guard_of, source_of, state_name, target_of
from tests.embedding.drawing import PAGE, PICTURE, PICTURED, digest, page_with_diagrams
from tests.source import ROOT

ARROW = re.compile(r"^    (\S+) --> (\S+?)(?:: (.*))?$", re.MULTILINE)


def arrows(view: View) -> dict[tuple[str, str], str]:
    return {(source, target): label for source, target, label in ARROW.findall(state_diagram(view))}


def words(label: str) -> set[str]:
    """What stands on an arrow: `event [guard]`, one for each edge."""
    found = set()
    for part in label.split("<br/>—<br/>"):
        events, _, guard = part.replace("<br/>", " ").partition(" [")
        found |= {f"{event} [{guard}" for event in re.split(r", | or ", events)}
    return found


@pytest.mark.parametrize("view", View)
def test_each_edge_of_a_view_is_on_its_arrow_and_nothing_else_is(view: View) -> None:
    expected: dict[tuple[str, str], set[str]] = {}
    for edge in EDGES:
        if view is View.ALL or edge.direction is Direction[view.name]:
            event = "at once" if edge.event is None else edge.event.__name__
            guard = f"{guard_of(edge)}]" if guard_of(edge) else ""
            expected.setdefault((source_of(edge), target_of(edge)), set()).add(f"{event} [{guard}")
    drawn = {ends: words(label) for ends, label in arrows(view).items() if "[*]" not in ends}
    assert drawn == expected


def test_two_views_are_all() -> None:
    assert View.ALL.edges == EDGES
    assert set(View.FORWARD.edges) | set(View.BACK.edges) == set(EDGES)
    assert not set(View.FORWARD.edges) & set(View.BACK.edges)


def test_the_whole_shows_every_state_and_begins_and_ends_where_a_deployment_does() -> None:
    drawn = arrows(View.ALL)
    assert {name for ends in drawn for name in ends} == {*STATES, "[*]"}
    assert [target for source, target in drawn if source == "[*]"] == ["provisioning"]
    ends = {state_name(Direction.BACK, phase) for phase in ENDS}
    assert {source for source, target in drawn if target == "[*]"} == ends


@pytest.mark.parametrize("view", View)
def test_no_line_of_a_label_is_too_long_to_read(view: View) -> None:
    assert all(len(line) <= 40 for label in arrows(view).values() for line in label.split("<br/>"))


def test_the_page_shows_the_table_as_it_is(rewrite: bool) -> None:
    page = PAGE.read_text("utf-8")
    if rewrite:
        PAGE.write_text(page_with_diagrams(page), "utf-8")
        page = PAGE.read_text("utf-8")
    assert page == page_with_diagrams(page), "pytest tests/embedding/test_diagrams.py --rewrite"


def test_a_page_of_another_table_is_found_out() -> None:
    page = PAGE.read_text("utf-8")
    older = page.replace("AlarmsRead<br/>[bake passed]", "AlarmsRead")
    assert older != page
    assert page_with_diagrams(older) == page


def test_the_picture_was_drawn_from_the_table_as_it_is() -> None:
    assert f"<metadata>{digest()}</metadata>" in PICTURE.read_text("utf-8"), "nox -s diagrams"


def test_the_picture_is_one_and_shows_each_state_on_a_background_of_its_own() -> None:
    root = ElementTree.parse(PICTURE).getroot()
    assert root.tag.endswith("}svg")
    ground = root.find("{http://www.w3.org/2000/svg}rect")
    assert ground is not None and ground.attrib["fill"] == "white"
    shown = "".join("".join(root.itertext()).split())
    for edge in PICTURED.edges:
        assert source_of(edge).replace("_", "") in shown
        assert guard_of(edge).replace(" ", "") in shown
    assert not list(root.iter("{http://www.w3.org/1999/xhtml}div")), "only browsers show HTML"


def test_readme_shows_the_picture() -> None:
    assert PICTURE.relative_to(ROOT).as_posix() in (ROOT / "README.md").read_text("utf-8")
