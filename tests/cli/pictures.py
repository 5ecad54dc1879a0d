"""The live view at a moment of a scenario: what several tests begin with."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from rolling.cli.live_frame import Picture, frame_lines
from rolling.cli.terminal import Terminal
from rolling.schema.json_text import load_json
from rolling.simulation.moments import Moment
from rolling.simulation.run import moments
from rolling.simulation.scenario import parse_request
from rolling.simulation.watching import Watch, watch
from tests.simulation.library import load


@cache
def moments_of(name: str) -> tuple[Moment, ...]:
    """The moments of a scenario of the repository."""
    return tuple([each for each in moments(load(name)) if isinstance(each, Moment)])


def moments_of_request(document: Mapping[str, Any], instances: int) -> tuple[Moment, ...]:
    """The moments of a bare request for a fleet of so many instances."""
    loaded = load_json(json.dumps(document), "request")
    found = moments(parse_request(loaded, instances, instances))
    return tuple([each for each in found if isinstance(each, Moment)])


def known_at(played: tuple[Moment, ...], seconds: float, update: int = 1) -> Watch:
    """What is known so many seconds after an update of these was accepted."""
    known: Watch | None = None
    for moment in played:
        if moment.update.place == update and moment.at - moment.update.at <= seconds:
            known = watch(known, moment)
    assert known is not None
    return known


def picture_at(played: tuple[Moment, ...], seconds: float, update: int = 1) -> Picture:
    """The picture of that."""
    known = known_at(played, seconds, update)
    now = min(known.update.at + seconds, played[-1].at)
    return Picture(known, now, known.rollback_estimate(), "60x")


def text_of(picture: Picture, width: int = 80, height: int = 40, *, unicode: bool = True) -> str:
    """The picture as plain text."""
    terminal = Terminal(width, colour=True, unicode=unicode)
    return "\n".join([line.plain for line in frame_lines(picture, terminal, height)])


def shown(name: str, seconds: float, update: int = 1, width: int = 80, height: int = 40) -> str:
    """What is shown of a scenario so many seconds after an update of it was accepted."""
    return text_of(picture_at(moments_of(name), seconds, update), width, height)
