"""Small scenarios, written as the JSON that a user writes."""

from collections.abc import Mapping
from typing import Any

from rolling.simulation.report import report_document
from rolling.simulation.run import simulate
from rolling.simulation.scenario import parse_scenario

Document = dict[str, Any]

COUNTS = {"config-1": 3, "config-2": 3, "config-3": 4}


def update(to: str = "config-2", *faults: Mapping[str, object], **policy: object) -> Document:
    """An update of one instance at a time, 60 s baking, rolled back one at a time."""
    one = {"Type": "INSTANCE_COUNT", "Value": 1}
    rolling = {
        "WaitIntervalInSeconds": 60,
        "MaximumBatchSize": one,
        "RollbackMaximumBatchSize": one,
        **policy,
    }
    return {
        "UpdateEndpoint": {
            "EndpointName": "my-endpoint",
            "EndpointConfigName": to,
            "DeploymentConfig": {
                "RollingUpdatePolicy": rolling,
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "p99"}]},
            },
        },
        "Faults": list(faults),
    }


def scenario(*updates: Document, **simulation: object) -> Document:
    """An endpoint of 3 instances of config-1, and these updates."""
    return {
        "EndpointConfigs": [
            {
                "EndpointConfigName": name,
                "ProductionVariants": [
                    {
                        "VariantName": "AllTraffic",
                        "ModelName": "m",
                        "InstanceType": "ml.g5.2xlarge",
                        "InitialInstanceCount": count,
                    }
                ],
            }
            for name, count in COUNTS.items()
        ],
        "Endpoint": {"EndpointName": "my-endpoint", "EndpointConfigName": "config-1"},
        "Updates": list(updates),
        "Simulation": {"Seed": 7, **simulation},
    }


def simulated(*updates: Document, **simulation: object) -> Document:
    """What `rolling simulate -o json` prints of these updates."""
    return report_document(simulate(parse_scenario(scenario(*updates, **simulation))))


ALARM_IN_BAKE_2 = {"Kind": "Alarm", "AlarmName": "p99", "Batch": 2, "AfterSeconds": 30}
NO_OLD_BATCH = {"Kind": "ProvisioningFailed", "Direction": "Back", "Batch": 2, "Reason": "none"}
