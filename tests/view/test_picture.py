"""The live view shows what a watcher of a rollout needs, whatever the terminal."""

import re

import pytest
from rich.console import Console, Group

from rolling.view.picture import Picture, picture_lines
from rolling.view.terminal import Terminal
from tests.cli.command import REQUEST
from tests.simulation.library import NAMES
from tests.view.pictures import picture_at, played, played_request, shown, text_of

BAKING, MOVING, BACK = 900, 822, 1600
"""Moments of seed-rollback-in-batches: in bake 2, as traffic moves before it, on the way back."""


def line_of(text: str, start: str) -> str:
    """The line that starts so."""
    found = [line for line in text.splitlines() if line.startswith(start)]
    assert found, f"no line starts with {start!r} in\n{text}"
    return found[0]


def words(text: str) -> str:
    """The text with its wrapping undone."""
    return re.sub(r"\s+", " ", text)


# --- what is shown ------------------------------------------------------------


def test_name_status_fleets_and_the_time_that_has_passed() -> None:
    first, second, *_ = shown("seed-rollback-in-batches", BAKING).splitlines()
    assert first.split() == ["my-endpoint", "Updating", "0:15:00", "60x"]
    assert second == "config-1 (10) → config-2 (10)"


def test_batch_phase_countdown_and_deadline() -> None:
    line = line_of(shown("seed-rollback-in-batches", BAKING), "→ batch 2 of 5")
    assert words(line) == "→ batch 2 of 5 baking 0:03:40 of 0:05:00 left deadline in 0:45:00"


def test_a_phase_without_a_timer_says_how_long_it_has_lasted_and_when_news_may_come() -> None:
    line = line_of(shown("seed-rollback-in-batches", 700), "→ batch 2 of 5")
    assert "provisioning for 0:02:05, news in 0:01:55" in line


def test_the_countdown_runs_between_two_looks() -> None:
    found = played("seed-rollback-in-batches")
    before, after = (text_of(picture_at(found, seconds)) for seconds in (900, 960))
    assert "0:03:40 of 0:05:00 left" in before
    assert "0:02:40 of 0:05:00 left" in after


def test_a_countdown_is_at_zero_only_when_nothing_is_left() -> None:
    found = played("seed-rollback-in-batches")
    assert "0:00:01 of 0:05:00 left" in text_of(picture_at(found, 1119.9))


def test_each_fleet_has_a_bar_against_the_ceiling() -> None:
    text = shown("seed-rollback-in-batches", BACK + 100, width=120)
    new, old, both = (line_of(text, label) for label in ("new ", "old ", "all "))
    # A bar of 12: 4 of the new fleet, 6 of the old one, and 2 of it launching.
    width = new.index("│") - new.index("█")
    assert new.count("█") == pytest.approx(width * 4 / 12, abs=1)
    assert old.count("█") == pytest.approx(width * 6 / 12, abs=1)
    assert old.count("▒") == pytest.approx(width * 2 / 12, abs=1)
    assert new.index("│") == old.index("│") == both.index("│")
    assert both.count("█") == width
    assert "6/8" in old and "2 launching" in old
    assert "12 alive, 12 at most" in both


def test_instances_on_their_way_out_are_shown() -> None:
    old = line_of(shown("seed-rollback-in-batches", 550), "old ")
    assert "8/8" in old and "2 leaving" in old and "╌" in old


def test_even_one_instance_of_thousands_can_be_seen() -> None:
    found = played_request(
        REQUEST | {"DeploymentConfig": {"RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 200},
            "RollbackMaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1},
            "WaitIntervalInSeconds": 0}}}, 4000)  # fmt: skip
    text = text_of(picture_at(found, 10), width=200)
    assert "4200 alive, 4200 at most" in text
    assert line_of(text, "new ").count("▒") >= 1


def test_the_share_that_is_asked_for_stands_beside_the_one_that_was_seen() -> None:
    moving = line_of(shown("seed-rollback-in-batches", MOVING - 5), "new ")
    assert moving.split()[-3:] == ["40%", "20%,", "moving"]
    settled = line_of(shown("seed-rollback-in-batches", MOVING), "new ")
    assert settled.split()[-2:] == ["40%", "40%"]


def test_an_alarm_has_its_state_and_its_age() -> None:
    alarms = [
        line_of(shown("seed-rollback-in-batches", seconds), "alarms")
        for seconds in (100, BAKING, 1130, BACK)
    ]
    assert [words(line) for line in alarms] == [
        "alarms my-cw-alarm not read before the first bake",
        "alarms my-cw-alarm OK for 0:01:20",
        "alarms my-cw-alarm OK, read 0:00:10 ago",
        "alarms my-cw-alarm ALARM, read 0:01:25 ago",
    ]


def test_an_alarm_that_cannot_be_read_is_seen_to_hold_the_bake_open() -> None:
    text = shown("alarm-unreadable-until-the-deadline", 1400)
    assert "baking held open for 0:04:40" in text
    assert "UNREADABLE for 0:09:40" in text


def test_that_nothing_is_watched_is_said() -> None:
    assert "none is watched, so every bake passes" in shown("no-alarms", 300)


def test_the_gravest_of_many_alarms_are_shown() -> None:
    alarms = [{"AlarmName": f"alarm-{number}"} for number in range(10)]
    config = REQUEST["DeploymentConfig"] | {"AutoRollbackConfiguration": {"Alarms": alarms}}
    found = played_request(REQUEST | {"DeploymentConfig": config}, 10)
    text = text_of(picture_at(found, 300), height=24)
    assert "and 7 more" in text
    assert text.count(" OK for ") == 3


def test_what_a_rollback_from_here_would_take() -> None:
    # As specs/scenarios/seed-rollback-in-batches.txt plans it for batch 2.
    told = words(shown("seed-rollback-in-batches", BAKING))
    assert "from here 0:05:10 at least, in 2 batches, 2 to launch, at most 12 instances" in told


def test_a_rollback_under_way_counts_down_to_home() -> None:
    one, two = (words(shown("seed-rollback-in-batches", at)) for at in (BACK, BACK + 60))
    assert "home in 0:08:20 at least, 4 to launch" not in one  # 2 of the 4 are launching
    assert "home in 0:08:20 at least, 2 to launch, at most 12 instances" in one
    assert "home in 0:07:20 at least" in two


def test_why_it_turned_back_is_shown_until_the_end() -> None:
    for seconds in (BACK, 9999):
        assert "turned back: alarm my-cw-alarm tripped" in shown(
            "seed-rollback-in-batches", seconds
        )


def test_the_way_back_counts_its_own_batches() -> None:
    assert "← rollback, batch 2 of 3" in shown("seed-rollback-in-batches", BACK)


def test_batches_have_their_times() -> None:
    text = shown("seed-rollback-in-batches", BACK)
    rows = [line for line in text.splitlines() if re.match(r"[→←] \d ", line)]
    assert [words(row).strip() for row in rows] == [
        "→ 1 0:00:00 0:09:35 20% done",
        "→ 2 0:09:35 0:09:35 40% done",
        "→ 3 0:19:10 0:06:05 60% turned back",
        "← 1 0:25:15 0:00:35 40% done",
        "← 2 0:25:50 0:00:50 40% under way",
    ]


def test_the_latest_sentences_tell_why() -> None:
    text = words(shown("seed-rollback-in-batches", BACK))
    assert (
        "0:25:15 Alarm my-cw-alarm tripped after 120 s of the baking period of batch 3, so "
        "traffic returns to the old fleet." in text
    )
    assert text.rstrip().endswith("so batch 2 of the rollback launches 2 old instances.")


@pytest.mark.parametrize(
    ("name", "end", "status"),
    [
        ("seed-success", "Succeeded after 0:47:55", "InService"),
        ("seed-rollback-in-batches", "Rolled back after 0:35:00", "InService"),
        (
            "rollback-failed-repaired-to-a-third",
            "Rollback failed after 0:19:10",
            "UpdateRollbackFailed",
        ),
    ],
)
def test_an_end_is_told_with_its_status(name: str, end: str, status: str) -> None:
    text = shown(name, 100_000)
    assert end in text
    assert status in text.splitlines()[0]
    assert "deadline" not in text and "rollback  " not in text


def test_a_failed_rollback_names_both_its_causes() -> None:
    text = words(shown("rollback-failed-repaired-to-a-third", 100_000))
    assert "turned back: provisioning config-2 failed" in text
    assert "cut short: provisioning config-1 failed" in text


def test_the_repair_of_a_mix_shows_every_fleet() -> None:
    text = shown("rollback-failed-repaired-to-a-third", 10, update=2)
    assert "update 2 of 2" in text
    assert "config-2 (6) and config-1 (4) → config-3 (8)" in text
    assert "0/8" in line_of(text, "new   config-3")
    assert "60%" in line_of(text, "old 1 config-2")
    assert "1 leaving" in line_of(text, "old 2 config-1")


def test_a_lost_instance_begins_another_attempt() -> None:
    assert "batch 1 of 2, attempt 2" in shown("instance-lost-in-a-bake", 700)


# --- any terminal -------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_every_terminal(name: str) -> None:
    found = played(name)
    updates = {each.subject.place for each in found}
    for update in updates:
        for seconds in (0, 400, 1515, 100_000):
            picture = picture_at(found, seconds, update)
            for width in (20, 40, 60, 80, 120, 200):
                for height in (4, 10, 24, 60):
                    lines = picture_lines(picture, Terminal(width), height)
                    assert len(lines) <= height
                    assert max(line.cell_len for line in lines) <= width


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_at_ten_lines_the_essentials_are_there(width: int) -> None:
    text = text_of(picture_at(played("seed-rollback-in-batches"), BAKING), width, 10)
    assert "my-endpoint" in text and "batch 2 of 5" in text and "0:03:40 of 0:05:00 left" in text
    assert line_of(text, "new ") and line_of(text, "old ") and line_of(text, "all ")
    assert "OK for 0:01:20" in text


def test_a_terminal_without_unicode_gets_ascii() -> None:
    for seconds in (0, 550, MOVING - 5, BACK, 9999):
        for width in (40, 80, 120):
            picture = picture_at(played("seed-rollback-in-batches"), seconds)
            assert text_of(picture, width, unicode=False).isascii()


def test_colour_says_nothing_that_is_not_said_without() -> None:
    picture = picture_at(played("seed-rollback-in-batches"), BACK)
    printed = []
    for system in ("standard", None):
        console = Console(width=80, color_system=system, force_terminal=True, legacy_windows=False)
        with console.capture() as capture:
            console.print(Group(*picture_lines(picture, Terminal(80, colour=bool(system)), 24)))
        printed.append(capture.get())
    coloured, plain = printed
    assert "\x1b[" in coloured and "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_nothing_that_a_terminal_would_obey_comes_through() -> None:
    alarms = {"Alarms": [{"AlarmName": "evil\x1b[2Jname"}]}
    config = REQUEST["DeploymentConfig"] | {"AutoRollbackConfiguration": alarms}
    found = played_request(REQUEST | {"DeploymentConfig": config}, 10)
    text = text_of(picture_at(found, 300))
    assert "\x1b" not in text
    assert "evil\\x1b[2Jname" in text


def test_bars_stay_where_they_are_while_it_plays() -> None:
    found = played("seed-rollback-in-batches")
    for width in (40, 80, 120):
        ends = {
            line_of(text_of(picture_at(found, seconds), width), "all ").index("│")
            for seconds in range(0, 2100, 50)
        }
        assert len(ends) == 1


def test_a_picture_is_a_function_of_what_is_known() -> None:
    picture = picture_at(played("seed-success"), BAKING)
    again = Picture(picture.snapshot, picture.now, picture.pace)
    assert text_of(picture) == text_of(again)
