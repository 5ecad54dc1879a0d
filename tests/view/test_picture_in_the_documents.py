"""The picture of the live view in the documents is of the live view as it is.

After a change that is meant, `--rewrite` draws it afresh.
"""

import html
import io
import re

from rich.console import Console, Group

from rolling.view.picture import picture_lines
from rolling.view.terminal import Terminal
from tests.source import ROOT
from tests.view.pictures import picture_at, played

PICTURE = ROOT / "docs" / "live-view.svg"
TERMINAL = Terminal(width=100, colour=True)
HEIGHT = 30

NAME, SECONDS = "seed-rollback-in-batches", 1660
"""What is shown: the second batch of a rollback, launching two instances."""


def drawn() -> str:
    """The picture as SVG, with no font that has to be fetched."""
    console = Console(
        width=TERMINAL.width,
        record=True,
        file=io.StringIO(),
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
    )
    console.print(Group(*picture_lines(picture_at(played(NAME), SECONDS), TERMINAL, HEIGHT)))
    svg = console.export_svg(title="rolling simulate", unique_id="live-view")
    svg = PIECE.sub(without_spaces_around, svg)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return "".join([f"{line.rstrip()}\n" for line in svg.replace("Fira Code, ", "").splitlines()])


PIECE = re.compile(
    r'(<text class="live-view-r\d+" x=")([\d.]+)(" y="[\d.]+" textLength=")([\d.]+)("[^>]*>)'
    r"([^<]*)(</text>)"
)


def without_spaces_around(piece: re.Match[str]) -> str:
    """A text that begins where its first letter does: not every program keeps a space there."""
    before, x, between, length, after, text, end = piece.groups()
    spaced = html.unescape(text)
    bare = spaced.strip()
    column = float(length) / len(spaced)
    x = f"{float(x) + column * (len(spaced) - len(spaced.lstrip())):g}"
    shown = html.escape(bare, quote=False).replace("\xa0", "&#160;")
    return f"{before}{x}{between}{column * len(bare):g}{after}{shown}{end}" if bare else ""


def told(svg: str) -> str:
    """All that is written in a picture but spaces, which each version of rich draws its own way."""
    pieces = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return re.sub(r"\s", "", "".join([html.unescape(piece) for piece in pieces]))


def test_the_picture_in_the_documents_is_current(rewrite: bool) -> None:
    if rewrite:
        PICTURE.write_text(drawn(), "utf-8")
    kept = told(PICTURE.read_text("utf-8"))
    assert kept == told(drawn())
    lines = picture_lines(picture_at(played(NAME), SECONDS), TERMINAL, HEIGHT)
    assert re.sub(r"\s", "", "".join([line.plain for line in lines])) in kept


def test_the_picture_fetches_nothing() -> None:
    svg = PICTURE.read_text("utf-8")
    assert re.findall(r"(?:url|href|src)\W*https?:[^)\"']*", svg) == []
    assert len(svg) < 100_000
