"""A composite alarm follows the alarms that its rule names."""

from itertools import product

import pytest

from rolling.core.events import Reading
from rolling.server.region.alarm_rules import UnreadableRule, parse_rule
from tests.server.account import Account, metric_alarm

PREFIX = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"


def account_with(*names: str) -> Account:
    account = Account()
    for name in names:
        account.call("PutMetricAlarm", **metric_alarm(name))
    return account


def compose(account: Account, name: str, rule: str) -> None:
    account.call("PutCompositeAlarm", AlarmName=name, AlarmRule=rule)


def set_state(account: Account, name: str, value: str) -> None:
    account.call("SetAlarmState", AlarmName=name, StateValue=value, StateReason="why")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("TRUE", lambda a, b, c: True),
        ("NOT TRUE", lambda a, b, c: False),
        ("ALARM(a)", lambda a, b, c: a),
        (f'ALARM("{PREFIX}a")', lambda a, b, c: a),
        ("OK(a)", lambda a, b, c: not a),
        ("INSUFFICIENT_DATA(a)", lambda a, b, c: False),
        ('ALARM("a") AND ALARM(b)', lambda a, b, c: a and b),
        ("ALARM(a) OR ALARM(b) AND ALARM(c)", lambda a, b, c: a or (b and c)),
        ("(ALARM(a) OR ALARM(b)) AND ALARM(c)", lambda a, b, c: (a or b) and c),
        ("NOT ALARM(a) AND ALARM(b)", lambda a, b, c: not a and b),
        ("NOT (ALARM(a) AND ALARM(b))", lambda a, b, c: not (a and b)),
        ("NOT NOT ALARM(a) OR FALSE", lambda a, b, c: a),
        ("ALARM( a )AND(NOT(ALARM(b)OR OK(c)))", lambda a, b, c: a and not (b or not c)),
    ],
)
def test_a_rule_means_what_python_would_mean(rule: str, expected: object) -> None:
    assert callable(expected)
    parsed = parse_rule(rule, PREFIX)
    for values in product([True, False], repeat=3):
        states = {
            name: "ALARM" if value else "OK" for name, value in zip("abc", values, strict=True)
        }
        assert parsed.holds(states.__getitem__) == expected(*values)


def test_a_rule_names_a_hundred_alarms_at_most() -> None:
    with pytest.raises(UnreadableRule, match="names 100 alarms at most"):
        parse_rule(" OR ".join(f"ALARM(a{each})" for each in range(101)), PREFIX)


def test_the_deepest_rule_is_read() -> None:
    text = "(" * 249 + "ALARM(a)" + ")" * 249
    assert parse_rule(text, PREFIX).children == {"a"}
    assert parse_rule("NOT " * 2_000 + "TRUE", PREFIX).holds(lambda name: "OK")


def test_a_bake_reads_a_composite_alarm_as_any_other() -> None:
    account = account_with("a", "b")
    compose(account, "both", "ALARM(a) AND ALARM(b)")
    assert account.alarms.exists("both")
    assert account.alarms.reading("both") is Reading.OK
    set_state(account, "a", "ALARM")
    assert account.alarms.reading("both") is Reading.OK
    set_state(account, "b", "ALARM")
    assert account.alarms.reading("both") is Reading.ALARM
    set_state(account, "a", "INSUFFICIENT_DATA")
    assert account.alarms.reading("both") is Reading.OK


def test_a_change_goes_through_several_at_once_and_is_told_once_of_each() -> None:
    account = account_with("a")
    compose(account, "first", "ALARM(a)")
    compose(account, "second", "ALARM(a) AND ALARM(first)")
    compose(account, "third", "ALARM(second) OR ALARM(first)")
    account.told.clear()
    set_state(account, "a", "ALARM")
    assert [account.alarms.reading(name) for name in ("first", "second", "third")] == [
        Reading.ALARM
    ] * 3
    assert sorted(account.told) == ["a", "first", "second", "third"]


def test_nobody_is_told_of_a_composite_alarm_that_stays_as_it_is() -> None:
    account = account_with("a", "b")
    compose(account, "both", "ALARM(a) AND ALARM(b)")
    account.told.clear()
    set_state(account, "a", "ALARM")
    assert account.told == ["a"]


def test_whoever_is_told_sees_every_alarm_as_it_is_now() -> None:
    account = account_with("a")
    compose(account, "first", "ALARM(a)")
    seen: list[Reading] = []
    account.watcher = lambda name: seen.append(account.alarms.reading("first"))
    set_state(account, "a", "ALARM")
    assert seen == [Reading.ALARM, Reading.ALARM]


def test_a_composite_alarm_that_was_set_stays_so_until_a_child_changes() -> None:
    account = account_with("a")
    compose(account, "first", "ALARM(a)")
    set_state(account, "first", "ALARM")
    assert account.alarms.reading("first") is Reading.ALARM
    set_state(account, "a", "OK")
    assert account.alarms.reading("first") is Reading.OK


def test_a_composite_alarm_is_evaluated_anew_when_its_rule_is_put_again() -> None:
    account = account_with("a")
    compose(account, "first", "ALARM(a)")
    compose(account, "first", "NOT ALARM(a)")
    assert account.alarms.reading("first") is Reading.ALARM


def test_alarms_in_a_cycle_are_not_evaluated() -> None:
    account = account_with("a")
    compose(account, "first", "ALARM(a)")
    compose(account, "second", "ALARM(first)")
    compose(account, "first", "ALARM(a) OR ALARM(second)")
    set_state(account, "a", "ALARM")
    assert account.alarms.reading("first") is Reading.OK


def test_composite_alarms_are_described_when_asked_for() -> None:
    account = account_with("a")
    compose(account, "first", "ALARM(a)")
    found = account.call("DescribeAlarms")
    assert [each["AlarmName"] for each in found["MetricAlarms"]] == ["a"]
    assert found["CompositeAlarms"] == []
    found = account.call("DescribeAlarms", AlarmTypes=["CompositeAlarm"])
    assert found["MetricAlarms"] == []
    assert [each["AlarmRule"] for each in found["CompositeAlarms"]] == ["ALARM(a)"]
    both = ["CompositeAlarm", "MetricAlarm"]
    first = account.call("DescribeAlarms", AlarmTypes=both, MaxRecords=1)
    rest = account.call(
        "DescribeAlarms", AlarmTypes=both, MaxRecords=1, NextToken=first["NextToken"]
    )
    assert [len(first["MetricAlarms"]), len(rest["CompositeAlarms"])] == [1, 1]


def test_relatives_are_described_in_short() -> None:
    account = account_with("a", "b")
    compose(account, "first", "ALARM(a)")
    found = account.call("DescribeAlarms", ChildrenOfAlarmName="first")
    assert [sorted(each) for each in found["MetricAlarms"]] == [
        ["AlarmArn", "AlarmName", "StateUpdatedTimestamp", "StateValue"]
    ]
    found = account.call("DescribeAlarms", ParentsOfAlarmName="a")
    assert found["CompositeAlarms"] == [{"AlarmName": "first", "AlarmArn": f"{PREFIX}first"}]
    assert account.call("DescribeAlarms", ChildrenOfAlarmName="b")["MetricAlarms"] == []
    error = account.error("DescribeAlarms", ParentsOfAlarmName="a", StateValue="OK")
    assert error.error_code == "ValidationError"
