"""Alarms: CloudWatch's PutMetricAlarm, PutCompositeAlarm, DescribeAlarms, SetAlarmState,
DeleteAlarms.

No metric is ever read: an alarm keeps the state set by SetAlarmState, and starts in
INSUFFICIENT_DATA. A composite alarm follows the alarms that its rule names. While a fault
of an update holds an alarm in ALARM, every client sees that; afterwards it shows its own
state again. An alarm made unreadable by a fault shows its own state. Tags of alarms are
accepted and dropped, because no operation here shows them; actions are kept and shown, but
never carried out.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from attrs import evolve, frozen

from rolling.core.errors import InvalidInput
from rolling.core.events import Reading
from rolling.endpoint.arns import partition
from rolling.server.region.alarm_requests import metric_alarm_problems, name_problems
from rolling.server.region.alarm_rules import EXAMPLE, AlarmRule, UnreadableRule, parse_rule
from rolling.server.region.listing import page
from rolling.server.service import Answer, ApiOperation, Parameters, Place, ServiceError

PAGE = 100
"""The default and the maximum of DescribeAlarms' MaxRecords."""

INJECTED = "An injected fault: it ends with the fault, or with the update that it is for."
"""The StateReason of an alarm held in ALARM by a fault."""

_ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")


@frozen
class AlarmState:
    """The state of an alarm, with times in seconds since the epoch.

    `updated_at`: when it was last set. `transitioned_at`: when it last changed.
    """

    value: str
    reason: str
    updated_at: float
    transitioned_at: float
    reason_data: str | None = None

    def set(self, value: str, reason: str, reason_data: str | None, now: float) -> "AlarmState":
        """The state set at the time `now`."""
        since = self.transitioned_at if value == self.value else now
        return AlarmState(value, reason, now, since, reason_data)

    def as_json(self) -> dict[str, object]:
        """The state as the fields of DescribeAlarms."""
        data = {} if self.reason_data is None else {"StateReasonData": self.reason_data}
        return {
            "StateValue": self.value,
            "StateReason": self.reason,
            **data,
            "StateUpdatedTimestamp": self.updated_at,
            "StateTransitionedTimestamp": self.transitioned_at,
        }


@frozen
class Alarm:
    """An alarm. `as_given`: the JSON text of the request that made it, without tags.

    `rule`: None for a metric alarm. `own`: its own state. `injected`: the state that a
    fault shows instead, or None.
    """

    name: str
    arn: str
    as_given: str
    configured_at: float
    own: AlarmState
    rule: AlarmRule | None = None
    injected: AlarmState | None = None

    @property
    def state(self) -> AlarmState:
        """The state shown to clients."""
        return self.own if self.injected is None else self.injected

    @property
    def type(self) -> str:
        """Its type, as AlarmTypes names it."""
        return "MetricAlarm" if self.rule is None else "CompositeAlarm"

    def as_json(self) -> dict[str, Any]:
        """The alarm as DescribeAlarms shows it."""
        given = json.loads(self.as_given)
        blank: dict[str, Any] = {"ActionsEnabled": True, **{key: [] for key in _ACTIONS}}
        if self.rule is None:
            blank["Dimensions"] = []
        ours = {"AlarmArn": self.arn, "AlarmConfigurationUpdatedTimestamp": self.configured_at}
        if "Threshold" in given:
            given["Threshold"] = float(given["Threshold"])
        return {**blank, **given, **ours, **self.state.as_json()}


class Alarms:
    """The alarms of a region.

    `now`: returns seconds since the epoch. `changed`: called with the name of each alarm
    that was made, deleted or changed its state.
    """

    def __init__(
        self, place: Place, now: Callable[[], float], changed: Callable[[str], None]
    ) -> None:
        self._now = now
        self._changed = changed
        self._arn_prefix = (
            f"arn:{partition(place.region)}:cloudwatch:{place.region}:{place.account}:alarm:"
        )
        self._alarms: dict[str, Alarm] = {}
        self._tripped: frozenset[str] = frozenset()

    @property
    def operations(self) -> Mapping[str, ApiOperation]:
        """CloudWatch's operations on alarms, by name."""
        return {
            "PutMetricAlarm": self._put_metric_alarm,
            "PutCompositeAlarm": self._put_composite_alarm,
            "DescribeAlarms": self._describe_alarms,
            "SetAlarmState": self._set_alarm_state,
            "DeleteAlarms": self._delete_alarms,
        }

    def exists(self, name: str) -> bool:
        """True if an alarm of this name exists, including composite ones."""
        return name in self._alarms

    def reading(self, name: str) -> Reading:
        """The reading of this alarm in a bake; UNREADABLE if it does not exist."""
        alarm = self._alarms.get(name)
        return Reading.UNREADABLE if alarm is None else Reading[alarm.state.value]

    def trip(self, names: frozenset[str]) -> None:
        """Hold exactly these alarms in ALARM by injected faults."""
        before, self._tripped = self._tripped, names
        changed: list[str] = []
        for name in sorted(before ^ names):
            if name in self._alarms:
                changed += self._lay_over(self._alarms[name], name in names)
        self._tell(dict.fromkeys(changed))

    # --- Operations -----------------------------------------------------------

    def _put_metric_alarm(self, parameters: Parameters) -> Answer:
        found = metric_alarm_problems(parameters)
        if found:
            raise _validation_error("\n".join(found))
        # An alarm on PromQL starts in OK, any other in INSUFFICIENT_DATA [botocore's model].
        first = "OK" if "EvaluationCriteria" in parameters else "INSUFFICIENT_DATA"
        self._tell(self._put(parameters, first, None))
        return {}

    def _put_composite_alarm(self, parameters: Parameters) -> Answer:
        name = parameters["AlarmName"]
        found = name_problems(name)
        try:
            rule = parse_rule(parameters["AlarmRule"], self._arn_prefix)
        except UnreadableRule as error:
            advice = f"AlarmRule: {error}; write a rule such as {EXAMPLE}"
            raise _validation_error("\n".join([*found, advice])) from None
        missing = sorted(rule.children - self._alarms.keys())
        if missing:
            found.append(
                f"Could not save the composite alarm as alarms [{', '.join(missing)}] "
                "in the alarm rule do not exist"
            )
        if found:
            raise _validation_error("\n".join(found))
        made = self._put(parameters, "INSUFFICIENT_DATA", rule)
        self._tell(dict.fromkeys([*made, *self._evaluate([name])]))
        return {}

    def _describe_alarms(self, parameters: Parameters) -> Answer:
        kept = self._related(parameters)
        if kept is None:
            kept = [each for each in self._alarms.values() if _matches(each, parameters)]
        try:
            size = parameters.get("MaxRecords", PAGE)
            items, token = page(kept, lambda alarm: (alarm.name, ""), parameters, size)
        except InvalidInput as error:
            raise ServiceError(str(error), "InvalidNextToken") from None
        shown = [(each.type, _shown(each, parameters)) for each in items]
        return {
            f"{kind}s": [document for of_type, document in shown if of_type == kind]
            for kind in ("CompositeAlarm", "MetricAlarm")
        } | ({"NextToken": token} if token else {})

    def _set_alarm_state(self, parameters: Parameters) -> Answer:
        data = parameters.get("StateReasonData")
        if data is not None and not _is_json(data):
            raise ServiceError("StateReasonData must be JSON", "InvalidFormat")
        alarm = self._alarms.get(parameters["AlarmName"])
        if alarm is None:
            # CloudWatch's own text, although it does not help.
            raise ServiceError("Unknown", "ResourceNotFound", 404)
        self._tell(self._set(alarm, parameters["StateValue"], parameters["StateReason"], data))
        return {}

    def _delete_alarms(self, parameters: Parameters) -> Answer:
        """Unknown names are ignored, and the others deleted [botocore's model]."""
        names = [name for name in dict.fromkeys(parameters["AlarmNames"]) if name in self._alarms]
        if sum(self._alarms[name].rule is not None for name in names) > 1:
            raise _validation_error("No more than one composite alarm can be deleted in one call")
        needed = [name for name in names if self._parents(name) - set(names)]
        if needed:
            them = "them" if len(needed) > 1 else "it"
            text = f"Cannot delete {','.join(needed)} as there are composite alarm(s) depending on"
            raise _validation_error(f"{text} {them}.")
        for name in names:
            del self._alarms[name]
        self._tell(names)
        return {}

    # --- Shared ------------------------------------------------------

    def _put(self, parameters: Parameters, first: str, rule: AlarmRule | None) -> list[str]:
        """Make the alarm, or replace it but keep its state. Returns the names that changed."""
        name, now = parameters["AlarmName"], self._now()
        given = json.dumps({key: value for key, value in parameters.items() if key != "Tags"})
        before = self._alarms.get(name)
        if before is None:
            state = AlarmState(first, "Unchecked: Initial alarm creation", now, now)
            arn = f"{self._arn_prefix}{name}"
            self._alarms[name] = Alarm(name, arn, given, now, state, rule)
            if name in self._tripped:
                self._lay_over(self._alarms[name], True)
            return [name]
        if (before.rule is None) != (rule is None):
            raise _validation_error(f"{name} exists, and is a {before.type}")
        self._alarms[name] = evolve(before, as_given=given, configured_at=now, rule=rule)
        return []

    def _set(self, alarm: Alarm, value: str, reason: str, data: str | None) -> list[str]:
        """Set the alarm's state, and dependent ones. Returns the names that changed."""
        now = self._now()
        return self._replace(alarm, evolve(alarm, own=alarm.own.set(value, reason, data, now)))

    def _lay_over(self, alarm: Alarm, tripped: bool) -> list[str]:
        """Hold an alarm in ALARM by a fault, or release it. Returns the names that changed."""
        now = self._now()
        if tripped:
            return self._replace(
                alarm, evolve(alarm, injected=alarm.own.set("ALARM", INJECTED, None, now))
            )
        own = alarm.own
        if own.value != "ALARM":
            own = evolve(own, updated_at=now, transitioned_at=now)
        return self._replace(alarm, evolve(alarm, own=own, injected=None))

    def _replace(self, before: Alarm, after: Alarm) -> list[str]:
        self._alarms[after.name] = after
        if after.state.value == before.state.value:
            return []
        return [after.name, *self._evaluate(self._parents(after.name))]

    def _evaluate(self, names: Iterable[str]) -> list[str]:
        """Evaluate the rules of these composite alarms, and of those that depend on them.

        Returns the names that changed.
        """
        todo, affected = [*names], set[str]()
        while todo:
            name = todo.pop()
            if name not in affected:
                affected.add(name)
                todo += self._parents(name)
        graph = {name: self._children(name) & affected for name in affected}
        try:
            order = [*TopologicalSorter(graph).static_order()]
        except CycleError:
            return []  # CloudWatch also stops evaluating at a cycle.
        return [name for name in order if self._follow(self._alarms[name])]

    def _follow(self, alarm: Alarm) -> bool:
        """Evaluate the rule of a composite alarm. Returns True if its state changed."""
        assert alarm.rule is not None
        value = "ALARM" if alarm.rule.holds(self._state_of) else "OK"
        if value == alarm.own.value:
            return False
        state = alarm.own.set(value, f"AlarmRule evaluated to {value}", None, self._now())
        after = self._alarms[alarm.name] = evolve(alarm, own=state)
        return after.state.value != alarm.state.value

    def _tell(self, names: Iterable[str]) -> None:
        """Call this last in an operation, so that a listener sees the final state of all alarms."""
        for name in names:
            self._changed(name)

    def _state_of(self, name: str) -> str:
        return self._alarms[name].state.value

    def _children(self, name: str) -> frozenset[str]:
        alarm = self._alarms.get(name)
        return frozenset() if alarm is None or alarm.rule is None else alarm.rule.children

    def _parents(self, name: str) -> frozenset[str]:
        return frozenset(
            each.name for each in self._alarms.values() if each.rule and name in each.rule.children
        )

    def _related(self, parameters: Parameters) -> list[Alarm] | None:
        """The requested parents or children; None if neither is requested."""
        for key, relatives in (
            ("ChildrenOfAlarmName", self._children),
            ("ParentsOfAlarmName", self._parents),
        ):
            if key not in parameters:
                continue
            others = sorted(parameters.keys() - {key, "MaxRecords", "NextToken"})
            if others:
                raise _validation_error(f"{key} must not be specified with {', '.join(others)}")
            return [self._alarms[name] for name in relatives(parameters[key])]
        if "AlarmNames" in parameters and "AlarmNamePrefix" in parameters:
            raise _validation_error("AlarmNamePrefix must not be specified with AlarmNames")
        return None


def _matches(alarm: Alarm, parameters: Parameters) -> bool:
    names = parameters.get("AlarmNames")
    prefix = parameters.get("ActionPrefix", "")
    # Without AlarmTypes the answer contains only metric alarms [botocore's model].
    return (
        alarm.type in (parameters.get("AlarmTypes") or ["MetricAlarm"])
        and (not names or alarm.name in names)
        and alarm.name.startswith(parameters.get("AlarmNamePrefix", ""))
        and parameters.get("StateValue") in (None, alarm.state.value)
        and (not prefix or _acts(alarm, prefix))
    )


def _acts(alarm: Alarm, prefix: str) -> bool:
    shown = alarm.as_json()
    return any(action.startswith(prefix) for key in _ACTIONS for action in shown[key])


def _shown(alarm: Alarm, parameters: Parameters) -> dict[str, object]:
    """The alarm as shown in this answer: parents and children in short form."""
    document = alarm.as_json()
    keys = ["AlarmName", "AlarmArn"]
    if "ChildrenOfAlarmName" in parameters:
        keys += ["StateValue", "StateUpdatedTimestamp"]
    elif "ParentsOfAlarmName" not in parameters:
        return document
    return {key: document[key] for key in keys}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _validation_error(message: str) -> ServiceError:
    return ServiceError(message, "ValidationError")
