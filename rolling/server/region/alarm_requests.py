"""Alarm requests: the problems of a PutMetricAlarm that fits the service's model.

These are the rules across several fields, as botocore's model documents them.
The metric itself is never read: SetAlarmState sets an alarm's state.
"""

import re
from collections.abc import Iterator

from rolling.server.service import Parameters

_OF_ONE_METRIC = ("Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_SOURCES = ("MetricName", "Metrics", "EvaluationCriteria")
_NOT_WITH_CRITERIA = (
    *_OF_ONE_METRIC,
    "Threshold",
    "ComparisonOperator",
    "ThresholdMetricId",
    "EvaluationPeriods",
    "DatapointsToAlarm",
)
_MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
_LOW_SAMPLES = ("evaluate", "ignore")


def name_problems(name: str) -> list[str]:
    """The problems of an alarm's name."""
    if re.search(r"[\x00-\x1f\x7f]", name):
        return ["AlarmName must not contain ASCII control characters"]
    return []


def metric_alarm_problems(parameters: Parameters) -> list[str]:
    """All problems of a PutMetricAlarm that fits the service's model."""
    found = name_problems(parameters["AlarmName"])
    sources = [key for key in _SOURCES if parameters.get(key)]
    if len(sources) != 1:
        return [*found, f"Exactly one of {', '.join(_SOURCES)} must be specified"]
    match sources[0]:
        case "MetricName":
            found += _one_metric_problems(parameters)
        case "Metrics":
            found += _metrics_problems(parameters)
        case _:
            found += _not_given(parameters, _NOT_WITH_CRITERIA, "EvaluationCriteria")
            found += _given(parameters, "EvaluationInterval")
    for key, values in (
        ("TreatMissingData", _MISSING_DATA),
        ("EvaluateLowSampleCountPercentile", _LOW_SAMPLES),
    ):
        if key in parameters and parameters[key] not in values:
            found.append(
                f"Option {parameters[key]} is not supported. "
                f"Supported options for parameter {key} are {', '.join(values)}."
            )
    return found


def _one_metric_problems(parameters: Parameters) -> Iterator[str]:
    yield from _given(parameters, "Namespace")
    yield from _given(parameters, "Period")
    yield from _period_problems(parameters.get("Period"))
    if ("Statistic" in parameters) == ("ExtendedStatistic" in parameters):
        yield "Exactly one of Statistic and ExtendedStatistic must be specified"
    yield from _evaluation_problems(parameters)


def _metrics_problems(parameters: Parameters) -> Iterator[str]:
    yield from _not_given(parameters, _OF_ONE_METRIC, "Metrics")
    watched = sum(query.get("ReturnData", True) for query in parameters["Metrics"])
    if "ThresholdMetricId" in parameters and watched != 2:
        yield "Exactly two elements of the metrics list should return data."
    if "ThresholdMetricId" not in parameters and watched != 1:
        yield "Exactly one element of the metrics list should return data."
    for query in parameters["Metrics"]:
        if ("Expression" in query) == ("MetricStat" in query):
            yield f"Exactly one of Expression and MetricStat must be specified in {query['Id']}"
    yield from _evaluation_problems(parameters)


def _evaluation_problems(parameters: Parameters) -> Iterator[str]:
    yield from _given(parameters, "EvaluationPeriods")
    yield from _given(parameters, "ComparisonOperator")
    if ("Threshold" in parameters) == ("ThresholdMetricId" in parameters):
        yield "Exactly one of Threshold and ThresholdMetricId must be specified"
    periods, points = parameters.get("EvaluationPeriods"), parameters.get("DatapointsToAlarm")
    if periods is not None and points is not None and points > periods:
        yield f"DatapointsToAlarm must not be greater than EvaluationPeriods, which is {periods}"
    if "EvaluationInterval" in parameters:
        yield "EvaluationInterval must not be specified without EvaluationCriteria"


def _period_problems(seconds: int | None) -> Iterator[str]:
    if seconds is not None and seconds not in (10, 20, 30) and seconds % 60:
        yield f"Period must be 10, 20, 30 or a multiple of 60, not {seconds}"


def _given(parameters: Parameters, key: str) -> Iterator[str]:
    if key not in parameters:
        yield f"{key} must not be null"


def _not_given(parameters: Parameters, keys: tuple[str, ...], source: str) -> Iterator[str]:
    for key in keys:
        if key in parameters:
            yield f"{key} must not be specified together with {source}"
