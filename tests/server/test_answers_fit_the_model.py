"""Every answer that a test of the server sees is held against AWS's model, and may fail it."""

from typing import Any

import pytest

from rolling.endpoint.arns import REGION
from tests.server.clouds import Sky
from tests.server.shapes import require_conforming

WRONG: list[Any] = [
    {},
    {"EndpointArn": "a", "Surprise": 1},
    {"EndpointArn": 1},
    {"EndpointArn": None},
    {"EndpointArn": ["a"]},
    ["EndpointArn"],
]


@pytest.mark.parametrize("answer", WRONG)
def test_an_answer_that_the_model_does_not_have_fails(answer: Any) -> None:
    require_conforming("sagemaker", "UpdateEndpoint", {"EndpointArn": "a"})
    with pytest.raises(AssertionError):
        require_conforming("sagemaker", "UpdateEndpoint", answer)


def test_every_call_is_held_against_it() -> None:
    sky = Sky()
    operations = sky.cloud.region(REGION).operations
    operations["cloudwatch", "DescribeAlarms"] = lambda parameters: {"MetricAlarms": "none"}
    with pytest.raises(AssertionError, match="MetricAlarms"):
        sky.watch("DescribeAlarms")
