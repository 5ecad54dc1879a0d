"""UpdateEndpointWeightsAndCapacities: counts and weights change in time, or go back."""

from typing import Any

import pytest

from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.core.stage import Direction
from tests.server.clouds import NAME, START, Sky, arn


def scale(sky: Sky, *wanted: dict[str, Any], name: str = NAME) -> None:
    sky.call(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName=name,
        DesiredWeightsAndCapacities=list(wanted),
    )


def counts(sky: Sky) -> list[tuple[int, int]]:
    """The current and the desired counts of all variants."""
    return [
        (each["CurrentInstanceCount"], each["DesiredInstanceCount"])
        for each in sky.shown()["ProductionVariants"]
    ]


@pytest.fixture
def sky() -> Sky:
    """A sky with an endpoint of three instances."""
    sky = Sky()
    sky.create()
    return sky


def test_scaling_out_is_updating_until_the_instances_serve(sky: Sky) -> None:
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 5})
    shown = sky.shown()
    assert (shown["EndpointStatus"], shown["LastModifiedTime"]) == ("Updating", START + 240)
    assert "PendingDeploymentSummary" not in shown
    assert sky.variant()["VariantStatus"] == [
        {
            "Status": "Updating",
            "StatusMessage": "Scaling out desired instance count to 5.",
            "StartTime": START + 240,
        }
    ]
    assert counts(sky) == [(3, 5)]
    sky.advance_until(NAME, status="InService")
    assert sky.now() == START + 480
    assert counts(sky) == [(5, 5)]
    assert "VariantStatus" not in sky.variant()


def test_scaling_in_ends_when_the_instances_are_gone(sky: Sky) -> None:
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 1})
    assert counts(sky) == [(1, 1)]
    said = [each["StatusMessage"] for each in sky.variant()["VariantStatus"]]
    assert said == ["Scaling in desired instance count to 1.", "Terminating 2 instance(s)."]
    sky.advance_to_rest(NAME)
    assert (sky.now(), sky.status()) == (START + 270, "InService")


def test_an_update_begins_from_the_scaled_fleet_and_may_retain_it(sky: Sky) -> None:
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 5, "DesiredWeight": 2})
    sky.advance_to_rest(NAME)
    sky.update(RetainAllVariantProperties=True)
    assert sky.pending()["DesiredInstanceCount"] == 5
    sky.advance_to_rest(NAME)
    assert counts(sky) == [(5, 5)]
    assert sky.variant()["CurrentWeight"] == 2.0


def test_weights_of_several_variants_move_the_traffic(sky: Sky) -> None:
    sky.create("several", "many")
    scale(
        sky,
        {"VariantName": "a", "DesiredWeight": 0.25},
        {"VariantName": "b", "DesiredWeight": 0.75, "DesiredInstanceCount": 3},
        name="many",
    )
    a, b = sky.shown("many")["ProductionVariants"]
    assert (a["CurrentWeight"], a["DesiredWeight"]) == (1.0, 0.25)
    assert (b["CurrentInstanceCount"], b["DesiredInstanceCount"]) == (1, 3)
    sky.advance_to_rest("many")
    a, b = sky.shown("many")["ProductionVariants"]
    assert (a["CurrentWeight"], b["CurrentWeight"]) == (0.25, 0.75)
    assert b["CurrentInstanceCount"] == 3


def test_a_change_of_weights_alone_takes_as_long_as_a_shift(sky: Sky) -> None:
    sky.create("several", "many")
    began_at = sky.now()
    scale(sky, {"VariantName": "b", "DesiredWeight": 0}, name="many")
    assert sky.status("many") == "Updating"
    sky.advance_to_rest("many")
    assert sky.now() == began_at + 5


def test_serverless_concurrency_is_changed(sky: Sky) -> None:
    sky.create("serverless", "other")
    wanted = {"VariantName": "AllTraffic", "ServerlessUpdateConfig": {"MaxConcurrency": 20}}
    scale(sky, wanted, name="other")
    sky.advance_to_rest("other")
    variant = sky.shown("other")["ProductionVariants"][0]
    assert variant["CurrentServerlessConfig"]["MaxConcurrency"] == 20


def test_what_cannot_be_scaled_is_rolled_back_and_says_why(sky: Sky) -> None:
    sky.limit_capacity(4)
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 6})
    assert sky.status() == "RollingBack"
    assert "InsufficientInstanceCapacity" in sky.shown()["FailureReason"]
    assert f'in-progress endpoint "{arn()}"' in sky.refusal("DeleteEndpoint", EndpointName=NAME)
    sky.advance_to_rest(NAME)
    assert (sky.status(), counts(sky)) == ("InService", [(3, 3)])
    assert "was rolled back" in sky.shown()["FailureReason"]
    sky.limit_capacity(None)
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 6})
    assert "FailureReason" not in sky.shown()
    sky.advance_to_rest(NAME)
    assert counts(sky) == [(6, 6)]


def test_a_scaling_can_be_struck_while_it_goes_on(sky: Sky) -> None:
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 6})
    sky.advance(100)
    sky.inject(NAME, [Fault(FaultKind.PROVISIONING_FAILED, reason="Gone.")], "Now")
    assert sky.status() == "RollingBack"
    sky.advance_to_rest(NAME)
    assert counts(sky) == [(3, 3)]


def test_a_scaling_whose_instances_do_not_go_returns_and_a_return_that_fails_has_failed(
    sky: Sky,
) -> None:
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 1})
    sky.inject(NAME, [Fault(FaultKind.CLEANUP_FAILED, reason="Stuck.")], "Now")
    assert sky.status() == "RollingBack"
    lost = Fault(FaultKind.PROVISIONING_FAILED, Direction.BACK, reason="No room.")
    sky.inject(NAME, [lost], "Now")
    assert sky.status() == "Failed"
    assert sky.shown()["FailureReason"].endswith("Stuck. Its rollback failed: No room.")
    sky.call("DeleteEndpoint", EndpointName=NAME)


def test_what_the_last_update_left_over_is_shown_until_it_is_gone() -> None:
    sky = Sky(settings=SimulationSettings(cleanup_seconds=5000))
    sky.create()
    sky.inject(NAME, [Fault(FaultKind.CLEANUP_FAILED, count=2)])
    sky.update(DeploymentConfig={})
    sky.advance_to_rest(NAME)
    began_at = sky.now()
    gone = "Terminating 3 instance(s)."
    assert said(sky) == [gone]
    scale(sky, {"VariantName": "AllTraffic", "DesiredInstanceCount": 4})
    assert said(sky) == ["Scaling out desired instance count to 4.", gone]
    sky.advance(300)
    assert (counts(sky), said(sky)) == ([(4, 4)], [gone])
    sky.advance_to_rest(NAME)
    assert (sky.status(), said(sky)) == ("InService", [])
    assert sky.now() == began_at + 5000
    sky.update("config-1", DeploymentConfig={})
    assert sky.events()[-1].why == (
        "The update to config-1 is accepted while 4 instances of config-2 carry all of the traffic."
    )


def said(sky: Sky) -> list[str]:
    """The messages of the variant in use."""
    return [each["StatusMessage"] for each in sky.variant().get("VariantStatus", ())]
