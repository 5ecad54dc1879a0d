"""The explorer works on anybody's model: here two traffic lights at a crossing."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

import pytest

from rolling.checking import (
    DEADLOCK,
    EXCEPTION,
    Goal,
    Kind,
    Model,
    Step,
    broken,
    explore,
    timeline,
)


class Light(Enum):
    RED = "red"
    GREEN = "green"


class Crossing(NamedTuple):
    north: Light
    east: Light
    power: bool = True


def never_both_green(crossing: Crossing) -> bool:
    return Light.RED in (crossing.north, crossing.east)


SAFETY: Mapping[str, Callable[[Crossing], bool]] = {"never both green": never_both_green}


class Lights(Model[Crossing]):
    """Each light turns green only when the other is red; the power may fail and come back."""

    def initial(self) -> Iterator[Crossing]:
        yield Crossing(Light.RED, Light.RED)

    def steps(self, state: Crossing) -> Iterator[Step[Crossing]]:
        if not state.power:
            yield Step("the power comes back", state._replace(power=True), Kind.NEUTRAL)
            return
        yield Step("the power fails", Crossing(Light.RED, Light.RED, power=False), Kind.FAULT)
        yield from self.turns(state)

    def turns(self, state: Crossing) -> Iterator[Step[Crossing]]:
        if state.north is Light.GREEN:
            yield Step("north turns red", state._replace(north=Light.RED))
        elif self.may_turn_green(state.east):
            yield Step("north turns green", state._replace(north=Light.GREEN))
        if state.east is Light.GREEN:
            yield Step("east turns red", state._replace(east=Light.RED))
        elif self.may_turn_green(state.north):
            yield Step("east turns green", state._replace(east=Light.GREEN))

    def may_turn_green(self, other: Light) -> bool:
        return other is Light.RED

    def broken_in(self, state: Crossing) -> tuple[str, ...]:
        return broken(SAFETY, state)

    def goals(self) -> Mapping[str, Goal[Crossing]]:
        return {
            "east gets its turn": Goal(
                owed=lambda state: True, met=lambda state: state.east is Light.GREEN
            )
        }

    def sometimes(self) -> Mapping[str, Callable[[Crossing], bool]]:
        return {"the power is off": lambda state: not state.power}

    def facets(self, step: Step[Crossing]) -> tuple[str, ...]:
        return (str(step.label).split()[-1],)


class Careless(Lights):
    """North and east do not look at each other."""

    def may_turn_green(self, other: Light) -> bool:
        return True


class Unfair(Lights):
    """Once the power has failed, it is gone; so east may wait for ever."""

    def steps(self, state: Crossing) -> Iterator[Step[Crossing]]:
        if state.power:
            yield from super().steps(state)
        else:
            yield Step("it stays dark", state, Kind.NEUTRAL)


class Stuck(Lights):
    """Without power nothing happens any more."""

    def steps(self, state: Crossing) -> Iterator[Step[Crossing]]:
        if state.power:
            yield from super().steps(state)


class Final(Stuck):
    """The same, and it is meant so."""

    def is_final(self, state: Crossing) -> bool:
        return not state.power

    def goals(self) -> Mapping[str, Goal[Crossing]]:
        return {}


class Crashing(Lights):
    """The model's own code raises."""

    def turns(self, state: Crossing) -> Iterator[Step[Crossing]]:
        yield from super().turns(state)
        if state.north is Light.GREEN:
            raise LookupError("no such light")


class Unborn(Lights):
    """It raises before anything has begun."""

    def initial(self) -> Iterator[Crossing]:
        raise LookupError("no such light")


class Empty(Lights):
    """It never begins: all that it promises would hold of nothing."""

    def initial(self) -> Iterator[Crossing]:
        return iter(())


class Aimless(Lights):
    """It raises when it is asked what it wants."""

    def goals(self) -> Mapping[str, Goal[Crossing]]:
        raise LookupError("no such light")


class Unsure(Lights):
    """It raises when it is asked what should happen."""

    def sometimes(self) -> Mapping[str, Callable[[Crossing], bool]]:
        raise LookupError("no such light")


class Abrupt(Lights):
    """A step may be forbidden too."""

    def broken_by(self, state: Crossing, step: Step[Crossing]) -> tuple[str, ...]:
        cut_short = step.label == "the power fails" and state.east is Light.GREEN
        return ("green lasts",) if cut_short else ()


class Bright(Lights):
    """Something that should happen sometimes never does."""

    def sometimes(self) -> Mapping[str, Callable[[Crossing], bool]]:
        return {"both are green": lambda state: not never_both_green(state)}


def story(model: Model[Crossing], name: str) -> str:
    violation = explore(model).violation_of(name)
    assert violation is not None
    return timeline(violation, lambda state, step: f"{step.label}")


def test_a_right_model_has_no_violation_and_its_size_is_known() -> None:
    found = explore(Lights())
    assert (found.states, found.steps, found.complete) == (4, 8, True)
    assert found.violations == ()
    assert found.coverage == {"red": 2, "green": 2, "fails": 3, "back": 1}
    assert found.seconds >= 0 and found.states_per_second > 0


def test_a_broken_state_is_shown_by_a_shortest_trace() -> None:
    assert story(Careless(), "never both green") == (
        "Broken after 2 steps: never both green\n  1. north turns green\n  2. east turns green"
    )


def test_a_broken_step_is_the_last_of_its_trace() -> None:
    assert story(Abrupt(), "green lasts") == (
        "Broken after 2 steps: green lasts\n  1. east turns green\n  2. the power fails"
    )


def test_what_is_owed_and_cannot_be_reached_without_a_fault_is_a_violation() -> None:
    assert story(Unfair(), "east gets its turn") == (
        "Broken after 1 step: east gets its turn\n  1. the power fails"
    )


def test_a_goal_is_not_met_by_way_of_a_fault() -> None:
    class OnlyByFault(Lights):
        def goals(self) -> Mapping[str, Goal[Crossing]]:
            return {"it gets dark": Goal(lambda state: state.power, lambda state: not state.power)}

    assert story(OnlyByFault(), "it gets dark") == "Broken at the start: it gets dark"


def test_a_state_without_steps_is_a_deadlock_unless_it_is_final() -> None:
    assert story(Stuck(), DEADLOCK) == "Broken after 1 step: deadlock\n  1. the power fails"
    assert explore(Final()).violations == ()


def test_an_exception_is_a_violation_with_a_trace_and_never_a_crash() -> None:
    found = explore(Crashing())
    assert not found.complete
    assert story(Crashing(), EXCEPTION) == (
        "Broken after 1 step: exception (LookupError: no such light)\n  1. north turns green"
    )


@pytest.mark.parametrize("model", [Unborn(), Aimless(), Unsure()])
def test_an_exception_about_no_one_state_is_a_violation_too(model: Model[Crossing]) -> None:
    found = explore(model)
    assert not found.complete
    assert story(model, EXCEPTION) == "Broken: exception (LookupError: no such light)"


def test_a_model_that_never_begins_is_a_violation() -> None:
    found = explore(Empty())
    assert not found.complete
    assert "has no initial state" in story(Empty(), EXCEPTION)


def test_what_should_happen_sometimes_and_never_does_is_a_violation() -> None:
    violation = explore(Bright()).violation_of("both are green")
    assert violation is not None and violation.trace is None
    assert story(Bright(), "both are green") == "Never reached: both are green"


def test_a_limit_ends_the_search_and_nothing_is_judged_that_needs_all_states() -> None:
    found = explore(Bright(), state_limit=2)
    assert not found.complete
    assert found.violations == ()


def test_a_search_may_end_at_the_first_violation() -> None:
    found = explore(Stuck(), stop_at_first=True)
    assert not found.complete
    assert [violation.property for violation in found.violations] == [DEADLOCK]
    assert len(explore(Stuck()).violations) == 2


@pytest.mark.parametrize("model", [Careless(), Unfair(), Stuck(), Crashing()])
def test_every_trace_is_a_life_of_the_model(model: Model[Crossing]) -> None:
    for violation in explore(model).violations:
        assert violation.trace is not None
        state = violation.trace.initial
        assert state in list(model.initial())
        for step in violation.trace.steps:
            opened: list[Step[Crossing]] = []
            for found in model.steps(state):
                opened.append(found)
                if found == step:  # before the crashing model raises
                    break
            assert step in opened
            state = step.state
        assert state == violation.trace.last
