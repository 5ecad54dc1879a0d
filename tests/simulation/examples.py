"""A scenario that is right in every part, to be spoilt by tests."""

from typing import Any

from tests.endpoint.examples import ALARM, request, rolling, variant

Json = dict[str, Any]


def config(name: str, count: int = 10) -> Json:
    return {"EndpointConfigName": name, "ProductionVariants": [variant(count)]}


def scenario(**fields: object) -> Json:
    """Two updates with a fault each, every field of a simulation given."""
    alarm = {"Kind": "Alarm", "AlarmName": ALARM, "Batch": 2, "Phase": "Baking"}
    return {
        "EndpointConfigs": [config("config-1"), config("config-2"), config("config-3")],
        "Endpoint": {"EndpointName": "my-endpoint", "EndpointConfigName": "config-1"},
        "Updates": [
            {
                "UpdateEndpoint": request(DeploymentConfig=rolling(3)),
                "Faults": [alarm | {"AfterSeconds": 10, "ForSeconds": 20}],
            },
            {
                "UpdateEndpoint": request("config-3", RetainDeploymentConfig=True),
                "Faults": [{"Kind": "ProvisioningSlow", "Seconds": 60, "Fleet": "New"}],
            },
        ],
        "Simulation": {
            "Seed": 7,
            "ProvisioningSeconds": 240,
            "ShiftSeconds": 5,
            "CleanupSeconds": 30,
            "CapacityLimit": None,
            "JitterPercent": 10,
        },
    } | fields


def updates(*faults: Json, **fields: object) -> Json:
    """A scenario of one update with these faults; the fields are of its request."""
    asked = request(DeploymentConfig=rolling(3)) | fields
    return scenario(Updates=[{"UpdateEndpoint": asked, "Faults": list(faults)}])
