"""What must hold of a cloud between any two calls, as its callers can see it."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.server.load.customers import Call, cloudwatch, sagemaker

Answering = Callable[[Call], Mapping[str, Any]]
"""Makes a call that must succeed, and gives its answer; times are seconds since the epoch."""

MOVING = {"Creating", "Updating", "RollingBack", "Deleting"}
RESTING = {"InService", "UpdateRollbackFailed", "Failed"}
_CLOSE = 1e-5
"""Weights are shown rounded to six places."""


def audit(answer: Answering, now: float, page: int = 100) -> dict[str, str]:
    """Fail unless everything listed can be described, and is sane; the endpoints' statuses."""
    statuses = {}
    for summary in listed(answer, "ListEndpoints", "Endpoints", page):
        name = summary["EndpointName"]
        shown = answer(sagemaker("DescribeEndpoint", EndpointName=name))
        for field, value in summary.items():
            assert shown[field] == value, (field, summary, shown)
        require_sane(shown, now)
        require_tags(answer, shown["EndpointArn"])
        statuses[name] = shown["EndpointStatus"]
    for kind in ("EndpointConfig", "Model"):
        for summary in listed(answer, f"List{kind}s", f"{kind}s", page):
            name = summary[f"{kind}Name"]
            shown = answer(sagemaker(f"Describe{kind}", **{f"{kind}Name": name}))
            assert shown.items() >= summary.items(), (summary, shown)
            assert shown["CreationTime"] <= now
            require_tags(answer, shown[f"{kind}Arn"])
    require_alarms(answer, page)
    return statuses


def listed(answer: Answering, operation: str, called: str, page: int) -> list[Mapping[str, Any]]:
    """Everything that an operation lists, page by page, each thing once."""
    found: list[Mapping[str, Any]] = []
    token: dict[str, Any] = {}
    while True:
        got = answer(sagemaker(operation, MaxResults=page, **token))
        assert len(got[called]) <= page
        found += got[called]
        if "NextToken" not in got:
            break
        assert len(got[called]) == page
        token = {"NextToken": got["NextToken"]}
    name = f"{called[:-1]}Name"
    names = [each[name] for each in found]
    assert len(set(names)) == len(names), names
    return found


def require_tags(answer: Answering, arn: str) -> None:
    """What exists has tags to list, each key once."""
    keys = [tag["Key"] for tag in answer(sagemaker("ListTags", ResourceArn=arn))["Tags"]]
    assert len(set(keys)) == len(keys)


def require_alarms(answer: Answering, page: int) -> None:
    """The pages of the alarms are the alarms, and composite ones follow those they name."""
    states: dict[str, str] = {}
    token: dict[str, Any] = {}
    while True:
        types = ["MetricAlarm", "CompositeAlarm"]
        got = answer(cloudwatch("DescribeAlarms", AlarmTypes=types, MaxRecords=page, **token))
        for each in (*got["MetricAlarms"], *got["CompositeAlarms"]):
            assert each["AlarmName"] not in states
            states[each["AlarmName"]] = each["StateValue"]
        if "NextToken" not in got:
            break
        token = {"NextToken": got["NextToken"]}
    assert set(states.values()) <= {"OK", "ALARM", "INSUFFICIENT_DATA"}


def require_sane(shown: Mapping[str, Any], now: float) -> None:
    """An endpoint of one variant is shown with counts, shares, times and reasons that agree."""
    status = shown["EndpointStatus"]
    assert status in MOVING | RESTING, shown
    assert shown["CreationTime"] <= shown["LastModifiedTime"] <= now, shown
    if status in ("Failed", "UpdateRollbackFailed"):
        assert shown["FailureReason"], shown
    assert len(shown.get("FailureReason", "")) <= 1024
    used = shown.get("ProductionVariants", [])
    pending = shown.get("PendingDeploymentSummary", {})
    to_come = pending.get("ProductionVariants", [])
    for variant in (*used, *to_come):
        assert variant["CurrentInstanceCount"] >= 0, shown
        assert variant["DesiredInstanceCount"] >= 1, shown
        assert 0 <= variant["CurrentWeight"], shown
        assert len(variant.get("VariantStatus", [])) <= 5, shown
        for each in variant.get("VariantStatus", []):
            assert shown["CreationTime"] <= each["StartTime"] <= now, shown
    if status == "Creating":
        assert not used and to_come, shown
        assert pending["EndpointConfigName"] == shown["EndpointConfigName"], shown
    elif status == "Updating" and pending:
        assert shown["CreationTime"] <= pending["StartTime"] <= now, shown
        # The old and the pending share what was in use before the update.
        current = used[0]["CurrentWeight"] + to_come[0]["CurrentWeight"]
        assert abs(current - used[0]["DesiredWeight"]) < _CLOSE, shown
    else:
        assert not pending, shown
    if status in ("InService", "UpdateRollbackFailed"):
        assert len(used) == 1, shown
        weights = used[0]["CurrentWeight"], used[0]["DesiredWeight"]
        assert abs(weights[0] - weights[1]) < _CLOSE, shown
