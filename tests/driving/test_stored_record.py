"""Promise: a record is all there is to store, and it can be."""

import json
from typing import Any

import pytest

from rolling.driving import accept, dumps_record, loads_record
from rolling.serialization import UnreadableRecord
from tests.simulated import Drive, rolling_update


def test_a_record_comes_back_from_its_text_after_every_tick() -> None:
    for made in Drive(rolling_update()).ticks:
        text = dumps_record(made.record)
        assert text.isascii() and "\n" not in text
        assert loads_record(text) == made.record


def test_all_that_is_wrong_in_a_record_is_named() -> None:
    text = dumps_record(accept(rolling_update(), 7))
    broken = text.replace('"stage_began_at": 7', '"stage_began_at": "7"').replace(
        '"settled": true', '"settled": 1'
    )
    with pytest.raises(UnreadableRecord) as raised:
        loads_record(broken)
    assert {problem.field.split(".")[-1] for problem in raised.value.problems} == {
        "stage_began_at",
        "settled",
    }


@pytest.mark.parametrize("moment", [10**400, -(10**400), 2**53 + 1, 1e300])
def test_a_moment_that_no_driver_can_use_is_refused(moment: float) -> None:
    text = json.dumps(
        json.loads(dumps_record(accept(rolling_update(), 7))) | {"stage_began_at": moment}
    )
    with pytest.raises(UnreadableRecord) as raised:
        loads_record(text)
    (problem,) = raised.value.problems
    assert problem.field == "stage_began_at" and "seconds" in problem.rule


@pytest.mark.parametrize("moment", [2**53, -(2**53), 0.5])
def test_every_moment_that_a_driver_can_use_comes_back(moment: float) -> None:
    record = accept(rolling_update(), moment)
    assert loads_record(dumps_record(record)) == record


@pytest.mark.parametrize(
    "text", [None, b"\xff", "", "[]", "{}", '{"deployment": 1}', "NaN", '{"a": 1, "a": 1}']
)
def test_what_is_no_record_is_refused(text: Any) -> None:
    with pytest.raises(UnreadableRecord):
        loads_record(text)
