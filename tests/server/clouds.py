"""A cloud with models, configurations and an alarm."""

from typing import Any

import pytest

from rolling.backends.simulated import SimulationSettings
from rolling.core.errors import InvalidInput
from rolling.endpoint.arns import REGION
from rolling.server.cloud import Cloud
from rolling.server.service import Answer
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime, Time
from tests.server.account import metric_alarm, model

START = 1_700_000_000
NAME = "my-endpoint"
ALARM = "p99"


def config(name: str, *counts: int, image: str = "model") -> dict[str, Any]:
    """A CreateEndpointConfig request: AllTraffic, or for several counts a, b and so on."""
    names = (
        ["AllTraffic"] if len(counts) == 1 else [chr(97 + place) for place in range(len(counts))]
    )
    variants = [
        {
            "VariantName": variant,
            "ModelName": image,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": count,
            "InitialVariantWeight": 1.0,
        }
        for variant, count in zip(names, counts, strict=True)
    ]
    return {"EndpointConfigName": name, "ProductionVariants": variants}


def rolling(batch: int = 1, wait_seconds: int = 60, *alarms: str) -> dict[str, Any]:
    """A rolling DeploymentConfig that watches `alarms`; the one there is unless given."""
    return {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": batch},
            "WaitIntervalInSeconds": wait_seconds,
        },
        "AutoRollbackConfiguration": {
            "Alarms": [{"AlarmName": alarm} for alarm in alarms or (ALARM,)]
        },
    }


class Sky(SteeredCloud):
    """A cloud that tests steer, in manual time unless given otherwise, and what they call on it.

    It has the configurations config-1 and config-2, of three instances each,
    config-5 of five, several (a: 2, b: 1), serverless, and the alarm p99, which is OK.
    """

    def __init__(
        self, time: Time | None = None, settings: SimulationSettings | None = None
    ) -> None:
        super().__init__(Cloud(ManualTime(START) if time is None else time, settings))
        self.furnish()

    def furnish(self, region: str = REGION) -> None:
        """Make there what a new sky has."""
        self.call("CreateModel", region, **model())
        serverless = config("serverless", 1)
        variant = serverless["ProductionVariants"][0]
        del variant["InstanceType"], variant["InitialInstanceCount"]
        variant["ServerlessConfig"] = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
        for each in (
            config("config-1", 3),
            config("config-2", 3),
            config("config-5", 5),
            config("several", 2, 1),
            serverless,
        ):
            self.call("CreateEndpointConfig", region, **each)
        self.watch("PutMetricAlarm", region, **metric_alarm(ALARM))
        self.alarm("OK", region=region)

    def call(self, operation: str, region: str = REGION, /, **parameters: Any) -> Answer:
        """The answer of an operation of SageMaker."""
        return self.cloud.call("sagemaker", operation, parameters, region)

    def watch(self, operation: str, region: str = REGION, /, **parameters: Any) -> Answer:
        """The answer of an operation of CloudWatch."""
        return self.cloud.call("cloudwatch", operation, parameters, region)

    def alarm(self, state: str, name: str = ALARM, region: str = REGION) -> None:
        """Set the state of an alarm."""
        self.watch("SetAlarmState", region, AlarmName=name, StateValue=state, StateReason="test")

    def create(self, config_name: str = "config-1", name: str = NAME, **others: Any) -> None:
        """Create an endpoint and let it come into service."""
        self.call("CreateEndpoint", EndpointName=name, EndpointConfigName=config_name, **others)
        self.advance_until(name, status="InService")

    def update(self, config_name: str = "config-2", name: str = NAME, **others: Any) -> None:
        """Begin an update; by one instance and with the alarm unless given otherwise."""
        given = {"DeploymentConfig": rolling()} | others
        self.call("UpdateEndpoint", EndpointName=name, EndpointConfigName=config_name, **given)

    def shown(self, name: str = NAME) -> dict[str, Any]:
        """DescribeEndpoint's answer."""
        return dict(self.call("DescribeEndpoint", EndpointName=name))

    def status(self, name: str = NAME) -> str:
        """The EndpointStatus."""
        return str(self.shown(name)["EndpointStatus"])

    def variant(self, place: int = 0) -> dict[str, Any]:
        """One of the variants in use."""
        return dict(self.shown()["ProductionVariants"][place])

    def pending(self) -> dict[str, Any]:
        """The variant that is pending."""
        return dict(self.shown()["PendingDeploymentSummary"]["ProductionVariants"][0])

    def refusal(self, operation: str, **parameters: Any) -> str:
        """Why SageMaker refuses a call: its ValidationException's text."""
        with pytest.raises(InvalidInput) as caught:
            self.call(operation, **parameters)
        return str(caught.value)


def arn(name: str = NAME, kind: str = "endpoint") -> str:
    """The ARN of something in the first region."""
    return f"arn:aws:sagemaker:{REGION}:123456789012:{kind}/{name}"
