"""Places: whether a region and an account can be."""

import re

from rolling.core.errors import Problem
from rolling.endpoint.shapes import problem
from rolling.server.service import Place


def place_problems(
    region_field: str, region: object, account_field: str, account: object
) -> list[Problem]:
    """What is wrong with the name of a region, and with the number of an account."""
    found = []
    if not _is(region, "[a-z]{2}(-[a-z]{1,20}){1,3}-[0-9]{1,2}"):
        rule = "must be the name of a region"
        found.append(problem(region_field, region, rule, Place().region))
    if not _is(account, "[0-9]{12}"):
        rule = "must be 12 digits" if isinstance(account, str) else "must be a text of 12 digits"
        found.append(problem(account_field, account, rule, Place().account))
    return found


def _is(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None
