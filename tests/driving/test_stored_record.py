"""Promise: a record is all there is to store, and it can be."""

import json
from typing import Any

import pytest

from rolling import Phase
from rolling.driving import accept, dumps_record, loads_record
from rolling.records import UnreadableRecord
from tests.simulated import Drive, rolling_update
from tests.source import ROOT

VERSION_1 = (ROOT / "tests/driving/records-1.0.jsonl").read_text("utf-8").splitlines()
"""One deployment in version 1.0: just accepted, and at the end of its first bake."""


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
    "text", [b"\xff", "", "[]", "{}", '{"deployment": 1}', "NaN", '{"a": 1, "a": 1}']
)
def test_what_is_no_record_is_refused(text: Any) -> None:
    with pytest.raises(UnreadableRecord):
        loads_record(text)


def test_every_record_of_a_deployment_has_its_id() -> None:
    assert {made.record.id for made in Drive(rolling_update()).ticks} == {"a"}
    first, second = (accept(rolling_update(), 0) for _ in range(2))
    assert first.id != second.id and len(first.id) == len(second.id) == 32


def test_version_1_is_read_and_gets_an_id_that_is_the_same_every_time() -> None:
    accepted, baked = map(loads_record, VERSION_1)
    assert accepted.deployment == rolling_update()
    assert baked.deployment.phase is Phase.BAKING
    assert (baked.direction_began_at, baked.stage_began_at) == (7, 7)
    assert accepted.id == baked.id == "9a05a70569bcd1d8c248b9821a493718"
    assert loads_record(dumps_record(baked)) == baked


@pytest.mark.parametrize(
    ("part", "other"), [('"direction_began_at": 7', '"direction_began_at": 8'), ("p99", "p90")]
)
def test_another_deployment_in_version_1_gets_another_id(part: str, other: str) -> None:
    text = VERSION_1[0]
    assert part in text
    assert loads_record(text.replace(part, other)).id != loads_record(text).id


def test_what_is_wrong_in_version_1_is_named_as_it_stands_there() -> None:
    with pytest.raises(UnreadableRecord) as raised:
        loads_record('{"format": "rolling-record", "version": "1.0", "deployment": [1]}')
    named = {problem.field for problem in raised.value.problems}
    assert named == {"deployment.record", "direction_began_at", "stage_began_at"}


@pytest.mark.parametrize("version", ["0.9", "3.0"])
def test_another_major_version_is_refused(version: str) -> None:
    text = dumps_record(accept(rolling_update(), 7)).replace("2.0", version, 1)
    with pytest.raises(UnreadableRecord, match="version"):
        loads_record(text)
