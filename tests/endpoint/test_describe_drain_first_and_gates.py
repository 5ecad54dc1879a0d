"""DescribeEndpoint stays true under a policy, and at gates, that SageMaker does not have."""

from collections.abc import Iterator
from typing import Any

from attrs import evolve

from rolling import Deployment, Gates, GateTimeoutAction, Phase
from rolling.backends.simulated import Fault, FaultKind
from rolling.endpoint import Times, describe, update_endpoint, with_deployment
from tests.endpoint.examples import configs, healthy, request
from tests.simulated import Drive, drain_first, rolling_update

AVAILABLE = configs(3, 3)
TIMES = Times(creation=100, last_modified=200, update_start=300, stage_start=400)
GATES = Gates(600, GateTimeoutAction.ROLL_BACK, steps=(1,))
ANN = Fault(FaultKind.CONTINUE, batch=1, after_seconds=10, by="ann")


def shown(deployment: Deployment, *faults: Fault) -> Iterator[tuple[Deployment, dict[str, Any]]]:
    """Each state of the update while it is under way, and the endpoint as it is shown then."""
    accepted = update_endpoint(healthy(AVAILABLE), request(), AVAILABLE)
    assert accepted.update is not None
    accepted = evolve(accepted, update=evolve(accepted.update, deployment=deployment))
    for made in Drive(deployment, faults).ticks:
        state = made.record.deployment
        if not state.ended:
            yield state, describe(with_deployment(accepted, state), TIMES)


def old_variant(described: dict[str, Any]) -> dict[str, Any]:
    variant: dict[str, Any] = described["ProductionVariants"][0]
    return variant


def new_variant(described: dict[str, Any]) -> dict[str, Any]:
    variant: dict[str, Any] = described["PendingDeploymentSummary"]["ProductionVariants"][0]
    return variant


def messages(variant: dict[str, Any]) -> list[str]:
    return [entry["StatusMessage"] for entry in variant.get("VariantStatus", [])]


def test_the_drain_bakes_on_the_old_variant() -> None:
    state, described = next(
        each
        for each in shown(drain_first())
        if each[0].stage.step == 0 and each[0].phase is Phase.BAKING
    )
    assert described["EndpointStatus"] == "Updating"
    assert messages(old_variant(described)) == [
        "Baking for 60 seconds (WaitIntervalInSeconds) "
        "with traffic enabled on remaining capacity of 2 instance(s).",
        "Terminating 1 instance(s).",
    ]
    assert old_variant(described)["CurrentInstanceCount"] == 2
    assert messages(new_variant(described)) == []
    assert (state.new.in_service, new_variant(described)["CurrentInstanceCount"]) == (0, 0)


def test_the_weights_add_up_and_the_counts_are_those_that_serve_with_traffic() -> None:
    found = {}
    for state, described in shown(drain_first()):
        old, new = old_variant(described), new_variant(described)
        assert old["CurrentWeight"] + new["CurrentWeight"] == 1.0
        found[str(state.stage)] = (old["CurrentInstanceCount"], new["CurrentInstanceCount"])
    assert found["forward 1.1 baking"] == (2, 1)
    assert found["forward 2.1 baking"] == (1, 2)
    assert found["forward 3.1 baking"] == (0, 3)


def test_a_bake_at_a_gate_says_what_it_waits_for_and_then_who_continued_it() -> None:
    bake = "with traffic enabled on batch capacity of 1 instance(s)."
    said = []
    for state, described in shown(rolling_update(gates=GATES), ANN):
        if str(state.stage) == "forward 1.1 baking":
            said += [each.split(bake)[1] for each in messages(new_variant(described))[:1]]
    assert list(dict.fromkeys(said)) == [
        " Then waiting up to 600 seconds to be continued.",
        " Continued by ann.",
    ]


def test_a_bake_that_is_no_gate_says_nothing_of_one() -> None:
    for state, described in shown(rolling_update(gates=GATES), ANN):
        if str(state.stage) == "forward 2.1 baking":
            assert messages(new_variant(described))[0].endswith("instance(s).")
