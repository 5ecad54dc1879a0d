"""What happened, as the report of a failing test shows it."""

from rolling.backends.simulated import Fault, FaultKind
from rolling.server.history import MOST_EVENTS, History
from tests.server.clouds import NAME, Sky


def test_it_shows_events_what_is_under_way_and_the_faults_that_wait_or_never_struck() -> None:
    sky = Sky()
    sky.advance(1_000)
    history = History(sky.cloud)
    sky.create()
    sky.inject(
        NAME, [Fault(FaultKind.STOP, batch=3), Fault(FaultKind.PROVISIONING_FAILED, batch=9)]
    )
    sky.inject(NAME, [])
    sky.inject(NAME, [Fault(FaultKind.STOP), Fault(FaultKind.SHIFT_FAILED)])
    sky.inject(
        "New", [Fault(FaultKind.PROVISIONING_SLOW, seconds=5)], "Creation", region="eu-west-1"
    )
    sky.update()
    sky.advance_until(NAME, phase="Shifting")
    assert str(history).splitlines() == [
        "       0 s  my-endpoint  The endpoint is Creating.",
        "     240 s  my-endpoint  The endpoint is InService.",
        "     240 s  my-endpoint  The update to config-2 is accepted while 3 instances of "
        "config-1 carry all of the traffic.",
        "     240 s  my-endpoint  ProvisioningFailed cannot strike this update: "
        "Faults[1].Batch = 9: the update has 3 batches; use 3.",
        "     480 s  my-endpoint  Batch 1 of 3 is in service, so traffic shifts until the new "
        "fleet carries 1/3 of the traffic.",
        "At 480 s, when the test failed:",
        "my-endpoint in us-east-1 is being updated to config-2: batch 1 of 3, shifting.",
        "  faults that have not struck: Faults[0] (Stop), Faults[1] (ProvisioningFailed)",
        "  faults of its next updates: none; Stop, ShiftFailed",
        "new in eu-west-1 was not created.",
        "  faults of its creation: ProvisioningSlow",
    ]


def test_without_an_endpoint_it_says_so() -> None:
    assert str(History(Sky().cloud)) == "At 0 s, when the test failed:\nNo endpoint exists."


def test_only_the_last_events_are_shown() -> None:
    sky = Sky()
    history = History(sky.cloud)
    sky.create()
    for _ in range(MOST_EVENTS):
        sky.call("DeleteEndpoint", EndpointName=NAME)
        sky.advance(30)
        sky.create()
    lines = str(history).splitlines()
    assert lines[0] == f"{2 + 3 * MOST_EVENTS} earlier events are not shown."
    assert len(lines) == MOST_EVENTS + 3
