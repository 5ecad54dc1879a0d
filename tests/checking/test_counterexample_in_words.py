"""A counterexample reads as a story: who asked for what, what came true, what was seen.

Whole stories are compared in the museum's page, docs/museum.md.
"""

from rolling import FleetSpec, RollingUpdatePolicy, Share, percent, start, wanted
from rolling.checking import DeploymentModel, Limits, Situation, Step, explore
from rolling.checking.counterexample import sentence


def test_every_kind_of_step_has_a_sentence_of_its_own() -> None:
    old = [FleetSpec("b", 3, 1, Share(1, 3)), FleetSpec("a", 3, 2, Share(2, 3))]
    policy = RollingUpdatePolicy(percent(50), wait_interval_seconds=0)
    deployment = start(old, wanted("c", 3), policy, ["p99"])
    told: dict[str, str] = {}

    class Telling(DeploymentModel):
        def broken_by(self, state: Situation, step: Step[Situation]) -> tuple[str, ...]:
            label = getattr(step.label, "event", step.label)
            told.setdefault(type(label).__name__, sentence(state, step))
            return super().broken_by(state, step)

    explore(Telling(deployment, Limits(losses=1, stalls=1)), state_limit=2_000)
    turned = "forward 1.1 provisioning becomes back 1.1 provisioning"
    passed = "forward 1.1 baking becomes forward 1.1 cleaning"
    assert told == {
        "Sent": "The driver asks for 1 new instance.",
        "DeadlineElapsed": f"The deadline of the way forward is over: {turned}.",
        "StopRequested": f"A stop is requested, by anyone: {turned}.",
        "Lost": "1 old (b) instance is lost.",
        "OperationFailed": f"Provisioning the new fleet fails: {turned}.",
        "Arrived": "The command arrives.",
        "Killed": "The driver is killed, and starts again from the deployment alone.",
        "CameIntoService": "1 old (b) instance comes into service.",
        "FleetsSeen": "The driver sees 0 new, 0 old (b) (1 alive) and 2 old (a) in service.",
        "SplitSettled": "The driver sees the traffic 0 on new, 1/3 on old (b) and 2/3 on old (a).",
        "Vanished": "1 condemned new instance vanishes.",
        "Stalled": "The shift stalls with the traffic 0 on new, 1/3 on old (b) and 2/3 on old (a).",
        "Moved": "The traffic has moved: 1/3 on new, 0 on old (b) and 2/3 on old (a).",
        "AlarmsRead": f"The driver reads p99 OK, after the interval: {passed}.",
    }
