"""A picture of a scenario at one of its moments: what several tests begin with."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from rolling.schema.json_text import load_json
from rolling.simulation.run import snapshots
from rolling.simulation.scenario import parse_request
from rolling.view.picture import Picture, picture_lines
from rolling.view.snapshots import Snapshot
from rolling.view.terminal import Terminal
from tests.simulation.library import load


@cache
def played(name: str) -> tuple[Snapshot, ...]:
    """The snapshots of a scenario of the repository."""
    return tuple([each for each in snapshots(load(name)) if isinstance(each, Snapshot)])


def played_request(document: Mapping[str, Any], instances: int) -> tuple[Snapshot, ...]:
    """The snapshots of a bare request for a fleet of so many instances."""
    loaded = load_json(json.dumps(document), "request")
    found = snapshots(parse_request(loaded, instances, instances))
    return tuple([each for each in found if isinstance(each, Snapshot)])


def picture_at(played: tuple[Snapshot, ...], seconds: float, update: int = 1) -> Picture:
    """The picture so many seconds after an update of these was accepted."""
    *_, known = [
        each
        for each in played
        if each.subject.place == update and each.seen_at - each.subject.accepted_at <= seconds
    ]
    return Picture(known, min(known.subject.accepted_at + seconds, played[-1].seen_at), "60x")


def text_of(picture: Picture, width: int = 80, height: int = 40, *, unicode: bool = True) -> str:
    """The picture as plain text."""
    terminal = Terminal(width, colour=True, unicode=unicode)
    return "\n".join([line.plain for line in picture_lines(picture, terminal, height)])


def shown(name: str, seconds: float, update: int = 1, width: int = 80, height: int = 40) -> str:
    """What is shown of a scenario so many seconds after an update of it was accepted."""
    return text_of(picture_at(played(name), seconds, update), width, height)
