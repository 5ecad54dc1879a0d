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


def test_a_state_cannot_be_set_of_an_alarm_that_is_missing() -> None:
    account = Account()
    error = account.error("SetAlarmState", AlarmName="x", StateValue="OK", StateReason="why")
    assert (error.error_code, error.status) == ("ResourceNotFound", 404)


def test_the_data_of_a_reason_is_json() -> None:
    account = Account()
    put(account, "alarm")
    for bad in ("{", "[" * 4_000):
        error = account.error(
            "SetAlarmState",
            AlarmName="alarm",
            StateValue="ALARM",
            StateReason="why",
            StateReasonData=bad,
        )
        assert (error.error_code, error.status) == ("InvalidFormat", 400)
    assert account.alarms.reading("alarm") is Reading.INSUFFICIENT_DATA


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


def test_a_bad_token_has_an_error_of_its_own() -> None:
    account = Account()
    put(account, "alarm")
    error = account.error("DescribeAlarms", NextToken="x")
    assert (error.error_code, error.status) == ("InvalidNextToken", 400)


def test_names_and_a_prefix_exclude_each_other() -> None:
    error = Account().error("DescribeAlarms", AlarmNames=["a"], AlarmNamePrefix="a")
    assert error.error_code == "ValidationError"


def test_alarms_with_correct_names_are_deleted_beside_incorrect_ones() -> None:
    account = Account()
    put(account, "a", "b", "c")
    account.call("DeleteAlarms", AlarmNames=["a", "missing", "c"])
    assert described(account) == ["b"]


QUERY = {"Id": "m1", "Expression": "SELECT AVG(x) FROM y"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MetricName": None}, "Exactly one of MetricName, Metrics, EvaluationCriteria"),
        ({"Metrics": [QUERY]}, "Exactly one of MetricName, Metrics, EvaluationCriteria"),
        ({"Namespace": None}, "Namespace must not be null"),
        ({"Period": None}, "Period must not be null"),
        ({"Period": 45}, "Period must be 10, 20, 30 or a multiple of 60"),
        ({"Statistic": None}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"ExtendedStatistic": "p99"}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"EvaluationPeriods": None}, "EvaluationPeriods must not be null"),
        ({"ComparisonOperator": None}, "ComparisonOperator must not be null"),
        ({"Threshold": None}, "Exactly one of Threshold and ThresholdMetricId"),
        ({"DatapointsToAlarm": 2}, "must not be greater than EvaluationPeriods, which is 1"),
        ({"TreatMissingData": "ok"}, "Option ok is not supported."),
        ({"EvaluateLowSampleCountPercentile": "x"}, "Option x is not supported."),
        ({"EvaluationInterval": 60}, "EvaluationInterval must not be specified"),
        ({"AlarmName": "a\nb"}, "must not contain ASCII control characters"),
    ],
)
def test_an_alarm_that_cloudwatch_would_refuse_is_refused(
    change: dict[str, Any], said: str
) -> None:
    account = Account()
    given = {key: value for key, value in metric_alarm(**change).items() if value is not None}
    error = account.error("PutMetricAlarm", **given)
    assert (error.error_code, error.status) == ("ValidationError", 400)
    assert said in str(error)
    assert described(account) == []


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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (on_metrics(QUERY, QUERY | {"Id": "m2"}), "Exactly one element"),
        (on_metrics(QUERY | {"ReturnData": False}), "Exactly one element"),
        (on_metrics(QUERY, ThresholdMetricId="m1"), "Exactly two elements"),
        (on_metrics({"Id": "m1"}), "Exactly one of Expression and MetricStat"),
        (on_metrics(QUERY, Period=60), "Period must not be specified together with Metrics"),
    ],
)
def test_the_queries_of_an_alarm_return_one_result(given: dict[str, Any], said: str) -> None:
    assert said in str(Account().error("PutMetricAlarm", **given))


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
