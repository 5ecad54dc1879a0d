"""The explorer finds what it is there for: a core with one mistake, by a short counterexample."""

import pytest

from rolling.checking import EXCEPTION, DeploymentModel, explore
from tests.checking import wrong_cores
from tests.checking.configurations import rolling

# The mistake, a property that it breaks, and in how many steps that shows.
MISTAKES = (
    (wrong_cores.cleans_up_before_the_split_is_seen, "s1_real_share_fits_what_is_in_service", 11),
    (wrong_cores.cleans_up_before_the_split_is_seen, "s5_an_end_says_where_the_traffic_is", 6),
    (
        wrong_cores.reads_a_missing_alarm_as_ok,
        "s7_old_is_given_up_only_after_a_good_bake",
        11,
    ),
    (wrong_cores.ignores_a_stop_while_cleaning, "l3_a_stop_turns_back_or_ends", 12),
    (wrong_cores.believes_what_it_asks_for, "s1_real_share_fits_what_is_in_service", 4),
    (wrong_cores.rolls_back_to_the_broken_side, "s4_nothing_more_for_the_new_fleet", 1),
    (
        wrong_cores.gives_up_the_old_batch_at_the_shift,
        "s7_old_is_given_up_only_after_a_good_bake",
        4,
    ),
    (wrong_cores.gives_up_the_old_batch_at_the_shift, "s1_real_share_fits_what_is_in_service", 6),
    (
        wrong_cores.begins_a_batch_beside_condemned_instances,
        "s2_really_alive_under_the_ceiling",
        16,
    ),
    (
        wrong_cores.takes_in_observations_of_other_stages,
        "s8_foreign_events_change_nothing",
        1,
    ),
    (wrong_cores.waits_for_ever_after_a_turn, "l1_back_leads_to_rolled_back", 1),
    (wrong_cores.waits_for_ever_after_a_turn, "l3_everything_leads_to_an_end", 1),
    (wrong_cores.crashes_on_an_empty_reading, EXCEPTION, 8),
)


@pytest.mark.parametrize(
    ("core", "name", "steps"),
    MISTAKES,
    ids=[f"{core.__name__}-{name}" for core, name, _ in MISTAKES],
)
def test_a_core_with_a_mistake_is_found(core: wrong_cores.Follow, name: str, steps: int) -> None:
    deployment = rolling(3, 3, 1, 1)
    assert deployment is not None
    found = explore(DeploymentModel(deployment, follow=core), state_limit=5_000)
    violation = found.violation_of(name)
    assert violation is not None and violation.trace is not None
    assert len(violation.trace.steps) == steps
    assert violation.trace.initial.deployment == deployment


def test_an_exception_of_the_core_says_which_event_raised_it() -> None:
    deployment = rolling(2, 2, 1, 1)
    assert deployment is not None
    model = DeploymentModel(deployment, follow=wrong_cores.crashes_on_an_empty_reading)
    found = explore(model)
    violation = found.violation_of(EXCEPTION)
    assert violation is not None
    assert violation.detail.startswith("ValueError: ")
    assert "while taking in AlarmsRead" in violation.detail
    assert not found.complete
