"""ARNs: the names of what an account has, in all of AWS; its number, and its region's name."""

import re

from rolling.core.errors import Problem
from rolling.schema.shapes import Text, problem

REGION = "us-east-1"
"""The region that is meant where none is given."""

ACCOUNT = "123456789012"
"""The account whose things these are where none is given."""

REGION_NAME = Text(
    1,
    68,
    "[a-z]{2}(-[a-z]{1,20}){1,3}-[0-9]{1,2}",
    "must be the name of a region",
    REGION,
)
"""The name of a region: whether AWS has one of this name is not known here."""


def arn(kind: str, name: str, region: str, account: str) -> str:
    """The ARN of an `endpoint`, an `endpoint-config` or a `model`."""
    return f"arn:{partition(region)}:sagemaker:{region}:{account}:{kind}/{name}"


def partition(region: str) -> str:
    """The partition that the ARNs of a region begin with."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def place_problems(
    region_field: str, region: str, account_field: str, account: str
) -> list[Problem]:
    """What is wrong with the name of a region, and with the number of an account."""
    found = REGION_NAME.problems(region, region_field)
    if not re.fullmatch("[0-9]{12}", account, re.ASCII):
        found.append(problem(account_field, account, "must be 12 digits", ACCOUNT))
    return found
