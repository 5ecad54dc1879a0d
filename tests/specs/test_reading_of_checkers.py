"""What the checkers print is read whole, or refused."""

import pytest

from tests.specs.cases import CASES, COUNTED, Case
from tests.specs.murphi import Counted, model, read_counts
from tests.specs.tla import configuration, parse, read_graph

DEPLOYMENT = (
    r"[cause |-> \"none\", continued |-> false, cut |-> \"none\", "
    r"new |-> [alive |-> 1, asked |-> 1, in_service |-> 0], "
    r"old |-> [alive |-> 2, asked |-> 2, in_service |-> 2], settled |-> true, "
    r"stage |-> <<\"forward\", 1, 1, \"provisioning\">>, traffic |-> 0, up |-> 1]"
)
STOP = r"[kind |-> \"StopRequested\"]"
NO_EVENT = r"[kind |-> \"None\"]"


def dot(*lines: str) -> str:
    return "\n".join(["digraph StateGraph {", "  rankdir=TB;", *lines, "}"])


def state(name: str, event: str) -> str:
    return rf'  {name} [label="deployment={DEPLOYMENT}\nevent={event}"];'


def test_an_event_is_an_edge_from_its_deployment_to_the_one_after_it() -> None:
    graph = read_graph(
        dot(
            state("s0", NO_EVENT),
            state("s1", STOP),
            '  s0 -> s1 [label="Occur"];',
            '  s1 -> s0 [label="Advance"];',
        ),
        whole=4,
    )
    assert graph.initial.stage == ("forward", 1, 1, "provisioning")
    assert (graph.initial.new, graph.initial.old) == ((1, 0, 1), (2, 2, 2))
    assert graph.initial.traffic == (0, 4)
    assert graph.edges == {graph.initial: {("StopRequested",): graph.initial}}


def test_an_event_that_is_never_taken_in_is_refused() -> None:
    text = dot(state("s0", NO_EVENT), state("s1", STOP), '  s0 -> s1 [label="Occur"];')
    with pytest.raises(ValueError, match="of 1 events 0 are taken in"):
        read_graph(text, whole=4)


def test_a_line_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a state nor a step"):
        read_graph(dot(state("s0", NO_EVENT), "  s0 -> s0;"), whole=4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<<>>", ()),
        ('<<"a b", -1, <<2>>>>', ("a b", -1, (2,))),
        ("[a |-> true, b |-> [c |-> <<false>>]]", {"a": True, "b": {"c": (False,)}}),
    ],
)
def test_values_of_tla(text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("text", ["1 2", "1}", '"a" ?'])
def test_other_values_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_a_count_without_a_verdict_is_a_problem() -> None:
    good = "Status:\n\n\tNo error found.\n\n\t3 states, 7 rules fired in 0s."
    assert read_counts(good) == Counted(states=3, steps=7)
    bad = good.replace("No error found.", "Error found.")
    assert read_counts(bad) == f"no verdict:\n{bad}"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_constants_of_a_case_are_those_of_its_request(case: Case) -> None:
    pace = case.deployment.spec.pace
    assert (case.batch, case.first_shift, case.back_batch) == (
        pace.provision_batch,
        pace.first_shift,
        pace.rollback_batch,
    )
    assert f"    NewFull = {case.new_full}\n" in configuration(case)
    if case in COUNTED:
        assert f"  NewFull: {case.new_full};\n" in model(case)
