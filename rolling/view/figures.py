"""Figures: durations, shares and counts as people write them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any


def clock(seconds: int | float) -> str:
    """A duration as h:mm:ss, with tenths of a second if there are any."""
    tenths = round(Fraction(seconds) * 10)
    whole, tenth = divmod(tenths, 10)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    fraction = f".{tenth}" if tenth else ""
    return f"{hours}:{minute:02}:{second:02}{fraction}"


def elapsed(seconds: float) -> str:
    """The time passed, in whole seconds."""
    return clock(floor(seconds))


def remaining(seconds: float) -> str:
    """The time left, in whole seconds: 0 only if none is left."""
    return clock(ceil(seconds))


def percentage(share: str) -> str:
    """A share such as "2/3" as a percentage: 66.7%.

    With enough decimals that some traffic never shows as 0%, and less than all never
    as 100%.
    """
    amount = Fraction(share) * 100
    if amount.denominator == 1:
        return f"{amount}%"
    decimals = 1
    while round(amount, decimals) in (0, 100):
        decimals += 1
    scaled = round(amount * 10**decimals)
    whole, fraction = divmod(scaled, 10**decimals)
    return f"{whole}.{fraction:0{decimals}}%"


def hours(instance_seconds: int) -> str:
    """Instance-seconds as instance-hours, with two decimals."""
    hundredths = round(Fraction(instance_seconds, 36))
    return f"{hundredths // 100}.{hundredths % 100:02}"


def durations(document: Mapping[str, Any]) -> str:
    """The durations of operations: the assumed ones and the given ones."""
    told: list[str] = []
    assumed: list[str] = []
    for name, words in _OPERATIONS.items():
        which = assumed if name in document["Assumed"] else told
        which.append(f"{clock(document[name])} {words}")
    if assumed:
        assumed[0] = f"assumed, as the file does not say: {assumed[0]}"
    return "; ".join(", ".join(each) for each in (told, assumed) if each)


_OPERATIONS = {
    "ProvisioningSeconds": "to provision",
    "ShiftSeconds": "to shift",
    "CleanupSeconds": "to clean up",
}


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 instance, 2 instances, 3 batches."""
    if number == 1:
        return f"1 {noun}"
    ending = "es" if noun.endswith(("ch", "s")) else "s"
    return f"{number} {noun}{ending}"


def journey(name: str, old: Sequence[Mapping[str, Any]], new: Mapping[str, Any], there: int) -> str:
    """An update's fleets at the start, and its new fleet; a repair may start with `there`
    instances of the new one."""
    fleets = [*old, *([{**new, "InstanceCount": there}] if there else [])]
    return f"{name}, {' and '.join(map(_fleet, fleets))} → {_fleet(new)}"


def _fleet(fleet: Mapping[str, Any]) -> str:
    return f"{fleet['EndpointConfigName']} ({fleet['InstanceCount']})"
