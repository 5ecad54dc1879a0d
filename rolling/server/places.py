"""Places: whether a region and an account can be."""

import re

from rolling.core.errors import Problem
from rolling.endpoint.arns import ACCOUNT, REGION
from rolling.schema.shapes import Text, problem

REGION_NAME = Text(
    1,
    68,
    "[a-z]{2}(-[a-z]{1,20}){1,3}-[0-9]{1,2}",
    "must be the name of a region",
    REGION,
)
"""The name of a region: whether AWS has one of this name is not known here."""


def place_problems(
    region_field: str, region: str, account_field: str, account: str
) -> list[Problem]:
    """What is wrong with the name of a region, and with the number of an account."""
    found = REGION_NAME.problems(region, region_field)
    if not re.fullmatch("[0-9]{12}", account, re.ASCII):
        found.append(problem(account_field, account, "must be 12 digits", ACCOUNT))
    return found
