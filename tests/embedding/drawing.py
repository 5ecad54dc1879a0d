"""The pages that the lifecycle is drawn on, and the command that renders the picture.

`python -m tests.embedding.drawing --modules DIR` draws docs/lifecycle.svg with the
mermaid-cli that is installed in DIR (`nox -s diagrams` installs it and calls this).
The picture carries the digest of what it was drawn from, so that a test can tell
without a browser that it is current.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from rolling import EDGES
from rolling.embedding import View, state_diagram
from rolling.embedding.names import guard_of, source_of, target_of
from tests.source import ROOT

PAGE = ROOT / "docs" / "lifecycle.md"
PICTURE = ROOT / "docs" / "lifecycle.svg"
PICTURED = View.FORWARD

# Upright lines that pass labels by; opaque labels as text proper, not as HTML inside the
# picture, which only browsers show. The fonts are as wide as each other.
SETTINGS = {
    "theme": "neutral",
    "layout": "elk",
    "elk": {"cycleBreakingStrategy": "MODEL_ORDER"},
    "fontFamily": "Verdana, DejaVu Sans, sans-serif",
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False},
    "themeCSS": ".edgeLabel rect { opacity: 1 !important; fill: white !important; }",
}


def page_with_diagrams(page: str) -> str:
    """The page with its diagrams and its table written afresh; the prose stays."""
    for view in View:
        block = f"```mermaid\n{state_diagram(view)}```"
        page = _replace(page, view.value, block)
    return _replace(page, "edges", _table())


def _replace(page: str, name: str, text: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(rf"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page, found = pattern.subn(lambda _: f"{begin}\n{text}\n{end}", page)
    assert found == 1, f"{begin} … {end} is there {found} times"
    return page


def _table() -> str:
    rows = ["| from | on | when | to | why |", "|---|---|---|---|---|"]
    for edge in EDGES:
        event = "at once" if edge.event is None else edge.event.__name__
        cells = (source_of(edge), event, guard_of(edge), target_of(edge), edge.why)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def digest() -> str:
    """What the picture should be drawn from, as a digest: the diagram and the settings."""
    drawn_from = state_diagram(PICTURED) + json.dumps(SETTINGS, sort_keys=True)
    return f"sha256:{hashlib.sha256(drawn_from.encode()).hexdigest()}"


def render(modules: Path) -> str:
    """The picture, drawn by the mermaid-cli in `modules`.

    It draws with the browser that PUPPETEER_EXECUTABLE_PATH names.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.mmd").write_text(state_diagram(PICTURED), "utf-8")
        (folder / "settings.json").write_text(json.dumps(SETTINGS), "utf-8")
        # A browser that runs as root, as in a container, has no sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        (folder / "browser.json").write_text(json.dumps({"args": arguments}), "utf-8")
        subprocess.run(
            [
                modules / "node_modules" / ".bin" / "mmdc",
                "--quiet",
                *("--input", folder / "in.mmd"),
                *("--output", folder / "out.svg"),
                *("--configFile", folder / "settings.json"),
                *("--puppeteerConfigFile", folder / "browser.json"),
                *("--backgroundColor", "white"),
            ],
            check=True,
        )
        return _finished((folder / "out.svg").read_text("utf-8"))


def _finished(svg: str) -> str:
    """The picture with a size and a background wherever it is shown, and with its digest."""
    box = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', svg)
    assert box is not None
    x, y, width, height = box.groups()
    size = f'width="{round(float(width))}" height="{round(float(height))}" xml:space="preserve"'
    svg, sizes = re.subn(r'width="100%"', size, svg, count=1)
    ground = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="white"/>'
    svg, grounds = re.subn("</style>", f"</style>{ground}", svg, count=1)
    assert sizes == grounds == 1 and svg.rstrip().endswith("</svg>")
    return f"{svg.rstrip().removesuffix('</svg>')}<metadata>{digest()}</metadata></svg>\n"


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--modules", type=Path, required=True, help="where mermaid-cli is")
    PICTURE.write_text(render(parser.parse_args().modules), "utf-8")


if __name__ == "__main__":
    main()
