"""(e) The plan of a large update, and what it saves to walk once what its rollbacks share."""

from rolling import Phase, RollingUpdatePolicy, instances, percent, serving, start, wanted
from rolling.backends.simulated import SimulationSettings
from rolling.simulation.plan import plan
from rolling.simulation.rollback_estimate import rollback_estimates
from rolling.simulation.scenario import parse_request
from rolling.simulation.walk import walk
from rolling.view.snapshots import RollbackEstimate
from tests.bench.measure import medians

_INSTANCES = 4_000
_SETTINGS = SimulationSettings()


def report() -> list[str]:
    """Lines that say what a plan costs."""
    scenario = parse_request(_REQUEST, _INSTANCES)
    policy = RollingUpdatePolicy(percent(5), 300, instances(1))
    update = start(serving("old", _INSTANCES), wanted("new", _INSTANCES), policy, ["p99"])
    states = [state.deployment for state in walk(update, _SETTINGS)]
    bakes = [state for state in states if state.phase is Phase.BAKING]

    def shared() -> list[RollbackEstimate]:
        return rollback_estimates([(bake, ()) for bake in bakes], _SETTINGS)

    def alone() -> list[RollbackEstimate]:
        return [rollback_estimates([(bake, ())], _SETTINGS)[0] for bake in bakes]

    assert shared() == alone()
    (whole,) = medians(lambda: plan(scenario), runs=3)
    once, each = medians(shared, alone, runs=3)
    return [
        f"plan, {_INSTANCES:,} instances by 5%, back by 1: {whole:.2f} s (goal 1.5)",
        f"its {len(bakes)} rollbacks, what they share walked once: {once:.2f} s",
        f"walked once / walked for each = {once / each:.2f}",
    ]


_REQUEST = {
    "EndpointName": "my-endpoint",
    "EndpointConfigName": "config-2",
    "DeploymentConfig": {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 5},
            "WaitIntervalInSeconds": 300,
            "RollbackMaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1},
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "p99"}]},
    },
}
