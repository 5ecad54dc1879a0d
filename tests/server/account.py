"""An account with its collections, each answer judged by the service's own model."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from rolling.core.errors import InvalidInput
from rolling.server.region.alarms import Alarms
from rolling.server.region.configs import EndpointConfigs
from rolling.server.region.models import Models
from rolling.server.region.tags import Tags
from rolling.server.service import Answer, ApiOperation, Place, ServiceError
from tests.server.shapes import require_conforming


class Account:
    """What the operations of the collections are called on.

    `time` is what they think it is; `watcher` is called with every alarm that
    changes, and unless replaced puts its name into `told`.
    """

    def __init__(self) -> None:
        self.time = 1_000.0
        self.told: list[str] = []
        self.watcher: Callable[[str], None] = self.told.append
        place = Place()
        self.tags = Tags()
        self.models = Models(place, self._now, self.tags)
        self.configs = EndpointConfigs(place, self._now, self.models, self.tags)
        self.alarms = Alarms(place, self._now, lambda name: self.watcher(name))
        sagemaker = (self.tags, self.models, self.configs)
        self._operations: Mapping[str, tuple[str, ApiOperation]] = {
            name: ("sagemaker", operation)
            for collection in sagemaker
            for name, operation in collection.operations.items()
        } | {name: ("cloudwatch", each) for name, each in self.alarms.operations.items()}

    def call(self, name: str, **parameters: Any) -> Answer:
        """The answer of an operation, which fits the service's model."""
        service, operation = self._operations[name]
        answer = operation(parameters)
        require_conforming(service, name, answer)
        return answer

    def refusal(self, name: str, **parameters: Any) -> str:
        """Why SageMaker refuses a call: its ValidationException's text."""
        with pytest.raises(InvalidInput) as caught:
            self.call(name, **parameters)
        return str(caught.value)

    def error(self, name: str, **parameters: Any) -> ServiceError:
        """The error that CloudWatch answers with."""
        with pytest.raises(ServiceError) as caught:
            self.call(name, **parameters)
        return caught.value

    def _now(self) -> float:
        return self.time


def model(name: str = "model") -> dict[str, Any]:
    """The least that CreateModel takes."""
    return {"ModelName": name, "PrimaryContainer": {"Image": "image:1"}}


def config(name: str = "config", model_name: str = "model") -> dict[str, Any]:
    """The least that CreateEndpointConfig takes for instances."""
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model_name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 2,
    }
    return {"EndpointConfigName": name, "ProductionVariants": [variant]}


def metric_alarm(name: str = "alarm", **others: Any) -> dict[str, Any]:
    """The least that PutMetricAlarm takes for one metric, and `others`."""
    return {
        "AlarmName": name,
        "MetricName": "ModelLatency",
        "Namespace": "AWS/SageMaker",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 100,
        "ComparisonOperator": "GreaterThanThreshold",
    } | others
