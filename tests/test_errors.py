"""Promise: an error that is copied, or sent from another process, says what it said."""

import copy
import pickle
from collections.abc import Callable

import pytest

from rolling import InvalidInput, Problem, RollingError
from rolling.core.errors import ForeignEvent
from rolling.driving import Superseded
from rolling.embedding import CallbacksFailed, MachineMisused
from rolling.endpoint.refusals import ValidationException, in_progress
from rolling.records import UnreadableRecord
from rolling.server.extra import MissingExtra
from rolling.server.region.alarm_rules import UnreadableRule
from rolling.server.service import ServiceError
from tests.simulated import rolling_update

PROBLEM = Problem("count", 3, "must be even", 4)

ERRORS = [
    RollingError("all of it"),
    InvalidInput([PROBLEM, PROBLEM]),
    InvalidInput(iter([PROBLEM])),
    UnreadableRecord([PROBLEM]),
    ValidationException([PROBLEM, in_progress("Updating", "arn:aws")]),
    ForeignEvent("of another stage"),
    Superseded("too late"),
    MachineMisused("out of turn"),
    CallbacksFailed([OSError("gone")], rolling_update()),
    UnreadableRule("no rule"),
    MissingExtra("not there"),
    ServiceError("no such thing", "ResourceNotFound", 404),
]


def kinds(of: type[RollingError]) -> set[type[RollingError]]:
    return {of}.union(*map(kinds, of.__subclasses__()))


def test_no_error_is_left_out() -> None:
    ours = {kind for kind in kinds(RollingError) if kind.__module__.startswith("rolling.")}
    assert set(map(type, ERRORS)) == ours


@pytest.mark.parametrize("again", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_whole(
    error: RollingError, again: Callable[[RollingError], RollingError]
) -> None:
    there = again(error)
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert {name: repr(value) for name, value in vars(there).items()} == {
        name: repr(value) for name, value in vars(error).items()
    }
