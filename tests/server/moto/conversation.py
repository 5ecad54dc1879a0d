"""One conversation with SageMaker and CloudWatch, call by call, and what was answered.

Both sides hear the same calls from unmodified boto3 clients. An answer is
compared by its shape: the type of every path, all items of a list together,
and beside it the names that a list holds, the states and the errors' codes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from botocore.exceptions import ClientError

Seen = Mapping[str, str]
"""What was answered, by path: a type, a state, or the names in a list; or an error's code."""

Clients = Mapping[str, Any]
"""boto3's clients by the name of their service."""


_STATES = {"EndpointStatus", "StateValue"}


@frozen
class Call:
    """A call, and the name that its answer is known by.

    `token_from`: the call whose NextToken this one hands on. `settle`: let what
    is under way come to its end first.
    """

    name: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    token_from: str | None = None
    settle: bool = False


def sagemaker(name: str, operation: str, **parameters: Any) -> Call:
    """A call of SageMaker."""
    return Call(name, "sagemaker", operation, parameters)


def cloudwatch(name: str, operation: str, **parameters: Any) -> Call:
    """A call of CloudWatch."""
    return Call(name, "cloudwatch", operation, parameters)


def _again(call: Call, name: str) -> Call:
    return Call(name, call.service, call.operation, call.parameters)


def _next(call: Call, name: str) -> Call:
    return Call(name, call.service, call.operation, call.parameters, token_from=call.name)


def _model(name: str) -> Call:
    return sagemaker(
        f"create model {name}",
        "create_model",
        ModelName=name,
        PrimaryContainer={"Image": "image:1", "Environment": {"KEY": "value"}},
        ExecutionRoleArn="arn:aws:iam::123456789012:role/role",
        Tags=[{"Key": "made", "Value": "with"}],
    )


def _config(name: str, model: str = "m1", **others: Any) -> Call:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 1.0,
    }
    return sagemaker(
        f"create config {name}",
        "create_endpoint_config",
        EndpointConfigName=name,
        ProductionVariants=[variant | others],
    )


def _endpoint(name: str, config: str = "c1") -> Call:
    return sagemaker(
        f"create endpoint {name}",
        "create_endpoint",
        EndpointName=name,
        EndpointConfigName=config,
        Tags=[{"Key": "made", "Value": "with"}],
    )


def _alarm(name: str, **others: Any) -> Call:
    given = {
        "MetricName": "ModelLatency",
        "Namespace": "AWS/SageMaker",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 100.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "Dimensions": [{"Name": "EndpointName", "Value": "e1"}],
    }
    return cloudwatch(f"put alarm {name}", "put_metric_alarm", AlarmName=name, **(given | others))


def _describe(kind: str, name: str, **others: Any) -> Call:
    words = {"model": "Model", "endpoint_config": "EndpointConfig", "endpoint": "Endpoint"}
    called = f"describe {kind} {name}".replace("endpoint_config", "config")
    call = sagemaker(called, f"describe_{kind}", **{f"{words[kind]}Name": name})
    return Call(call.name, call.service, call.operation, call.parameters, **others)


def _delete(kind: str, name: str) -> Call:
    words = {"model": "Model", "endpoint_config": "EndpointConfig", "endpoint": "Endpoint"}
    called = f"delete {kind} {name}".replace("endpoint_config", "config")
    return sagemaker(called, f"delete_{kind}", **{f"{words[kind]}Name": name})


def _lists(operation: str, kind: str) -> Iterator[Call]:
    yield sagemaker(f"list {kind}", operation, SortBy="Name", SortOrder="Ascending")
    paged = sagemaker(
        f"list {kind}, page 1", operation, MaxResults=1, SortBy="Name", SortOrder="Ascending"
    )
    yield paged
    yield _next(paged, f"list {kind}, page 2")
    yield sagemaker(f"list {kind} by name", operation, NameContains="2")
    yield sagemaker(f"list {kind} of the past", operation, CreationTimeBefore=datetime(2001, 1, 1))
    yield sagemaker(f"list {kind}, bad token", operation, NextToken="nobody gave this")


def _tags(operation: str, name: str, **parameters: Any) -> Call:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e1"
    return sagemaker(name, operation, **({"ResourceArn": arn} | parameters))


def _set(name: str, alarm: str, value: str, **others: Any) -> Call:
    return cloudwatch(
        name, "set_alarm_state", AlarmName=alarm, StateValue=value, StateReason="why", **others
    )


def _alarms(name: str, **filters: Any) -> Call:
    return cloudwatch(f"describe alarms, {name}", "describe_alarms", **filters)


CONVERSATION: tuple[Call, ...] = (
    # Models
    _describe("model", "m1"),
    _delete("model", "m1"),
    _model("m1"),
    _again(_model("m1"), "create model m1 again"),
    _model("m2"),
    _describe("model", "m1"),
    *_lists("list_models", "models"),
    # Endpoint configurations
    _describe("endpoint_config", "c1"),
    _delete("endpoint_config", "c1"),
    _config("c0", model="missing"),
    _config("c1"),
    _again(_config("c1"), "create config c1 again"),
    _config("c2", VolumeSizeInGB=64),
    _config("c3", InstanceType="ml.g5.2xlarge"),
    _describe("endpoint_config", "c1"),
    *_lists("list_endpoint_configs", "configs"),
    # Endpoints
    _describe("endpoint", "e1"),
    _delete("endpoint", "e1"),
    _endpoint("e0", config="missing"),
    _endpoint("e1"),
    _again(_endpoint("e1"), "create endpoint e1 again"),
    _endpoint("e2"),
    _describe("endpoint", "e1", settle=True),
    *_lists("list_endpoints", "endpoints"),
    sagemaker("list endpoints in service", "list_endpoints", StatusEquals="InService"),
    sagemaker("list failed endpoints", "list_endpoints", StatusEquals="Failed"),
    sagemaker("update endpoint e1", "update_endpoint", EndpointName="e1", EndpointConfigName="c2"),
    sagemaker(
        "scale endpoint e2",
        "update_endpoint_weights_and_capacities",
        EndpointName="e2",
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}],
    ),
    sagemaker(
        "scale a variant that is missing",
        "update_endpoint_weights_and_capacities",
        EndpointName="e2",
        DesiredWeightsAndCapacities=[{"VariantName": "Other", "DesiredInstanceCount": 3}],
    ),
    sagemaker(
        "scale endpoint missing",
        "update_endpoint_weights_and_capacities",
        EndpointName="missing",
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}],
    ),
    _describe("endpoint", "e2", settle=True),
    # Tags
    _tags("list_tags", "list tags"),
    _tags("add_tags", "add tags", Tags=[{"Key": "a", "Value": "b"}]),
    _tags("delete_tags", "delete tags", TagKeys=["made"]),
    _tags("list_tags", "list tags again"),
    _tags(
        "list_tags",
        "list tags of an endpoint that is missing",
        ResourceArn="arn:aws:sagemaker:us-east-1:123456789012:endpoint/missing",
    ),
    # Away with it
    _delete("endpoint", "e1"),
    _describe("endpoint", "e1", settle=True),
    _delete("endpoint_config", "c1"),
    _describe("endpoint_config", "c1"),
    _delete("model", "m1"),
    _describe("model", "m1"),
    # Alarms
    _set("set an alarm that is missing", "a1", "OK"),
    _alarm("a1"),
    _alarms("new", AlarmNames=["a1"]),
    _set("set alarm a1", "a1", "ALARM", StateReasonData='{"k": 1}'),
    _set("set alarm a1 with bad data", "a1", "OK", StateReasonData="{"),
    _alarms("set", AlarmNames=["a1"]),
    _again(_alarm("a1"), "put alarm a1 again"),
    _alarm("b1", OKActions=["arn:aws:sns:us-east-1:123456789012:topic"]),
    _alarms("put again"),
    _alarms("by prefix", AlarmNamePrefix="a"),
    _alarms("by state", StateValue="ALARM"),
    _alarms("by action", ActionPrefix="arn:aws:sns"),
    _alarms("by names and prefix", AlarmNames=["a1"], AlarmNamePrefix="b"),
    _alarms("page 1", MaxRecords=1),
    _next(_alarms("page 1", MaxRecords=1), "describe alarms, page 2"),
    _alarms("bad token", NextToken="nobody gave this"),
    _alarm("c1", Period=45),
    cloudwatch("put composite alarm", "put_composite_alarm", AlarmName="d1", AlarmRule="ALARM(a1)"),
    cloudwatch(
        "put composite alarm of none", "put_composite_alarm", AlarmName="d2", AlarmRule="ALARM(x)"
    ),
    _alarms("metric alarms alone"),
    _alarms("composite alarms", AlarmTypes=["CompositeAlarm"]),
    cloudwatch("delete an alarm that is needed", "delete_alarms", AlarmNames=["a1"]),
    cloudwatch("delete an alarm that is missing", "delete_alarms", AlarmNames=["missing"]),
    cloudwatch("delete the others", "delete_alarms", AlarmNames=["b1", "missing", "d1"]),
    _alarms("after deleting", AlarmTypes=["MetricAlarm", "CompositeAlarm"]),
)
"""The calls, in order."""


def hold(clients: Clients, settle: Callable[[], None]) -> dict[str, Seen]:
    """The answers to every call, by its name; repeated names count up."""
    answers: dict[str, Seen] = {}
    tokens: dict[str, str] = {}
    for call in CONVERSATION:
        if call.settle:
            settle()
        parameters = dict(call.parameters)
        if call.token_from is not None:
            parameters["NextToken"] = tokens.get(call.token_from, "0")
        try:
            answer = getattr(clients[call.service], call.operation)(**parameters)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            answers[_free(call.name, answers)] = {
                "error": f"{error.response['Error']['Code']}, {status}"
            }
            continue
        except Exception as error:  # what a mock raises in the client where AWS would answer
            answers[_free(call.name, answers)] = {"error": type(error).__name__}
            continue
        tokens[call.name] = answer.get("NextToken", "")
        del answer["ResponseMetadata"]
        answers[_free(call.name, answers)] = _merged(_seen(answer, ""))
    return answers


def _free(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += " once more"
    return name


def _merged(leaves: Iterable[tuple[str, str]]) -> Seen:
    """The leaves by path: of all items of a list together, each different value once."""
    found: dict[str, dict[str, None]] = {}
    for path, value in leaves:
        found.setdefault(path, {})[value] = None
    return {path: " or ".join(values) for path, values in found.items()}


def _seen(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            if not value and path:
                yield path, "nothing"
            for key, item in value.items():
                yield from _seen(item, f"{path}.{key}" if path else key)
        case list():
            yield path, ", ".join(map(_name, value)) or "nothing"
            for item in value:
                yield from _seen(item, f"{path}[]")
        case str() if path.rpartition(".")[2] in _STATES:
            yield path, value
        case _:
            yield path, type(value).__name__


def _name(item: object) -> str:
    """What an item of a list is told by: its first name, or its key, or itself."""
    if not isinstance(item, dict):
        return str(item)
    names = [str(item[key]) for key in item if key == "Key" or key.endswith("Name")]
    return names[0] if names else "an unnamed one"
