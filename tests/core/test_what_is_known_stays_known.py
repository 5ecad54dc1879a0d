"""One observation takes nothing back of what another one said."""

from rolling import (
    Phase,
    Reading,
    SplitSettled,
    Stopped,
    StopRequested,
    Succeeded,
    advance,
)
from tests.core.walking import read, rolling, run_to, seen


def test_fleets_seen_in_a_bake_do_not_start_it_again() -> None:
    baking = run_to(rolling(), "forward 2.1 baking")
    later = advance(baking, seen(baking, (2, 3), (2, 4)))
    assert later != baking
    assert later.stage == baking.stage and later.settled is True
    assert advance(later, read(later, Reading.OK)).phase is Phase.CLEANING


def test_fleets_seen_before_the_split_do_not_settle_it_and_after_it_do_not_unsettle_it() -> None:
    shifting = run_to(rolling(), "forward 2.1 shifting")
    sighting = seen(shifting, (2, 3), (2, 4))
    assert advance(shifting, sighting).settled is False
    baking = advance(advance(shifting, sighting), SplitSettled(shifting.stage, shifting.split))
    assert baking.settled is True
    assert baking.fleets == advance(shifting, sighting).fleets


def test_a_split_seen_leaves_the_counts_as_they_were_seen() -> None:
    shifting = run_to(rolling(), "forward 2.1 shifting")
    baking = advance(shifting, SplitSettled(shifting.stage, shifting.split))
    before = (shifting.fleets, shifting.up, shifting.cause)
    assert (baking.fleets, baking.up, baking.cause) == before


def test_what_cut_an_end_short_is_told_also_when_its_leftover_is_gone() -> None:
    cleaning = run_to(rolling(4, 4, 1), "forward 4.1 cleaning")
    ended = advance(cleaning, StopRequested("ann"))
    assert ended.outcome == Succeeded(1, Stopped("ann"))
    gone = advance(ended, seen(ended, (4, 4), (0, 0)))
    assert gone.outcome == Succeeded(0, Stopped("ann"))
