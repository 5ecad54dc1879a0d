"""Alarms are in the state they were set to, and a bake reads that state."""

from typing import Any

import pytest

from rolling.core.events import Reading
from tests.server.account import Account, metric_alarm

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:alarm"


def put(account: Account, *names: str) -> None:
    for name in names:
        account.call("PutMetricAlarm", **metric_alarm(name))


def set_state(account: Account, name: str, value: str, **others: Any) -> None:
    account.call("SetAlarmState", AlarmName=name, StateValue=value, StateReason="why", **others)


def described(account: Account, **parameters: Any) -> list[str]:
    return [
        each["AlarmName"] for each in account.call("DescribeAlarms", **parameters)["MetricAlarms"]
    ]


def only(account: Account) -> dict[str, Any]:
    (found,) = account.call("DescribeAlarms")["MetricAlarms"]
    assert isinstance(found, dict)
    return found


def test_a_new_alarm_has_insufficient_data_and_every_field_given() -> None:
    account = Account()
    given = metric_alarm(
        AlarmActions=["arn:aws:sns:us-east-1:123456789012:topic"],
        Dimensions=[{"Name": "EndpointName", "Value": "e"}],
        AlarmDescription="latency",
        TreatMissingData="notBreaching",
    )
    account.call("PutMetricAlarm", **given, Tags=[{"Key": "k", "Value": "v"}])
    assert only(account) == given | {
        "AlarmArn": ARN,
        "ActionsEnabled": True,
        "OKActions": [],
        "InsufficientDataActions": [],
        "AlarmConfigurationUpdatedTimestamp": 1_000.0,
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": 1_000.0,
        "StateTransitionedTimestamp": 1_000.0,
    }


def test_a_bake_reads_the_state_that_was_set() -> None:
    account = Account()
    assert account.alarms.reading("alarm") is Reading.UNREADABLE
    assert not account.alarms.exists("alarm")
    put(account, "alarm")
    assert account.alarms.reading("alarm") is Reading.INSUFFICIENT_DATA
    assert account.alarms.exists("alarm")
    for state in ("ALARM", "OK", "INSUFFICIENT_DATA"):
        set_state(account, "alarm", state)
        assert account.alarms.reading("alarm") is Reading[state]
    account.call("DeleteAlarms", AlarmNames=["alarm"])
    assert account.alarms.reading("alarm") is Reading.UNREADABLE


def test_a_state_has_the_time_it_was_set_and_the_time_it_changed() -> None:
    account = Account()
    put(account, "alarm")
    account.time = 2_000.0
    set_state(account, "alarm", "ALARM", StateReasonData='{"a": 1}')
    account.time = 3_000.0
    assert only(account)["StateReasonData"] == '{"a": 1}'
    set_state(account, "alarm", "ALARM")
    found = only(account)
    assert found["StateReason"] == "why"
    assert "StateReasonData" not in found
    assert found["StateUpdatedTimestamp"] == 3_000.0
    assert found["StateTransitionedTimestamp"] == 2_000.0
    assert found["AlarmConfigurationUpdatedTimestamp"] == 1_000.0


def test_an_alarm_put_again_keeps_its_state_and_nothing_of_its_configuration() -> None:
    account = Account()
    account.call("PutMetricAlarm", **metric_alarm(AlarmDescription="first"))
    set_state(account, "alarm", "ALARM")
    account.time = 2_000.0
    account.call("PutMetricAlarm", **metric_alarm(Threshold=5))
    found = only(account)
    assert found["StateValue"] == "ALARM"
    assert found["StateUpdatedTimestamp"] == 1_000.0
    assert found["AlarmConfigurationUpdatedTimestamp"] == 2_000.0
    assert found["Threshold"] == 5.0
    assert "AlarmDescription" not in found


def test_whoever_watches_is_told_of_what_a_bake_would_read_differently() -> None:
    account = Account()
    put(account, "alarm")
    put(account, "alarm")
    set_state(account, "alarm", "ALARM")
    set_state(account, "alarm", "ALARM")
    set_state(account, "alarm", "OK")
    account.call("DeleteAlarms", AlarmNames=["alarm", "alarm"])
    assert account.told == ["alarm"] * 4


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["a-1", "a-2", "b-1"]),
        ({"AlarmNames": ["b-1", "a-1", "missing"]}, ["a-1", "b-1"]),
        ({"AlarmNamePrefix": "a-"}, ["a-1", "a-2"]),
        ({"StateValue": "ALARM"}, ["a-2", "b-1"]),
        ({"StateValue": "ALARM", "AlarmNamePrefix": "a-"}, ["a-2"]),
        ({"ActionPrefix": "arn:aws:sns:"}, ["b-1"]),
        ({"ActionPrefix": "arn:aws:lambda:"}, []),
        ({"AlarmTypes": ["MetricAlarm"]}, ["a-1", "a-2", "b-1"]),
        ({"AlarmTypes": ["CompositeAlarm"]}, []),
    ],
)
def test_alarms_are_described_by_what_is_asked(
    filters: dict[str, Any], expected: list[str]
) -> None:
    account = Account()
    put(account, "a-2", "a-1")
    topic = "arn:aws:sns:us-east-1:123456789012:topic"
    account.call("PutMetricAlarm", **metric_alarm("b-1", OKActions=[topic]))
    set_state(account, "a-2", "ALARM")
    set_state(account, "b-1", "ALARM")
    assert described(account, **filters) == expected


def test_alarms_are_described_in_pages_of_a_hundred_at_most() -> None:
    account = Account()
    put(account, *(f"a{each:03}" for each in range(103)))
    first = account.call("DescribeAlarms")
    assert len(first["MetricAlarms"]) == 100
    assert described(account, NextToken=first["NextToken"]) == ["a100", "a101", "a102"]
    second = account.call("DescribeAlarms", MaxRecords=60)
    third = account.call("DescribeAlarms", MaxRecords=43, NextToken=second["NextToken"])
    assert [len(each["MetricAlarms"]) for each in (second, third)] == [60, 43]
    assert "NextToken" not in third


def test_alarms_with_correct_names_are_deleted_beside_incorrect_ones() -> None:
    account = Account()
    put(account, "a", "b", "c")
    account.call("DeleteAlarms", AlarmNames=["a", "missing", "c"])
    assert described(account) == ["b"]


QUERY = {"Id": "m1", "Expression": "SELECT AVG(x) FROM y"}


def on_metrics(*queries: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "AlarmName": "alarm",
        "Metrics": [*queries],
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    } | others


def test_an_alarm_on_an_expression_comes_back() -> None:
    account = Account()
    account.call("PutMetricAlarm", **on_metrics(QUERY))
    assert only(account)["Metrics"] == [QUERY]


def test_an_alarm_on_an_anomaly_returns_the_metric_and_its_band() -> None:
    account = Account()
    given = on_metrics(QUERY, QUERY | {"Id": "band"}, ThresholdMetricId="band")
    del given["Threshold"]
    account.call("PutMetricAlarm", **given)
    assert only(account)["ThresholdMetricId"] == "band"


def test_an_alarm_on_promql_begins_well() -> None:
    account = Account()
    criteria = {"PromQLCriteria": {"Query": "up == 0"}}
    given = {"AlarmName": "alarm", "EvaluationCriteria": criteria}
    assert "EvaluationInterval" in str(account.error("PutMetricAlarm", **given))
    account.call("PutMetricAlarm", **given, EvaluationInterval=60)
    assert account.alarms.reading("alarm") is Reading.OK
