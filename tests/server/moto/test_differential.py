"""Where moto and this local SageMaker answer the same calls differently, and why.

Every difference is in the table, with its reason; one that is not, and one in
the table that is no more, fails. [model] is botocore's model of the service.
"""

from collections.abc import Iterator

import boto3
import pytest
from attrs import frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto import mock_aws

from rolling.server.cloud import Cloud
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime
from rolling.server.wire.dispatch import respond
from rolling.server.wire.messages import HttpRequest
from tests.server.moto.conversation import CONVERSATION, Clients, Seen, hold

pytestmark = pytest.mark.slow


@frozen
class Difference:
    """What differs in the answers to the call of this name, at a path.

    `moto`, `ours`: what is seen there; "absent" where nothing is, "answered"
    beside an error.
    """

    call: str
    path: str
    moto: str
    ours: str
    why: str


_ANSWERED, _ABSENT, _NOTHING = "answered", "absent", "nothing"
_INVALID = "ValidationException, 400"

DIFFERENCES: tuple[Difference, ...] = (
    # What exists is not made again, by SageMaker's published errors.
    *[
        Difference(f"create {thing} again", "error", _ANSWERED, _INVALID, why)
        for thing, why in (
            ("model m1", "Cannot create already existing model; moto replaces it"),
            ("config c1", "Cannot create already existing endpoint configuration; the same"),
            ("endpoint e1", "Cannot create already existing endpoint; the same"),
        )
    ],
    Difference(
        "create config c3",
        "error",
        _INVALID,
        _ANSWERED,
        "ml.g5.2xlarge is among the instance types of [model], not of moto",
    ),
    # Lists
    Difference(
        "list models, page 1",
        "Models",
        "m1, m2",
        "m1",
        "moto's ListModels ignores MaxResults, which is in [model]",
    ),
    Difference("list models, page 1", "NextToken", _ABSENT, "str", "the same"),
    Difference("list models, page 2", "Models", "m1, m2", "m2", "the same, of NextToken"),
    Difference("list models by name", "Models", "m1, m2", "m2", "the same, of NameContains"),
    Difference(
        "list models of the past", "Models", "m1, m2", _NOTHING, "the same, of CreationTimeBefore"
    ),
    Difference(
        "list models, bad token", "error", _ANSWERED, _INVALID, "the same; a bad token is an error"
    ),
    *[
        Difference(
            f"list {things}, bad token",
            "error",
            "InvalidToken, 400",
            _INVALID,
            "SageMaker's errors of input are ValidationExceptions; it knows no InvalidToken",
        )
        for things in ("configs", "endpoints")
    ],
    Difference(
        "list configs",
        "EndpointConfigs",
        "c1, c2",
        "c1, c2, c3",
        "c3 is of the instance type that moto refused",
    ),
    Difference(
        "list configs, page 2",
        "NextToken",
        _ABSENT,
        "str",
        "for c3, as before",
    ),
    Difference(
        "list endpoints in service",
        "Endpoints",
        "e1, e2",
        "e2, e1",
        "SortOrder is Descending by default [model]",
    ),
    # Descriptions
    *[
        Difference(
            "describe model m1 once more",
            field,
            _NOTHING,
            _ABSENT,
            "what was not given is left out, as SageMaker does",
        )
        for field in ("Containers", "VpcConfig")
    ],
    *[
        Difference(
            f"describe {thing}",
            "DataCaptureConfig",
            _NOTHING,
            _ABSENT,
            "an empty one would lack the members that [model] requires of it",
        )
        for thing in ("config c1 once more", "endpoint e1 once more", "endpoint e2")
    ],
    *[
        Difference(
            f"describe endpoint {name}",
            "ProductionVariants[].DeployedImages",
            _ABSENT,
            "an unnamed one",
            "the images of the model that is deployed [model]",
        )
        for name in ("e1 once more", "e2")
    ],
    *[
        Difference(
            "describe endpoint e2",
            f"ProductionVariants[].{field}",
            _ABSENT,
            "float",
            "moto forgets the weights of a variant that was scaled without any",
        )
        for field in ("CurrentWeight", "DesiredWeight")
    ],
    # What moto cannot do
    Difference(
        "update endpoint e1",
        "error",
        "NotImplementedError",
        _ANSWERED,
        "UpdateEndpoint is what this server is for",
    ),
    Difference(
        "list tags of an endpoint that is missing",
        "error",
        "AttributeError",
        _INVALID,
        "moto has a bug there; SageMaker answers with a ValidationException",
    ),
    Difference(
        "put composite alarm",
        "error",
        "NotImplementedError",
        _ANSWERED,
        "bakes may watch composite alarms",
    ),
    Difference(
        "put composite alarm of none",
        "error",
        "NotImplementedError",
        "ValidationError, 400",
        "a rule names alarms that exist",
    ),
    Difference(
        "describe alarms, composite alarms",
        "CompositeAlarms",
        _NOTHING,
        "d1",
        "moto has none",
    ),
    Difference(
        "delete an alarm that is needed",
        "error",
        _ANSWERED,
        "ValidationError, 400",
        "an alarm stays while a composite one names it, in CloudWatch's published words",
    ),
    Difference(
        "describe alarms, after deleting",
        "MetricAlarms",
        "c1",
        "a1",
        "so it is still there; c1 was refused, see below",
    ),
    # Alarms
    Difference(
        "describe alarms, new",
        "MetricAlarms[].StateValue",
        "OK",
        "INSUFFICIENT_DATA",
        "a new alarm is in INSUFFICIENT_DATA [model]",
    ),
    Difference(
        "describe alarms, new",
        "MetricAlarms[].StateReasonData",
        "str",
        _ABSENT,
        "nobody gave a reason; moto shows an empty object",
    ),
    Difference(
        "describe alarms, put again",
        "MetricAlarms[].StateValue",
        "OK",
        "ALARM or INSUFFICIENT_DATA",
        "PutMetricAlarm leaves the state of an alarm as it is [model]; moto resets it",
    ),
    Difference(
        "describe alarms, by prefix", "MetricAlarms[].StateValue", "OK", "ALARM", "the same"
    ),
    Difference("describe alarms, by state", "MetricAlarms", _NOTHING, "a1", "the same"),
    Difference(
        "describe alarms, by action",
        "MetricAlarms",
        _NOTHING,
        "b1",
        "ActionPrefix is of any action [model]; moto looks at AlarmActions alone",
    ),
    *[
        Difference(
            f"describe alarms, {which}",
            "MetricAlarms[].Metrics",
            _NOTHING,
            _ABSENT,
            "an alarm on one metric has no Metrics",
        )
        for which in ("new", "set", "put again", "by prefix")
    ],
    *[
        Difference(
            f"describe alarms, {which}",
            "MetricAlarms[].StateTransitionedTimestamp",
            _ABSENT,
            "datetime",
            "it is in [model]",
        )
        for which in ("new", "set", "put again", "by prefix")
    ],
    Difference(
        "describe alarms, by names and prefix",
        "error",
        _ANSWERED,
        "ValidationError, 400",
        "AlarmNames and AlarmNamePrefix exclude each other [model]",
    ),
    Difference(
        "describe alarms, page 1",
        "MetricAlarms",
        "a1, b1",
        "a1",
        "moto's DescribeAlarms ignores MaxRecords, which is in [model]",
    ),
    Difference("describe alarms, page 1", "NextToken", _ABSENT, "str", "the same"),
    Difference("describe alarms, page 2", "MetricAlarms", "a1, b1", "b1", "the same, of NextToken"),
    Difference(
        "describe alarms, bad token",
        "error",
        _ANSWERED,
        "InvalidNextToken, 400",
        "the same; the error is in [model]",
    ),
    Difference(
        "put alarm c1",
        "error",
        _ANSWERED,
        "ValidationError, 400",
        "a Period is 10, 20, 30 or a multiple of 60 [model]",
    ),
    Difference(
        "describe alarms, metric alarms alone",
        "MetricAlarms",
        "a1, b1, c1",
        "a1, b1",
        "so c1 is not there",
    ),
    Difference(
        "describe alarms, composite alarms",
        "MetricAlarms",
        "a1, b1, c1",
        _NOTHING,
        "AlarmTypes leaves out metric alarms [model]; moto ignores it",
    ),
)


@pytest.fixture(scope="module")
def moto_says() -> dict[str, Seen]:
    """moto's side of the conversation."""
    with mock_aws():
        return hold(clients(), lambda: None)


@pytest.fixture(scope="module")
def we_say() -> dict[str, Seen]:
    """Our side of the conversation."""
    cloud = Cloud(ManualTime())
    steering = SteeredCloud(cloud)

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        steering.advance(1)
        body = request.body or b""
        received = HttpRequest.of(
            request.method,
            "/",
            dict(request.headers),
            body if isinstance(body, bytes) else body.encode(),
        )
        response = respond(cloud.call, received, cloud.implements)
        return AWSResponse(request.url, response.status, response.headers, Body(response.body))

    def settle() -> None:
        while steering.advance_to_next_event():
            pass

    ours = clients()
    for client in ours.values():
        client.meta.events.register("before-send", answer)
    return hold(ours, settle)


class Body:
    """A body as botocore reads it from a connection."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """The whole of it."""
        yield self._content


def clients() -> Clients:
    """boto3's clients of both services."""
    return {
        service: boto3.client(
            service,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        for service in ("sagemaker", "cloudwatch")
    }


def differences(moto: Seen, ours: Seen) -> Iterator[tuple[str, str, str]]:
    """Where two answers differ: the path, and what either has there.

    Beside an error nothing else is looked at, and nothing inside of lists that
    hold different things.
    """
    if "error" in moto or "error" in ours:
        moto = {"error": moto.get("error", _ANSWERED)}
        ours = {"error": ours.get("error", _ANSWERED)}
    uneven = sorted(path for path in moto.keys() | ours.keys() if moto.get(path) != ours.get(path))
    for path in uneven:
        if not any(path.startswith(f"{other}[]") for other in uneven):
            yield path, moto.get(path, _ABSENT), ours.get(path, _ABSENT)


@pytest.fixture(scope="module")
def found(moto_says: dict[str, Seen], we_say: dict[str, Seen]) -> set[tuple[str, ...]]:
    """Every difference: the call, the path, and what either has there."""
    assert moto_says.keys() == we_say.keys()
    return {
        (call, *each)
        for call, theirs in moto_says.items()
        for each in differences(theirs, we_say[call])
    }


def test_every_difference_is_listed(found: set[tuple[str, ...]]) -> None:
    listed = {(each.call, each.path, each.moto, each.ours) for each in DIFFERENCES}
    assert found - listed == set()


def test_every_listed_difference_is_there(found: set[tuple[str, ...]]) -> None:
    listed = {(each.call, each.path, each.moto, each.ours) for each in DIFFERENCES}
    assert listed - found == set()


def test_no_difference_is_listed_twice_or_without_a_reason() -> None:
    listed = [(each.call, each.path) for each in DIFFERENCES]
    assert len(set(listed)) == len(listed)
    assert all(each.why for each in DIFFERENCES)


def test_half_of_the_conversation_is_the_same(
    found: set[tuple[str, ...]], we_say: dict[str, Seen]
) -> None:
    assert len(we_say) == len(CONVERSATION) >= 80
    assert len({call for call, *_ in found}) <= len(CONVERSATION) / 2
