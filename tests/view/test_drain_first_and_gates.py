"""A person reads that an update drains first, what a gate waits for, and who continued it."""

import logging

import pytest

from rolling import Continued, Deployment, Gates, GateTimeoutAction
from rolling.backends.simulated import Fault, FaultKind, SimulatedBackend, SimulationSettings
from rolling.driving import VirtualClock, accept, loads_record, measure_to, run, tick
from rolling.driving.stored_record import dumps_record
from rolling.view import log_to
from rolling.view.picture import Picture
from rolling.view.timeline import rows_document
from rolling.view.view import View
from tests.simulated import Drive, drain_first, rolling_update
from tests.view.pictures import text_of

BACK = Gates(600, GateTimeoutAction.ROLL_BACK, steps=(1,))
ON = Gates(600, GateTimeoutAction.CONTINUE, steps=(1,))
ANN = Fault(FaultKind.CONTINUE, batch=1, after_seconds=200, by="ann")
LOST = Fault(FaultKind.INSTANCE_LOST, batch=1, after_seconds=30, fleet="new")


def view_of(deployment: Deployment, *faults: Fault, limit: int | None = None) -> View:
    settings = SimulationSettings(capacity_limit=limit)
    view = View("search", accept(deployment, 0, "a"))
    for made in Drive(deployment, faults, settings).ticks:
        view.take(made)
    return view


def sentences(deployment: Deployment, *faults: Fault, limit: int | None = None) -> list[str]:
    return [row.why for row in view_of(deployment, *faults, limit=limit).rows]


def gated(gates: Gates, *faults: Fault) -> list[str]:
    return sentences(drain_first(gates=gates), *faults)


# --- sentences ----------------------------------------------------------------


def test_draining_first_is_told_from_acceptance_to_the_first_batch() -> None:
    assert sentences(drain_first(), limit=3)[:4] == [
        "The update to config-2 is accepted while 3 instances of config-1 carry all of the "
        "traffic, and first drains 1 of them to make room.",
        "2 old instances carry all of the traffic, "
        "so the baking period after the drain begins and lasts 60 s.",
        "The baking period after the drain ended after 60 s with alarm p99 quiet, "
        "so batch 1 of 3 launches 1 new instance.",
        "Batch 1 of 3 is in service, so traffic shifts until the new fleet carries 1/2 of the "
        "traffic.",
    ]


def test_drained_instances_that_go_slowly_are_told() -> None:
    settings = SimulationSettings(cleanup_seconds=100)
    drive = Drive(drain_first(), settings=settings)
    view = View("search", accept(drain_first(), 0, "a"))
    for made in drive.ticks:
        view.take(made)
    told = [row.why for row in view.rows]
    assert told[2].endswith("so 1 old instance is cleaned up.")
    assert told[3] == "The drained old instances are gone, so batch 1 of 3 launches 1 new instance."


def test_a_turn_in_the_drain_and_a_loss_of_the_room_are_told() -> None:
    alarm = Fault(FaultKind.ALARM, batch=0, after_seconds=30)
    assert (
        "Alarm p99 tripped after 30 s of the baking period after the drain, "
        "so the update is rolled back before any traffic has moved."
    ) in sentences(drain_first(), alarm)
    stopped = Fault(FaultKind.STOP, by="ben", after_seconds=5)
    assert (
        "ben asked during the baking period after the drain to stop, "
        "so the update is rolled back before any traffic has moved."
    ) in sentences(drain_first(), stopped)
    taken = sentences(drain_first(), Fault(FaultKind.ROOM_TAKEN, batch=1), limit=3)
    assert taken[-1].endswith(
        "so the rollback has failed and the endpoint stays in service as it is."
    )


def test_a_gate_that_ann_continues_is_told_with_her_name() -> None:
    told = gated(BACK, ANN)
    place = told.index(
        "The new fleet carries 1/2 of the traffic, so the baking period of batch 1 begins and "
        "lasts 60 s, and its gate then waits up to 600 s to be continued."
    )
    assert told[place + 1 : place + 3] == [
        "ann continued the gate of batch 1 of 3 after 200 s, so its baking period can end.",
        "The baking period of batch 1 ended after 200 s with alarm p99 quiet, "
        "so 1 old instance is cleaned up.",
    ]


def test_one_that_is_continued_early_still_bakes() -> None:
    early = Fault(FaultKind.CONTINUE, batch=1, after_seconds=10, by="ann")
    assert (
        "ann continued the gate of batch 1 of 3 after 10 s, "
        "so its baking period can end after its 60 s."
    ) in gated(BACK, early)


def test_a_gate_that_times_out_is_told_both_ways() -> None:
    start = "The gate of batch 1 of 3 was not continued within 600 s, so "
    assert f"{start}its baking period can end." in gated(ON)
    assert f"{start}traffic returns to the old fleet." in gated(BACK)
    assert not any(start in each for each in gated(ON, ANN))


def test_a_loss_says_that_the_gate_must_be_continued_again() -> None:
    early = Fault(FaultKind.CONTINUE, batch=1, after_seconds=10, by="ann")
    again = Fault(FaultKind.CONTINUE, batch=1, after_seconds=400, by="ben")
    told = gated(BACK, early, LOST, again)
    assert (
        "1 new instance was lost during the baking period of batch 1, so the batch is made whole "
        "and its baking period begins again, and its gate must be continued again."
    ) in told
    assert [each.split(" ")[0] for each in told if "continued the gate" in each] == ["ann", "ben"]


def test_a_stop_at_a_gate_says_what_the_bake_waited_for() -> None:
    stop = Fault(FaultKind.STOP, batch=1, after_seconds=600, by="ben")
    assert (
        "ben asked during the baking period of batch 1, which waited to be continued, to stop, "
        "so traffic returns to the old fleet."
    ) in gated(BACK, stop)


def test_an_alarm_that_cannot_be_read_after_the_gate_opened_is_what_holds_the_bake() -> None:
    unread = Fault(FaultKind.ALARM_UNREADABLE, batch=1)
    stop = Fault(FaultKind.STOP, batch=1, after_seconds=900, by="ben")
    assert any(
        "held open by an alarm that could not be read" in each
        for each in gated(BACK, ANN, unread, stop)
    )


# --- rows, and a record that is taken up --------------------------------------


def test_a_continuation_has_a_row_of_its_own() -> None:
    rows = rows_document(view_of(drain_first(gates=BACK), ANN).rows)
    (row,) = [row for row in rows if row["Event"] == "Continued"]
    assert (row["Phase"], row["Batch"], row["Settled"]) == ("Baking", 1, True)
    assert rows[0]["Batch"] == 0 and rows[0]["Event"] == "UpdateEndpoint"


def test_an_update_that_drains_first_and_is_taken_up_later_goes_on_there() -> None:
    drive = Drive(drain_first())
    record = next(made.record for made in drive.ticks if made.record.deployment.stage.step == 1)
    assert View("search", loads_record(dumps_record(record))).rows[0].why == (
        "The update to config-2 goes on in the provisioning of batch 1 of 3."
    )


# --- the picture --------------------------------------------------------------


def test_the_drain_is_shown_as_what_comes_before_the_first_batch() -> None:
    view = View("search", accept(drain_first(), 0, "a"))
    for made in Drive(drain_first()).ticks:
        view.take(made)
        if made.record.deployment.stage.step == 0 and made.at == 30:
            break
    shown = text_of(Picture(view.snapshot))
    assert "→ drain before batch 1 of 3  baking 0:00:30 of 0:01:00 left" in shown
    assert "2/2" in shown


def picture_in_gate(gates: Gates, seconds: float, continued: Continued | None = None) -> str:
    """The picture so many seconds after the bake of the first gate began."""
    clock = VirtualClock()
    deployment = rolling_update(gates=gates)
    backend = SimulatedBackend(deployment.spec.fleets, clock=clock)
    view = View("search", accept(deployment, 0, "a"))
    for made in run(view.snapshot.record, backend, clock):
        view.take(made)
        if made.record.desired.gate_seconds is not None:
            break
    began_at = view.snapshot.record.stage_began_at
    clock.wait_until(began_at + seconds)
    view.take(tick(view.snapshot.record, backend, clock.now(), continued=continued))
    return text_of(Picture(view.snapshot), width=100)


@pytest.mark.parametrize(
    ("gates", "then"), [(BACK, "it rolls back"), (ON, "it continues by itself")]
)
def test_a_bake_at_a_gate_shows_what_it_waits_for_and_until_when(gates: Gates, then: str) -> None:
    waiting = picture_in_gate(gates, 160)
    assert "baking waits at its gate for 0:01:40" in waiting
    assert f"gate      waits for continue_stage(forward 1.1 baking); in 0:08:20 {then}" in waiting
    baking = picture_in_gate(gates, 20)
    assert "baking 0:00:40 of 0:01:00 left" in baking
    assert "gate      waits for continue_stage(forward 1.1 baking); in 0:10:40" in baking


def test_a_gate_that_was_continued_shows_by_whom() -> None:
    shown = picture_in_gate(BACK, 20, Continued(drain_first().stage, "ann"))
    assert "continued by" not in shown
    stage = next(
        change.after.stage
        for change in Drive(rolling_update(gates=BACK)).changes
        if str(change.after.stage) == "forward 1.1 baking"
    )
    shown = picture_in_gate(BACK, 20, Continued(stage, "ann"))
    assert "gate      continued by ann" in shown
    assert "continue_stage" not in shown


def test_a_bake_without_a_gate_shows_none() -> None:
    view = view_of(rolling_update(gates=BACK), ANN)
    assert "gate      " not in text_of(Picture(view.snapshot))


# --- log and metrics ----------------------------------------------------------


class Counts:
    def __init__(self) -> None:
        self.counted: list[tuple[str, dict[str, str]]] = []

    def count(self, name: str, labels: dict[str, str]) -> None:
        self.counted.append((name, labels))

    def observe(self, name: str, seconds: float, labels: dict[str, str]) -> None:
        """Nothing is measured here."""


def driven(hooks: object, *faults: Fault, gates: Gates = ON) -> None:
    deployment, clock = rolling_update(gates=gates), VirtualClock()
    backend = SimulatedBackend(deployment.spec.fleets, None, faults, clock)
    for _ in run(
        accept(deployment, 0, "a"),
        backend,
        clock,
        continuation=backend.continuation,
        key="search",
        hooks=[hooks],  # type: ignore[list-item]
    ):
        pass


def test_the_log_says_who_continued_a_gate(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        driven(log_to(), ANN)
    (told,) = [each for each in caplog.records if vars(each)["rolling_event"] == "Continued"]
    assert told.levelno == logging.INFO
    assert "ann continued the gate of batch 1 of 3 after 200 s" in told.getMessage()


@pytest.mark.parametrize(
    ("faults", "gates", "event"),
    [((ANN,), ON, "Continued"), ((), ON, "GateElapsed"), ((), BACK, "GateElapsed")],
)
def test_metrics_count_how_gates_end(faults: tuple[Fault, ...], gates: Gates, event: str) -> None:
    counts = Counts()
    driven(measure_to(counts), *faults, gates=gates)  # type: ignore[arg-type]
    found = [labels for name, labels in counts.counted if name == "rolling_gates_total"]
    assert found == [{"event": event}]
