"""What was found under one pace is found under each that agrees in what was read, and no other."""

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from attrs import evolve

from rolling import Spec, instances
from rolling.checking.pace_log import PaceLog
from rolling.core.transition import start
from tests.checking.museum.exhibit import Update

SPEC = Update(8, 8, instances(2), 3).begun_by(start).spec


def with_pace(**values: int) -> Spec:
    return evolve(SPEC, pace=evolve(SPEC.pace, **values))  # type: ignore[arg-type]


class Finding:
    """Something to find out of a spec, with a count of how often it was."""

    def __init__(self, find: Callable[[Spec], object]) -> None:
        self.log = PaceLog()
        self.spec = self.log.stand_for(SPEC)
        self.kept: dict[Hashable, Any] = {}
        self.times = 0
        self._find = find

    def under(self, spec: Spec) -> object:
        self.log.stand_for(spec)
        return self.log.once(self.kept, "it", self._found, self.spec)

    def _found(self, spec: Spec) -> object:
        self.times += 1
        return self._find(spec)


def test_what_does_not_rest_on_the_pace_is_found_once() -> None:
    finding = Finding(lambda spec: spec.old_count + len(spec.alarms))
    assert [finding.under(with_pace(rollback_batch=count)) for count in (1, 2, 3)] == [9, 9, 9]
    assert finding.times == 1


def test_what_rests_on_a_part_of_the_pace_is_found_once_for_each_value_of_that() -> None:
    finding = Finding(lambda spec: 10 * spec.pace.rollback_batch)
    for back in (1, 2, 1, 2):
        for batch in (1, 2, 4):
            assert finding.under(with_pace(rollback_batch=back, provision_batch=batch)) == 10 * back
    assert finding.times == 2


def test_what_is_read_may_depend_on_what_was_read_before() -> None:
    finding = Finding(
        lambda spec: (
            spec.pace.next_shift if spec.pace.first_shift == 1 else spec.pace.rollback_batch
        )
    )
    for first, after, back in [(1, 5, 7), (2, 5, 7), (2, 6, 8), (1, 6, 8), (1, 5, 8), (2, 5, 7)]:
        pace = with_pace(first_shift=first, next_shift=after, rollback_batch=back)
        assert finding.under(pace) == (after if first == 1 else back)


@pytest.mark.parametrize("found_before", [False, True])
def test_what_rests_on_another_finding_rests_on_what_was_read_for_that(found_before: bool) -> None:
    log = PaceLog()
    spec = log.stand_for(with_pace(rollback_batch=1))
    kept: dict[Hashable, Any] = {}

    def inner() -> int:
        return log.once(kept, "inner", lambda: spec.pace.rollback_batch)

    if found_before:
        inner()
    assert log.once(kept, "outer", inner) == 1
    log.stand_for(with_pace(rollback_batch=2))
    assert log.once(kept, "outer", inner) == 2


def test_what_raises_is_not_kept_and_disturbs_nothing() -> None:
    log = PaceLog()
    spec = log.stand_for(with_pace(rollback_batch=1))
    kept: dict[Hashable, Any] = {}

    def raising() -> int:
        raise LookupError(spec.pace.rollback_batch)

    def outer() -> int:
        try:
            return log.once(kept, "inner", raising)
        except LookupError as error:
            return int(str(error))

    assert log.once(kept, "outer", outer) == 1
    log.stand_for(with_pace(rollback_batch=2))
    assert log.once(kept, "outer", outer) == 2


def test_under_ever_so_many_paces_each_finds_its_own() -> None:
    finding = Finding(lambda spec: spec.pace.rollback_batch)
    for back in (*range(1, 100), *range(1, 100)):
        assert finding.under(with_pace(rollback_batch=back)) == back
    assert len(finding.kept["it"].found) <= 32


def test_before_it_stands_for_a_spec_everything_is_found_once() -> None:
    log, kept, found = PaceLog(), dict[Hashable, Any](), iter(range(9))
    assert [log.once(kept, "it", lambda: next(found)) for _ in range(3)] == [0, 0, 0]


def test_the_logged_spec_is_equal_to_the_one_that_it_stands_for() -> None:
    log = PaceLog()
    spec = log.stand_for(SPEC)
    assert spec == SPEC and SPEC == spec and hash(spec) == hash(SPEC)
    assert (str(spec), repr(spec.pace)) == (str(SPEC), repr(SPEC.pace))
    assert evolve(spec.pace) == SPEC.pace
    log.stand_for(with_pace(rollback_batch=1))
    assert spec != SPEC
    assert spec.pace.rollback_batch == 1


def test_specs_that_differ_in_more_than_the_pace_are_refused() -> None:
    log = PaceLog()
    log.stand_for(SPEC)
    with pytest.raises(ValueError, match="differ in the pace alone"):
        log.stand_for(evolve(SPEC, alarms=()))
