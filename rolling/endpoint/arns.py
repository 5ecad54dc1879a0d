"""ARNs: the names of what an account has, in all of AWS."""

REGION = "us-east-1"
"""The region that is meant where none is given."""

ACCOUNT = "123456789012"
"""The account whose things these are where none is given."""


def arn(kind: str, name: str, region: str, account: str) -> str:
    """The ARN of an `endpoint`, an `endpoint-config` or a `model`."""
    return f"arn:{partition(region)}:sagemaker:{region}:{account}:{kind}/{name}"


def partition(region: str) -> str:
    """The partition that the ARNs of a region begin with."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
